"""A price list: what AWS asks for, where that was read, and when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from costmodel.core.charges import Floats, OwnRate, PriceName
from costmodel.core.units import THOUSANDTHS

EVERYWHERE = "*"  # a price that AWS publishes for all commercial Regions at once
OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
"""How Regions begin that have prices of their own, China's in another currency.

Source: AWS General Reference, "AWS service endpoints" and "Partitions".
"""

MAX_OWN = 3  # of a team's own prices, in a sentence
UNPUBLISHED = tuple(prefix for prefix in OTHER_PARTITIONS if prefix != "us-gov-")
"""How Regions begin of which AWS's public files have no prices in USD."""

Key = tuple[PriceName, str, str | None]


def is_loadable(key: Key) -> bool:
    """Whether AWS's public files may hold a price: it is a usage type of AWS's, in USD.

    >>> is_loadable((OwnRate("AmazonEC2", "BoxUsage of an appliance"), "eu-west-1", None))
    False
    """
    name, region, _ = key
    is_of_aws = not name.is_input and not isinstance(name, OwnRate)
    return is_of_aws and not region.startswith(UNPUBLISHED)


def is_commercial(region: str) -> bool:
    """Whether a price for all Regions holds there.

    >>> [is_commercial(region) for region in ("eu-west-1", "us-gov-west-1", "cn-north-1")]
    [True, False, False]
    """
    return not region.startswith(OTHER_PARTITIONS)


@dataclass(frozen=True, slots=True)
class Tier:
    """USD a unit between two quantities, in thousandths of the unit; no `end`: no upper end."""

    start: int
    end: int | None
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """One price with its tiers, lowest first, and its evidence."""

    name: PriceName
    region: str
    to_region: str | None  # for transfer between Regions
    unit: str
    tiers: tuple[Tier, ...]
    source: str
    as_of: str  # ISO date, perhaps only its year or month; empty when the source has none
    weak: bool = False  # read in a secondary or hard-coded place

    @property
    def where(self) -> str:
        """Where it holds, in words."""
        return "all commercial Regions" if self.region == EVERYWHERE else self.region

    @property
    def reaches_the_end(self) -> bool:
        """Its last tier has no end."""
        return self.tiers[-1].end is None

    @property
    def is_flat(self) -> bool:
        """One rate, whatever the amount."""
        return len(self.tiers) == 1 and self.reaches_the_end

    def covers(self, thousandths: int) -> bool:
        """Its tiers reach so many thousandths of its unit."""
        end = self.tiers[-1].end
        return end is None or thousandths <= end

    @property
    def _strength(self) -> tuple[str, bool]:
        return self.as_of, not self.weak


@dataclass(frozen=True)
class PriceList:
    """An immutable list of prices. What it does not hold is a gap, never 0."""

    name: str
    as_of: str
    prices: tuple[Price, ...]
    own: tuple[str, ...] = ()  # whose prices these are besides AWS's, in words
    _found: dict[Key, Price | None] = field(default_factory=dict, compare=False, repr=False)

    def find(self, name: PriceName, region: str, to_region: str | None = None) -> Price | None:
        """The price in force, or None.

        A price of the Region itself wins over one for all Regions, unless its tiers stop short;
        of several, the newest. Weak ones count. One for all Regions holds in the commercial ones.

        Source: the product's contract, section 3.
        """
        key = (name, region, to_region)
        if key not in self._found:
            self._found[key] = self._choose(key)
        return self._found[key]

    @property
    def basis(self) -> str:
        """What the rates are: list prices, or what a team pays instead."""
        if not self.own:
            return "List prices in USD before tax and discounts"
        more = len(self.own) - MAX_OWN
        rest = f"; and {more} more" if more > 0 else ""
        return f"Prices in USD before tax, with your own: {'; '.join(self.own[:MAX_OWN])}{rest}"

    def with_in_force(self, prices: Mapping[Key, Price]) -> "PriceList":
        """The same list with some other prices in force, to see what they would change."""
        return replace(self, _found=self._found | dict(prices))

    def keys_of(self, price: Price) -> list[Key]:
        """For what a price has been found to be in force."""
        return [key for key, known in self._found.items() if known is price]

    @property
    def keys(self) -> Iterable[Key]:
        """Name, Region and destination of everything that it holds."""
        return self._by_key.keys()

    def _choose(self, key: Key) -> Price | None:
        name, region, to_region = key
        here = self._by_key.get(key, [])
        for_all = (name, EVERYWHERE, to_region)
        everywhere = self._by_key.get(for_all, []) if is_commercial(region) else []
        for candidates in (
            [price for price in here if price.reaches_the_end],
            [price for price in everywhere if price.reaches_the_end],
            here,
            everywhere,
        ):
            if candidates:
                return max(candidates, key=lambda price: price._strength)
        return None

    @cached_property
    def _by_key(self) -> dict[Key, list[Price]]:
        index: dict[Key, list[Price]] = defaultdict(list)
        for price in self.prices:
            index[price.name, price.region, price.to_region].append(price)
        return dict(index)


