"""What measurements say together: cells derived from runs.

Runs are put together only where everything that changes a figure's meaning is the same; what a
file does not say is the same within the file, and in no other (decision 28). Where all of them
carry a sketch, percentiles come from the merged sketch; else a percentile is the median of the
runs' percentiles, shown with the lowest and the highest. Percentiles are never averaged.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from statistics import fmean, median
from typing import NamedTuple

from connectivity.core.latency import histograms
from connectivity.core.latency.lookup import LatencyCell

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9}
MIN_SAMPLES = {"p99": 299, "p99.9": 2995}
"""So many that, at 95 %, the largest of them is above the true percentile: ln 0.05 / ln q."""

STATISTICS = (*PERCENTILES, "mean", "min", "max")
MANY_SAMPLES, ENOUGH_SAMPLES, MANY_RUNS = 10_000, 1_000, 3
RUN_TO_RUN = 0.1
"""How far apart one method's runs lie; four public netperf runs gave p99s of 65 to 78 µs (2020)."""

ROUND_TRIPS = ("TCP_RR", "UDP_RR", "RR", "ICMP", "TCP_RTT", "unknown")
"""Tests whose figures are a network's round trip, the most fitting first: what a comparison takes.
The time of an HTTP request or of opening a connection is something else."""

ONE_METHOD = ("aggregate-latency", "TCP_RTT")
"""Tests whose name says everything that can be known of their method: AWS's own probes, and what it
sees of all TCP flows."""

MIN_RUNS_FOR_DRIFT = 3  # runs
FRESH_DAYS, AGEING_DAYS = 90, 365


@dataclass(frozen=True, slots=True)
class Method:
    """Everything that changes what a figure means. What is None or unknown equals nothing."""

    tool: str
    test: str
    connection: str
    loop: str
    in_flight: int | None
    request_bytes: int | None
    response_bytes: int | None
    instance_type: str
    year: str

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of what is not known."""
        return tuple(
            field.name
            for field in fields(self)
            if getattr(self, field.name) in (None, "", "unknown")
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """One run as a cell needs it. `figures` are microseconds by statistic."""

    option: str
    source: str
    destination: str
    method: Method
    figures: dict[str, float]
    samples: int | None
    loss: float | None
    taken: str  # ISO date or moment
    sketch: str = ""
    origin: str = ""  # who published it; empty for the user's own
    file: int = 0  # which file it came with

    @property
    def method_known_in(self) -> int | None:
        """The only file whose other runs are known to have the same method; None: all files."""
        says_all = not self.method.unknown or self.origin or self.method.test in ONE_METHOD
        return None if says_all else self.file


class Figure(NamedTuple):
    """A statistic over runs, in microseconds: its value, and the lowest and highest of the runs."""

    us: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One option between two AZs or Regions, by one method."""

    option: str
    source: str
    destination: str
    method: Method
    runs: int
    samples: int | None  # None: some run did not say
    figures: dict[str, Figure]
    loss: float | None
    grade: str  # high, medium or low
    as_of: str
    basis: str
    hidden: tuple[str, ...] = ()  # statistics that too few samples do not carry
    drift_us: float | None = None  # the newest run against the median of those before, beyond noise

    @property
    def is_lost(self) -> bool:
        """Measured, and nothing came back: neither missing nor zero."""
        return self.loss == 1


def derived(runs: Iterable[Measured]) -> Iterator[Cell]:
    """The cells of runs, of which those of one day are in the order of their filing.

    Every run counts in exactly one cell.
    """
    groups: dict[tuple[object, ...], list[Measured]] = defaultdict(list)
    for run in runs:
        place = run.option, run.source, run.destination
        groups[*place, run.method, run.origin, run.method_known_in].append(run)
    for group in groups.values():
        yield _cell(group)


def _cell(group: Sequence[Measured]) -> Cell:
    first = group[0]
    answered = [run for run in group if run.figures]
    counts = [run.samples for run in answered]
    figures = dict(_figures(answered))
    names = {name for run in answered for name in run.figures}
    return Cell(
        option=first.option,
        source=first.source,
        destination=first.destination,
        method=first.method,
        runs=len(group),
        samples=None if None in counts else sum(filter(None, counts)),
        figures=figures,
        loss=_loss(group),
        grade=_grade(answered),
        as_of=max(run.taken for run in group),
        basis="published" if first.origin else "measured",
        hidden=tuple(name for name in STATISTICS if name in names and name not in figures),
        drift_us=_drift(answered),
    )


def _drift(runs: Sequence[Measured]) -> float | None:
    """By how much the newest run left what the earlier ones say, of the p99, else of the p50."""
    for name in ("p99", "p50"):
        values = [run.figures[name] for run in _in_order(runs) if name in run.figures]
        if len(values) >= MIN_RUNS_FOR_DRIFT:
            *before, newest = values
            usual = median(before)
            noise = max(max(before) - min(before), RUN_TO_RUN * usual)
            return newest - usual if abs(newest - usual) > noise else None
    return None


def _in_order(runs: Sequence[Measured]) -> list[Measured]:
    """By the moment where all name one, else by the day: a day is not before its own morning."""
    moments = [_moment(run.taken) for run in runs]
    if None in moments:
        return sorted(runs, key=lambda run: run.taken[:10])
    by_moment = sorted(zip(moments, range(len(runs)), strict=True))
    return [runs[i] for _, i in by_moment]


