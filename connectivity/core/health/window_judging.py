"""Every window of a series judged by a rule, n of m, as CloudWatch alarms do.

A gap counts as the rule says (`Missing`). What gaps leave undecided changes nothing; before it
comes to that, older points are looked at, so that a late or missing one decides nothing. Source:
CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data".
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from connectivity.core.health.evaluation import HealthRule, Missing, Points, State, Verdict, Way

LOOK_FURTHER = 5  # periods before the m of a rule that stand in for missing ones
LEAD_S = 3_600  # before its first period, that a derivation may look back
OK, VIOLATED, UNDECIDED = 0, 1, -1
SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Windows:
    """A series without holes: NaN where a period has no point. Times are seconds since 1970."""

    begin: int
    period: int
    values: Values
    asked_from: int  # before it nobody asked: a gap there means nothing

    @property
    def end(self) -> int:
        """Up to where it reaches."""
        return self.end_of(len(self.values) - 1)

    @property
    def points(self) -> Points:
        """What is there, by the second at which its period begins."""
        at = np.flatnonzero(~np.isnan(self.values))
        seconds = (self.begin + self.period * at).tolist()
        return dict(zip(seconds, self.values[at].tolist(), strict=True))

    def with_points(self, points: Points) -> "Windows":
        """The same time with other values."""
        values = np.full(len(self.values), np.nan)
        for second, value in points.items():
            values[(second - self.begin) // self.period] = value
        return replace(self, values=values)

    def end_of(self, index: int) -> int:
        """When a window ends."""
        return self.begin + (index + 1) * self.period


@dataclass(frozen=True, slots=True)
class Spell:
    """An unbroken time for which a rule is violated, as far as it was judged."""

    began: int  # the first period beyond the threshold of those that tripped the rule
    tripped: int | None  # end of the window that did; None: it was before what is judged now
    ended: int | None  # end of the window in which it was over; None: not yet
    seen: int | None  # end of the newest window that shows it
    why: str  # of that window
    value: float | None
    over: str = ""  # why it ended


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says now, and the spells since the last time; `until` is where it goes on."""

    verdict: Verdict
    spells: tuple[Spell, ...] = ()
    until: int | None = None


def needed_from(rule: HealthRule, after: int) -> int:
    """From where on values are needed to judge what comes after a moment."""
    lead = LEAD_S if rule.derive else 0
    return after - (rule.m + LOOK_FURTHER) * rule.period - lead


