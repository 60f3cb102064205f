"""Edits of a document's tables: cells, rows, names, and edits that meet a newer version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.tables.columns import Document, Table
from connectivity.core.tables.schema import GENERAL, table_of, table_rows, with_rows

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
        return {
            i: cells for i, cells in enumerate(self.added) if any(t.strip() for t in cells.values())
        }

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
    kept: set[str] = set()  # names that still mean the row that they meant
    for i, row in enumerate(before):
        if i in edits.removed:
            continue
        row_now = table.row(edits.cells[i], row) if i in edits.cells else row
        old, new = row.get(table.identity), row_now.get(table.identity)
        if isinstance(old, str) and isinstance(new, str) and old != new:
            renamed[old] = new
        elif isinstance(old, str):
            kept.add(old)
        rows.append(row_now)
    rows += (table.row(texts) for texts in edits.filled.values())
    changed = with_rows(document, table.key, rows)
    return _renamed(changed, table.key, {k: v for k, v in renamed.items() if k not in kept})


def rebased(edits: Edits, old: Document, new: Document) -> Edits:
    """The same edits for another version of the document: only the cells that they change.

    Raises:
        DocumentRefused: a row that they touch is gone there, or has another name.
    """
    table = table_of(edits.table)
    before, after = table_rows(old, table.key), table_rows(new, table.key)
    places = {_name(table, row): i for i, row in enumerate(after)}
    touched = {
        i: changed
        for i, texts in edits.cells.items()
        if (changed := _changed(table, before, i, texts))
    }
    problems = []
    moved: dict[int, int] = {}
    for i in sorted({*touched, *(i for i in edits.removed if i < len(before))}):
        name = _name(table, before[i])
        if name in places:
            moved[i] = places[name]
        elif i in touched:
            reason = (
                "was changed, renamed or removed meanwhile; check it, and enter your change again"
            )
            problems.append(Problem(f"{table.title}, row {i + 1}", reason))
    if problems:
        raise DocumentRefused(problems)
    gone = frozenset(moved[i] for i in edits.removed if i in moved)
    return Edits(edits.table, {moved[i]: cells for i, cells in touched.items()}, edits.added, gone)


def _name(table: Table, row: Document) -> str:
    """What a row is known by: its name, or all that it says."""
    if table is GENERAL:
        return ""
    if table.identity:
        return str(row.get(table.identity))
    return repr(sorted(table.texts(row).items()))


def _changed(
    table: Table, before: list[Document], row: int, texts: Mapping[str, str]
) -> dict[str, str]:
    """The cells of a row that say something else than they did."""
    if row >= len(before):
        return {}
    were = table.texts(before[row])
    return {key: text for key, text in texts.items() if key in were and were[key] != text}


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
        new: Any = [names.get(entry, entry) if isinstance(entry, str) else entry for entry in value]
    else:
        new = names.get(value, value) if isinstance(value, str) else value
    return row if new == value else row | {column: new}
