"""What the cheapest design would cost without one thing of a conflict, and how to lift that."""

import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.formulation.model import RowCause
from connectivity.core.plan.formulation.parts import Memory
from connectivity.core.plan.search.cheapest import Limits, cheapest
from connectivity.core.plan.trade_offs.variations import with_options
from connectivity.core.plan.why.conflict import Blocked, Conflict
from connectivity.core.plan.why.conflict_words import REMEDIES
from connectivity.core.rules.rule import Rule

MAX_LIFTS = 20


@dataclass(frozen=True)
class Lift:
    """One rule or bound of a conflict.

    Attributes:
        remedy: how it is lifted, in a sentence.
        rules: those that it is about; none where it is no rule.
        blocked: the flow and option that it keeps apart; None where it is about all of the flows.
        total_usd: the cheapest design without it, a month; None: more stands in the way, or its
            cost was not found in time.
        is_proven: no design without it costs less; or there is none.
    """

    remedy: str
    rules: tuple[Rule, ...]
    blocked: Blocked | None
    total_usd: Decimal | None
    is_proven: bool


def lifts(comparison: Comparison, conflict: Conflict, limits: Limits) -> list[Lift]:
    """Everything of a conflict, each lifted by itself; at most MAX_LIFTS, the cheapest first.

    Args:
        limits: of the plan; its seconds are those of all of these together.
    """
    began, known, memory = time.monotonic(), [], Memory()
    for lift, other, asked in list(_each(comparison, conflict, limits))[:MAX_LIFTS]:
        left = max(limits.seconds - (time.monotonic() - began), 0.0)
        result = cheapest(other, asked._replace(seconds=left, tells_ties=False, memory=memory))
        total = result.design.total_usd if result.design else None
        known.append(replace(lift, total_usd=total, is_proven=result.is_proven))
    return sorted(known, key=lambda lift: (lift.total_usd is None, lift.total_usd or 0))


def _each(
    comparison: Comparison, conflict: Conflict, limits: Limits
) -> Iterator[tuple[Lift, Comparison, Limits]]:
    """Every thing to lift, a comparison and limits without it."""
    for blocked in conflict.blocked:
        lift = Lift(blocked.rule.remedy, (blocked.rule,), blocked, None, is_proven=False)
        yield lift, _unblocked(comparison, blocked), limits
    for cause in conflict.causes:
        rules = _rules(comparison, cause)
        remedy = " ".join(dict.fromkeys(rule.remedy for rule in rules)) or REMEDIES[cause]
        lift = Lift(remedy, rules, None, None, is_proven=False)
        asked = limits.asked
        if cause is RowCause.MAX_OBJECTS:
            yield lift, comparison, limits._replace(asked=asked._replace(max_objects=None))
        elif rules:
            lifted = asked.lifted | {cause}
            yield lift, comparison, limits._replace(asked=asked._replace(lifted=lifted))
        else:
            yield lift, _same_options(comparison, conflict), limits


def _rules(comparison: Comparison, cause: Hashable) -> tuple[Rule, ...]:
    """The rules that bound it together, of every option."""
    rules = (rule for answer in comparison.answers for rule in answer.option.rules)
    return tuple(dict.fromkeys(rule for rule in rules if rule.together is cause))


def _same_options(comparison: Comparison, conflict: Conflict) -> Comparison:
    """The flows of a conflict allow what any of them allows."""
    flows = comparison.case.topology.flows
    options = frozenset().union(*(flows[row].options for row in conflict.flows))
    for row in conflict.flows:
        comparison = with_options(comparison, row, options)
    return comparison


def _unblocked(comparison: Comparison, blocked: Blocked) -> Comparison:
    """A rule does not concern a flow."""
    answers = tuple(
        _without(answer, blocked.option, blocked) for answer in comparison.answers
    )  # fmt: skip
    return replace(comparison, answers=answers, _found={}, curves={})


def _without(answer: Answer, option: Option, blocked: Blocked) -> Answer:
    if answer.option is not option:
        return answer
    hits = tuple(
        hit._replace(flows=hit.flows[hit.flows != blocked.flow])
        if hit.rule is blocked.rule
        else hit
        for hit in answer.hits
    )
    return replace(answer, hits=hits)
