"""Where one option becomes cheaper than another while traffic, or its crossing share, changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.trial import Basis, tried, with_crossing
from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from costmodel.core.charges import Floats, Ints
from costmodel.core.curve import Curve, curve
from costmodel.core.price_list import PriceList

HALF_A_CENT = 0.005  # USD
MAX_POINTS = 400  # that are looked at on one stretch; more bends are closed in on in steps
STEPS = 4
LOOKS = 200  # points that are looked at for the next change of the cheapest
MAX_HANDOVERS = 12


class Axis(StrEnum):
    """What changes; a value is that point of the way from 0 to 1."""

    GB = "gb"  # all traffic: 0 is none, 1 what it is
    CROSSING = "crossing"  # the share of every flow's GB that cross AZs, where it has a choice


def cost_curve(option: Option, case: Case, prices: PriceList, axis: Axis) -> Curve:
    """What an option costs a month, without operations, along an axis."""
    ends: dict[Axis, Callable[[Case], tuple[Flows, Flows]]] = {
        Axis.GB: _none_and_all,
        Axis.CROSSING: _kept_and_crossed,
    }
    start, end = case.once(ends[axis])
    return curve(option.charges(start), option.charges(end), prices, case.regions, case.pools)


def curve_of(comparison: Comparison, option: Option, axis: Axis) -> Curve:
    """The cost curve of an option, kept with its comparison."""
    key = option.key, axis.value
    if key not in comparison.curves:
        case, prices = comparison.case, comparison.prices
        comparison.curves[key] = cost_curve(option, case, prices, axis)
    return comparison.curves[key]


def _none_and_all(case: Case) -> tuple[Flows, Flows]:
    nothing = np.zeros(len(case.flows), dtype=np.int64)
    none = replace(case.flows, request=nothing, response=nothing, crossing=nothing)
    return none, case.flows


def _kept_and_crossed(case: Case) -> tuple[Flows, Flows]:
    """No flow that has a choice crosses AZs, and all flows do."""
    flows, free = case.flows, case.flows.has_choice
    kept: Ints = np.where(free, 0, flows.crossing)
    crossed: Ints = np.where(free, flows.total, flows.crossing)
    return replace(flows, crossing=kept), replace(flows, crossing=crossed)


def first_change(
    ours: Curve, theirs: Curve, ahead: float, points: tuple[float, ...]
) -> float | None:
    """The first of some points, in their order, from which theirs is cheaper than ours.

    Args:
        ahead: USD a month that theirs costs more for what does not change (operations).
        points: where to look, rising or falling; ours is not dearer at the first.

    Returns:
        The exact crossing, since both are straight between their bends; None if there is none.
    """
    stretch = np.array(points)
    leads = ours.usd_at(points) - theirs.usd_at(points) - ahead
    for _ in range(STEPS):
        dearer = (leads > HALF_A_CENT).nonzero()[0]
        if not len(dearer) or dearer[0] == 0:
            return None
        here = slice(dearer[0] - 1, dearer[0] + 1)
        (last, first), (before, after) = stretch[here].tolist(), leads[here].tolist()
        stretch = _between(ours, theirs, last, first)
        if len(stretch) == 2:
            break
        leads = ours.usd(stretch) - theirs.usd(stretch) - ahead
    return float(last - (first - last) * before / (after - before))


def within_budgets(comparison: Comparison, options: Sequence[Option]) -> set[str]:
    """Those options, by key, that keep every p99 budget whether no bytes cross AZs or all do."""
    answers = [answer for answer in comparison.answers if answer.option in options]
    kept = {answer.option.key for answer in answers}
    if np.isnan(comparison.case.column("p99_budget_us")).all():
        return kept
    for share in (0.0, 1.0):
        after = tried(comparison, with_crossing(Basis.of(comparison), share), answers)
        kept &= {answer.option.key for answer in after if answer.is_feasible}
    return kept


@dataclass(frozen=True, slots=True)
class Runner:
    """An option on its way along an axis."""

    option: Option
    curve: Curve
    operations: float  # USD a month, the same everywhere

    def usd(self, points: Floats) -> Floats:
        """USD a month at points of the axis, operations with them. Shape of `points`."""
        return self.curve.usd(points) + self.operations


@dataclass(frozen=True, slots=True)
class Handover:
    """Where one option stops being the cheapest and another begins."""

    value: float
    usd: float
    before: Option
    after: Option


def handovers(runners: Sequence[Runner], low: float, high: float) -> list[Handover]:
    """Every change of the cheapest option between two points, rising, each exact."""
    handovers: list[Handover] = []
    at, best = low, _cheapest(runners, low, high)
    while best and len(handovers) < MAX_HANDOVERS:
        points = tuple(np.linspace(at, high, LOOKS).tolist())
        meets = [
            (value, runner.option.order, runner)
            for runner in runners
            if runner is not best
            and (value := _meeting(best, runner, points)) is not None
            and value > at
        ]
        if not meets:
            break
        at, _, runner = min(meets, key=lambda meet: meet[:2])
        usd = float(runner.usd(np.array([at]))[0])
        handovers.append(Handover(at, usd, best.option, runner.option))
        best = runner
    return handovers


def _meeting(ours: Runner, theirs: Runner, points: tuple[float, ...]) -> float | None:
    return first_change(ours.curve, theirs.curve, theirs.operations - ours.operations, points)


def _cheapest(runners: Sequence[Runner], low: float, high: float) -> Runner | None:
    """The cheapest at the beginning; of equal ones, the one that stays it for longer."""
    priced = [runner for runner in runners if not np.isnan(runner.usd(np.array([low, high]))).any()]
    points = np.array([low, low + (high - low) / LOOKS, high])

    def order(runner: Runner) -> tuple[float, float, float, int]:
        first, then, last = np.round(runner.usd(points), 2).tolist()
        return first, then, last, runner.option.order

    return min(priced, key=order, default=None)


def _between(ours: Curve, theirs: Curve, last: float, first: float) -> Floats:
    """Both ends and every bend between them; evenly spread points where there are too many."""
    low, high = min(last, first), max(last, first)
    bends = np.concatenate([ours.bends(low, high), theirs.bends(low, high)])
    if len(bends) > MAX_POINTS:
        bends = np.linspace(low, high, MAX_POINTS)[1:-1]
    rising = np.unique(np.concatenate([[low], bends, [high]]))
    return rising if last < first else rising[::-1]
