"""Why a plan has this option for a flow: what it shares, what it adds, what comes next, and where
that turns. Every figure is of designs that are planned and billed again."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from connectivity.core.comparison.compare import Comparison
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.designs import Choice, Design, design_of
from connectivity.core.plan.formulation.parts import Memory
from connectivity.core.plan.search.cheapest import Limits
from connectivity.core.plan.search.plan import Plan
from connectivity.core.plan.trade_offs.turning_points import (
    PlanLever,
    Planner,
    TurningPoint,
    Unproven,
    turns,
)
from connectivity.core.plan.trade_offs.variations import (
    with_gb,
    with_object_usd,
    with_price_times,
    without_option,
)
from connectivity.core.plan.why.shared_costs import Shared, shares
from costmodel.core.price_list import Key

MAX_FLOWS = 20  # explained at a time
MAX_PRICES = 4  # those of which the next best design needs most more or less
TIMES = Decimal(10)  # today's price or cost, up to which is looked
FAR_USD = Decimal(1_000)  # likewise, a month, where an object costs less today
GB_DOWN = tuple(map(Decimal, ("0.5", "0.1", "0")))
GB_UP = tuple(map(Decimal, ("2", "10", "100", "1000")))
GB_OF_NOTHING = tuple(map(Decimal, ("10", "1000", "100000", "10000000")))


@dataclass(frozen=True)
class NextBest:
    """The cheapest design in which a flow has another option, and what it costs more."""

    option: Option
    extra_usd: Decimal
    design: Design


@dataclass(frozen=True)
class Explanation:
    """Why a flow has its option. USD a month, unrounded.

    Attributes:
        flow: by index.
        shared: what is billed or looked after once for it and others.
        part_usd: what the same design would cost less without the flow.
        marginal_usd: what the cheapest design would cost less without the flow.
        alone_usd: what the flow would cost if no other were there, over the same option.
        next_best: None: no design has another option for it.
        turns: where the plan would have another option for it.
        is_complete: all of this was planned and proven in its time; None stands for what was not.
    """

    flow: int
    option: Option
    shared: tuple[Shared, ...]
    part_usd: Decimal
    alone_usd: Decimal
    marginal_usd: Decimal | None
    next_best: NextBest | None
    turns: tuple[TurningPoint, ...]
    is_complete: bool


def explanations(
    comparison: Comparison, planned: Plan, rows: Sequence[int], limits: Limits
) -> list[Explanation]:
    """Why some flows have their options: at most MAX_FLOWS, in the order that is asked.

    Args:
        rows: the flows, by index.
        limits: of the plan; its seconds are those of all of these flows together.
    """
    began, known, memory = time.monotonic(), [], Memory()
    for number, row in enumerate(rows[:MAX_FLOWS]):
        left = limits.seconds - (time.monotonic() - began)
        share = max(left, 0.0) / (min(len(rows), MAX_FLOWS) - number)
        if planned.design is not None:
            quick = limits._replace(seconds=share, tells_ties=False, memory=memory)
            known.append(_explained(comparison, planned.design, row, quick))
    return known


def _explained(comparison: Comparison, design: Design, row: int, limits: Limits) -> Explanation:
    choice, option = design.options, design.options[row]
    only: list[Option | None] = [None] * len(choice)
    only[row] = option
    others: list[Option | None] = list(choice)
    others[row] = None
    planner = Planner(limits, row, option)
    marginal, following, is_complete = None, None, True
    known: tuple[TurningPoint, ...] = ()
    try:
        marginal = _marginal(planner, comparison, design)
        following = _next_best(planner, comparison, design)
        levers = () if following is None else _levers(comparison, design, following, row)
        known = tuple(turns(planner, levers, choice))
    except Unproven:
        is_complete = False
    return Explanation(
        row,
        option,
        tuple(shares(comparison, choice, row)),
        design.exact_usd - _usd(comparison, others),
        _usd(comparison, only),
        marginal,
        following,
        known,
        is_complete,
    )


def _usd(comparison: Comparison, choice: Choice) -> Decimal:
    design = design_of(comparison, choice)
    if design is None:
        raise ValueError("part of a priced design has no price")
    return design.exact_usd


def _marginal(planner: Planner, comparison: Comparison, design: Design) -> Decimal:
    if len(design.options) == 1:
        return design.exact_usd
    asked = planner.limits.asked
    without = asked._replace(idle=asked.idle | {planner.row})
    other = Planner(
        planner.limits._replace(asked=without, seconds=planner.left()), planner.row, planner.option
    )
    rest = other.best(comparison).design
    return design.exact_usd - (rest.exact_usd if rest else Decimal(0))


def _next_best(planner: Planner, comparison: Comparison, design: Design) -> NextBest | None:
    result = planner.best(without_option(comparison, planner.row, planner.option))
    option = result.choice[planner.row] if result.design else None
    if result.design is None or option is None:
        return None
    return NextBest(option, result.design.exact_usd - design.exact_usd, result.design)


def _levers(
    comparison: Comparison, design: Design, following: NextBest, row: int
) -> Iterator[PlanLever]:
    """What one of the two designs has more of than the other, and the flow's traffic."""
    flow = comparison.case.topology.flows[row]
    today = Decimal(float(comparison.case.column("gb")[row]))
    ways = (
        (tuple(today * times for times in GB_DOWN), tuple(today * times for times in GB_UP))
        if today
        else (GB_OF_NOTHING,)
    )
    at = partial(_with_gb, comparison, row)
    yield PlanLever("gb", flow.name, today, ways, is_straight=False, at=at)
    yield from _prices(comparison, design, following.design)
    for kind in sorted(design.objects.keys() | following.design.objects.keys()):
        if design.objects.get(kind) != following.design.objects.get(kind):
            usd = comparison.case.topology.operations_usd.get(kind, Decimal(0))
            at = partial(with_object_usd, comparison, kind)
            yield PlanLever(
                "operations", kind, usd, _ways(usd, max(usd * TIMES, FAR_USD)), True, at
            )


def _with_gb(comparison: Comparison, row: int, gb: Decimal) -> Comparison:
    return with_gb(comparison, row, float(gb))


def _ways(today: Decimal, far: Decimal) -> tuple[tuple[Decimal, ...], ...]:
    return ((Decimal(0),), (far,)) if today else ((far,),)


def _prices(comparison: Comparison, design: Design, other: Design) -> Iterator[PlanLever]:
    ours, theirs = _usd_by_price(design), _usd_by_price(other)
    nothing = Decimal(0)
    keys = ours.keys() | theirs.keys()
    changes = {key: abs(ours.get(key, nothing) - theirs.get(key, nothing)) for key in keys}
    ranked = sorted(changes, key=lambda key: (-changes[key], str(key)))
    for key in ranked[:MAX_PRICES]:
        price = comparison.prices.find(*key)
        usd = price.tiers[0].usd if price else Decimal(0)
        if changes[key] and usd:
            at = partial(_with_price, comparison, key, usd)
            words = " ".join(part for part in (key[0].usage_type, key[1], key[2]) if part)
            yield PlanLever("price", words, usd, _ways(usd, usd * TIMES), is_straight=True, at=at)


def _with_price(comparison: Comparison, key: Key, today: Decimal, usd: Decimal) -> Comparison:
    return with_price_times(comparison, key, usd / today)


def _usd_by_price(design: Design) -> dict[Key, Decimal]:
    sums: dict[Key, Decimal] = {}
    for line in design.bill.lines:
        key = line.price.name, line.region, line.to_region
        sums[key] = sums.get(key, Decimal(0)) + line.usd
    return sums
