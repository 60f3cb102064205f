"""What the design of today breaks: rules that forbid what flows use now."""

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.plan.design.standing import exceeded, standing
from connectivity.core.rules.rule import Rule
from costmodel.core.charges import Ints


class Breach(NamedTuple):
    """A rule that forbids an option for flows that use it today.

    Attributes:
        flows: by index, rising. Shape (flows,).
    """

    option: Option
    rule: Rule
    flows: Ints


def breaches(comparison: Comparison) -> list[Breach]:
    """Every rule that today's design breaks, those that concern most flows first.

    A flow that does not say what it uses breaks nothing.
    """
    keys = np.array([flow.today or "" for flow in comparison.case.topology.flows])
    known = [each for answer in comparison.answers for each in _of_option(answer, keys)]
    if any(each.rule.together for each in known):
        broken = {None, *_broken_together(comparison)}
        known = [each for each in known if each.rule.together in broken]
    return sorted(known, key=lambda each: (-len(each.flows), each.rule.id))


def _of_option(answer: Answer, keys: NDArray[np.str_]) -> Iterator[Breach]:
    used = keys == answer.option.key
    for hit in answer.hits:
        rows = hit.flows[used[hit.flows]]
        if hit.is_hard and len(rows):
            yield Breach(answer.option, hit.rule, rows)


def _broken_together(comparison: Comparison) -> set[Hashable]:
    """What rules bound of all that stands together, and today's design exceeds."""
    case = comparison.case
    options = {answer.option.key: answer.option for answer in comparison.answers}
    today: Sequence[Option | None] = [options.get(flow.today or "") for flow in case.topology.flows]
    network = joined(case, joining_pairs(case, today))
    return {together for together, _ in exceeded(network, standing(today))}
