"""Why a design cannot be built, in words."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.candidates import candidates
from connectivity.core.plan.design.designs import Choice, can_be_built
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.plan.design.standing import exceeded, standing
from connectivity.core.plan.why.conflict import conflict
from connectivity.core.plan.why.conflict_words import conflict_words
from costmodel.core.charges import Bools

MAX_NAMED = 3
TOGETHER = "Flows between the same two VPCs need different targets of one route."


def obstacles(comparison: Comparison, choice: Choice) -> tuple[str, ...]:
    """What stands in the way of a design, a sentence each; nothing where it can be built.

    What each flow meets by itself comes first; then what flows do not keep together.

    Args:
        choice: an option for each flow; None: it is not planned.
    """
    if can_be_built(comparison, choice):
        return ()
    reasons = [*_of_flows(comparison, choice), *_together(comparison, choice)]
    more = len(reasons) - MAX_NAMED
    if more > 0:
        reasons[MAX_NAMED:] = [f"And {more:,} more."]
    return tuple(reasons or [TOGETHER])


def _of_flows(comparison: Comparison, choice: Choice) -> Iterator[str]:
    case = comparison.case
    network = joined(case, joining_pairs(case, choice))
    usable = {each.option: each.usable for each in candidates(case, comparison.answers, network)}
    nothing = np.zeros(len(choice), dtype=np.bool_)
    for row, option in enumerate(choice):
        if option is not None and not usable.get(option, nothing)[row]:
            flow = case.topology.flows[row]
            yield f"{flow.name} cannot use {option.name}: {_why(comparison, row, option)}."


def _why(comparison: Comparison, row: int, option: Option) -> str:
    case = comparison.case
    if not case.options.holding(option.key)[row]:
        return "it no longer allows it"
    hits = (hit for each in comparison.answers if each.option is option for hit in each.hits)
    details = (
        hit.rule.detail(case, row)
        for hit in hits
        if hit.is_hard and hit.rule.together is None and row in hit.flows
    )
    return next(details, "a rule of the VPCs that are joined forbids it").rstrip(".")


def _together(comparison: Comparison, choice: Choice) -> Iterator[str]:
    case = comparison.case
    network = joined(case, joining_pairs(case, choice))
    here = standing(choice)
    broken = {together for together, _ in exceeded(network, here)}
    for option, mask in here.built.items():
        for rule in option.rules:
            if rule.together in broken:
                broken.discard(rule.together)
                detail = rule.detail(network, int(np.argmax(_concerned(rule.check(network), mask))))
                yield f"The flows over {option.name} together: {detail.rstrip('.')}."


def _concerned(broken: Bools, mask: Bools) -> Bools:
    both: Bools = broken & mask
    return both if both.any() else mask


def no_design(comparison: Comparison, seconds: float) -> str:
    """Why a topology has no plan, in a sentence.

    Args:
        seconds: after which a smaller conflict is not looked for.
    """
    case, answers = comparison.case, comparison.answers
    able = candidates(case, answers)
    clash = conflict(case, comparison.prices, answers, able, None, seconds=seconds)
    return conflict_words(case, clash)
