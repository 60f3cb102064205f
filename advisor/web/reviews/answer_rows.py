"""An answer of a review in words and pictures, as pages show it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from advisor.web.reviews.curve_drawing import drawn
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.figure_words import quantity, written
from connectivity.core.reviewing.limits import MeasuredLimit
from connectivity.core.reviewing.load_curve import load_curves
from connectivity.core.reviewing.review import LimitKind
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.telling import File


class LimitRow(NamedTuple):
    """A limit in words; flat, since a template pays for every dot."""

    name: str
    load: str
    limit: str
    percent: str
    used: float
    breaks_at: str
    is_first: bool


class FileRow(NamedTuple):
    """A file that puts the advice into practice, and the address that gives it alone."""

    name: str
    purpose: str
    check: str
    text: str
    address: str


def answer_context(
    told: Answer, tables: Tables, address_of: Callable[[str], str]
) -> dict[str, Any]:
    """What templates need of an answer that asks nothing.

    Args:
        address_of: where one of its files is, by the file's name.
    """
    first = told.first
    curves = load_curves(told, tables)
    return {
        "answer": told,
        "first": limit_row(first, is_first=True) if first else None,
        "limits": [limit_row(limit, is_first=limit == first) for limit in told.limits],
        "findings": told.findings,
        "numbers": [(name, written(value)) for name, value in (told.numbers or {}).items()],
        "drawing": drawn(curves) if curves else None,
        "files": [_file_row(file, address_of(file.name)) for file in told.files],
    }


def _file_row(file: File, address: str) -> FileRow:
    return FileRow(file.name, file.purpose, file.check, file.text, address)


def limit_row(limit: MeasuredLimit, *, is_first: bool) -> LimitRow:
    kind = limit.stated.kind
    percent = "none is allowed" if limit.headroom is None else f"{limit.used * 100:,.1f} %"
    return LimitRow(
        limit.stated.what.replace("-", " "),
        quantity(limit.load, kind),
        quantity(limit.limit, kind),
        percent,
        limit.used,
        _breaks_at(limit),
        is_first,
    )


def _breaks_at(limit: MeasuredLimit) -> str:
    if limit.at is None:
        return "no load"
    if limit.stated.kind is not LimitKind.COUNT:
        return quantity(limit.limit, limit.stated.kind)
    return f"{written(limit.at)} times this load"
