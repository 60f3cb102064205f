"""Why there is no design: flows and rules that cannot be had together, as few as possible."""

from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import NamedTuple, TypeVar

import numpy as np

from connectivity.core.comparison.answer import Answer
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.candidates import Candidate
from connectivity.core.plan.design.candidates import candidates as candidates_of
from connectivity.core.plan.design.joined import joined
from connectivity.core.plan.formulation.model import RowCause, model_of
from connectivity.core.plan.solver.highs import Going, Outcome, Watch, carry_on
from connectivity.core.plan.solver.program import INFINITE, Matrix
from connectivity.core.plan.solver.solving import solve
from connectivity.core.rules.rule import Rule
from costmodel.core.charges import Ints
from costmodel.core.price_list import PriceList

SECONDS = 60.0  # of all questions whether a part can be had together
Item = TypeVar("Item", bound=Hashable)


class Blocked(NamedTuple):
    """A rule that keeps an option from a flow."""

    flow: int
    option: Option
    rule: Rule


class Conflict(NamedTuple):
    """Flows that cannot all have an option: without any one of them, or of the causes, they can.

    Attributes:
        flows: by index, rising.
        blocked: the options that the flows could have but for a rule of their own.
        causes: what the flows may not have together: a `Cause`, or the `together` of rules.
    """

    flows: tuple[int, ...]
    blocked: tuple[Blocked, ...]
    causes: tuple[Hashable, ...]


def conflict(
    case: Case,
    prices: PriceList,
    answers: Sequence[Answer],
    candidates: Sequence[Candidate],
    max_objects: int | None,
    seconds: float = SECONDS,
    watch: Watch = carry_on,
) -> Conflict:
    """A smallest set of flows and rules that leaves no design.

    Smallest in the sense that nothing of it can be left out, as far as that was found out in the
    time; another may have fewer members. Without flows where not even their conflict was.

    Args:
        answers: of the comparison, in any order.
        candidates: the options, and which flows may use each.
        max_objects: how many managed resources there may be.
        seconds, watch: after which, or when it says False, nothing more is left out.
    """
    without = ~np.any([candidate.usable for candidate in candidates], axis=0)
    if not candidates or np.any(without):
        flow = int(np.argmax(without)) if candidates else 0
        return Conflict((flow,), _blocked(case, answers, [flow]), ())
    model = model_of(case, prices, candidates, max_objects)
    matrix, caused = model.program.matrix(), model.program.caused
    shared = [cause for cause in caused if cause is not RowCause.ONE_OPTION]
    ends, every = monotonic() + seconds, range(len(case.flows))
    if _outcome(matrix, caused, every, shared, seconds, watch) is Outcome.OPTIMAL:
        return _of_joined(case, answers, candidates)

    def conflicts(flows: Sequence[int], causes: Sequence[Hashable]) -> bool:
        left = ends - monotonic()
        if left <= 0 or not watch(Going(seconds - left, INFINITE, -INFINITE)):
            return False
        return _outcome(matrix, caused, flows, causes, left, watch) is Outcome.INFEASIBLE

    flows = _smallest(every, lambda part: conflicts(part, shared))
    causes = _smallest(shared, lambda part: conflicts(flows, part))
    return Conflict(tuple(sorted(flows)), _blocked(case, answers, flows), tuple(causes))


def _of_joined(case: Case, answers: Sequence[Answer], candidates: Sequence[Candidate]) -> Conflict:
    """Only that VPCs which are joined are one VPC leaves no design: the flows that join VPCs and
    have no other option, and a flow that has none any more once they are one; or all flows."""
    others = np.any([each.usable for each in candidates if each.option.keeps_vpcs], axis=0)
    joining = np.flatnonzero(~(others & np.ones(len(case.flows), dtype=np.bool_)))
    width = len(case.topology.vpcs)
    network = joined(case, [divmod(int(case.pair[row]), width) for row in joining])
    able = candidates_of(case, answers, network)
    every = np.any([each.usable for each in able], axis=0) if able else others
    without = np.flatnonzero(~every)[:1].tolist()
    flows = {*joining.tolist(), *without} if without else set(range(len(case.flows)))
    return Conflict(tuple(sorted(flows)), (), (RowCause.JOINED,))


def _outcome(
    matrix: Matrix,
    caused: dict[Hashable, Ints],
    flows: Sequence[int],
    causes: Sequence[Hashable],
    seconds: float,
    watch: Watch,
) -> Outcome:
    """Whether some flows can have an option each, whatever else but some causes is asked."""
    low, high = matrix.low.copy(), matrix.high.copy()
    idle = np.setdiff1d(caused[RowCause.ONE_OPTION], caused[RowCause.ONE_OPTION][list(flows)])
    low[idle] = 0
    for cause, rows in caused.items():
        if cause is not RowCause.ONE_OPTION and cause not in causes:
            low[rows], high[rows] = -INFINITE, INFINITE
    free = matrix._replace(cost=np.zeros(len(matrix.cost)), low=low, high=high)
    return solve(free, seconds, watch=watch).outcome


def _smallest(items: Sequence[Item], conflicts: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """Members of a set that conflicts, of which none can be left out: halves are tried first.

    The way of QuickXplain (Junker, AAAI 2004).
    """
    if not conflicts(items) or conflicts([]):
        return []

    def kept(fixed: list[Item], new: Sequence[Item], rest: Sequence[Item]) -> list[Item]:
        if new and conflicts(fixed):
            return []
        if len(rest) == 1:
            return list(rest)
        half = len(rest) // 2
        first, second = rest[:half], rest[half:]
        ours = kept([*fixed, *first], first, second)
        theirs = kept([*fixed, *ours], ours, first)
        return [*ours, *theirs]

    return kept([], [], items)


def _blocked(case: Case, answers: Sequence[Answer], flows: Sequence[int]) -> tuple[Blocked, ...]:
    """For every flow and option that it allows, the first rule that looks at it by itself."""
    blocked = []
    for answer in sorted(answers, key=lambda answer: answer.option.order):
        allowed = case.options.holding(answer.option.key)
        for flow in flows:
            rules = (
                hit.rule
                for hit in answer.hits
                if hit.is_hard and hit.rule.together is None and flow in hit.flows
            )
            rule = next(rules, None)
            if allowed[flow] and rule is not None:
                blocked.append(Blocked(flow, answer.option, rule))
    return tuple(sorted(blocked, key=lambda each: (each.flow, each.option.order)))
