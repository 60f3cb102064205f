"""A team's own prices, over those of a list."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

from costmodel.core.charges import PriceName
from costmodel.core.price_list import Key, Price, PriceList, Tier
from costmodel.core.rates import stated, unit_of


class NothingOverridden(ValueError):
    """An override names no price that there is; says which name is near."""


@dataclass(frozen=True, slots=True)
class Override:
    """What somebody pays instead of a list price: a share less or more, or one rate.

    One rate in a named Region also fills what the list lacks there: between Regions the price of
    a pair, which both name.
    """

    service: str
    usage_type: str  # all of the service where it is empty
    region: str  # all Regions where it is empty
    percent: Decimal | None
    usd: Decimal | None
    reason: str
    operation: str = ""  # every operation of the usage type where it is empty
    to_region: str = ""  # every destination where it is empty

    @property
    def words(self) -> str:
        """What is paid, and for what: `-7 % on AmazonVPC`."""
        names = " ".join(filter(None, (self.service, self.usage_type, self.operation)))
        destination = f" to {self.to_region}" if self.to_region else ""
        where = f" in {self.region}{destination}" if self.region else ""
        if self.usd is not None:
            return f"{self.usd:f} USD for {names}{where}"
        return f"{self.percent:+f} % on {names}{where}"

    def is_of(self, name: PriceName) -> bool:
        """It speaks of a price with this name."""
        return (
            name.service == self.service
            and self.usage_type in ("", name.usage_type)
            and self.operation in ("", name.operation)
        )

    def matches(self, key: Key) -> bool:
        """It speaks of a price with this name in this place."""
        name, region, to_region = key
        is_there = self.region in ("", region) and self.to_region in ("", to_region)
        return is_there and self.is_of(name)

    def fills(self, key: Key) -> bool:
        """It states the rate of a price that the list lacks."""
        is_place = self.region == key[1] and self.to_region == (key[2] or "")
        return self.usd is not None and is_place and self.is_of(key[0])

    def applied(self, price: Price) -> Price:
        """The price that is paid; where it comes from, and why, is said."""
        if self.usd is not None:
            source = self._source(f"instead of {price.source}")
            rate = (Tier(0, None, self.usd),)
            return replace(price, tiers=rate, source=source, as_of="", weak=False)
        factor = 1 + (self.percent or Decimal(0)) / 100
        changed = tuple(replace(tier, usd=tier.usd * factor) for tier in price.tiers)
        source = f"your own ({self.percent:+f} %: {self.reason}), instead of {price.source}"
        return replace(price, tiers=changed, source=source)

    def filled(self, key: Key, unit: str) -> Price:
        """The stated rate as the price of a place of which the list has none."""
        source = self._source("where the list has no price")
        return stated(key, self.usd or Decimal(0), unit, source)

    def _source(self, besides: str) -> str:
        return f"your own ({self.usd:f} USD: {self.reason}), {besides}"


def overridden(listed: PriceList, overrides: Iterable[Override]) -> tuple[Price, ...]:
    """Prices with the overrides applied; of several for one price the last one counts.

    An override of one Region holds there even if the price in force there is one for all Regions,
    or if there is none at all and a rate is stated.
    """
    rules = list(overrides)
    changed = (
        next((rule.applied(p) for rule in reversed(rules) if rule.matches(_key(p))), p)
        for p in listed.prices
    )
    return (*changed, *_of_places(listed, rules))


def _key(price: Price) -> Key:
    return price.name, price.region, price.to_region


def _of_places(listed: PriceList, rules: list[Override]) -> Iterator[Price]:
    """A row of its own for every place with an override whose price is not a row of its own."""
    for key in _places(listed, rules):
        there = listed.find(*key)
        if there is None:
            filling = [rule for rule in rules if rule.fills(key)]
            if filling:
                yield filling[-1].filled(key, unit_of(listed, key[0]))
        elif there.region != key[1]:
            matching = [rule for rule in rules if rule.matches(key)]
            yield matching[-1].applied(replace(there, region=key[1]))


def _places(listed: PriceList, rules: list[Override]) -> dict[Key, None]:
    """Where overrides of one Region may hold: what they name, with each destination there is."""
    destinations: dict[PriceName, dict[str | None, None]] = {}
    for price in listed.prices:
        destinations.setdefault(price.name, {})[price.to_region] = None
    places: dict[Key, None] = {}
    for rule in rules:
        if not rule.region:
            continue
        names = {name: regions for name, regions in destinations.items() if rule.is_of(name)}
        if rule.usage_type and rule.usd is not None and (rule.operation or not names):
            names.setdefault(PriceName(rule.service, rule.usage_type, rule.operation), {None: None})
        for name, regions in names.items():
            for to_region in [rule.to_region] if rule.to_region else regions:
                places[name, rule.region, to_region] = None
    return places


def check_override(
    override: Override, listed: PriceList, needed: Collection[PriceName] = ()
) -> None:
    """Raise NothingOverridden where no price has these names.

    Args:
        needed: names that somebody needs a price of; one rate in a named Region may be stated for
            them although the list has none.
    """
    if override.usd is not None and not override.usage_type:
        raise NothingOverridden("one rate for GB and hours alike cannot be; name the usage type")
    if override.to_region and not override.region:
        raise NothingOverridden("a destination without the Region that sends; name both")
    names = {price.name for price in listed.prices}
    fillable = needed if override.usd is not None and override.region else ()
    if any(override.is_of(name) for name in (*names, *fillable)):
        return
    known = sorted({name.usage_type for name in names if name.service == override.service})
    near = get_close_matches(override.usage_type, known, n=1)
    offer = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known) or 'none'}"
    operation = f" and operation {override.operation!r}" if override.operation else ""
    if override.operation and override.usage_type in known:
        operations = sorted({n.operation for n in names if n.usage_type == override.usage_type})
        offer = f"its operations are {', '.join(filter(None, operations)) or 'none'}"
    raise NothingOverridden(
        f"no price of {override.service} has the usage type {override.usage_type!r}{operation}; "
        f"{offer}"
    )
