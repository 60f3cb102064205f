"""Changes of stored topologies by table, and what a change would come to."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from connectivity import queries
from connectivity.actions import save_topology
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.registered_document import topology
from connectivity.core.tables.columns import Document
from connectivity.core.tables.edits import Edits, edited, rebased
from connectivity.core.tables.schema import (
    CellPlace,
    matching,
    place_of,
    table_of,
    table_rows,
)
from connectivity.core.tables.spreadsheet import merged, pasted
from connectivity.models import TopologyVersion


class Base(NamedTuple):
    """The version that a change rests on, and who makes it."""

    team_id: int
    uid: UUID
    version: int | None
    author_id: int | None = None


class EditProblem(NamedTuple):
    """A problem at a cell: the row is named as `Edits.row_ids` names it; empty elsewhere."""

    row: str
    column: str
    text: str


def save_edits(base: Base, edits: Edits, onto: int | None = None) -> TopologyVersion:
    """Store the edits as the next version.

    Args:
        onto: a newer version, which is known and on top of which the edits are to be saved: only
            the cells that they change.

    Raises:
        DocumentRefused: with every problem; nothing is stored.
        Conflict: somebody saved a newer version than the one that the edits rest on.
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
    """
    if onto is None:
        return _saved(base, lambda document: edited(document, edits))
    old = queries.version(base.team_id, base.uid, base.version).document
    newest = base._replace(version=onto)
    return _saved(newest, lambda new: edited(new, rebased(edits, old, new)))


def save_column(base: Base, table: str, words: str, column: str, text: str) -> TopologyVersion:
    """Write one text into a column of every row that has these words. Raises: as `save_edits`."""

    def change(document: Document) -> Document:
        rows = matching(table_of(table), table_rows(document, table), words)
        return edited(document, Edits(table, {i: {column: text} for i, _ in rows}))

    try:
        return _saved(base, change)
    except DocumentRefused as error:
        document = queries.version(base.team_id, base.uid, base.version).document
        raise DocumentRefused(_named(error.problems, document, table, [])) from error


def save_pasted(base: Base, table: str, text: str, *, replace: bool) -> TopologyVersion:
    """Put rows from a spreadsheet into a table. Raises: as `save_edits`."""
    rows = pasted(table_of(table), text)
    document: Document = {}

    def change(before: Document) -> Document:
        document.update(merged(before, table, rows, replace=replace))
        return document

    try:
        return _saved(base, change)
    except DocumentRefused as error:
        names = [row.get(table_of(table).identity) for row in rows]
        raise DocumentRefused(_named(error.problems, document, table, names)) from error


def restore_version(base: Base, expected: int | None) -> TopologyVersion:
    """Make an older version the newest again, as a new one. Raises: as `save_edits`."""
    old = queries.version(base.team_id, base.uid, base.version)
    return save_topology(
        base.team_id, base.uid, old.document, author_id=base.author_id, expected=expected
    )


def problems_of(base: Base, edits: Edits) -> list[EditProblem]:
    """What would be wrong with the edits; nothing is stored.

    Raises:
        TopologyVersion.DoesNotExist: there is none, or it belongs to another team.
    """
    document = queries.version(base.team_id, base.uid, base.version).document
    try:
        topology(edited(document, edits))
    except DocumentRefused as error:
        return placed(document, edits, error.problems)
    return []


def placed(document: Document, edits: Edits, problems: list[Problem]) -> list[EditProblem]:
    """Problems of the edited document at the cells where they were typed."""
    ids = edits.row_ids(len(table_rows(document, edits.table)))
    return [_placed(edits.table, ids, place_of(problem.path), problem) for problem in problems]


def _placed(table: str, ids: list[str], place: CellPlace, problem: Problem) -> EditProblem:
    if place.table != table or place.row >= len(ids):
        return EditProblem("", "", str(problem))
    return EditProblem(ids[place.row], place.column, problem.problem)


def _named(
    problems: list[Problem], document: Document, table: str, pasted_names: list[str | None]
) -> list[Problem]:
    """Problems at the row as people know it: by its name, and the line where it was pasted."""
    named = []
    for problem in problems:
        place = place_of(problem.path)
        rows = table_rows(document, place.table)
        if place.table != table or place.row >= len(rows):
            named.append(problem)
            continue
        name = rows[place.row].get(table_of(table).identity)
        line = f"line {pasted_names.index(name) + 2}" if name in pasted_names else ""
        where = (line or f"row {place.row + 1}", f"({name})" if name else "", place.column)
        named.append(Problem(" ".join(filter(None, where)), problem.problem))
    return named


def _saved(base: Base, change: Callable[[Document], Document]) -> TopologyVersion:
    version = queries.version(base.team_id, base.uid, base.version)
    return save_topology(
        base.team_id,
        base.uid,
        change(version.document),
        author_id=base.author_id,
        expected=version.number,
    )
