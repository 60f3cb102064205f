"""What a rule is, what it judges, and what it may say: ok, warning, critical or unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any, NamedTuple

from costmodel.core.units import figure

HOURS_LEFT = " hours"  # unit of rules that judge in how many hours something runs out
Points = Mapping[int, float]  # by the second at which their period begins


class State(StrEnum):
    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """From 0, ok, to the gravest."""
        return list(State).index(self)


class Severity(StrEnum):
    """How grave what a rule says is. Advice is money or resilience, and no trouble."""

    ADVICE = "advice"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def state(self) -> State:
        """What it makes of the resource.

        >>> [severity.state.value for severity in Severity]
        ['ok', 'warning', 'critical']
        """
        return State.OK if self is Severity.ADVICE else State(self.value)

    @property
    def rank(self) -> int:
        """From 0, advice, to the gravest."""
        return list(Severity).index(self)


class Missing(StrEnum):
    """What a point that is not there means. Nothing returned is not zero, unless AWS says so.

    CloudWatch's alarms call it how they treat missing data; docs/health.md has both in a table.
    """

    ZERO = "zero"  # published only when it is not zero
    QUIET = "quiet"  # published only with traffic: nothing happened
    UNKNOWN = "unknown"  # always published: something is wrong


class Whose(StrEnum):
    AWS = "AWS"
    OURS = "ours"


class Saves(Enum):
    """What money comes of following a rule's steps."""

    WHOLE_COST = auto()  # nobody needs the resource: all that it costs a month


class Cause(Enum):
    """Why a verdict is what it is, where code asks."""

    NOT_LISTED = auto()  # there is no such metric to look at
    TOO_YOUNG = auto()  # there is too little history to compare it with


class Way(StrEnum):
    ABOVE = "above"
    BELOW = "below"


class Reading(NamedTuple):
    """What a rule may look at of one part of a resource."""

    metrics: Mapping[str, Points]  # its own and `further` ones that are listed, at its period
    facts: Mapping[str, Any]  # of the resource
    hours: Points = {}  # of its own metric: the same hours of the weeks before


class Derived(NamedTuple):
    """What is judged instead of a metric."""

    points: Points
    note: str = ""  # said with the verdict
    is_judged: bool = True  # False: it cannot be yet, and the note says why


class Spread(NamedTuple):
    """Judged is the highest part of a metric over its lowest, while little of it is new."""

    new: str  # metric of the whole resource that counts what is new
    below: float  # per cent of the metric's sum; where more is new, parts even out by themselves


@dataclass(frozen=True, slots=True)
class HealthRule:
    """n of the last m points beyond a threshold. Data: a team may change threshold, n and m.

    `base`, where it is named, is what the metric is a share of, in per cent. `derive`, where there
    is one, makes of what was read what is judged; None where the rule is no matter of a resource.
    """

    id: str
    kind: str  # of resource
    metric: str
    statistic: str
    period: int  # seconds
    way: Way
    threshold: float
    n: int
    m: int
    severity: Severity
    missing: Missing
    whose: Whose
    source: str
    means: str  # in one sentence
    steps: tuple[str, ...]  # what to do
    effect: str | Saves  # what comes of that, in one sentence
    base: tuple[str, ...] = ()  # metrics whose sum it is a share of
    base_from: float = 0  # of a smaller sum nothing is said
    part_from: float = 0  # a smaller count of the metric itself is no trouble, whatever its share
    namespace: str = ""  # where it is not its kind's
    further: tuple[str, ...] = ()  # metrics that `derive` needs beside its own
    derive: "Callable[[HealthRule, Reading], Derived | None] | None" = None
    weeks: int = 0  # before now, whose same hours `derive` needs
    unit: str = ""  # of the threshold: how it goes on after the number
    by: tuple[str, ...] = ()  # dimensions of the parts it tells apart; none: as its kind does
    spread: Spread | None = None  # where parts are compared, and not judged one by one
    symptom_of: str = ""  # id of the rule that names the trouble; empty: its own

    @property
    def is_forecast(self) -> bool:
        """Whether the value of its findings is the hours until something runs out."""
        return self.unit == HOURS_LEFT

    @property
    def limit(self) -> str:
        """The threshold in words.

        >>> from connectivity.core.health.kinds import KINDS
        >>> [rule.limit for rule in KINDS["nat-gateway"].rules if rule.id == "NAT-DROPS"]
        ['above 0.01 %']
        """
        unit = self.unit or (" %" if self.base else "")
        return f"{self.way.value} {figure(self.threshold)}{unit}"

    @property
    def cause(self) -> str:
        """What its findings are told and counted by."""
        return self.symptom_of or self.id


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a series at a moment."""

    state: State
    why: str
    value: float | None = None  # of the newest point that counts
    since: int | None = None  # second at which the present state began
    cause: Cause | None = None
    severity: Severity | None = None  # of a rule that is violated; None: it is not


def shares(rule: HealthRule, part: Points, bases: Sequence[Points]) -> dict[int, float]:
    """The rule's metric as per cent of the sum of others, wherever that is known and large enough.

    A count below the rule's floor is a share of 0. From the floor on it is trouble also where the
    others are 0, and is then a share of one: what is reset may have been opened long ago.
    """
    shares = {}
    for moment in set(part).union(*bases):
        whole = sum(base.get(moment, 0.0) for base in bases)
        count = part.get(moment, 0.0)
        is_alone = not whole and 0 < rule.part_from <= count
        if is_alone or (whole and whole >= rule.base_from):
            shares[moment] = 100 * count / (whole or 1) if count >= rule.part_from else 0.0
    return shares


def spread(rule: HealthRule, parts: Sequence[Points], new: Points) -> dict[int, float]:
    """How many times the lowest of the parts the highest is, wherever all are known.

    Where much is new the moment is left out; where the highest is below the rule's floor it is 1.
    """
    assert rule.spread is not None  # noqa: S101  for the type checker
    times = {}
    for moment in set(parts[0]).intersection(*parts[1:]) if parts else ():
        values = [part[moment] for part in parts]
        if 100 * new.get(moment, 0.0) < rule.spread.below * sum(values):
            is_large = max(values) >= rule.part_from
            times[moment] = max(values) / max(1.0, min(values)) if is_large else 1.0
    return times


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """What a resource is, by the verdicts of its rules: trouble before doubt, doubt before ok."""
    if not verdicts:
        return Verdict(State.UNKNOWN, "no rule has data to evaluate")
    return max(verdicts, key=lambda verdict: verdict.state.rank)
