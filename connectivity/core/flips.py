"""What would change a recommendation: operations, GB, crossing share, a price, a p99 budget.

The bill is piecewise linear in each of them, so each threshold is the crossing of two lines, and
where tiers or capacity units bend the bill it is approached by billing again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from connectivity.core.columns import Flows
from connectivity.core.compare import Answer, Comparison
from connectivity.core.verdict import is_slower
from costmodel.core.bill import bill
from costmodel.core.charges import Ints
from costmodel.core.price_list import Price
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage_types import usage_type

LEAST_FACTOR, MOST_FACTOR = 1e-3, 1e3  # of the traffic: beyond them nothing is said
STEPS = 6
CLOSE_ENOUGH = 0.005  # USD
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
    totals: dict[tuple[str, str, float], float] = field(default_factory=dict)

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
            if bound >= 0:
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
        gb = float(self.comparison.case.flows.total.sum()) / THOUSANDTHS
        for way, toward in (("above", 2.0), ("below", 0.5)) if gb else ():
            factor = self._root(rival, toward)
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
        inside = flows.total[flows.same_region].sum()
        if not inside:
            return
        none, all_of_it = (self._lead(rival, "crossing", share) for share in (0.0, 1.0))
        if none == all_of_it:
            return
        share, now = none / (none - all_of_it), float(flows.crossing.sum() / inside)
        if 0 <= share <= 1 and share != now:
            way = "above" if share > now else "below"
            yield Flip(
                "crossing",
                f"share of the GB that cross AZs {way}",
                f"{share:.1%}",
                rival.option.key,
                share,
                abs(share - now),
            )

    def _prices(self, rival: Answer) -> Iterator[Flip]:
        ours, theirs = _quantities(self.best), _quantities(rival)
        for (price, rate), one in {**theirs, **ours}.items():
            more = ours.get((price, rate), 0.0) - theirs.get((price, rate), 0.0)
            bound = rate + self._ahead(rival) / more if more else -1.0
            if bound >= 0 and rate and one:
                name = usage_type(price.name, price.region, price.to_region)
                way = "above" if more > 0 else "below"
                yield Flip(
                    "price",
                    f"price of {name} in {price.region} {way}",
                    f"{bound:.4g} USD per {price.unit}",
                    rival.option.key,
                    bound,
                    abs(bound - rate) / rate,
                )

    def _budget(self, rival: Answer) -> Iterator[Flip]:
        us = self.best.heads.worst.us
        if us is not None and rival.heads.worst.us is not None and is_slower(self.best, rival):
            what = "a p99 budget below"
            yield Flip("budget", what, f"{us:g} µs", rival.option.key, us, FAR)

    def _root(self, rival: Answer, toward: float) -> float | None:
        """The factor on all GB at which the rival is as cheap, beyond 1 in one direction."""
        here, there = 1.0, toward
        lead, next_lead = (self._lead(rival, "gb", one) for one in (here, there))
        for _ in range(STEPS):
            if next_lead == lead:
                return None
            here, there = there, there - next_lead * (there - here) / (next_lead - lead)
            if not (LEAST_FACTOR < there < MOST_FACTOR) or (there > 1) != (toward > 1):
                return None
            lead, next_lead = next_lead, self._lead(rival, "gb", there)
            if abs(next_lead) < CLOSE_ENOUGH:
                return there
        return None

    def _lead(self, rival: Answer, what: str, value: float) -> float:
        """USD by which the best would be dearer than the rival after a change."""
        return self._total(self.best, what, value) - self._total(rival, what, value)

    def _total(self, answer: Answer, what: str, value: float) -> float:
        key = answer.option.key, what, value
        if key not in self.totals:
            made = self.comparison.case
            flows = _CHANGES[what](made.flows, value)
            priced = bill(
                answer.option.charges(flows), self.comparison.prices, made.regions, made.pools
            )
            self.totals[key] = float(sum(line.usd for line in priced.lines)) + float(
                answer.operations_usd
            )
        return self.totals[key]


def _times(quantity: Ints, factor: float) -> Ints:
    return np.rint(quantity * factor).astype(np.int64)


def _scaled(flows: Flows, factor: float) -> Flows:
    return replace(
        flows,
        request=_times(flows.request, factor),
        response=_times(flows.response, factor),
        crossing=_times(flows.crossing, factor),
    )


def _crossed(flows: Flows, share: float) -> Flows:
    return replace(flows, crossing=np.where(flows.same_region, _times(flows.total, share), 0))


_CHANGES: dict[str, Callable[[Flows, float], Flows]] = {"gb": _scaled, "crossing": _crossed}


def _quantities(answer: Answer) -> dict[tuple[Price, float], float]:
    """By price and rate of its lines: how much is bought."""
    sums: dict[tuple[Price, float], float] = {}
    for line in answer.bill.lines if answer.bill else ():
        key = line.price, float(line.rate)
        sums[key] = sums.get(key, 0.0) + float(line.quantity)
    return sums
