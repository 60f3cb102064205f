"""What the editor shows of one table: rows of fields, each with its text and its problem."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from advisor.web.request_helpers import text_in
from connectivity.core.tables.columns import MORE, Column, Document, Texts
from connectivity.core.tables.edits import Edits
from connectivity.core.tables.schema import GENERAL, TABLES, matching, table_of, table_rows
from connectivity.editing import EditProblem
from connectivity.queries import TopologyVersion

PAGE = 50
BLANK_ROWS = 3
MAX_CHOICES = 500  # offered while one types


class EditorCell(NamedTuple):
    """One field of the editor. Its name says row and column; so does the id of its problem."""

    column: Column
    row: str
    text: str
    problem: str

    @property
    def name(self) -> str:
        return f"{self.row}.{self.column.key}"


class EditorRow(NamedTuple):
    id: str
    number: int | None  # as the document counts, from 1; None for a new one
    cells: list[EditorCell]
    problem: str
    is_removed: bool


class Tab(NamedTuple):
    key: str
    title: str
    rows: int | None


@dataclass(frozen=True)
class EditorSheet:
    """One table of a version, as far as the filter and the page show it."""

    version: TopologyVersion
    values: QueryDict
    edits: Edits
    problems: tuple[EditProblem, ...] = ()

    @cached_property
    def document(self) -> Document:
        return dict(self.version.document)

    @cached_property
    def words(self) -> str:
        return text_in(self.values, "q")

    @cached_property
    def page(self) -> Page[tuple[int, Document]]:
        table = table_of(self.edits.table)
        rows = list(matching(table, table_rows(self.document, table.key), self.words))
        return Paginator(rows, PAGE).get_page(self.values.get("page"))

    @cached_property
    def columns(self) -> list[Column]:
        """Those that are required or used on this page; all of them if asked for."""
        table = table_of(self.edits.table)
        used = {key for _, row in self.page for key, text in table.texts(row).items() if text}
        used |= {problem.column for problem in self.problems}
        used |= {key for texts in self.edits.filled.values() for key in texts if texts[key]}
        every = (*table.columns, MORE)
        if "shown" in self.values and "here" in self.values:
            shown = text_in(self.values, "shown").split(",")
            return [column for column in every if column.key in shown]
        everything = "all" in self.values or table is GENERAL
        return [column for column in every if everything or column.required or column.key in used]

    @cached_property
    def rows(self) -> list[EditorRow]:
        table = table_of(self.edits.table)
        by_cell: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for problem in self.problems:
            by_cell[problem.row][problem.column].append(problem.text)
        old = [
            self._row(str(i), i + 1, table.texts(row) | dict(self.edits.cells.get(i, {})), by_cell)
            for i, row in self.page
        ]
        if table is GENERAL:
            return old
        added = [*self.edits.added, *({} for _ in range(BLANK_ROWS))][: BLANK_ROWS + PAGE]
        return old + [
            self._row(f"new{i}", None, dict(texts), by_cell) for i, texts in enumerate(added)
        ]

    def _row(
        self, id: str, number: int | None, texts: Texts, by_cell: dict[str, dict[str, list[str]]]
    ) -> EditorRow:
        row_problems = by_cell.get(id, {})
        cells = [
            EditorCell(
                column, id, texts.get(column.key, ""), "; ".join(row_problems.get(column.key, ()))
            )
            for column in self.columns
        ]
        is_removed = number is not None and number - 1 in self.edits.removed
        shown = {column.key for column in self.columns}
        rest = [
            f"{key} {'; '.join(row_problems[key])}".strip()
            for key in row_problems
            if key not in shown
        ]
        return EditorRow(id, number, cells, "; ".join(rest), is_removed)

    @property
    def elsewhere(self) -> list[str]:
        """Problems that have no cell on this page."""
        shown = {row.id for row in self.rows}
        rest = [problem for problem in self.problems if problem.row not in shown]
        return [
            f"row {_number(problem.row)}: {problem.text}" if problem.row else problem.text
            for problem in rest
        ]

    @property
    def tabs(self) -> list[Tab]:
        counts = [Tab(k, t.title, len(table_rows(self.document, k))) for k, t in TABLES.items()]
        return [Tab(GENERAL.key, GENERAL.title, None), *counts]

    @property
    def has_rows(self) -> bool:
        """False where the table is what is said once."""
        return self.edits.table != GENERAL.key

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return table_of(self.edits.table).columns

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        """What may be chosen in a column: AWS's words, or names of the document."""
        names = {
            key: [str(row.get(TABLES[key].identity)) for row in table_rows(self.document, key)]
            for key in ("accounts", "vpcs", "services")
        }
        of = {"account": "accounts", "hub_account": "accounts", "vpc": "vpcs", "from": "vpcs"}
        choices = {key: names[table][:MAX_CHOICES] for key, table in of.items()}
        choices["service"] = names["services"][:MAX_CHOICES]
        choices["to"] = (names["services"] + names["vpcs"])[:MAX_CHOICES]
        choices |= {
            column.key: list(column.choices()) for column in self.columns if column.choices()
        }
        return {
            column.key: choices[column.key] for column in self.columns if choices.get(column.key)
        }

    @property
    def shown(self) -> str:
        """The keys of the columns, for the check to answer about."""
        return ",".join(column.key for column in self.columns)

    @property
    def pages_query(self) -> str:
        """The filter and the columns, for the links of the pages."""
        kept = {"table": self.edits.table, "q": self.words}
        return "&" + urlencode(kept | ({"all": "1"} if "all" in self.values else {}))


def _number(row: str) -> str:
    return str(int(row) + 1) if row.isdecimal() else "new"
