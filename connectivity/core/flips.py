"""What would change a recommendation: operations, GB, crossing share, a price, a missing price, a
p99 budget.

The bill is piecewise linear in each of them. A threshold is where two lines cross: of operations
and prices at once, of traffic on the cost curves of both options.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from connectivity.core.answer import Answer
from connectivity.core.breakeven import Axis, crossed, curve_of, first_change
from connectivity.core.compare import Comparison, compare
from connectivity.core.missing import Deciding, deciding
from connectivity.core.reasons import bounds_words, price_words
from connectivity.core.trial import Basis, winner, with_missing
from connectivity.core.verdict import unpriced
from costmodel.core.bill import Line
from costmodel.core.price_list import Price
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage_types import usage_type

FACTORS = (1, 1.25, 1.6, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200, 400, 1000)  # of all traffic
WAYS = ("above", "below")
FAR = 1.0  # the distance of what has no size today
NUDGE = Decimal("1e-6")  # of a rate, to look just below and just above it


@dataclass(frozen=True, slots=True)
class Flip:
    """One change that would make another option the recommended one."""

    kind: str  # operations, gb, crossing, price, gap or budget
    what: str  # what changes, and which way
    figure: str  # up to where
    to: str  # the key of the option that comes next
    value: float
    distance: float  # how far away, as a share of what changes
    now: str  # what it is today

    @property
    def when(self) -> str:
        return f"{self.what} {self.figure}"


def flips(comparison: Comparison, best: Answer | None) -> list[Flip]:
    """The nearest change of every kind and direction, and every rate that is missing and decides,
    nearest first."""
    found: dict[str, Flip] = {}
    rivals = [] if best is None else [one for one in comparison.candidates if one is not best]
    for rival in rivals:
        for flip in _Search(comparison, best).all(rival) if best else ():
            key = flip.kind if flip.kind == "price" else flip.what
            if key not in found or flip.distance < found[key].distance:
                found[key] = flip
    return sorted((*_of_gaps(comparison), *found.values()), key=lambda flip: flip.distance)


def _of_gaps(comparison: Comparison) -> Iterator[Flip]:
    """A missing rate, where it alone decides. As near as the rates of other places are to it."""
    for rate in deciding(comparison).values():
        if _is_true(comparison, rate):
            known = rate.elsewhere
            yield Flip(
                "gap",
                f"price of {price_words(rate.key)}, which is not in the list, "
                f"{'between' if rate.above else 'below'}",
                f"{bounds_words(rate)} USD per {rate.unit}",
                rate.answer.option.key,
                float(rate.below),
                max(0.0, float(known.high / rate.below) - 1) if known else FAR,
                f"missing; {known.words}" if known else "missing",
            )


def _is_true(comparison: Comparison, rate: Deciding) -> bool:
    """The option is really recommended with a rate just below, and is not just above."""
    options = [*comparison.candidates, *unpriced(comparison)]
    (gap, *_) = rate.answer.bill.gaps if rate.answer.bill else ()
    basis = Basis.of(comparison)
    at = (
        winner(comparison, with_missing(basis, gap, rate.below * factor), options)
        for factor in (1 - NUDGE, 1 + NUDGE)
    )
    below, above = (one and one.option for one in at)
    return below is rate.answer.option and above is not below


@dataclass
class _Search:
    """Looks for what makes one rival cheaper than the best."""

    comparison: Comparison
    best: Answer

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
                    f"{price:.2f} USD" if kind in prices else "not stated, counted as 0",
                )

    def _gb(self, rival: Answer) -> Iterator[Flip]:
        gb = float(self.comparison.case.flows.total.sum()) / THOUSANDTHS
        ways = zip(WAYS, (FACTORS, tuple(1 / one for one in FACTORS)), strict=True)
        for way, factors in ways if gb else ():
            factor = self._first_change(rival, Axis.GB, factors)
            if factor is not None:
                yield Flip(
                    "gb",
                    f"all traffic together {way}",
                    f"{gb * factor:,.0f} GB a month ({factor:.3g} times what it is)",
                    rival.option.key,
                    gb * factor,
                    max(factor, 1 / factor) - 1,
                    f"{gb:,.0f} GB",
                )

    def _crossing(self, rival: Answer) -> Iterator[Flip]:
        flows = self.comparison.case.flows
        free = flows.same_region & (flows.common_azs > 0) & (flows.total > 0)
        if not free.any():
            return
        shares = flows.crossing[free] / flows.total[free]
        now = float(flows.crossing[free].sum() / flows.total[free].sum())
        for way, end in zip(WAYS, (1.0, 0.0), strict=True):
            share = self._first_change(rival, Axis.CROSSING, (now, end))
            outward = 0.001 if way == "above" else -0.001
            if share is None or not self._keeps_budgets(rival, share + outward):
                continue
            same = "" if np.ptp(shares) < 1e-6 else ", if it were the same for every flow,"
            yield Flip(
                "crossing",
                f"share of the GB that cross AZs{same} {way}",
                f"{share:.1%}",
                rival.option.key,
                share,
                abs(share - now),
                f"{now:.1%}",
            )

    def _keeps_budgets(self, rival: Answer, share: float) -> bool:
        """Crossing AZs takes longer, which a p99 budget may not allow."""
        made = self.comparison.case
        if all(flow.p99_budget_us is None for flow in made.topology.flows):
            return True
        after = compare(
            crossed(made, share), self.comparison.prices, self.comparison.latencies, [rival.option]
        )
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
                    f"{rate.usd:f} USD",
                )

    def _budget(self, rival: Answer) -> Iterator[Flip]:
        ours, theirs = self.best.heads.worst.us, rival.heads.worst.us
        if ours is not None and theirs is not None and theirs < ours:
            yield Flip(
                "budget", "a p99 budget below", f"{ours:g} µs", rival.option.key, ours, FAR, "met"
            )

    def _first_change(self, rival: Answer, axis: Axis, points: tuple[float, ...]) -> float | None:
        both = self.best.option, rival.option
        ours, theirs = (curve_of(self.comparison, one, axis) for one in both)
        ahead = float(rival.operations_usd - self.best.operations_usd)
        return first_change(ours, theirs, ahead, points)


class _Rate(NamedTuple):
    """A price, known by its place in memory (hashing all of it would cost more), and a tier."""

    price: int
    usd: Decimal


NOTHING: tuple[None, float] = (None, 0.0)


def _quantities(answer: Answer) -> dict[_Rate, tuple[Price, float]]:
    """By price and rate of its lines: how much is bought."""
    units: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    lines: dict[tuple[int, int], Line] = {}
    for line in answer.bill.lines if answer.bill else ():
        place = id(line.price), id(line.rate)
        units[place] += line.quantity
        lines[place] = line
    sums: dict[_Rate, tuple[Price, float]] = {}
    for place, line in lines.items():
        rate = _Rate(id(line.price), line.rate)
        sums[rate] = line.price, sums.get(rate, NOTHING)[1] + float(units[place])
    return sums


def _name(price: Price, rate: Decimal) -> str:
    name = f"{usage_type(price.name, price.region, price.to_region)} in {price.where}"
    if len(price.tiers) == 1:
        return name
    start = next(tier.start for tier in price.tiers if tier.usd == rate)
    return f"{name}, in the tier from {start // THOUSANDTHS:,} {price.unit},"
