"""The design of least cost: one option for every flow, billed as it would be built."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.recommendation import recommended
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.candidates import left_out
from connectivity.core.plan.design.designs import Choice, Design, can_be_built, design_of
from connectivity.core.plan.formulation.parts import Requirements
from connectivity.core.plan.search.cheapest import SECONDS, Limits, Look, cheapest
from connectivity.core.plan.solver.highs import Outcome, carry_on
from costmodel.core.price_list import Key
from costmodel.core.units import CENT, cents

TODAY = "today"
MIX = "cheapest option of each flow alone"


class Baseline(NamedTuple):
    """A design that anybody would think of.

    Attributes:
        design: None: a flow has no option, an option cannot carry its flows, or a price is missing.
        is_feasible: every flow allows its option, and no rule forbids the design.
        option: the one of all flows.
    """

    name: str
    design: Design | None
    is_feasible: bool
    option: Option | None = None


@dataclass(frozen=True)
class Plan:
    """What is known of the cheapest design.

    Attributes:
        design: the cheapest that was found; None where there is none.
        bound_usd: no design costs less, in USD a month.
        best_single: the option that the comparison recommends for all flows.
        left_out: the prices that are missing, and the options that would need them.
    """

    case: Case
    outcome: Outcome
    design: Design | None
    bound_usd: float
    best_single: Answer | None
    baselines: tuple[Baseline, ...]
    left_out: dict[Key, tuple[Option, ...]]

    @cached_property
    def gap_usd(self) -> Decimal | None:
        """By how much another design may be cheaper, rounded up to the cent; None without one.

        A design that is cheaper by less than half a cent has the same total.
        """
        if self.design is None:
            return None
        gap = self.design.exact_usd - Decimal(self.bound_usd)
        return Decimal("0.00") if gap < CENT / 2 else cents(gap + CENT / 2)

    @property
    def saves_usd(self) -> Decimal | None:
        """What it saves a month against the best single option; None where none is feasible."""
        return self._saves(self.best_single.total_usd if self.best_single else None)

    @property
    def saves_today_usd(self) -> Decimal | None:
        """What it saves a month against what is used today; None where that has no bill."""
        today = next((each.design for each in self.baselines if each.name == TODAY), None)
        return self._saves(today.total_usd if today else None)

    def _saves(self, usd: Decimal | None) -> Decimal | None:
        return None if self.design is None or usd is None else usd - self.design.total_usd

    @property
    def is_proven(self) -> bool:
        """No design costs less."""
        return self.gap_usd == 0


def plan(
    comparison: Comparison,
    max_objects: int | None = None,
    seconds: float = SECONDS,
    watch: Look = carry_on,
) -> Plan:
    """The cheapest design of a topology, as far as it is proven in a time.

    Args:
        comparison: of the same topology: what is allowed, feasible and known.
        max_objects: how many managed resources there may be; None: any number.
        seconds: after which the best design so far is the answer.
        watch: asked now and then how far it is; False stops.

    Source: the product's contract, section 5.
    """
    case = comparison.case
    baselines = _baselines(comparison)
    known = [each.design for each in baselines if each.is_feasible and each.design]
    best = min(known, key=lambda design: design.order, default=None)
    limits = Limits(Requirements(max_objects), seconds, watch)
    result = cheapest(comparison, limits, best.options if best else None)
    missing, single = comparison.once(left_out), recommended(comparison)
    return Plan(case, result.outcome, result.design, result.bound_usd, single, baselines, missing)


def _baselines(comparison: Comparison) -> tuple[Baseline, ...]:
    """Every option for all flows, each flow's own choice, and what is used today."""
    flows = comparison.case.topology.flows
    ordered = sorted(comparison.answers, key=lambda answer: answer.option.order)
    options = {answer.option.key: answer.option for answer in ordered}
    alone = [_of_all(comparison, answer) for answer in ordered]
    today = [options.get(flow.today or "") for flow in flows]
    own = _baseline(comparison, MIX, comparison.mix.options)
    return (*alone, own, _baseline(comparison, TODAY, today))


def _of_all(comparison: Comparison, answer: Answer) -> Baseline:
    """An option for all flows, which the comparison has billed and judged."""
    option, priced = answer.option, answer.bill
    name, choice = f"all {option.key}", (option,) * len(comparison.case.flows)
    if not option.keeps_vpcs and not answer.is_allowed:
        return Baseline(name, None, is_feasible=False, option=option)  # nobody wants to join all
    if not option.keeps_vpcs:
        return _baseline(comparison, name, choice)._replace(option=option)
    is_feasible = answer.is_feasible and answer.is_allowed and priced is not None
    if priced is None or priced.gaps:
        return Baseline(name, None, is_feasible, option)
    design = Design(choice, priced, answer.objects, answer.operations_usd)
    return Baseline(name, design, is_feasible, option)


def _baseline(comparison: Comparison, name: str, choice: Choice) -> Baseline:
    if None in choice:
        return Baseline(name, None, is_feasible=False)
    is_feasible = can_be_built(comparison, choice)
    return Baseline(name, design_of(comparison, choice), is_feasible)
