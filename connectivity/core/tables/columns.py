"""A table of a document as texts, and back: the same thing both ways, losing nothing.

A cell shows a value plainly where the plain text means just that value, and as JSON where it does
not, so that every table gives back the document that it came from.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Document = dict[str, Any]
Texts = dict[str, str]

REST = "more"
"""The column of every key that has no column of its own, as JSON."""

INTEGER = re.compile(r"[+-]?[0-9]{1,300}")
FLOAT = re.compile(r"[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
FLAGS = {"true": True, "yes": True, "false": False, "no": False}


class _Absent:
    """A key that is not there; what an empty cell means."""


ABSENT = _Absent()


Choices = Callable[[], tuple[str, ...]]


class Column(NamedTuple):
    """One key of a mapping. `reads` turns a plain text into the value that it means.

    What may be chosen is asked for where it is shown: more may be registered by then.
    """

    key: str
    label: str
    reads: Callable[[str], Any]
    choices: Choices = tuple
    required: bool = False

    def value(self, text: str) -> Any:
        """What a cell's text means; what it cannot mean is kept, for the document's own checks."""
        text = text.strip()
        if not text:
            return ABSENT
        if text[0] in '"[{' or text == "null":
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                return text
        return self.reads(text)

    def text(self, value: Any) -> str:
        """The text of a value, in which `value` finds it again."""
        if value is ABSENT:
            return ""
        plain = _plain(value)
        return plain if _is_same(self.value(plain), value) else json.dumps(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _is_same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and bool(value == other)


def _number(text: str) -> Any:
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if FLOAT.fullmatch(text) else text


def share(text: str) -> Any:
    """A share as 0.8 or as 80 %."""
    number = _number(text.removesuffix("%").strip()) if text.endswith("%") else _number(text)
    return number / 100 if text.endswith("%") and not isinstance(number, str) else number


def flag(text: str) -> Any:
    """True or false of yes, no, true, false; another text as it is."""
    return FLAGS.get(text.lower(), text)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def one_or_list(text: str) -> Any:
    """A list where there is a comma, else the text."""
    return _list(text) if "," in text else text


def text_column(
    key: str, label: str, choices: Choices = tuple, *, required: bool = False
) -> Column:
    """A column of texts; `choices` are offered, not demanded."""
    return Column(key, label, str, choices, required)


def number_column(key: str, label: str, *, required: bool = False) -> Column:
    """A column of numbers, with or without separators of thousands."""
    return Column(key, label, _number, required=required)


def list_column(
    key: str, label: str, choices: Choices = tuple, *, required: bool = False
) -> Column:
    """A column of lists, written with commas."""
    return Column(key, label, _list, choices, required)


@dataclass(frozen=True, slots=True)
class Table:
    """One list of the document; `identity` is the key by which its rows are known elsewhere.

    Columns that come from what is registered are `others`, after its own.
    """

    key: str
    title: str
    own: tuple[Column, ...]
    identity: str = ""
    others: Callable[[], tuple[Column, ...]] = tuple

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column, those of what is registered last."""
        return (*self.own, *self.others())

    def column(self, key: str) -> Column:
        """The column of a key. Raises StopIteration: there is none."""
        return next(column for column in (*self.columns, MORE) if column.key == key)

    def texts(self, row: Mapping[str, Any]) -> Texts:
        """Every cell of a row."""
        shown = {column.key: column.text(row.get(column.key, ABSENT)) for column in self.columns}
        rest = {key: value for key, value in row.items() if key not in shown}
        return shown | {REST: json.dumps(rest) if rest else ""}

    def row(self, texts: Mapping[str, str], before: Mapping[str, Any] | None = None) -> Document:
        """A row with these cells; cells that are not given, or say what they said, stay."""
        row: Document = dict(before or {})
        were = self.texts(row)
        for column in self.columns:
            if texts.get(column.key, were[column.key]) != were[column.key]:
                value = column.value(texts[column.key])
                row.pop(column.key, None)
                row |= {} if value is ABSENT else {column.key: value}
        if texts.get(REST, were[REST]) != were[REST]:
            own = {column.key for column in self.columns}
            rest = MORE.value(texts[REST])
            row = {key: value for key, value in row.items() if key in own}
            row |= {} if rest is ABSENT else rest if isinstance(rest, dict) else {REST: rest}
        return row


MORE = Column(REST, "More, as JSON", str)
