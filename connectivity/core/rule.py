"""Rules: what makes an option impossible, conditional or risky for a flow, and who says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import numpy as np

from connectivity.core.case import Case
from costmodel.core.charges import Bools, Ints

AS_OF = "2026-11-23"
"""When the rules were last compared with AWS's pages."""


class Severity(StrEnum):
    HARD = "hard"  # not feasible
    QUOTA = "quota"  # needs an increase
    CONDITION = "condition"  # feasible with a stated prerequisite
    WARNING = "warning"


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. `check` gives a mask over the flows; `detail` words it for one flow."""

    id: str
    severity: Severity
    check: Callable[[Case], Bools]
    detail: Callable[[Case, int], str]
    source: str
    as_of: str = AS_OF


class Hit(NamedTuple):
    """A rule and the flows that it concerns."""

    rule: Rule
    flows: Ints

    @property
    def is_hard(self) -> bool:
        return self.rule.severity is Severity.HARD


def hits(rules: Iterable[Rule], case: Case) -> list[Hit]:
    """The rules that concern any flow, when every flow uses the option."""
    found = []
    for rule in rules:
        flows = rule.check(case).nonzero()[0]
        if len(flows):
            found.append(Hit(rule, flows))
    return found


@cache
def needs(what: str) -> Callable[[Case], Bools]:
    """The flows that need something."""

    def look(case: Case) -> Bools:
        return np.array([what in flow.needs for flow in case.topology.flows], dtype=np.bool_)

    def check(case: Case) -> Bools:
        return case.once(look)

    return check
