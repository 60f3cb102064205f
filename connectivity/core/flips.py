"""What would change a recommendation: operations, GB, crossing share, a price, a p99 budget.

The bill is piecewise linear in each of them. A threshold of operations or of a price is where two
lines cross; for traffic, several versions of the flows are billed in one table, and the first
change of sign is closed in on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from connectivity.core.columns import Flows, side_by_side
from connectivity.core.compare import Answer, Comparison, compare
from costmodel.core.bill import usd_of_pools
from costmodel.core.charges import Floats, Ints
from costmodel.core.price_list import EVERYWHERE, Price
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage_types import usage_type

FACTORS = (1, 1.25, 1.6, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200, 400, 1000)  # of all traffic
MOST_ROWS = 500_000  # of flows times factors; beyond, fewer factors are tried
PARTS = 40  # into which the stretch with a change of sign is divided
WAYS = ("above", "below")
HALF_A_CENT = 0.005  # USD
FAR = 1.0  # the distance of what has no size today


@dataclass(frozen=True, slots=True)
class Flip:
    """One change that would make another option the recommended one."""

    kind: str  # operations, gb, crossing, price or budget
    what: str  # what changes, and which way
    figure: str  # up to where
    to: str  # the key of the option that comes next
    value: float
    distance: float  # how far away, as a share of what changes

    @property
    def when(self) -> str:
        return f"{self.what} {self.figure}"


def flips(comparison: Comparison, best: Answer | None) -> list[Flip]:
    """The nearest change of every kind and direction, nearest first."""
    if best is None:
        return []
    found: dict[str, Flip] = {}
    search = _Search(comparison, best)
    for rival in comparison.candidates:
        for flip in () if rival is best else search.all(rival):
            key = flip.kind if flip.kind == "price" else flip.what
            if key not in found or flip.distance < found[key].distance:
                found[key] = flip
    return sorted(found.values(), key=lambda flip: flip.distance)


@dataclass
class _Search:
    """Looks for what makes one rival cheaper than the best."""

    comparison: Comparison
    best: Answer
    totals: dict[tuple[str, str, tuple[float, ...]], Floats] = field(default_factory=dict)
    worlds: dict[tuple[str, tuple[float, ...]], Flows] = field(default_factory=dict)

    def all(self, rival: Answer) -> Iterator[Flip]:
        yield from self._operations(rival)
        yield from self._gb(rival)
        yield from self._crossing(rival)
        yield from self._prices(rival)
        yield from self._budget(rival)

    def _ahead(self, rival: Answer) -> float:
        """By how many USD the best is cheaper, to the cent."""
        return float((rival.total_usd or 0) - (self.best.total_usd or 0))

    def _operations(self, rival: Answer) -> Iterator[Flip]:
        prices = self.comparison.case.topology.operations_usd
        for kind in {**self.best.objects, **rival.objects}:
            more = self.best.objects.get(kind, 0) - rival.objects.get(kind, 0)
            price = float(prices.get(kind, 0))
            bound = price + self._ahead(rival) / more if more else -1.0
            if bound > 0 or (bound == 0 and more > 0):
                way = "above" if more > 0 else "below"
                yield Flip(
                    "operations",
                    f"operations of one {kind} {way}",
                    f"{bound:.2f} USD a month",
                    rival.option.key,
                    bound,
                    abs(bound - price) / price if price else FAR,
                )

    def _gb(self, rival: Answer) -> Iterator[Flip]:
        flows = self.comparison.case.flows
        gb = float(flows.total.sum()) / THOUSANDTHS
        step = 1 + len(flows) * len(FACTORS) // MOST_ROWS
        rising = tuple(FACTORS[:: min(step, 7)])
        falling = tuple(1 / factor for factor in rising)
        leads = np.split(self._leads(rival, "gb", rising + falling), 2)
        for way, factors, lead in zip(WAYS, (rising, falling), leads, strict=True):
            factor = self._first_change(rival, factors, lead) if gb else None
            if factor is not None:
                yield Flip(
                    "gb",
                    f"all traffic together {way}",
                    f"{gb * factor:,.0f} GB a month ({factor:.3g} times what it is)",
                    rival.option.key,
                    gb * factor,
                    max(factor, 1 / factor) - 1,
                )

    def _crossing(self, rival: Answer) -> Iterator[Flip]:
        flows = self.comparison.case.flows
        free = flows.same_region & (flows.common_azs > 0) & (flows.total > 0)
        if not free.any():
            return
        shares = flows.crossing[free] / flows.total[free]
        now = float(flows.crossing[free].sum() / flows.total[free].sum())
        none, here, all_of_it = self._leads(rival, "crossing", (0.0, now, 1.0)).tolist()
        share = none / (none - all_of_it) if none != all_of_it else -1.0
        is_above = all_of_it > none  # on which side the rival is cheaper
        if not 0 <= share <= 1 or here > HALF_A_CENT or (share < now) == is_above:
            return
        if not self._keeps_budgets(rival, share + (0.001 if is_above else -0.001)):
            return
        same = "" if np.ptp(shares) < 1e-6 else ", if it were the same for every flow,"
        yield Flip(
            "crossing",
            f"share of the GB that cross AZs{same} {'above' if is_above else 'below'}",
            f"{share:.1%}",
            rival.option.key,
            share,
            abs(share - now),
        )

    def _keeps_budgets(self, rival: Answer, share: float) -> bool:
        """Crossing AZs takes longer, which a p99 budget may not allow."""
        made = self.comparison.case
        if all(flow.p99_budget_us is None for flow in made.topology.flows):
            return True
        rows = zip(made.topology.flows, made.flows.common_azs.tolist(), strict=True)
        changed = tuple(replace(f, cross_az_share=share) if common else f for f, common in rows)
        topology = replace(made.topology, flows=changed)
        after = compare(topology, self.comparison.prices, self.comparison.latencies, [rival.option])
        return after.answers[0].is_feasible

    def _prices(self, rival: Answer) -> Iterator[Flip]:
        ours, theirs = _quantities(self.best), _quantities(rival)
        for rate, (price, _) in {**theirs, **ours}.items():
            more = ours.get(rate, NOTHING)[1] - theirs.get(rate, NOTHING)[1]
            bound = float(rate.usd) + self._ahead(rival) / more if more else -1.0
            if rate.usd and (bound > 0 or (bound == 0 and more > 0)):
                yield Flip(
                    "price",
                    f"price of {_name(price, rate.usd)} {'above' if more > 0 else 'below'}",
                    f"{bound:.4g} USD per {price.unit}",
                    rival.option.key,
                    bound,
                    abs(bound / float(rate.usd) - 1),
                )

    def _budget(self, rival: Answer) -> Iterator[Flip]:
        ours, theirs = self.best.heads.worst.us, rival.heads.worst.us
        if ours is not None and theirs is not None and theirs < ours:
            yield Flip("budget", "a p99 budget below", f"{ours:g} µs", rival.option.key, ours, FAR)

    def _first_change(
        self, rival: Answer, factors: tuple[float, ...], leads: Floats
    ) -> float | None:
        """The first factor, going away from 1, at which the rival becomes cheaper."""
        for once_more in (True, False):
            dearer = np.flatnonzero(leads > HALF_A_CENT)
            if not len(dearer) or dearer[0] == 0:
                return None
            i = int(dearer[0])
            last, first = factors[i - 1], factors[i]
            if once_more:
                factors = tuple(np.linspace(last, first, PARTS).tolist())
                leads = self._leads(rival, "gb", factors)
        return last - (first - last) * float(leads[i - 1] / (leads[i] - leads[i - 1]))

    def _leads(self, rival: Answer, what: str, values: tuple[float, ...]) -> Floats:
        """USD by which the best would be dearer than the rival, after each of some changes."""
        return self._usd(self.best, what, values) - self._usd(rival, what, values)

    def _usd(self, answer: Answer, what: str, values: tuple[float, ...]) -> Floats:
        key = answer.option.key, what, values
        if key not in self.totals:
            made = self.comparison.case
            pools = int(made.pools.max()) + 1
            payers = np.tile(made.pools, len(values))
            payers += np.repeat(np.arange(len(values)) * pools, len(made.pools))
            charges = answer.option.charges(self._worlds(what, values))
            usd = usd_of_pools(charges, self.comparison.prices, made.regions, payers)
            sums = usd.reshape(len(values), pools).sum(axis=1)
            self.totals[key] = sums + float(answer.operations_usd)
        return self.totals[key]

    def _worlds(self, what: str, values: tuple[float, ...]) -> Flows:
        """The flows after each of some changes, in one table; they share nothing."""
        key = what, values
        if key not in self.worlds:
            made = self.comparison.case
            topology = made.topology
            counts = len(topology.vpcs), len(topology.accounts), len(topology.services)
            flows = side_by_side(made.flows, len(values), *counts)
            change = _scaled if what == "gb" else _crossed
            self.worlds[key] = change(flows, np.repeat(values, len(made.flows)))
        return self.worlds[key]


def _times(quantity: Ints, factor: Floats) -> Ints:
    return np.rint(quantity * factor).astype(np.int64)


def _scaled(flows: Flows, factor: Floats) -> Flows:
    return replace(
        flows,
        request=_times(flows.request, factor),
        response=_times(flows.response, factor),
        crossing=_times(flows.crossing, factor),
    )


def _crossed(flows: Flows, share: Floats) -> Flows:
    """Every flow that can choose crosses AZs with the same share of its GB."""
    crossing = np.where(flows.common_azs > 0, _times(flows.total, share), flows.total)
    return replace(flows, crossing=np.where(flows.same_region, crossing, 0))


class _Rate(NamedTuple):
    """A price, known by its place in memory (hashing all of it would cost more), and a tier."""

    price: int
    usd: Decimal


NOTHING: tuple[None, float] = (None, 0.0)


def _quantities(answer: Answer) -> dict[_Rate, tuple[Price, float]]:
    """By price and rate of its lines: how much is bought."""
    sums: dict[_Rate, tuple[Price, float]] = {}
    for line in answer.bill.lines if answer.bill else ():
        rate = _Rate(id(line.price), line.rate)
        sums[rate] = line.price, sums.get(rate, NOTHING)[1] + float(line.quantity)
    return sums


def _name(price: Price, rate: Decimal) -> str:
    where = "all Regions" if price.region == EVERYWHERE else price.region
    name = f"{usage_type(price.name, price.region, price.to_region)} in {where}"
    if len(price.tiers) == 1:
        return name
    start = next(tier.start for tier in price.tiers if tier.usd == rate)
    return f"{name}, in the tier from {start // THOUSANDTHS:,} {price.unit},"
