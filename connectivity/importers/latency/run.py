"""What a measuring tool printed, as round trips in microseconds, and what makes it unusable."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import ceil, isfinite, sqrt
from typing import NoReturn

from connectivity.core.problems import DocumentRefused, Problem
from costmodel.core.units import figure

LONGEST_US = 3.6e9  # an hour: no round trip of a network takes longer
DIGITS = re.compile(r"[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?")
MEAN_BETWEEN = (("min", "mean"), ("mean", "max"))
PERCENTILES = ("p50", "p90", "p99", "p99.9")
RISING = ("min", *PERCENTILES, "max")
US_PER = {"ns": 0.001, "us": 1.0, "usec": 1.0, "µs": 1.0, "ms": 1e3, "msec": 1e3, "s": 1e6}
US_PER |= {"sec": 1e6, "m": 6e7}
LARGEST_NUMBER = 1e15
MAX_IN_FLIGHT = 1_000_000
SHOWN = 40  # characters of a refused value
LONGEST_TIME = 60  # characters of a time with its unit
COARSEST = 0.1  # of the median: so large may the step of the print be


@dataclass(frozen=True, slots=True)
class Hints:
    """What the file itself does not say, and somebody has to."""

    unit: str | None = None  # of a file without units: ns, us, ms or s
    columns: tuple[str, ...] = ()  # of values without a header, e.g. P50_LATENCY
    statistic: str | None = None  # of a matrix without one, e.g. p50
    host: str = ""  # of a file with several
    tag: str = ""  # of a histogram log with several
    zones: Mapping[str, str] = field(default_factory=dict)  # AZ names of the account to AZ IDs


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one tool. Figures are round trips in microseconds; what is missing or None, the
    tool did not say."""

    tool: str
    tool_version: str | None = None
    test: str = "unknown"  # TCP_RR, UDP_RR, ICMP, HTTP ...
    line: int = 1
    figures: Mapping[str, float] = field(default_factory=dict)  # by statistic
    samples: int | None = None
    loss: float | None = None  # share of what was sent
    direction_note: str = ""  # what was normalised, and how
    connection: str = "unknown"  # new or reused
    loop: str = "unknown"  # closed: waits for every reply; open: at a fixed rate
    in_flight: int | None = None
    request_bytes: int | None = None
    response_bytes: int | None = None
    started_at: str = ""
    option: str = ""  # where the file itself names it
    source: str = ""
    destination: str = ""
    host: str = ""  # that answered, as the tool names it
    tag: str = ""
    resolution_us: float | None = None  # the step of the print at the median, where it counts
    origin: str = ""  # who published it, where the file says so
    sketch: str = ""  # HdrHistogram of nanoseconds, encoded
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # why the figures may not belong where they are filed

    @property
    def is_lost(self) -> bool:
        return self.loss == 1


def refuse(line: int, problem: str) -> NoReturn:
    """Raises DocumentRefused for one line."""
    raise DocumentRefused([Problem(f"line {line}", problem)])


def shown(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def number(text: object, line: int, name: str) -> float:
    """A number that is not negative.

    Raises:
        DocumentRefused: it is not one; the decimal comma of a localised tool is named.
    """
    word = str(text).strip()
    if isinstance(text, bool) or not DIGITS.fullmatch(word):
        comma = re.fullmatch(r"[0-9]+,[0-9]+", word)
        remedy = "; run the tool with LC_ALL=C" if comma else ""
        negative = " is negative" if word.startswith("-") else " is not a number"
        refuse(line, f"{name} is {shown(word)}, which{negative}{remedy}")
    value = float(word)
    if not isfinite(value) or value > LARGEST_NUMBER:
        refuse(line, f"{name} is {shown(word)}, larger than anything that is measured")
    return value


def whole(text: object, line: int, name: str) -> int:
    """A count, with or without separators of thousands."""
    value = number(str(text).replace(",", ""), line, name)
    if value != int(value):
        refuse(line, f"{name} is {shown(text)}, not a whole number")
    return int(value)


def microseconds(text: str, line: int, name: str) -> float:
    """A time with its unit, e.g. `1.17ms` or `33 us`."""
    match = re.fullmatch(r"\s*([-+0-9.,eE]+?)\s*([a-zµ]+)\s*", text[:LONGEST_TIME])
    if match is None or match[2] not in US_PER:
        refuse(line, f"{name} is {shown(text)}, not a time with a unit (ns, us, ms, s)")
    return number(match[1], line, name) * US_PER[match[2]]


def share(sent: int, received: int, line: int) -> float:
    """The share that was lost; duplicates are no gain.

    Raises:
        DocumentRefused: nothing was sent.
    """
    if sent < 1:
        refuse(line, "nothing was sent")
    return max(0.0, 1 - received / sent)


def is_date(text: str) -> bool:
    """A year, month, day or moment as ISO writes it, not after tomorrow.

    >>> is_date("2020"), is_date("2026-02-30"), is_date("9999-01-01")
    (True, False, False)
    """
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ].*)?)?)?", text)
    if match is None:
        return False
    try:
        day = date(*(int(part or 1) for part in match.groups()))
    except ValueError:
        return False
    return day <= datetime.now(UTC).date() + timedelta(days=1)


