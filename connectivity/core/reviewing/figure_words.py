"""Figures in the words of findings."""

from string import Formatter
from typing import Any

from connectivity.core.reviewing.formula import Known, Value
from connectivity.core.reviewing.limits import MeasuredLimit
from connectivity.core.reviewing.review import LimitKind
from costmodel.core.units import figure

UNKNOWN = "an unknown number of"
DIGITS = 4
MAX_PERCENT = 1e12


class _Words(Formatter):
    """Takes values by name, and writes numbers as people read them."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        return written(value)


def written(value: Value) -> str:
    """A value in words: four significant digits, whole numbers in full.

    >>> written(55000), written(0.123456), written(None)
    ('55,000', '0.1235', 'an unknown number of')
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, bool | str):
        return str(value)
    return figure(value, max(DIGITS, len(str(int(abs(value))))))


def filled(template: str, known: Known) -> str:
    """A sentence with the values of the names in its braces.

    >>> filled("{ports} ports of {addresses} addresses", {"ports": 110000, "addresses": 2})
    '110,000 ports of 2 addresses'
    """
    return _Words().vformat(template, (), known)


def quantity(value: Value, kind: str) -> str:
    """A side of a limit in words; those of time in seconds."""
    return written(value) if kind == LimitKind.COUNT else f"{written(value)} s"


def limit_detail(limit: MeasuredLimit) -> str:
    """How much of a limit is used, and what breaks it."""
    kind = limit.stated.kind
    load, most = quantity(limit.load, kind), quantity(limit.limit, kind)
    if limit.headroom is None:
        return f"{load}, and none is allowed."
    used = f"{load} of {most}, {written(round(min(limit.used * 100, MAX_PERCENT), 1))} %."
    if limit.used >= 1:
        return used
    grows = "this load" if kind is LimitKind.COUNT else "this time"
    return f"{used} It breaks at {written(limit.at)} times {grows}."
