"""What differs between two documents, row by row and cell by cell."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectivity.core.reviewing.carrying import Inputs, reviews_by_name, without_reviews
from connectivity.core.tables.columns import MORE, Document, Table, Texts
from connectivity.core.tables.schema import GENERAL, TABLES, table_rows


class CellChange(NamedTuple):
    label: str
    before: str
    after: str


class RowChange(NamedTuple):
    """One row: made where it has no `before`, gone where it has no `after`."""

    table: str
    name: str
    kind: str  # added, removed or changed
    cells: list[CellChange]


def differences(before: Document, after: Document) -> list[RowChange]:
    """Every row that is not the same in both, table by table, in the order of the documents.

    Rows are the same row if they have the same name; rows without names, if they say the same.
    Reviews are rows of their own, last.
    """
    changes: list[RowChange] = []
    before, after, reviews = without_reviews(before), without_reviews(after), (before, after)
    for table in (GENERAL, *TABLES.values()):
        if before.get(table.key, ()) is not after.get(table.key, ()) or table is GENERAL:
            changes += _of(table, table_rows(before, table.key), table_rows(after, table.key))
    return [*changes, *_of_reviews(*map(reviews_by_name, reviews))]


def _of(table: Table, old: list[Document], new: list[Document]) -> Iterator[RowChange]:
    before, after = _by_name(table, old), _by_name(table, new)
    for name, row in before.items():
        if name not in after:
            yield RowChange(table.title, name, "removed", _said(table, row, is_new=False))
        elif row != after[name]:
            cells = list(_cells(table, table.texts(row), table.texts(after[name])))
            yield RowChange(table.title, name, "changed", cells)
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        yield RowChange(table.title, "", "changed", [CellChange("Order of the rows", "", "")])
    for name, row in after.items():
        if name not in before:
            yield RowChange(table.title, name, "added", _said(table, row, is_new=True))


def _of_reviews(before: Mapping[str, Inputs], after: Mapping[str, Inputs]) -> Iterator[RowChange]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old != new:
            kind = "changed" if None not in (old, new) else "added" if old is None else "removed"
            yield RowChange("Reviews", name, kind, list(_inputs(old or {}, new or {})))


def _inputs(before: Inputs, after: Inputs) -> Iterator[CellChange]:
    for name in {**before, **after}:
        old, new = (_text(inputs.get(name)) for inputs in (before, after))
        if old != new:
            yield CellChange(name, old, new)


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _said(table: Table, row: Document, *, is_new: bool) -> list[CellChange]:
    """Everything that a row says, as what came or what went."""
    texts = table.texts(row)
    labels = [(column.label, texts[column.key]) for column in table.columns if texts[column.key]]
    return [CellChange(label, *(("", text) if is_new else (text, ""))) for label, text in labels]


def _by_name(table: Table, rows: list[Document]) -> dict[str, Document]:
    if table is GENERAL:
        return {"": rows[0]}
    if table.identity:
        return {str(row.get(table.identity)): row for row in rows}
    counts: Counter[str] = Counter()
    named = {}
    for row in rows:
        name = "; ".join(filter(None, table.texts(row).values()))
        counts[name] += 1
        named[name if counts[name] == 1 else f"{name} ({counts[name]})"] = row
    return named


def _cells(table: Table, before: Texts, after: Texts) -> Iterator[CellChange]:
    for column in (*table.columns, MORE):
        if before[column.key] != after[column.key]:
            yield CellChange(column.label, before[column.key], after[column.key])
