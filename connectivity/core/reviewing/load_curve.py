"""How much of each limit is used while the load grows."""

from typing import NamedTuple

from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.inputs import is_number
from connectivity.core.reviewing.tables import Tables

MAX_MULTIPLE = 100.0
POINTS = 40


class Curve(NamedTuple):
    """The used share of one limit over multiples of the load."""

    what: str
    used: tuple[float, ...]


class LoadCurves(NamedTuple):
    """Multiples of today's load, the first 0, and a curve for each limit that has a load."""

    multiples: tuple[float, ...]
    curves: tuple[Curve, ...]


def load_curves(told: Answer, tables: Tables) -> LoadCurves | None:
    """The curves from no load to a quarter beyond what breaks first; None where nothing grows.

    The loads of a review are multiplied together; everything else stays as it is.
    """
    if told.first is None or not told.first.at:
        return None
    end = min(MAX_MULTIPLE, max(2.0, 1.25 * told.first.at))
    multiples = tuple(end * i / (POINTS - 1) for i in range(POINTS))
    rows = [_used(told, tables, multiple) for multiple in multiples]
    if not all(rows) or rows[0] == rows[-1]:
        return None
    names = [limit.stated.what for limit in told.limits if limit.load > 0]
    curves = (Curve(name, tuple(row.get(name, 0.0) for row in rows)) for name in names)
    return LoadCurves(multiples, tuple(curves))


def _used(told: Answer, tables: Tables, multiple: float) -> dict[str, float]:
    """The used shares at a multiple of the load; nothing where that cannot be computed."""
    loads = {entry.name for entry in told.review.inputs if entry.is_load}
    values = {
        name: value * multiple if name in loads and is_number(value) else value
        for name, value in told.given.values.items()
    }
    try:
        grown = answer(told.review, values, tables, confirmed=list(values))
    except DocumentRefused:
        return {}
    return {limit.stated.what: limit.used for limit in grown.limits}
