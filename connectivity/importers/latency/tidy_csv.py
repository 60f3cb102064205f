"""Our own tidy CSV: one statistic of one pair of AZs or Regions a row, microseconds.

Columns: source, dest, percentile, value_us; and, where known, option, tool, date, samples,
source_url_title. This is also what the matrix page writes.
"""

import csv
import re
from collections.abc import Iterable, Iterator

from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.importers.latency.places import az_id_of, pair_problems
from connectivity.importers.latency.run import Hints, Run, checked, is_date, number, shown, whole
from connectivity.importers.latency.text import Text

NAME = "csv"
ENDS = ("source", "dest")
NEEDED = ("source", "dest", "percentile", "value_us")
KNOWN = (*NEEDED, "option", "tool", "date", "samples", "source_url_title")
ALIASES = {"percentile_or_stat": "percentile", "statistic": "percentile", "from_az": "source"}
ALIASES |= {"to_az": "dest", "destination": "dest", "us": "value_us"}
FIGURES = ("p50", "p90", "p99", "p99.9", "mean", "min", "max", "stddev")
LONGEST_HEADER = 10_000  # characters
FORMULA = re.compile(r"[=+@\t]|-[^0-9.]")
GROUP = ("option", "source", "dest", "tool", "date", "source_url_title")

Row = dict[str, str]
Key = tuple[str, ...]


def recognises(text: Text) -> bool:
    header = {ALIASES.get(name, name) for name in _names(text.filled[0][1])}
    return {"source", "dest"} <= header or {"percentile", "value_us"} <= header


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each option, pair, tool and date.

    Raises:
        DocumentRefused: every problem of every row.
    """
    text.require_end()
    return gathered(_rows(text), hints)


def gathered(rows: Iterable[tuple[int, Row]], hints: Hints) -> tuple[Run, ...]:
    """Runs from rows of one statistic each, whatever form they came in.

    Raises:
        DocumentRefused: every problem of every row.
    """
    problems: list[Problem] = []
    groups: dict[Key, dict[str, tuple[int, Row]]] = {}
    for line, cells in rows:
        row = cells | {end: az_id_of(cells[end], hints.zones) for end in ENDS}
        wrong = [Problem(f"line {line}", problem) for problem in _problems(row)]
        statistics = groups.setdefault(tuple(row.get(column, "") for column in GROUP), {})
        if row.get("percentile") in statistics:
            wrong.append(Problem(f"line {line}", "this cell is there twice, with another value"))
        statistics.setdefault(row.get("percentile", ""), (line, row))
        problems += wrong
    if problems or not groups:
        raise DocumentRefused(problems or [Problem("line 1", "a header without rows")])
    return checked(_run(key, statistics) for key, statistics in groups.items())


def _names(header: str) -> list[str]:
    if len(header) > LONGEST_HEADER:
        return []
    return [name.strip().lower() for name in next(csv.reader([header]), [])]


def _rows(text: Text) -> Iterator[tuple[int, Row]]:
    first_line, header = text.filled[0]
    names = [ALIASES.get(name, name) for name in _names(header)]
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name not in KNOWN]
    if missing or unknown or len(set(names)) < len(names):
        mismatch = f"no column {missing[0]!r}" if missing else f"columns {names} are not all known"
        known = ", ".join(KNOWN)
        raise DocumentRefused(
            [Problem(f"line {first_line}", f"{mismatch}; the columns are {known}")]
        )
    reader = csv.reader(text.lines[first_line:], strict=True)
    try:
        for cells in reader:
            line = first_line + reader.line_num
            if not any(cells):
                continue
            if len(cells) != len(names):
                problem = f"{len(cells)} cells under {len(names)} headers"
                raise DocumentRefused([Problem(f"line {line}", problem)])
            yield line, dict(zip(names, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        at = first_line + reader.line_num
        raise DocumentRefused([Problem(f"line {at}", f"not CSV: {error}")]) from error


def _problems(row: Row) -> Iterator[str]:
    for name, cell in row.items():
        if FORMULA.match(cell):
            yield f"{name} is {shown(cell)}, which a spreadsheet would take for a formula"
    if row["percentile"] not in FIGURES:
        yield f"percentile is {shown(row['percentile'])}; known are {', '.join(FIGURES)}"
    if row.get("date") and not is_date(row["date"]):
        yield f"date is {shown(row['date'])}, not a day such as 2026-11-23, or is to come"
    if row.get("option") and row["option"] not in OPTIONS.by_key:
        yield f"option is {shown(row['option'])}, which is not one"
    if not any(FORMULA.match(row[end]) for end in ENDS):
        yield from pair_problems(row["source"], row["dest"])


def _run(key: Key, statistics: dict[str, tuple[int, Row]]) -> Run:
    option, source, dest, tool, date, origin = key
    line = min(line for line, _ in statistics.values())
    counts = {row["samples"] for _, row in statistics.values() if row.get("samples")}
    return Run(
        tool=tool or NAME,
        line=line,
        samples=whole(counts.pop(), line, "samples") if counts else None,
        direction_note="microseconds of a round trip, as the file says",
        started_at=date,
        option=option,
        source=source,
        destination=dest,
        origin=origin,
        figures={
            name: number(row["value_us"], at, "value_us") for name, (at, row) in statistics.items()
        },
    )
