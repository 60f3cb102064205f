"""Files with holes: `[[formula]]` stands where a number of a review goes."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from string import Formatter
from typing import Any, NamedTuple

from connectivity.core.reviewing.formula import Formula, Known
from connectivity.core.terraform.values import Expression, Input, Nested, Ref

HOLE = re.compile(r"\[\[(.+?)\]\]")
MOST = 2**31 - 1
"""No setting takes more: kernel, proxies and Kubernetes keep them in 32 bits."""

DIGITS = 9
"""After the point: what a duration of protobuf may have."""


class NothingToGive(Exception):
    """A value is not known, or no setting takes it."""


class Only(NamedTuple):
    """A part of a file that stands there only where a condition holds."""

    when: str
    part: Any


class AsText(NamedTuple):
    """What stays a text though it may be nothing but a number."""

    template: str


formula = cache(Formula)


def filled(value: Any, known: Known) -> Any:
    """A value, however nested, with the numbers put in.

    Raises:
        NothingToGive: one of them is not known, negative, or beyond every setting.

    >>> filled({"a": "[[x + 1]]", "b": ["[[x]] s"]}, {"x": 2})
    {'a': 3, 'b': ['2 s']}
    """
    if isinstance(value, str):
        return _text(value, known)
    if isinstance(value, AsText):
        return written(_text(value.template, known))
    if isinstance(value, dict):
        kept = {key: _kept(each, known) for key, each in value.items()}
        return {key: filled(each, known) for key, each in kept.items() if each is not None}
    if isinstance(value, Nested):
        return Nested(filled(value.body, known))
    if isinstance(value, Expression):
        return Expression(value.template, tuple(filled(value.parts, known)))
    if isinstance(value, Input | Ref):
        return value
    if isinstance(value, list | tuple):
        parts = (_kept(each, known) for each in value)
        return [filled(each, known) for each in parts if each is not None]
    return value


def _kept(value: Any, known: Known) -> Any:
    """What stands there; None where nothing does."""
    if isinstance(value, Only):
        return value.part if formula(value.when).holds(known) else None
    return value


def _text(text: str, known: Known) -> Any:
    if whole := HOLE.fullmatch(text):
        return setting(whole[1], known)
    return HOLE.sub(lambda match: written(setting(match[1], known)), text)


def setting(text: str, known: Known) -> Any:
    """The value of a formula, as a setting takes it.

    Raises:
        NothingToGive: it is not known, negative, or beyond every setting.
    """
    value = formula(text).value(known)
    if value is None:
        raise NothingToGive(text)
    if isinstance(value, bool | str):
        return value
    if not 0 <= value <= MOST:
        raise NothingToGive(text)
    return int(value) if value == int(value) else round(value, DIGITS)


def written(value: Any) -> str:
    """A setting as configuration files have it.

    >>> written(True), written(0.00001), written("udp")
    ('true', '0.00001', 'udp')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{Decimal(repr(value)):f}" if isinstance(value, int | float) else str(value)


def formulas(value: Any) -> Iterator[str]:
    """The formulas of all holes and conditions in a value."""
    for part in within(value):
        if isinstance(part, str):
            yield from HOLE.findall(part)
        if isinstance(part, Only):
            yield part.when


def named_in(sentence: str) -> list[str]:
    """The values in the braces of a sentence.

    >>> named_in("{backlog} of {somaxconn}")
    ['backlog', 'somaxconn']
    """
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


def within(value: Any) -> Iterator[Any]:
    """A value and everything in it, however nested."""
    yield value
    for part in _parts(value):
        yield from within(part)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, Input | Ref):
        return ()
    if isinstance(value, Only):
        return [value.part]
    if isinstance(value, AsText):
        return [value.template]
    if isinstance(value, Expression):
        return value.parts
    if isinstance(value, Nested):
        value = value.body
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()
