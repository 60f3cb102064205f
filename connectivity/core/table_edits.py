"""Edits of a document's tables: cells, rows, many rows at once, and what a spreadsheet holds."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectivity.core.problems import DocumentRefused, Problem, did_you_mean
from connectivity.core.table import MORE, Document, Table, Texts
from connectivity.core.tables import TABLES, table_of, table_rows, with_rows

MOST_PASTED = 20_000  # rows
REFERENCES = {
    "accounts": (("vpcs", "account"), ("connections", "account"), ("quotas", "account")),
    "vpcs": (
        ("services", "vpc"),
        ("flows", "from"),
        ("flows", "to"),
        ("connections", "vpc"),
        ("connections", "between"),
    ),
    "services": (("flows", "to"), ("connections", "service")),
}
"""Where the rows of a table are named; a new name is written there too."""


@dataclass(frozen=True)
class Edits:
    """What to do with one table: texts by row and column, rows to add, rows to take away."""

    table: str
    cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    added: Sequence[Mapping[str, str]] = ()
    removed: frozenset[int] = frozenset()

    @property
    def filled(self) -> dict[int, Mapping[str, str]]:
        """The rows to add in which anything is written."""
        return {i: one for i, one in enumerate(self.added) if any(t.strip() for t in one.values())}

    def row_ids(self, count: int) -> list[str]:
        """Which row each row of the edited table was: its index before, or `new` and a number."""
        kept = [str(i) for i in range(count) if i not in self.removed]
        return [*kept, *(f"new{i}" for i in self.filled)]


def edited(document: Document, edits: Edits) -> Document:
    """The document after the edits; whether it holds together is for its own checks to say.

    A row whose name changes is renamed wherever it is referred to.
    """
    table = table_of(edits.table)
    before = table_rows(document, table.key)
    rows: list[Document] = []
    renamed: dict[str, str] = {}
    for i, row in enumerate(before):
        if i in edits.removed:
            continue
        made = table.row(edits.cells[i], row) if i in edits.cells else row
        old, new = row.get(table.identity), made.get(table.identity)
        if table.identity and old != new and isinstance(old, str) and isinstance(new, str):
            renamed[old] = new
        rows.append(made)
    rows += (table.row(texts) for texts in edits.filled.values())
    changed = with_rows(document, table.key, rows)
    kept = {one.get(table.identity) for one in rows}
    return _renamed(changed, table.key, {k: v for k, v in renamed.items() if k not in kept})


def _renamed(document: Document, key: str, names: Mapping[str, str]) -> Document:
    """The document with new names wherever rows of a table are referred to."""
    if not names:
        return document
    for other, column in REFERENCES.get(key, ()):
        rows = document.get(other) or ()
        changed = [_row_renamed(row, column, names) for row in rows]
        document = document | ({other: changed} if changed else {})
    hub = document.get("hub_account")
    if key == "accounts" and isinstance(hub, str) and hub in names:
        document = document | {"hub_account": names[hub]}
    return document


def _row_renamed(row: Document, column: str, names: Mapping[str, str]) -> Document:
    value = row.get(column)
    if isinstance(value, list):
        new: Any = [names.get(one, one) if isinstance(one, str) else one for one in value]
    else:
        new = names.get(value, value) if isinstance(value, str) else value
    return row if new == value else row | {column: new}


def pasted(table: Table, text: str) -> list[Texts]:
    """Rows of texts from what a spreadsheet copies (tabs) or from CSV, with column names on top.

    Raises:
        DocumentRefused: an unknown or repeated column, a row that is too long, too many rows.
    """
    text = text.strip("\r\n")
    if not text.strip():
        raise DocumentRefused([Problem("line 1", "is empty; the first line names the columns")])
    first = text.split("\n", 1)[0]
    mark = "\t" if "\t" in first else ";" if ";" in first and "," not in first else ","
    lines = list(csv.reader(io.StringIO(text), delimiter=mark))
    keys, problems = _heads(table, lines[0])
    if len(lines) - 1 > MOST_PASTED:
        said = f"and {len(lines) - 1:,} rows; at most {MOST_PASTED:,} are read at once"
        problems.append(Problem("line 1", said))
    for number, cells in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in cells[len(keys) :]):
            said = f"has {len(cells)} cells; the first line names {len(keys)} columns"
            problems.append(Problem(f"line {number}", said))
    if problems:
        raise DocumentRefused(problems)
    filled = (cells for cells in lines[1:] if any(cell.strip() for cell in cells))
    return [dict(zip(keys, map(str.strip, cells), strict=False)) for cells in filled]


def _heads(table: Table, cells: list[str]) -> tuple[list[str], list[Problem]]:
    known = {name.lower(): c.key for c in (*table.columns, MORE) for name in (c.key, c.label)}
    keys: list[str] = []
    problems = []
    for cell in cells:
        key = known.get(cell.strip().lower(), "")
        if not key:
            offer = did_you_mean(cell.strip(), [*known]) or f"; there are {', '.join(_keys(table))}"
            problems.append(Problem("line 1", f"no column is called {cell.strip()!r}{offer}"))
        elif key in keys:
            problems.append(Problem("line 1", f"{cell.strip()!r} is named twice"))
        keys.append(key)
    return keys, problems


def _keys(table: Table) -> list[str]:
    return [one.key for one in table.columns]


def merged(document: Document, key: str, rows: list[Texts], *, replace: bool = False) -> Document:
    """The document with pasted rows: known ones are updated, new ones are added at the end.

    Args:
        replace: the pasted rows are the whole table from now on.
    """
    table = TABLES[key]
    known = {one.get(table.identity): i for i, one in enumerate(table_rows(document, key))}
    cells: dict[int, Texts] = {}
    added: list[Texts] = []
    for texts in rows:
        index = known.get(texts.get(table.identity, "")) if table.identity else None
        if index is None or index in cells:
            added.append(texts)
        else:
            cells[index] = texts
    gone = frozenset(known.values()) - frozenset(cells) if replace else frozenset()
    if replace and not table.identity:
        gone = frozenset(range(len(table_rows(document, key))))
    return edited(document, Edits(key, cells, added, gone))


def table_as_csv(document: Document, key: str) -> str:
    """A table as CSV, which `pasted` reads again."""
    table = table_of(key)
    out = io.StringIO()
    writer = csv.DictWriter(out, [one.key for one in (*table.columns, MORE)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table.texts(row) for row in table_rows(document, key))
    return out.getvalue()
