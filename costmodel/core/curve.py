"""What a month costs while usage moves evenly from one state to another: lines between bends."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from costmodel.core.bill import columns_of, hours_by_dimension, one_row_each, place_of
from costmodel.core.charges import Bools, Capacity, Charge, Floats, Ints, PriceName
from costmodel.core.price_list import Price, PriceList, usd_by_tier

ENDS = np.array([0.0, 1.0])


class _Line(NamedTuple):
    """Quantities of several things that move along straight lines, in thousandths of a unit.

    Things are in the order of their pools.
    """

    pool: Ints
    start: Floats
    slope: Floats

    def at(self, points: Floats) -> Floats:
        """Shape (points, things)."""
        return self.start + np.multiply.outer(points, self.slope)

    def rows(self, which: Bools) -> "_Line":
        return _Line(self.pool[which], self.start[which], self.slope[which])


@dataclass(frozen=True, slots=True)
class _Priced:
    """Everything that is added up before one price in one place is applied to it."""

    price: Price | None
    metered: _Line  # one thing a pool
    capacity: list[tuple[_Line, ...]]  # per charge, the dimensions of which the largest counts

    @property
    def is_straight(self) -> bool:
        """One rate, whatever the quantity."""
        return not self.capacity and self.price is not None and self.price.is_flat

    def usd(self, points: Floats) -> Floats:
        sums = self.metered.at(points)
        for dimensions in self.capacity:
            most = np.max([dimension.at(points) for dimension in dimensions], axis=0)
            some, first = np.unique(dimensions[0].pool, return_index=True)
            sums[:, some] += np.add.reduceat(most, first, axis=1)
        return usd_by_tier(sums, self.price).sum(axis=1)

    def bends(self) -> Iterator[Floats]:
        tiers = () if self.price is None else self.price.tiers[1:]
        for tier in tiers:
            yield _meet(tier.start - self.metered.start, self.metered.slope)
        for dimensions in self.capacity:
            for i, one in enumerate(dimensions):
                for other in dimensions[:i]:
                    yield _meet(other.start - one.start, one.slope - other.slope)


def _meet(distance: Floats, speed: Floats) -> Floats:
    moving = speed != 0
    return distance[moving] / speed[moving]


@dataclass(frozen=True, slots=True)
class Curve:
    """USD a month at any point of the way: 0 is the start, 1 the end, and it goes on beyond.

    Straight between `bends`: where a tier begins, or where another dimension of a load balancer
    becomes its busiest. A price with tiers for capacity units bends in more places than these.
    """

    start: float
    slope: float
    bent: tuple[_Priced, ...]
    _known: dict[tuple[float, ...], Floats] = field(default_factory=dict, compare=False, repr=False)

    def usd_at(self, points: tuple[float, ...]) -> Floats:
        """As `usd`, remembered: the same points are asked of a curve for every rival.

        Shape of `points`.
        """
        if points not in self._known:
            self._known[points] = self.usd(np.array(points))
        return self._known[points]

    def usd(self, points: Floats) -> Floats:
        """Shape (points,); NaN where a price is missing. float64: what is shown as a bill is
        billed by `bill`."""
        usd = self.start + self.slope * points
        for part in self.bent:
            usd += part.usd(points)
        return usd

    def bends(self, low: float, high: float) -> Floats:
        """Where the curve may bend between two points, rising. Shape (bends,)."""
        found = [bend for part in self.bent for bend in part.bends()]
        every = np.concatenate(found) if found else np.zeros(0)
        return np.unique(every[(every > low) & (every < high)])


def curve(
    start: Iterable[Charge],
    end: Iterable[Charge],
    prices: PriceList,
    regions: Sequence[str],
    pools: Ints,
) -> Curve:
    """The bill between two states of the same charges.

    Args:
        start, end: the same charges in the same order; only their quantities and loads differ.
        prices, regions, pools: as for `bill`.
    """
    lines: dict[tuple[PriceName, int], list[_Line]] = defaultdict(list)
    capacity: dict[tuple[PriceName, int], list[tuple[_Line, ...]]] = defaultdict(list)
    for one, other in zip(start, end, strict=True):
        if isinstance(one, Capacity) and isinstance(other, Capacity):
            for place, dimensions in _capacity(one, other, len(regions), pools):
                capacity[one.price, place].append(dimensions)
        else:
            for place, line in _metered(one, other, len(regions), pools):
                lines[one.price, place].append(line)
    count = int(pools.max(initial=-1)) + 1
    parts = []
    for name, place in dict.fromkeys([*lines, *capacity]):
        region, to = divmod(place, len(regions) + 1)
        price = prices.find(name, regions[region], regions[to - 1] if to else None)
        line = _together(lines[name, place], count)
        parts.append(_Priced(price, line, capacity[name, place]))
    bent = tuple(part for part in parts if not part.is_straight)
    both = sum((part.usd(ENDS) for part in parts if part.is_straight), np.zeros(2)).tolist()
    return Curve(both[0], both[1] - both[0], bent)


def _metered(one: Charge, other: Charge, regions: int, pools: Ints) -> Iterator[tuple[int, _Line]]:
    ours, theirs = columns_of(one), columns_of(other)
    places = place_of(ours, regions)
    slope = (theirs.quantity - ours.quantity).astype(np.float64)
    whole = _Line(pools[ours.payer], ours.quantity.astype(np.float64), slope)
    used = _used(places)
    for place in used:
        yield place, whole if len(used) == 1 else whole.rows(places == place)


def _capacity(
    one: Capacity, other: Capacity, regions: int, pools: Ints
) -> Iterator[tuple[int, tuple[_Line, ...]]]:
    rows = one_row_each(one.thing)
    rows = rows[np.argsort(pools[one.payer[rows]], kind="stable")]
    places = one.region[rows] * (regions + 1)
    pool = pools[one.payer[rows]]
    both = zip(hours_by_dimension(one, rows), hours_by_dimension(other, rows), strict=True)
    whole = [_Line(pool, begin, finish - begin) for begin, finish in both]
    for place in _used(places):
        yield place, tuple(line.rows(places == place) for line in whole)


def _used(places: Ints) -> list[int]:
    return np.flatnonzero(np.bincount(places)).tolist()


def _together(lines: list[_Line], pools: int) -> _Line:
    """Several lines, added up by pool."""
    start, slope = np.zeros(pools), np.zeros(pools)
    for line in lines:
        start += np.bincount(line.pool, weights=line.start, minlength=pools)
        slope += np.bincount(line.pool, weights=line.slope, minlength=pools)
    return _Line(np.arange(pools), start, slope)
