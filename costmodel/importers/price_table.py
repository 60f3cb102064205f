"""Reads our own price table: one row for each tier of a price."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from costmodel.core.charges import PriceName
from costmodel.core.price_list import Price, tiers
from costmodel.core.units import THOUSANDTHS

COLUMNS = (
    "service",
    "usage_type",
    "operation",
    "region",
    "to_region",
    "unit",
    "from",
    "to",
    "usd",
    "as_of",
    "weak",
    "source",
)
WEAK = "yes"
MAX_DIGITS = 15  # before the point of a rate or a quantity
SHOWN = 60  # characters of a refused value


class PriceTableError(ValueError):
    """The table cannot be used. Says which line and column."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")


class _Key(NamedTuple):
    name: PriceName
    region: str
    to_region: str | None
    unit: str
    source: str
    as_of: str
    weak: bool


Range = tuple[int, int | None, Decimal]


def read(lines: Iterable[str]) -> tuple[Price, ...]:
    """The prices of a table, tiers put together.

    Raises:
        PriceTableError: it is not CSV, a column is missing, a number is none, or tiers leave holes.
    """
    rows = csv.DictReader(lines, restval="")
    ranges: dict[_Key, list[Range]] = defaultdict(list)
    line_of: dict[_Key, int] = {}
    try:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise PriceTableError(1, f"no column {missing[0]!r}")
        for row in rows:
            key = _key(row, rows.line_num)
            line_of.setdefault(key, rows.line_num)
            ranges[key].append(_range(row, rows.line_num))
    except csv.Error as error:
        raise PriceTableError(rows.reader.line_num, f"not CSV: {error}") from error
    return tuple(_price(key, parts, line_of[key]) for key, parts in ranges.items())


def _key(row: dict[str, str], line: int) -> _Key:
    name = PriceName(row["service"], row["usage_type"], row["operation"])
    to_region, weak = row["to_region"] or None, row["weak"]
    if weak not in ("", WEAK):
        problem = (
            f"'weak' is {weak[:SHOWN]!r}; write {WEAK!r} for a second-hand figure, else nothing"
        )
        raise PriceTableError(line, problem)
    return _Key(
        name, row["region"], to_region, row["unit"], row["source"], row["as_of"], weak == WEAK
    )


def _range(row: dict[str, str], line: int) -> Range:
    end = _number(row, "to", line) if row["to"] else None
    start, usd = _number(row, "from", line), _number(row, "usd", line)
    return int(start * THOUSANDTHS), None if end is None else int(end * THOUSANDTHS), usd


def _number(row: dict[str, str], column: str, line: int) -> Decimal:
    try:
        number = Decimal(row[column])
    except (InvalidOperation, TypeError) as error:
        raise PriceTableError(
            line, f"{column!r} is {str(row[column])[:SHOWN]!r}, not a number"
        ) from error
    if not number.is_finite():
        raise PriceTableError(
            line, f"{column!r} is {str(row[column])[:SHOWN]!r}, not a finite number"
        )
    if number.adjusted() >= MAX_DIGITS:
        raise PriceTableError(line, f"{column!r} is {row[column][:SHOWN]!r}; it cannot be so large")
    return number


def _price(key: _Key, ranges: list[Range], line: int) -> Price:
    try:
        rising = tiers(ranges)
    except ValueError as error:
        raise PriceTableError(line, str(error)) from error
    return Price(
        key.name, key.region, key.to_region, key.unit, rising, key.source, key.as_of, key.weak
    )
