"""Rows that come from a spreadsheet, and tables that go there."""

import csv
import io
from collections.abc import Iterable
from functools import partial

from connectivity.core.problems import DocumentRefused, Problem, Problems, did_you_mean
from connectivity.core.tables.columns import MORE, Document, Table, Texts
from connectivity.core.tables.edits import Edits, edited
from connectivity.core.tables.schema import TABLES, table_of, table_rows

MAX_PASTED_ROWS = 20_000  # rows
MAX_QUOTED = 40  # characters of a cell
FORMULAS = frozenset("=+-@\t\r＝＋－＠")  # what a spreadsheet takes for the beginning of one


def pasted(table: Table, text: str) -> list[Texts]:
    """Rows of texts from what a spreadsheet copies (tabs) or from CSV, with column names on top.

    Raises:
        DocumentRefused: an unknown or repeated column, a row that is too long, too many rows.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        raise DocumentRefused([Problem("line 1", "is empty; the first line names the columns")])
    first = text.split("\n", 1)[0]
    mark = "\t" if "\t" in first else ";" if ";" in first and "," not in first else ","
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error as error:
        raise DocumentRefused([Problem("rows", f"cannot be read as a table: {error}")]) from error
    keys, problems = _heads(table, lines[0])
    if len(lines) - 1 > MAX_PASTED_ROWS:
        message = f"and {len(lines) - 1:,} rows; at most {MAX_PASTED_ROWS:,} are accepted at once"
        problems.note("line 1", message)
    for number, cells in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in cells[len(keys) :]):
            message = f"has {len(cells)} cells; the first line names {len(keys)} columns"
            problems.note(f"line {number}", message)
    if problems:
        raise DocumentRefused(problems)
    filled = (cells for cells in lines[1:] if any(cell.strip() for cell in cells))
    return [dict(zip(keys, map(_unquoted, cells), strict=False)) for cells in filled]


def _heads(table: Table, cells: list[str]) -> tuple[list[str], Problems]:
    known = {name.lower(): c.key for c in (*table.columns, MORE) for name in (c.key, c.label)}
    keys: list[str] = []
    named: set[str] = set()
    problems = Problems()
    for cell in cells:
        key = known.get(cell.strip().lower(), "")
        if not key:
            offer = partial(_columns_like, cell.strip(), known, table)
            problems.note("line 1", f"no column is called {cell.strip()[:MAX_QUOTED]!r}", offer)
        elif key in named:
            problems.note("line 1", f"{cell.strip()!r} is named twice")
        named.add(key)
        keys.append(key)
    return keys, problems


def _columns_like(word: str, known: Iterable[str], table: Table) -> str:
    there = ", ".join(column.key for column in table.columns)
    return did_you_mean(word, known) or f"; there are {there}"


def merged(document: Document, key: str, rows: list[Texts], *, replace: bool = False) -> Document:
    """The document with pasted rows: known ones are updated, new ones are added at the end.

    Args:
        replace: the pasted rows are the whole table from now on.
    """
    table = TABLES[key]
    known = {str(row.get(table.identity)): i for i, row in enumerate(table_rows(document, key))}
    cells: dict[int, Texts] = {}
    added: list[Texts] = []
    for texts in rows:
        index = known.get(_identity(table, texts))
        if index is None or index in cells:
            added.append(texts)
        else:
            cells[index] = texts
    gone = frozenset(known.values()) - frozenset(cells) if replace else frozenset()
    if replace and not table.identity:
        gone = frozenset(range(len(table_rows(document, key))))
    return edited(document, Edits(key, cells, added, gone))


def _identity(table: Table, texts: Texts) -> str:
    """The name that a row's texts mean; empty for rows that have none."""
    if not table.identity:
        return ""
    value = table.column(table.identity).value(texts.get(table.identity, ""))
    return value if isinstance(value, str) else ""


def table_as_csv(document: Document, key: str) -> str:
    """A table as CSV, which `pasted` reads again."""
    table = table_of(key)
    out = io.StringIO()
    writer = csv.DictWriter(
        out, [column.key for column in (*table.columns, MORE)], lineterminator="\n"
    )
    writer.writeheader()
    for row in table_rows(document, key):
        writer.writerow({name: _quoted(text) for name, text in table.texts(row).items()})
    return out.getvalue()


def _quoted(text: str) -> str:
    """A spreadsheet must not take a text for a formula."""
    is_risky = text[:1] in FORMULAS or (text[:1] == "'" and text[1:2] in {*FORMULAS, "'"})
    return f"'{text}" if text and is_risky else text


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] and text[1:2] in {*FORMULAS, "'"} else text
