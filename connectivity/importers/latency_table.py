"""Reads our own table of published latencies: one row for each option and pair of AZs."""

import csv
from collections.abc import Iterable

from connectivity.core.latency.lookup import LatencyCell, region_of
from connectivity.core.options import OPTIONS
from connectivity.importers.latency.run import shown

COLUMNS = ("option", "from_az", "to_az", "us", "noise_us", "as_of", "comment", "source")


class LatencyTableError(ValueError):
    """The table cannot be used. Says which line and column."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")


def read(lines: Iterable[str]) -> tuple[LatencyCell, ...]:
    """The cells of a table, all of them published round-trip p99s in microseconds.

    Raises:
        LatencyTableError: it is not CSV, a column is missing, an option or AZ is not known, or a
            figure is not a positive number.
    """
    rows = csv.DictReader(lines, restval="")
    try:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise LatencyTableError(1, f"no column {missing[0]!r}")
        return tuple(_cell(row, rows.line_num) for row in rows)
    except csv.Error as error:
        raise LatencyTableError(rows.reader.line_num, f"not CSV: {error}") from error


def _cell(row: dict[str, str], line: int) -> LatencyCell:
    if row["option"] not in OPTIONS.by_key:
        raise LatencyTableError(line, f"'option' is {shown(row['option'])}, which is not one")
    for column in ("from_az", "to_az"):
        if not region_of(row[column]):
            raise LatencyTableError(line, f"{column!r} is {shown(row[column])}, not an AZ ID")
    return LatencyCell(
        option=row["option"],
        from_az=row["from_az"],
        to_az=row["to_az"],
        us=_number(row, "us", line),
        noise_us=_number(row, "noise_us", line),
        basis="published",
        as_of=row["as_of"],
        source=row["source"],
        comment=row["comment"],
    )


def _number(row: dict[str, str], column: str, line: int) -> float:
    try:
        number = float(row[column])
    except (TypeError, ValueError) as error:
        raise LatencyTableError(
            line, f"{column!r} is {shown(row[column])}, not a number"
        ) from error
    if not 0 <= number < 1e12:
        raise LatencyTableError(line, f"{column!r} is {number}, not a number of microseconds")
    return number
