"""What a month costs while usage moves evenly from one state to another: lines between bends."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from costmodel.core.charges import Capacity, Charge, Floats, Ints
from costmodel.core.price_list import Key, Price, PriceList, usd_by_tier
from costmodel.core.usage import (
    Columns,
    Places,
    columns_of,
    hours_by_dimension,
    number_of,
    one_row_each,
    sums_by,
    sums_by_pool,
)

ENDS = np.array([0.0, 1.0])


@dataclass(frozen=True, slots=True)
class _Way:
    """Quantities that move along straight lines, in thousandths of a unit. Shape (quantities,)."""

    start: Floats
    slope: Floats

    def at(self, points: Floats) -> Floats:
        """Shape (points, quantities)."""
        return self.start + np.multiply.outer(points, self.slope)

    def meets(self, start: Floats | int, slope: Floats | int = 0) -> Floats:
        """Where quantities move past others, or past a mark that stands still."""
        speed = self.slope - slope
        moving = speed != 0
        return (start - self.start)[moving] / speed[moving]


@dataclass(frozen=True, slots=True)
class _Balancers:
    """The load balancers of one charge in one place: of each, its busiest dimension is billed."""

    pool: Ints
    dimensions: tuple[_Way, ...]

    def sums_at(self, points: Floats, pools: int) -> Floats:
        """Shape (points, pools)."""
        hours = np.max([dimension.at(points) for dimension in self.dimensions], axis=0)
        return sums_by(self.pool, hours, pools)


@dataclass(frozen=True, slots=True)
class _Priced:
    """Everything that is added up before one price in one place is applied to it."""

    price: Price | None
    metered: _Way  # of every pool
    balancers: list[_Balancers]

    @property
    def is_straight(self) -> bool:
        """One rate, whatever the quantity."""
        return not self.balancers and self.price is not None and self.price.is_flat

    def usd(self, points: Floats) -> Floats:
        sums = self.metered.at(points)
        for balancers in self.balancers:
            sums += balancers.sums_at(points, sums.shape[1])
        return usd_by_tier(sums, self.price).sum(axis=1)

    def bends(self) -> Iterator[Floats]:
        for tier in () if self.price is None else self.price.tiers[1:]:
            yield self.metered.meets(tier.start)
        for balancers in self.balancers:
            for dimension, other in combinations(balancers.dimensions, 2):
                yield dimension.meets(other.start, other.slope)


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
        """USD a month at points of the way.

        Returns:
            Shape (points,); NaN where a price is missing. float64: what is shown as a bill is
            billed by `bill`.
        """
        usd = self.start + self.slope * points
        for part in self.bent:
            usd += part.usd(points)
        return usd

    def bends(self, low: float, high: float) -> Floats:
        """Where the curve may bend between two points, rising. Shape (bends,)."""
        bends = [points for part in self.bent for points in part.bends()]
        every = np.concatenate(bends) if bends else np.zeros(0)
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

    Raises:
        ValueError: one state has more charges than the other.

    Source: as of `bill`.
    """
    before, after, places = list(start), list(end), Places(regions)
    balancers: dict[Key, list[_Balancers]] = defaultdict(list)
    for charge, other in zip(before, after, strict=True):
        if isinstance(charge, Capacity) and isinstance(other, Capacity):
            for place, group in _balancers(charge, other, places, pools):
                balancers[charge.price, *places.unpack(place)].append(group)
    none = np.zeros(number_of(pools))
    first, last = (_metered(charges, places, pools) for charges in (before, after))
    parts = [
        _Priced(
            prices.find(*key),
            _way(first.get(key, none), last.get(key, none)),
            balancers.get(key, []),
        )
        for key in first | last | balancers
    ]
    bent = tuple(part for part in parts if not part.is_straight)
    both = sum((part.usd(ENDS) for part in parts if part.is_straight), np.zeros(2)).tolist()
    return Curve(both[0], both[1] - both[0], bent)


def _metered(charges: Iterable[Charge], places: Places, pools: Ints) -> dict[Key, Floats]:
    """What is metered or exists all month, of every pool."""
    usage = (
        (charge.price, columns_of(charge)) for charge in charges if not isinstance(charge, Capacity)
    )
    return dict(sums_by_pool(usage, places, pools))


def _balancers(
    before: Capacity, after: Capacity, places: Places, pools: Ints
) -> Iterator[tuple[int, _Balancers]]:
    """The load balancers of every place."""
    rows = one_row_each(before.resource)
    hours = np.stack([*hours_by_dimension(before, rows), *hours_by_dimension(after, rows)])
    columns = Columns(before.payer[rows], before.region[rows], None, hours)
    for place, (here,) in places.split([columns]):
        starts, ends = np.split(here.quantity, 2)
        yield place, _Balancers(pools[here.payer], tuple(map(_way, starts, ends)))


def _way(start: Floats, end: Floats) -> _Way:
    return _Way(start, end - start)
