"""Why there is no plan, in words: each rule in the way, and what would lift it."""

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from connectivity.core.comparison.answer import Answer
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.formulation.model import RowCause
from connectivity.core.plan.why.conflict import Conflict
from connectivity.core.rules.rule import Rule

MAX_NAMED = 3
ONE_ROUTE = (
    "A route table entry has one target, so flows between the same two VPCs, in either direction, "
    "use at most one of the options that route between VPCs."
)
ONE_VPC = (
    "VPC sharing makes one VPC of those that these flows join, and no route leads out of a VPC to "
    "itself."
)
REMEDIES: dict[Hashable, str] = {
    RowCause.MAX_OBJECTS: "Allow more managed resources.",
    RowCause.ONE_TARGET: "Allow these flows an option that they have in common, or one that needs "
    "no route, such as PrivateLink.",
    RowCause.JOINED: "Let every flow between these VPCs allow VPC sharing, or none.",
}
"""What lifts a cause that is no option's rule."""


class Reason(NamedTuple):
    """What is in the way of a plan.

    Attributes:
        flow: by index; None: it concerns all flows of the conflict together.
        option, rule: None where no option's own rule is in the way.
    """

    flow: int | None
    option: Option | None
    rule: Rule | None
    detail: str
    remedy: str


def reasons(
    case: Case, answers: Sequence[Answer], clash: Conflict, max_objects: int | None
) -> list[Reason]:
    """Every rule that is in the way, what it says of its flow, and what would lift it.

    Args:
        answers: of the comparison, in any order.
        clash: the conflict.
        max_objects: how many managed resources there may be.
    """
    own = [
        Reason(flow, option, rule, rule.detail(case, flow), rule.remedy)
        for flow, option, rule in clash.blocked
    ]
    together = (_together(case, answers, clash, cause, max_objects) for cause in clash.causes)
    return [*(reason for each in together for reason in each), *own]


def conflict_words(case: Case, clash: Conflict) -> str:
    """Which flows cannot have an option each, in a sentence."""
    flows = case.topology.flows
    names = [flows[row].name for row in clash.flows]
    if not names:
        return "There is no plan; which flows and rules are in conflict was not found in time."
    if len(names) == 1 and not clash.causes:
        return f"No option that {names[0]} allows is feasible and priced for it."
    more = len(names) - MAX_NAMED
    named = f"{', '.join(names[:MAX_NAMED])}{f' and {more:,} more' if more > 0 else ''}"
    if len(names) == 1:
        return f"No option of {named} keeps within what the whole plan may have."
    return f"Of these flows each could have an option, but not all of them together: {named}."


def _together(
    case: Case,
    answers: Sequence[Answer],
    clash: Conflict,
    cause: Hashable,
    max_objects: int | None,
) -> Iterator[Reason]:
    words: dict[Hashable, str] = {
        RowCause.ONE_TARGET: ONE_ROUTE,
        RowCause.JOINED: ONE_VPC,
        RowCause.MAX_OBJECTS: f"The plan may have at most {max_objects or 0:,} managed resources.",
    }
    if cause in REMEDIES:
        yield Reason(None, None, None, words[cause], REMEDIES[cause])
    else:
        yield from _of_rules(case, answers, clash, cause)


def _of_rules(
    case: Case, answers: Sequence[Answer], clash: Conflict, cause: Hashable
) -> Iterator[Reason]:
    """The rule behind a bound, of every option that has it, in the words for its first flow."""
    for answer in sorted(answers, key=lambda answer: answer.option.order):
        allowed = case.options.holding(answer.option.key)
        for hit in answer.hits:
            if hit.rule.together is not cause or not hit.is_hard:
                continue
            rows = [row for row in clash.flows if allowed[row] and row in hit.flows]
            if rows:
                rule = hit.rule
                detail = rule.detail(case, rows[0])
                yield Reason(rows[0], answer.option, rule, detail, rule.remedy)