def _tiers(price: Price | None) -> tuple[Tier, ...]:
    return price.tiers if price else ()


def tiers(ranges: Iterable[tuple[int, int | None, Decimal]]) -> tuple[Tier, ...]:
    """Tiers in ascending order from ranges in any order.

    Raises:
        ValueError: the ranges do not begin at 0, leave a hole, overlap, or a price is negative.

    >>> tiers([(5, None, Decimal(1)), (0, 5, Decimal(2))])[0].usd
    Decimal('2')
    """
    rising = sorted(ranges, key=lambda span: span[0])
    expected: int | None = 0
    for start, end, usd in rising:
        if start != expected:
            raise ValueError(f"a tier begins at {start}, not at {expected}")
        if (end is not None and end <= start) or usd < 0:
            raise ValueError(f"the tier from {start} to {end} at {usd} USD cannot be")
        expected = end
    if not rising:
        raise ValueError("a price has no tier")
    return tuple(Tier(*span) for span in rising)


def replaced(old: Iterable[Price], new: Iterable[Price]) -> tuple[Price, ...]:
    """Old prices with new ones in the place of those of the same name, Region and destination.

    What the old list knows of a later date stays.
    """
    before: dict[Key, list[Price]] = defaultdict(list)
    for price in old:
        before[price.name, price.region, price.to_region].append(price)
    after: dict[Key, list[Price]] = defaultdict(list)
    for price in new:
        key = (price.name, price.region, price.to_region)
        if all(known.as_of <= price.as_of for known in before.get(key, ())):
            after[key].append(price)
    return tuple(price for prices in (before | after).values() for price in prices)


class Changed(NamedTuple):
    """One price in two lists; None: it is not there."""

    old: Price | None
    new: Price | None


def changes(old: PriceList, new: PriceList) -> list[Changed]:
    """What is new, gone, or of other tiers, by service, usage type and Region."""
    before, after = ({key: list_.find(*key) for key in list_.keys} for list_ in (old, new))
    keys = before.keys() | after.keys()
    differ = [key for key in keys if _tiers(before.get(key)) != _tiers(after.get(key))]
    differ.sort(key=lambda key: (*key[0], key[1], key[2] or ""))
    return [Changed(before.get(key), after.get(key)) for key in differ]


def usd_by_tier(sums: Floats, price: Price | None) -> Floats:
    """USD of sums of thousandths, each as if it were alone; NaN where the price does not reach.

    Shape of `sums`.
    """
    if price is None:
        return np.where(sums > 0, np.nan, 0.0)
    if price.is_flat:
        return sums * (float(price.tiers[0].usd) / THOUSANDTHS)
    usd = np.zeros_like(sums)
    for tier in price.tiers:
        usd += (np.clip(sums, tier.start, tier.end) - tier.start) * (float(tier.usd) / THOUSANDTHS)
    top = price.tiers[-1].end
    return usd if top is None else np.where(sums > top, np.nan, usd)
