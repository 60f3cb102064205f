"""What points say: a rule over the last periods, and ok, warning, critical or unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from operator import gt, lt

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


class Missing(StrEnum):
    """What a point that is not there means. Nothing returned is not zero, unless AWS says so."""

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


class Way(StrEnum):
    ABOVE = "above"
    BELOW = "below"


COMPARE: dict[Way, Callable[[float, float], bool]] = {Way.ABOVE: gt, Way.BELOW: lt}


@dataclass(frozen=True, slots=True)
class HealthRule:
    """n of the last m points beyond a threshold. Data: a team may change threshold, n and m.

    `base`, where it is named, is what the metric is a share of, in per cent.
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
    state: State
    missing: Missing
    whose: Whose
    source: str
    means: str  # in one sentence
    steps: tuple[str, ...]  # what to do
    effect: str | Saves  # what comes of that, in one sentence
    base: tuple[str, ...] = ()  # metrics whose sum it is a share of
    base_from: float = 0  # of a smaller sum nothing is said
    namespace: str = ""  # where it is not its kind's


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a series at a moment."""

    state: State
    why: str
    value: float | None = None  # of the newest point that counts
    since: int | None = None  # second at which the present state began
    cause: Cause | None = None


def judge(rule: HealthRule, points: Points, covered: int | None, end: int) -> Verdict:
    """What a rule says at `end`, the end of the newest period that can have settled.

    Args:
        points: of the rule's metric, or of its share (see `shares`).
        covered: up to where points were asked for; None: never.
        end: a whole number of periods.
    """
    if covered is None:
        return Verdict(State.UNKNOWN, "not collected yet")
    if covered < end:
        late = (end - covered) // 60
        return Verdict(State.UNKNOWN, f"not collected for {late:,} minutes")
    moments = [end - i * rule.period for i in range(rule.m, 0, -1)]
    seen = [_seen(rule, points, moment) for moment in moments]
    bad = sum(is_bad is True for is_bad in seen)
    gaps = sum(is_bad is None for is_bad in seen)
    value = next((points[moment] for moment in reversed(moments) if moment in points), None)
    limit = f"{rule.way.value} {rule.threshold:g}{' %' if rule.base else ''}"
    if bad >= rule.n:
        detail = f"{bad} of the last {rule.m} data points are {limit}"
        return Verdict(rule.state, detail, value, _since(rule, points, end))
    if bad + gaps >= rule.n:
        return Verdict(State.UNKNOWN, f"{gaps} of the last {rule.m} data points are missing", value)
    return Verdict(State.OK, f"{bad} of the last {rule.m} data points are {limit}", value)


def _seen(rule: HealthRule, points: Points, moment: int) -> bool | None:
    """Whether a point is beyond the threshold; None where nobody knows."""
    value = points.get(moment)
    if value is None:
        if rule.missing is Missing.UNKNOWN:
            return None
        if rule.missing is Missing.QUIET:
            return False
        value = 0.0
    return COMPARE[rule.way](value, rule.threshold)


def _since(rule: HealthRule, points: Points, end: int) -> int:
    """The beginning of the first period of the unbroken stretch that is judged so."""
    first = min(points, default=end)
    moment = end
    while moment - rule.period >= first:
        before = moment - rule.period
        recent = (_seen(rule, points, before - i * rule.period) for i in range(1, rule.m + 1))
        if sum(is_bad is True for is_bad in recent) < rule.n:
            break
        moment = before
    stretch = (moment - i * rule.period for i in range(rule.m, 0, -1))
    return next(end for end in stretch if _seen(rule, points, end))


def shares(part: Points, bases: Sequence[Points], at_least: float = 0) -> dict[int, float]:
    """One metric as per cent of the sum of others, wherever that is known and large enough."""
    shares = {}
    for moment in set().union(*bases):
        whole = sum(base.get(moment, 0.0) for base in bases)
        if whole and whole >= at_least:
            shares[moment] = 100 * part.get(moment, 0.0) / whole
    return shares


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """What a resource is, by the verdicts of its rules: trouble before doubt, doubt before ok."""
    if not verdicts:
        return Verdict(State.UNKNOWN, "no rule has data to evaluate")
    return max(verdicts, key=lambda verdict: verdict.state.rank)
