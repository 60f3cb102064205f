"""A plan of before and the plan of now, side by side under the inputs of now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np

from connectivity.core.comparison.combined_bill import bill_together
from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.design.designs import Choice, Design, chosen, design_of
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.plan.design.standing import standing
from connectivity.core.plan.formulation.parts import Requirements
from connectivity.core.plan.renewal.obstacles import MAX_NAMED, obstacles
from connectivity.core.plan.search.cheapest import Cheapest, Limits, cheapest
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.plan.solver.highs import Outcome
from costmodel.core.units import money
from costmodel.core.usage_types import usage_type

MIN_USD, MIN_SHARE = Decimal(1), Decimal("0.01")
ALWAYS_USD = Decimal(100)  # a month, which are worth telling however small a share they are


class News(StrEnum):
    """What there is to tell of a plan."""

    CHEAPER = "cheaper"  # another one costs less
    BLOCKED = "blocked"  # it can no longer be built


@dataclass(frozen=True)
class Renewal:
    """A plan of before under the inputs of now, and the plan of now.

    Attributes:
        choice: what the plan of before has for each flow; for flows that are new, what is cheapest
            beside it. None: not known.
        kept: it, as it is billed now; None: a price is missing, or flows have nothing.
        obstacles: why it can no longer be built.
        lacks: the prices that its bill lacks.
        is_certain: nothing cheaper is known for new flows beside it.
        plan: by the inputs of now.
    """

    choice: Choice
    kept: Design | None
    obstacles: tuple[str, ...]
    lacks: tuple[str, ...]
    is_certain: bool
    plan: Plan

    @property
    def saves_usd(self) -> Decimal | None:
        """What the plan of now costs less a month, to the cent; None where one has no bill."""
        if self.kept is None or self.plan.design is None:
            return None
        return self.kept.total_usd - self.plan.design.total_usd

    @property
    def news(self) -> News | None:
        """What is worth telling, and certain."""
        if self.plan.design is None:
            return News.BLOCKED if self.plan.outcome is Outcome.INFEASIBLE else None
        if self.obstacles:
            return News.BLOCKED
        saves, gap = self.saves_usd, self.plan.gap_usd
        if saves is None or gap is None or self.kept is None or not self.is_certain:
            return None
        return News.CHEAPER if saves > gap and is_worth(saves, self.kept.total_usd) else None

    @property
    def problem(self) -> str:
        """Why nothing can be said; empty: it can."""
        if self.plan.design is None:
            is_proven = self.plan.outcome is Outcome.INFEASIBLE
            return "" if is_proven else "no plan was found in the time given"
        if self.obstacles:
            return ""
        if self.lacks:
            return f"the price list lacks {', '.join(self.lacks)}, which its plan needs"
        if not self.is_certain:
            return "what its new flows cost beside the plan was not proven in the time given"
        gap, saves = self.plan.gap_usd or Decimal(0), self.saves_usd or Decimal(0)
        if gap and saves <= gap:
            return (
                f"another plan may cost up to {money(max(saves, Decimal(0)) + gap)} USD a month "
                "less: not proven in the time given"
            )
        return ""


def is_worth(saves: Decimal, usd: Decimal) -> bool:
    """A saving a month is worth telling beside what is paid."""
    return saves >= MIN_USD and (saves >= ALWAYS_USD or saves >= usd * MIN_SHARE)


def renewal(keys: Mapping[str, str], now: Comparison, seconds: float) -> Renewal:
    """What became of a plan.

    Args:
        keys: of the options that it has, by the names of the flows.
        now: the comparison of the topology as it is.
        seconds: for each search: for the plan of now, and for flows that are new.
    """
    choice = chosen(keys, now)
    best = plan(now, seconds=seconds)
    blocks, lacks = obstacles(now, choice), _lacks(now, choice)
    is_certain = True
    if None in choice and best.design is not None and not (blocks or lacks):
        beside = _with_new_flows(now, choice, seconds)
        is_certain = beside.is_proven
        if beside.design is not None:
            choice = beside.choice
        elif is_certain:
            blocks = (f"No option is left beside it for {_new_flows(now, choice)}.",)
    kept = None if None in choice else design_of(now, choice)
    return Renewal(choice, kept, blocks, lacks, is_certain, best)


def _new_flows(now: Comparison, choice: Choice) -> str:
    pairs = zip(now.case.topology.flows, choice, strict=True)
    names = [flow.name for flow, option in pairs if option is None]
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _with_new_flows(now: Comparison, choice: Choice, seconds: float) -> Cheapest:
    """The same options, and for flows without one the cheapest beside them."""
    case = now.case
    keys = [None if option is None else option.key for option in choice]
    pairs = zip(case.topology.flows, keys, strict=True)
    flows = tuple(flow._replace(today=key) for flow, key in pairs)
    held = replace(now, case=replace(case, topology=replace(case.topology, flows=flows)))
    return cheapest(held, Limits(Requirements(max_changes=0), seconds))


def _lacks(now: Comparison, choice: Choice) -> tuple[str, ...]:
    """The prices that the bill of the flows with an option lacks."""
    case = joined(now.case, joining_pairs(now.case, choice))
    uses = {option: np.flatnonzero(mask) for option, mask in standing(choice).built.items()}
    priced = bill_together(case, now.prices, uses)
    gaps = priced.gaps if priced else ()
    names = (f"{usage_type(gap.price, gap.region, gap.to_region)} in {gap.region}" for gap in gaps)
    return tuple(dict.fromkeys(names))