def _moment(taken: str) -> datetime | None:
    """None where only a day is said, or no moment that can be told. Without a zone it is UTC.

    >>> _moment("2026-11-03T10:00:00+02:00"), _moment("2026-11-03")
    (datetime.datetime(2026, 11, 3, 8, 0, tzinfo=datetime.timezone.utc), None)
    """
    try:
        at = datetime.fromisoformat(taken)
    except ValueError:
        return None
    if len(taken) <= len("2026-11-03"):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _figures(runs: Sequence[Measured]) -> Iterator[tuple[str, Figure]]:
    whole = (
        histograms.merged(run.sketch for run in runs) if all(run.sketch for run in runs) else None
    )
    for name in STATISTICS:
        enough = [run for run in runs if name in run.figures and _carries(run.samples, name)]
        values = [run.figures[name] for run in enough]
        if whole is not None and name in PERCENTILES:
            if _carries(whole.get_total_count(), name):
                us = histograms.percentile_us(whole, PERCENTILES[name])
                yield name, Figure(us, min([us, *values]), max([us, *values]))
        elif values:
            yield name, Figure(_together(name, enough, values), min(values), max(values))


def _carries(samples: int | None, statistic: str) -> bool:
    """An unknown number of samples hides nothing; it makes the grade low."""
    return samples is None or samples >= MIN_SAMPLES.get(statistic, 1)


def _together(name: str, runs: Sequence[Measured], values: Sequence[float]) -> float:
    if name in ("min", "max"):
        return min(values) if name == "min" else max(values)
    known = [run.samples for run in runs if run.samples]
    return fmean(values, known) if name == "mean" and len(known) == len(runs) else median(values)


def _loss(runs: Sequence[Measured]) -> float | None:
    known = [run.loss for run in runs if run.loss is not None]
    return sum(known) / len(known) if known else None


def _grade(runs: Sequence[Measured]) -> str:
    days = {run.taken[:10] for run in runs if _has(run, MANY_SAMPLES)}
    is_known = bool(runs) and not runs[0].method.unknown
    if len(days) >= MANY_RUNS and is_known:
        return "high"
    return "medium" if any(_has(run, ENOUGH_SAMPLES) for run in runs) else "low"


def _has(run: Measured, samples: int) -> bool:
    return run.samples is not None and run.samples >= samples


def age(as_of: str, today: date) -> str:
    """fresh, ageing or old, by the day, month or year of a figure.

    >>> age("2020", date(2026, 11, 23))
    'old'
    """
    parts = [int(part) for part in as_of[:10].split("-") if part.isdigit()]
    if not parts:
        return "old"
    year, month, day = (*parts, 12, 28)[:3] if len(parts) == 1 else (*parts, 28)[:3]
    days = (today - date(year, month, day)).days
    return "fresh" if days < FRESH_DAYS else "ageing" if days < AGEING_DAYS else "old"


def best_by_pair(cells: Iterable[Cell], statistic: str) -> dict[tuple[str, str], Cell]:
    """The cell to show for each pair: one that has the statistic, then the most fitting test, then
    the better grade, then the newest."""
    best: dict[tuple[str, str], tuple[tuple[bool, Fitness], Cell]] = {}
    for cell in cells:
        pair = cell.source, cell.destination
        rank = statistic in cell.figures, _fitness(cell)
        if pair not in best or rank >= best[pair][0]:
            best[pair] = rank, cell
    return {pair: cell for pair, (_, cell) in best.items()}


def for_comparisons(cells: Iterable[Cell]) -> tuple[LatencyCell, ...]:
    """The p99 that a comparison takes for each option and pair: the most fitting test, then the
    better grade, then the newest."""
    best: dict[tuple[str, str, str], Cell] = {}
    for cell in sorted(cells, key=_fitness):
        if "p99" in cell.figures and cell.method.test in ROUND_TRIPS and cell.option:
            best[cell.option, cell.source, cell.destination] = cell
    return tuple(map(_latency_cell, best.values()))


Fitness = tuple[int, int, str, int]
PLACES = {test: -place for place, test in enumerate(ROUND_TRIPS)}  # the most fitting is the highest
GRADES = {"low": 0, "medium": 1, "high": 2}


def fitness(test: str, grade: str, as_of: str, runs: int) -> Fitness:
    """By which the cells of a pair compete: the last of several is the best."""
    return (PLACES.get(test, -len(PLACES)), GRADES[grade], as_of, runs)


def _fitness(cell: Cell) -> Fitness:
    return fitness(cell.method.test, cell.grade, cell.as_of, cell.runs)


def _latency_cell(cell: Cell) -> LatencyCell:
    p99 = cell.figures["p99"]
    runs = "1 run" if cell.runs == 1 else f"{cell.runs} runs, {p99.low:g} to {p99.high:g} µs"
    unknown = cell.method.unknown
    return LatencyCell(
        option=cell.option,
        from_az=cell.source,
        to_az=cell.destination,
        us=p99.us,
        noise_us=max(p99.high - p99.low, RUN_TO_RUN * p99.us),
        basis=cell.basis,
        as_of=cell.as_of[:10],
        source=f"{cell.method.tool} {cell.method.test}",
        comment=f"{runs}; grade {cell.grade}",
        method=None if unknown else repr(cell.method),
    )
