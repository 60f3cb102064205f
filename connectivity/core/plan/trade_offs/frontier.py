"""Trade-offs: what it costs to have fewer managed resources, fewer changes, or a lower worst p99.

Every point is the cheapest design within its limit, as far as it is proven.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from math import ceil
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.worst_p99 import headlines
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.designs import Design
from connectivity.core.plan.formulation.parts import Memory, Requirements, changes
from connectivity.core.plan.search.cheapest import Cheapest, Limits, Look, cheapest
from connectivity.core.plan.solver.highs import carry_on
from costmodel.core.charges import Bools, Floats

POINTS = 12  # at most, of each trade-off
SECONDS = 60.0  # of all points of a trade-off together
JUST_BELOW_US = 1e-3
FINITE = 1e300


class TradedFor(StrEnum):
    """What is traded for cost."""

    OBJECTS = "objects"  # managed resources
    CHANGES = "changes"  # flows that leave today's option
    WORST_P99 = "worst-p99"  # in microseconds; infinite: some flow's is not known


class TradeOff(NamedTuple):
    """A design that no other beats in both: what is cheaper has more of what the axis counts.

    Attributes:
        amount: what the design has of it: managed resources, changes, or microseconds.
        is_proven: no design with so little costs less.
    """

    amount: float
    design: Design
    is_proven: bool


class _Trade(NamedTuple):
    """How much of something a design has, the cheapest design with at most so much, and by how much
    less the next point shall have, given what the first one has."""

    amount_of: Callable[[Design], float]
    cheapest: Callable[[float | None, Limits], Cheapest]
    step: Callable[[float], float]


def frontier(
    comparison: Comparison,
    axis: TradedFor,
    seconds: float = SECONDS,
    watch: Look = carry_on,
) -> Iterator[TradeOff]:
    """The designs from the cheapest on, each with less of something than the one before, which it
    costs more than; as they become known, at most `POINTS`.

    Args:
        seconds: after which no further point is looked for.
        watch: asked now and then how far a point is; False stops.
    """
    trade = _TRADES[axis](comparison)
    ends = time.monotonic() + seconds
    last: TradeOff | None = None
    for point in islice(_points(trade, ends, watch), POINTS):
        if last is not None and point.design.total_usd > last.design.total_usd:
            yield last
        last = point
    if last is not None:
        yield last


def _points(trade: _Trade, ends: float, watch: Look) -> Iterator[TradeOff]:
    """Each with less than the one before; it may cost the same."""
    limit: float | None = None
    step, memory = 0.0, Memory()
    while limit is None or limit >= 0:
        left = ends - time.monotonic()
        if left <= 0:
            return
        result = trade.cheapest(limit, Limits(seconds=left, watch=watch, memory=memory))
        if result.design is None:
            return
        amount = trade.amount_of(result.design)
        yield TradeOff(amount, result.design, result.is_proven)
        step = step or trade.step(amount)
        limit = min(amount - step, FINITE)


def _whole(amount: float) -> float:
    """So that the points go down to nothing, however much the first one has."""
    return float(max(1, ceil(amount / POINTS)))


def _of_objects(comparison: Comparison) -> _Trade:
    def solved(limit: float | None, limits: Limits) -> Cheapest:
        most = None if limit is None else int(limit)
        return cheapest(comparison, limits._replace(asked=Requirements(max_objects=most)))

    return _Trade(lambda design: design.object_count, solved, _whole)


def _of_changes(comparison: Comparison) -> _Trade:
    def solved(limit: float | None, limits: Limits) -> Cheapest:
        most = None if limit is None else int(limit)
        return cheapest(comparison, limits._replace(asked=Requirements(max_changes=most)))

    return _Trade(lambda design: changes(comparison.case, design.options), solved, _whole)


def _of_worst_p99(comparison: Comparison) -> _Trade:
    options = [answer.option for answer in comparison.answers]
    worst = _p99s(comparison, options)
    number = {option: row for row, option in enumerate(options)}

    def amount(design: Design) -> float:
        rows = [number[option] for option in design.options]
        return float(worst[rows, np.arange(len(rows))].max())

    def solved(limit: float | None, limits: Limits) -> Cheapest:
        if limit is None:
            return cheapest(comparison, limits)
        return cheapest(_only(comparison, options, worst <= limit), limits)

    return _Trade(amount, solved, lambda _: JUST_BELOW_US)


def _p99s(comparison: Comparison, options: Sequence[Option]) -> Floats:
    """What every option gives every flow, in microseconds; infinite where it is not known, 0 for a
    flow of which no allowed option's is known. Shape (options, flows)."""
    case, latencies = comparison.case, comparison.latencies
    rows = []
    for option in options:
        us = headlines(option.key, case, latencies).us
        is_known = case.options.holding(option.key) & ~np.isnan(us)
        rows.append(np.where(is_known, us, np.inf))
    worst = np.array(rows)
    worst[:, np.isinf(worst).all(axis=0)] = 0
    return worst


def _only(comparison: Comparison, options: Sequence[Option], is_allowed: Bools) -> Comparison:
    """The same where flows may use some options alone. Shape (options, flows)."""
    keys = np.array([option.key for option in options])
    topology = comparison.case.topology
    flows = (
        flow._replace(options=flow.options & set(keys[is_allowed[:, row]].tolist()))
        for row, flow in enumerate(topology.flows)
    )
    stricter = replace(topology, flows=tuple(flows))
    return compare(stricter, comparison.prices, comparison.latencies, options)


_TRADES: dict[TradedFor, Callable[[Comparison], _Trade]] = {
    TradedFor.OBJECTS: _of_objects,
    TradedFor.CHANGES: _of_changes,
    TradedFor.WORST_P99: _of_worst_p99,
}
