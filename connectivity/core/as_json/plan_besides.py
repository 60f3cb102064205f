"""What may be asked of a plan besides, in plain values: why, at which other cost, and the way."""

from collections import Counter
from collections.abc import Callable, Iterator
from math import isinf
from time import monotonic
from typing import Any, NamedTuple

from connectivity.core.as_json.amounts import EXPLANATION, FRONTIERS, RATES
from connectivity.core.as_json.migration import migrated
from connectivity.core.as_json.plan_explanation import flows_to_explain, plain_explanation
from connectivity.core.as_json.plan_parts import MIGRATION
from connectivity.core.as_json.values import Plain, plain_key, usd_text
from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.search.cheapest import Limits, Look, SoFar
from connectivity.core.plan.search.plan import Plan
from connectivity.core.plan.trade_offs.frontier import SECONDS as AXIS_S
from connectivity.core.plan.trade_offs.frontier import TradedFor, TradeOff, frontier
from connectivity.core.plan.trade_offs.missing_rates import Entry, entries
from connectivity.core.plan.why.explanation import explanations

BESIDES = "besides"  # the part of which a search tells before it knows which
EXPLANATION_S = 300.0  # of all flows together
RATES_S = 120.0  # of all rates together
RATE_S = 10.0  # of each plan on the way to one


class Besides(NamedTuple):
    """What is asked for.

    Attributes:
        explain: names of flows; empty: those with the most GB; None: none.
        days: after each step of the way from today; None: the way is not asked for.
    """

    explain: tuple[str, ...] | None = None
    has_frontiers: bool = False
    has_missing_rates: bool = False
    days: int | None = None

    @property
    def seconds(self) -> float:
        """How long all of it takes at most, but for the way."""
        return (
            EXPLANATION_S * (self.explain is not None)
            + AXIS_S * len(TradedFor) * self.has_frontiers
            + RATES_S * self.has_missing_rates
        )


NOTHING = Besides()
Tell = Callable[[Plain], None]


def keep_quiet(parts: Plain) -> None:
    """Nobody wants to know what is known meanwhile."""


def besides(
    comparison: Comparison,
    result: Plan,
    asked: Besides,
    limits: Limits,
    tell: Tell = keep_quiet,
) -> Plain:
    """What is asked for, by the names of contract section 5.

    Args:
        limits: those of the plan.
        tell: called with all that is known whenever it is more: a flow, a point, a part.

    Raises:
        DocumentRefused: a flow that shall be explained is none.
    """
    parts: Plain = {}
    for name, growing in _asked(comparison, result, asked, limits):
        for value in growing:
            parts[name] = value
            tell({**parts})
    return parts


def _asked(
    comparison: Comparison, result: Plan, asked: Besides, limits: Limits
) -> Iterator[tuple[str, Iterator[Any]]]:
    """Each part, as it grows; what takes longest comes last."""
    names = asked.explain
    rows = [] if names is None else flows_to_explain(comparison.case.topology, names or None)
    if asked.days is not None:
        yield MIGRATION, iter([migrated(comparison, result.design, asked.days)])
    if asked.has_missing_rates:
        yield RATES, iter([_rates(comparison, result, limits)])
    if asked.has_frontiers:
        yield FRONTIERS, _frontiers(comparison, result, limits.watch)
    if names is not None:
        yield EXPLANATION, _explanation(comparison, result, rows, limits)


def _explanation(
    comparison: Comparison, result: Plan, rows: list[int], limits: Limits
) -> Iterator[list[Plain]]:
    """One flow after the other, each with an equal share of the time that is left."""
    watch = _within(limits.watch, EXPLANATION_S, result, EXPLANATION)
    began, known = monotonic(), list[Plain]()
    yield []
    for number, row in enumerate(rows):
        left = max(EXPLANATION_S - (monotonic() - began), 0.0)
        own = limits._replace(seconds=left / (len(rows) - number), watch=watch)
        for each in explanations(comparison, result, [row], own):
            known.append(plain_explanation(comparison, each))
            yield [*known]


def _frontiers(
    comparison: Comparison, result: Plan, watch: Look
) -> Iterator[dict[str, list[Plain]]]:
    """One point after the other."""
    axes: dict[str, list[Plain]] = {axis.name.lower(): [] for axis in TradedFor}
    yield {**axes}
    if result.design is None:
        return
    for axis in TradedFor:
        look = _within(watch, AXIS_S, result, FRONTIERS)
        for point in frontier(comparison, axis, AXIS_S, look):
            name = axis.name.lower()
            axes[name] = [*axes[name], _point(point)]
            yield {**axes}


def _rates(comparison: Comparison, result: Plan, limits: Limits) -> list[Plain]:
    watch = _within(limits.watch, RATES_S, result, RATES)
    own = limits._replace(seconds=RATE_S, watch=watch)
    return [_entry(each) for each in entries(comparison, result, own)]


def _within(watch: Look, seconds: float, result: Plan, part: str) -> Look:
    """Tells of the plan while others are made for a part of the answer, and ends in time."""
    began = monotonic()

    def look(going: SoFar) -> bool:
        spent = monotonic() - began
        known = SoFar(spent, result.design, result.bound_usd, part)
        return watch(known) and spent < seconds

    return look


def _point(point: TradeOff) -> Plain:
    design = point.design
    return {
        "amount": None if isinf(point.amount) else point.amount,
        "objective_usd": usd_text(design.total_usd),
        "objects": design.objects,
        "options": dict(Counter(option.key for option in design.options).most_common()),
        "proven": point.is_proven,
    }


def _entry(entry: Entry) -> Plain:
    below = entry.below_usd
    return {
        "options": [option.key for option in entry.options],
        **plain_key(entry.key),
        "below_usd": None if below is None else f"{below.normalize():f}",
        "needed": entry.is_needed,
        "proven": entry.is_proven,
    }