def of_times(times_us: Sequence[float]) -> dict[str, float]:
    """The statistics of single round trips; percentiles are values that occurred (nearest rank)."""
    rising = sorted(times_us)
    count = len(rising)
    mean = sum(rising) / count
    return {
        "p50": rising[ceil(0.5 * count) - 1],
        "p90": rising[ceil(0.9 * count) - 1],
        "p99": rising[ceil(0.99 * count) - 1],
        "p99.9": rising[ceil(0.999 * count) - 1],
        "mean": mean,
        "min": rising[0],
        "max": rising[-1],
        "stddev": sqrt(sum((round_trip - mean) ** 2 for round_trip in rising) / count),
    }


def doubled(half: Mapping[str, float]) -> dict[str, float]:
    """Round trips from half round trips."""
    return {name: 2 * value for name, value in half.items()}


def checked(runs: Iterable[Run], slack: float = 0.0, finer: str = "") -> tuple[Run, ...]:
    """The runs, once their figures are found possible.

    `slack` is the relative width of the tool's buckets: by so much, or by the step of the print,
    may a percentile stand outside minimum and maximum, and is then brought back to them. `finer`
    says what to run where the step is too coarse.

    Raises:
        DocumentRefused: every impossible figure.
    """
    listed = tuple(runs)
    problems = [
        Problem(f"line {run.line}", problem)
        for run in listed
        for problem in _problems(run, slack, finer)
    ]
    if problems:
        raise DocumentRefused(problems)
    return tuple(replace(run, figures=_within(run.figures), notes=_noted(run)) for run in listed)


def step_of(printed: str) -> float:
    """How far apart the numbers are that a print of so many decimals can tell.

    >>> step_of("61.2"), step_of("150"), step_of("0.588")
    (0.1, 1.0, 0.001)
    """
    return float(10 ** -len(printed.partition(".")[2]))


def _within(figures: Mapping[str, float]) -> dict[str, float]:
    """To the nanosecond, percentiles between minimum and maximum."""
    low, high = figures.get("min", 0.0), figures.get("max", LONGEST_US)
    return {
        name: round(min(max(us, low), high) if name in PERCENTILES else us, 3)
        for name, us in figures.items()
    }


def _noted(run: Run) -> tuple[str, ...]:
    if run.resolution_us is None or run.resolution_us <= 1:
        return run.notes
    step = f"printed in steps of {figure(run.resolution_us)} µs"
    return run.notes if step in run.notes else (*run.notes, step)


def _problems(run: Run, slack: float, finer: str) -> Iterator[str]:
    if run.is_lost and run.figures:
        yield "everything was lost, and yet there are times"
    if not run.figures and not run.is_lost:
        yield "no latency in it: throughput alone is not enough"
    if run.samples is not None and run.samples < 1 and not run.is_lost:
        yield "no sample was taken"
    if run.loss is not None and not 0 <= run.loss <= 1:
        yield f"{run.loss:.0%} lost cannot be"
    if run.in_flight is not None and not 0 < run.in_flight <= MAX_IN_FLIGHT:
        yield f"{run.in_flight} requests in flight cannot be"
    coarse = tuple(_coarseness(run, finer))
    yield from coarse or _sizes(run.figures)
    yield from _order(run.figures, slack, run.resolution_us or 0.0)


def _coarseness(run: Run, finer: str) -> Iterator[str]:
    """One rule for every tool: the step of the print may be a tenth of the median, no more."""
    step, middle = run.resolution_us, run.figures.get("p50", run.figures.get("mean"))
    if step is not None and middle is not None and step > COARSEST * middle * (1 + 1e-9):
        name = "median" if "p50" in run.figures else "mean"
        yield (
            f"printed in steps of {figure(step)} µs, which is more than a tenth of the {name} of "
            f"{figure(middle)} µs: too coarse{finer and f'; {finer}'}"
        )


def _sizes(figures: Mapping[str, float]) -> Iterator[str]:
    for name, us in figures.items():
        if us > LONGEST_US:
            yield f"{_words(name)} of {figure(us)} µs is longer than an hour"
        elif round(us, 3) <= 0 and name != "stddev":
            why = "too few samples, or too coarse"
            yield f"{_words(name)} of {figure(us)} µs is no round trip: {why}"


def _order(figures: Mapping[str, float], slack: float, step: float) -> Iterator[str]:
    rising = [name for name in RISING if name in figures]
    pairs = [*pairwise(rising), *((a, b) for a, b in MEAN_BETWEEN if {a, b} <= figures.keys())]
    for low, high in pairs:
        is_end = bool({low, high} & {"min", "max"})
        width, wide = (slack, step) if is_end else (0.0, 0.0)
        if figures[low] > figures[high] * (1 + width) + wide + 1e-9:
            yield (
                f"{_words(low)} of {figure(figures[low])} µs is above "
                f"{_words(high)} of {figure(figures[high])} µs"
            )


def _words(name: str) -> str:
    return {"min": "the minimum", "max": "the maximum"}.get(name, f"the {name}")
