"""Rules: what makes an option impossible, conditional or risky for a flow, and who says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cache
from typing import NamedTuple

from connectivity.core.network.planned_network import Case
from costmodel.core.charges import Bools, Floats, Ints

AS_OF = "2026-11-23"
"""When the rules were last compared with AWS's pages."""


class Severity(StrEnum):
    HARD = "hard"  # not feasible
    QUOTA = "quota"  # needs an increase
    CONDITION = "condition"  # feasible with a stated prerequisite
    WARNING = "warning"


class Meaning(Enum):
    """What a finding means, where code asks."""

    UNCHECKED = auto()  # nobody could check it: no answer is sure of it
    BEYOND_LIGHT = auto()  # the distance forbids it, whichever option


class Growth(StrEnum):
    """How what a limit counts grows with the number of VPCs."""

    PEERS = "peers"  # in proportion to the other VPCs: a mesh
    VPCS = "vpcs"  # in proportion to the VPCs
    NONE = "none"  # it does not


class Members(Enum):
    """What a bound counts."""

    VPCS = auto()
    PAIRS = auto()  # of VPCs, by the codes of `Case.pair`


class Bounds(NamedTuple):
    """What a rule allows when only some flows use its options: a weighted sum for every row.

    A member counts once, with its weight, as soon as a flow of it uses one of the options.

    Attributes:
        row, member: of every entry, whole numbers. Shape (entries,).
        weight: of every entry, not negative. Shape (entries,).
        at_most: of every row, not negative. Shape (rows,).
    """

    members: Members
    row: Ints
    member: Ints
    weight: Floats
    at_most: Floats


Together = Callable[[Case], Bounds]


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """How many of something AWS allows, before and after an increase.

    `counts` has the shape (vpcs,); `words` takes `vpc` and `count`. A limit of what a VPC has for
    each of its peers says in `per_peer` what each VPC adds to theirs, for everything that is
    counted by itself: each of the shape (vpcs,).
    """

    id: str
    counts: Callable[[Case], Floats]
    default: int
    ceiling: int | None  # None: nobody says how far it can be raised
    words: str
    growth: Growth = Growth.VPCS
    of_hub: bool = False  # the quota is that of the account that owns the hubs
    per_peer: Callable[[Case], tuple[Floats, ...]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. `check` gives a mask over the flows; `detail` words it for one flow.

    A rule that looks at what all flows need together, and not at each by itself, says in `together`
    what it bounds when some of them use other options. Options that have the same one share it.
    """

    id: str
    severity: Severity
    check: Callable[[Case], Bools]
    detail: Callable[[Case, int], str]
    source: str
    as_of: str = AS_OF
    limit: Limit | None = None  # which it checks
    remedy: str = ""  # what would lift it, in one sentence of ours; where it stands in the way
    meaning: Meaning | None = None
    together: Together | None = None

    def __post_init__(self) -> None:
        is_in_the_way = self.severity in {Severity.HARD, Severity.QUOTA}
        if is_in_the_way != bool(self.remedy):
            raise ValueError(f"{self.id}: a rule has a remedy exactly where it is hard or a quota")


class Hit(NamedTuple):
    """A rule and the flows that it concerns."""

    rule: Rule
    flows: Ints

    @property
    def is_hard(self) -> bool:
        """It makes the option impossible for its flows."""
        return self.rule.severity is Severity.HARD


def hits(rules: Iterable[Rule], case: Case) -> list[Hit]:
    """The rules that concern any flow, when every flow uses the option."""
    hits = []
    for rule in rules:
        flows = rule.check(case).nonzero()[0]
        if len(flows):
            hits.append(Hit(rule, flows))
    return hits


@cache
def needs(need: str) -> Callable[[Case], Bools]:
    """The flows that need something. What it makes gives the shape (flows,)."""

    def check(case: Case) -> Bools:
        return case.needs.holding(need)

    return check
