"""What may be asked of a plan besides, in plain values: why, at which other cost, and the way."""

from collections import Counter
from math import isinf
from time import monotonic
from typing import NamedTuple

from connectivity.core.as_json.migration import migrated
from connectivity.core.as_json.plan_explanation import flows_to_explain, plain_explanation
from connectivity.core.as_json.values import Plain, plain_key, usd_text
from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.search.cheapest import Limits, Look, SoFar
from connectivity.core.plan.search.plan import Plan
from connectivity.core.plan.trade_offs.frontier import SECONDS as AXIS_S
from connectivity.core.plan.trade_offs.frontier import TradedFor, TradeOff, frontier
from connectivity.core.plan.trade_offs.missing_rates import Entry, entries
from connectivity.core.plan.why.explanation import explanations

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


def besides(comparison: Comparison, result: Plan, asked: Besides, limits: Limits) -> Plain:
    """What is asked for, by the names of contract section 5.

    Args:
        limits: those of the plan.

    Raises:
        DocumentRefused: a flow that shall be explained is none.
    """
    parts: Plain = {}
    if asked.explain is not None:
        watch = _within(limits.watch, EXPLANATION_S, result, "explanation")
        own = limits._replace(seconds=EXPLANATION_S, watch=watch)
        rows = flows_to_explain(comparison.case.topology, asked.explain or None)
        known = explanations(comparison, result, rows, own)
        parts["explanation"] = [plain_explanation(comparison, each) for each in known]
    if asked.has_frontiers:
        parts["frontiers"] = {
            axis.name.lower(): _frontier(comparison, axis, result, limits.watch)
            for axis in TradedFor
        }
    if asked.has_missing_rates:
        watch = _within(limits.watch, RATES_S, result, "missing_rates")
        own = limits._replace(seconds=RATE_S, watch=watch)
        parts["missing_rates"] = [_entry(each) for each in entries(comparison, result, own)]
    if asked.days is not None:
        parts["migration"] = migrated(comparison, result.design, asked.days)
    return parts


def _within(watch: Look, seconds: float, result: Plan, part: str) -> Look:
    """Tells of the plan while others are made for a part of the answer, and ends in time."""
    began = monotonic()

    def look(going: SoFar) -> bool:
        spent = monotonic() - began
        known = SoFar(spent, result.design, result.bound_usd, part)
        return watch(known) and spent < seconds

    return look


def _frontier(comparison: Comparison, axis: TradedFor, result: Plan, watch: Look) -> list[Plain]:
    if result.design is None:
        return []
    look = _within(watch, AXIS_S, result, "frontiers")
    return [_point(point, result) for point in frontier(comparison, axis, AXIS_S, look)]


def _point(point: TradeOff, result: Plan) -> Plain:
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
