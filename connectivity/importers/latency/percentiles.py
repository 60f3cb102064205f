"""Percentiles that a tool names itself, in JSON and in text: `50th`, `p99.9`, `p(95)`, `90%`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from connectivity.importers.latency.run import US_PER, Run, number, refuse, shown, whole

WORDS = {
    "min": "min", "fastest": "min", "minimum": "min",
    "max": "max", "slowest": "max", "maximum": "max",
    "mean": "mean", "avg": "mean", "average": "mean",
    "med": "p50", "median": "p50",
    "stddev": "stddev", "stdev": "stddev", "pstdev": "stddev",
}  # fmt: skip
PERCENTS = {50.0: "p50", 90.0: "p90", 99.0: "p99", 99.9: "p99.9"}
PERCENT = re.compile(r"p?\(?([0-9]{1,2}(?:[._][0-9]{1,4})?)\)?(?:th|%|%%)?")
UNITS = US_PER | {"h": 3.6e9, "min": 6e7, "μs": 1.0, "secs": 1e6}
PARTS = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?) ?(h|min|ms|m|secs|sec|s|µs|μs|us|ns)")
LONGEST_WORD = 60  # characters of a duration
MAX_FAILED = 0.01  # of the requests, where their times are among the figures
REACH = 1 / 8  # how far beyond a percentile, of what lies beyond it, its row may stand


def statistic(name: str) -> str | None:
    """What a tool's name means to us; None for what we do not keep.

    >>> [statistic(word) for word in ("50th", "p(99.9)", "p99_9", "90%", "med", "75", "avg")]
    ['p50', 'p99.9', 'p99.9', 'p90', 'p50', None, 'mean']
    """
    word = name.strip().lower()
    match = PERCENT.fullmatch(word)
    if match is None:
        return WORDS.get(word)
    return PERCENTS.get(float(match[1].replace("_", ".")))


def named(values: Iterable[tuple[str, Any]], unit_us: float, line: int) -> dict[str, float]:
    """The statistics among named numbers, in microseconds.

    Raises:
        DocumentRefused: one of them is no number.
    """
    return {
        ours: number(value, line, name) * unit_us
        for name, value in values
        if (ours := statistic(name)) is not None
    }


def duration(word: str, line: int, name: str) -> float:
    """A time as Go prints it, in microseconds.

    >>> duration("1m2.5s", 1, "the mean"), duration("428.25µs", 1, "p50"), duration("0s", 1, "min")
    (62500000.0, 428.25, 0.0)

    Raises:
        DocumentRefused: it is none.
    """
    parts = PARTS.findall(word) if len(word) <= LONGEST_WORD else []
    if not parts or "".join(PARTS.split(word)[::3]).strip():
        refuse(line, f"{name} is {shown(word)}, not a time with a unit (ns, us, ms, s)")
    return float(sum(number(value, line, name) * UNITS[unit] for value, unit in parts))


def step_us(word: str) -> float:
    """What the last printed digit of a time stands for, in microseconds.

    >>> step_us("0.0012 secs"), step_us("12ms"), step_us("1m2.5s")
    (100.0, 1000.0, 100000.0)
    """
    value, unit = PARTS.findall(word)[-1]
    return float(UNITS[unit] / 10 ** len(value.partition(".")[2]))


class PercentileRow(NamedTuple):
    """A row of a ladder of percentiles: so many requests took at most so long."""

    share: float
    reached: int
    us: float


def of_ladder(rows: Sequence[PercentileRow], line: int) -> dict[str, float]:
    """Percentiles from rows that rise: the first row that reaches one, where it is near enough.

    Raises:
        DocumentRefused: shares, counts or times fall.
    """
    for low, high in zip(rows, rows[1:], strict=False):
        if high.share < low.share or high.reached < low.reached or high.us < low.us:
            refuse(line, "values, percentiles or counts fall; they can only rise")
    return {
        name: row.us
        for percent, name in PERCENTS.items()
        if (row := _reaching(rows, percent / 100)) is not None
    }


def _reaching(rows: Sequence[PercentileRow], share: float) -> PercentileRow | None:
    before = 0
    for row in rows:
        if row.share >= share - 1e-9:
            is_near = row.share - share <= (1 - share) * REACH + 1e-9
            is_next = row.reached == before + 1 == ceil(share * rows[-1].reached - 1e-9)
            return row if is_near or is_next else None
        before = row.reached
    return None


def http(run: Run) -> str:
    """How the times of a load tool are to be understood; where it begins, the tool must say."""
    start = {
        "new": "from opening the connection",
        "reused": "over kept connections",
    }.get(run.connection, "kept or new connections, the file does not say")
    return f"{run.test} request time, the server's own time in it; {start}"


def failed_share(failed: int, answered: int, line: int, *, are_timed: bool) -> float:
    """The share of requests that were not answered.

    Raises:
        DocumentRefused: their times are among the figures, and they are too many for that.
    """
    total = failed + answered
    if not total:
        refuse(line, "no request was made")
    share = failed / total
    if are_timed and MAX_FAILED < share < 1:
        refuse(
            line,
            f"{share:.1%} of the requests failed, and how long that took is among the times; "
            "mend what fails and measure again",
        )
    return share


def counts(values: Any, line: int, name: str) -> dict[str, int]:
    """Counts by name, e.g. answers by status.

    Raises:
        DocumentRefused: not an object of whole numbers.
    """
    if not isinstance(values, Mapping):
        refuse(line, f"{name} is not an object")
    return {
        str(key): whole(count, line, f"{name}.{str(key)[:20]}") for key, count in values.items()
    }


def refusals(statuses: Mapping[str, int]) -> tuple[str, ...]:
    """A note on answers that were errors: they are answers, and round trips."""
    wrong = sum(count for code, count in statuses.items() if code[:1] in ("4", "5"))
    return (f"{wrong} of {sum(statuses.values())} answers were 4xx or 5xx",) if wrong else ()
