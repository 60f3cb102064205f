"""A team's own prices, over those of a list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

from costmodel.core.charges import PriceName
from costmodel.core.price_list import Price, PriceList, Tier


class NothingOverridden(ValueError):
    """An override names no price that there is; says which name is near."""


@dataclass(frozen=True, slots=True)
class Override:
    """What somebody pays instead of a list price: a share less or more, or one rate."""

    service: str
    usage_type: str  # all of the service where it is empty
    region: str  # all Regions where it is empty
    percent: Decimal | None
    usd: Decimal | None
    reason: str

    def is_of(self, name: PriceName) -> bool:
        return name.service == self.service and self.usage_type in ("", name.usage_type)

    def matches(self, name: PriceName, region: str) -> bool:
        return self.is_of(name) and self.region in ("", region)

    def applied(self, price: Price) -> Price:
        """The price that is paid; where it comes from, and why, is said."""
        if self.usd is not None:
            return self._stated(price, f"instead of {price.source}")
        factor = 1 + (self.percent or Decimal(0)) / 100
        changed = tuple(replace(tier, usd=tier.usd * factor) for tier in price.tiers)
        source = f"your own ({self.percent:+f} %: {self.reason}), instead of {price.source}"
        return replace(price, tiers=changed, source=source)

    def _stated(self, price: Price, besides: str) -> Price:
        source = f"your own ({self.usd:f} USD: {self.reason}), {besides}"
        return replace(price, tiers=(Tier(0, None, self.usd or Decimal(0)),), source=source)

    def found(self, like: Price) -> Price:
        """The stated rate as the price of a Region of which the list has none."""
        here = replace(like, region=self.region, as_of="", weak=False)
        return self._stated(here, "where the list has no price")


def overridden(listed: PriceList, overrides: Iterable[Override]) -> tuple[Price, ...]:
    """Prices with the overrides applied; of several for one price the last one counts.

    An override of one Region holds there even if the price in force there is one for all Regions,
    or if there is none at all and a rate is stated.
    """
    rules = list(overrides)
    changed = (
        next((r.applied(p) for r in reversed(rules) if r.matches(p.name, p.region)), p)
        for p in listed.prices
    )
    return (*changed, *_of_regions(listed, rules))


def _of_regions(listed: PriceList, rules: list[Override]) -> Iterator[Price]:
    """A row of its own for every Region with an override whose price is not a row of its own."""
    regions = dict.fromkeys(rule.region for rule in rules if rule.region)
    named: dict[tuple[PriceName, str | None], Price] = {}
    for price in listed.prices:
        named.setdefault((price.name, price.to_region), price)
    for (name, to_region), like in named.items():
        for region in regions:
            matching = [rule for rule in rules if rule.matches(name, region)]
            if not any(rule.region for rule in matching):
                continue
            there = listed.find(name, region, to_region)
            if there is None:
                stated = [rule for rule in matching if rule.usd is not None and rule.region]
                if stated and to_region is None:
                    yield stated[-1].found(like)
            elif there.region != region:
                yield matching[-1].applied(replace(there, region=region))


def check_override(override: Override, listed: PriceList) -> None:
    """Raise NothingOverridden where no price of the list has these names."""
    if override.usd is not None and not override.usage_type:
        raise NothingOverridden("one rate for GB and hours alike cannot be; name the usage type")
    names = {price.name for price in listed.prices}
    if any(override.is_of(name) for name in names):
        return
    known = sorted({name.usage_type for name in names if name.service == override.service})
    near = get_close_matches(override.usage_type, known, n=1)
    offer = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known) or 'none'}"
    raise NothingOverridden(
        f"no price of {override.service} has the usage type {override.usage_type!r}; {offer}"
    )
