"""What it costs to go from a network to a plan."""

from collections import Counter
from decimal import Decimal
from typing import NamedTuple

from connectivity.core.comparison.compare import Comparison
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.designs import Choice, Design
from connectivity.core.plan.design.joined import joining_pairs
from connectivity.core.plan.steps.migration import migration


class Move(NamedTuple):
    """How many flows change from one option to another, by their names."""

    before: str
    after: str
    flows: int


class Switch(NamedTuple):
    """The way to a plan.

    Attributes:
        is_from_today: it begins with what every flow uses today, else with a plan of before.
        days: that the network stays as it is after each step.
        saves_usd: a month, when it is over, against where it begins.
        extra_usd: what all steps cost beyond staying; below 0 where they save already. None, as of
            `saves_usd`: something of where it begins has no price.
        payback_days: after how many days it has cost no more than staying; None: never, or not
            known.
    """

    is_from_today: bool
    flows: int
    steps: int
    days: int
    saves_usd: Decimal | None
    extra_usd: Decimal | None
    payback_days: int | None


def moves(before: Choice, after: Choice) -> list[Move]:
    """The flows that change their option, the most first."""
    pairs = zip(before, after, strict=True)
    counts = Counter(
        (old.name if old else "nothing", new.name) for old, new in pairs if new and old is not new
    )
    return [Move(*names, count) for names, count in counts.most_common()]


def switch(comparison: Comparison, before: Choice, design: Design) -> Switch | None:
    """From what is used today, or from a plan of before where not every flow says that, to a plan.

    None where VPC sharing joins other VPCs: workloads then move, which no bill tells.
    """
    case = comparison.case
    known = OPTIONS.by_key
    today = tuple(known.get(flow.today or "") for flow in case.topology.flows)
    is_from_today = None not in today
    begin = today if is_from_today else before
    if joining_pairs(case, begin) != joining_pairs(case, design.options):
        return None
    way = migration(case, comparison.prices, begin, design.options)
    count = sum(old is not new for old, new in zip(begin, design.options, strict=True))
    steps = len(way.steps)
    return Switch(
        is_from_today, count, steps, way.days, way.saves_usd, way.extra_usd, way.payback_days
    )