def judge(rule: HealthRule, windows: Windows, after: int, opened: int | None) -> Judgement:
    """All windows that end after a moment, in order, and what the newest of all says.

    Judged in pieces, however they are cut, the spells are those of judging all at once.

    Args:
        windows: at least one, with those before that `needed_from` names.
        after: up to where the series is judged already; a whole number of periods.
        opened: when the spell began that lasted then; None: there was none.
    """
    counts = _counted(rule, windows)
    first = min(max((after - windows.begin) // windows.period, 0), len(windows.values))
    spells = tuple(_spells(rule, counts, first, opened))
    began = opened
    if spells:
        began = spells[-1].began if spells[-1].ended is None else None
    verdict = _verdict(rule, counts, len(windows.values) - 1, began)
    return Judgement(verdict, spells, max(after, windows.end))


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is known of each window, from the newest m points up to its end."""

    windows: Windows
    has_point: Flags
    bad_so_far: Counts
    bad: Counts
    gaps: Counts
    state: Counts


def _counted(rule: HealthRule, windows: Windows) -> _Counted:
    has_point = ~np.isnan(windows.values)
    is_known, is_bad = _seen(rule, windows, has_point)
    known_so_far = np.concatenate(([0], np.cumsum(is_known)))
    bad_of_known = np.concatenate(([0], np.cumsum(is_bad[is_known])))
    ends = np.arange(1, len(is_known) + 1)
    begins = np.maximum(ends - rule.m - LOOK_FURTHER, 0)
    used = np.minimum(known_so_far[ends] - known_so_far[begins], rule.m)
    bad = bad_of_known[known_so_far[ends]] - bad_of_known[known_so_far[ends] - used]
    gaps = rule.m - used
    state = np.where(bad >= rule.n, VIOLATED, np.where(bad + gaps >= rule.n, UNDECIDED, OK))
    return _Counted(windows, has_point, np.cumsum(is_bad), bad, gaps, state)


def _seen(rule: HealthRule, windows: Windows, has_point: Flags) -> tuple[Flags, Flags]:
    """Which windows somebody knows something of, and which are beyond the threshold."""
    values = windows.values
    if rule.missing is Missing.ZERO:
        values = np.where(has_point, values, 0.0)
    with np.errstate(invalid="ignore"):
        is_beyond = values > rule.threshold if rule.way is Way.ABOVE else values < rule.threshold
    is_known = has_point
    if rule.missing is not Missing.UNKNOWN:
        begins = windows.begin + windows.period * np.arange(len(values))
        is_known = has_point | (begins >= windows.asked_from)
    return is_known, is_beyond & is_known


def _spells(rule: HealthRule, counts: _Counted, first: int, opened: int | None) -> Iterator[Spell]:
    """From the first window to judge on; one that lasts goes on until a window decides."""
    state = counts.state[first:]
    decided = first + np.flatnonzero(state != UNDECIDED)
    violated = first + np.flatnonzero(state == VIOLATED)
    states = counts.state[decided]
    was = np.concatenate(([VIOLATED if opened is not None else OK], states[:-1]))
    began, tripped = opened, None
    begin = first
    for index in decided[states != was].tolist():
        if began is None:
            began, tripped, begin = _began(counts, index), counts.windows.end_of(index), index
        else:
            yield _spell(rule, counts, violated, (begin, index), (began, tripped))
            began, tripped = None, None
    if began is not None:
        yield _spell(rule, counts, violated, (begin, None), (began, tripped))


def _began(counts: _Counted, index: int) -> int:
    """Where the first point that counts against a window is."""
    before = int(counts.bad_so_far[index] - counts.bad[index])
    oldest = int(np.searchsorted(counts.bad_so_far, before + 1))
    return counts.windows.end_of(oldest - 1)


def _spell(
    rule: HealthRule,
    counts: _Counted,
    violated: Counts,
    span: tuple[int, int | None],
    times: tuple[int, int | None],
) -> Spell:
    begin, end = span
    shown = violated[: None if end is None else np.searchsorted(violated, end)]
    newest = int(shown[-1]) if len(shown) and shown[-1] >= begin else None
    return Spell(
        *times,
        None if end is None else counts.windows.end_of(end),
        None if newest is None else counts.windows.end_of(newest),
        "" if newest is None else _why(rule, counts, newest),
        None if newest is None else _value(rule, counts, newest),
        "" if end is None else _why(rule, counts, end),
    )


def _verdict(rule: HealthRule, counts: _Counted, index: int, began: int | None) -> Verdict:
    why, value = _why(rule, counts, index), _value(rule, counts, index)
    if counts.state[index] == VIOLATED:
        return Verdict(rule.severity.state, why, value, began, severity=rule.severity)
    return Verdict(State.OK if counts.state[index] == OK else State.UNKNOWN, why, value)


def _why(rule: HealthRule, counts: _Counted, index: int) -> str:
    """In words that are true: where there is no point at all, none is said to be anything."""
    is_undecided = counts.state[index] == UNDECIDED
    periods = rule.m + LOOK_FURTHER * (rule.missing is Missing.UNKNOWN)
    if not _recent(counts.has_point, index, periods).any():
        return f"no data point in {duration(periods * rule.period)}"
    if is_undecided:
        return f"{counts.gaps[index]} of the last {rule.m} data points are missing"
    return f"{counts.bad[index]} of the last {rule.m} data points are {rule.limit}"


def _value(rule: HealthRule, counts: _Counted, index: int) -> float | None:
    """Of the newest point."""
    recent = _recent(counts.windows.values, index, rule.m + LOOK_FURTHER)
    values = recent[~np.isnan(recent)]
    return float(values[-1]) if len(values) else None


def _recent(values: npt.NDArray[Any], index: int, periods: int) -> npt.NDArray[Any]:
    return values[max(0, index + 1 - periods) : index + 1]


def duration(seconds: int) -> str:
    """A whole number of its largest unit.

    >>> [duration(seconds) for seconds in (60, 900, 604_800, 90_000)]
    ['1 minute', '15 minutes', '7 days', '25 hours']
    """
    size, unit = next(span for span in SPANS if seconds % span[0] == 0)
    return f"{seconds // size} {unit}{'s' * (seconds != size)}"
