"""Reads the fields of a document's mappings, and collects what is wrong with them."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from connectivity.core.document.parser import MAX_DEPTH
from connectivity.core.problems import Problem, Problems, did_you_mean, it_can_be
from costmodel.core.units import figure

NUMBERS = (int, float)
MAX_TEXT = 200  # characters of a name
QUOTE = "; write it in quotes, as it stands"


class Fields:
    """One mapping of the document at a path.

    Every reader returns a usable value or None, and notes a problem where the field is not usable;
    `done` notes the keys that nobody asked for, in this mapping or in others of its list.
    """

    __slots__ = ("_index", "_path", "asked", "is_mapping", "problems", "values")

    def __init__(
        self,
        value: Any,
        path: str,
        problems: Problems,
        index: int | None = None,
        asked: set[str] | None = None,
    ) -> None:
        self._path, self._index = path, index
        self.problems = problems
        self.asked: set[str] = set() if asked is None else asked
        self.is_mapping = isinstance(value, dict)
        self.values: dict[str, Any] = value if self.is_mapping else {}
        if not self.is_mapping:
            problems.note(self.path or "document", f"is {kind(value)}, not a mapping")

    @property
    def path(self) -> str:
        """Put together only where there is something to say."""
        return self._path if self._index is None else f"{self._path}[{self._index}]"

    def at(self, key: str) -> str:
        """The path of a key of this mapping."""
        return _join(self.path, key)

    def note(self, key: str, problem: str, offer: Callable[[], str] | None = None) -> None:
        """Note a problem of a key; `offer` words what would be right."""
        self.problems.note(self.at(key), problem, offer)

    def get(self, key: str, *, required: bool = False) -> Any:
        """The value of a key as it stands; noted where it is required and missing."""
        self.asked.add(key)
        value = self.values.get(key)
        if required and value is None and self.is_mapping:
            self.note(key, "is required" if key not in self.values else "is empty; it is required")
        return value

    def text(self, key: str, *, required: bool = False, among: Collection[str] = ()) -> str | None:
        """A text, one of `among` where that is given; None where it is absent or unusable."""
        value = self.get(key, required=required)
        return None if value is None else self._text(value, key, among)

    def texts(
        self,
        key: str,
        *,
        required: bool = False,
        among: Collection[str] = (),
        repeat: bool = False,
    ) -> tuple[str, ...] | None:
        """A list of texts, different unless they may repeat; None when absent or not a list."""
        value = self.get(key, required=required)
        if value is None:
            return None
        if not isinstance(value, list):
            self.note(key, f"is {kind(value)}, not a list")
            return None
        if not value:
            self.note(key, "is an empty list; name at least one, or leave the key out")
        read = [self._text(entry, f"{key}[{i}]", among) for i, entry in enumerate(value)]
        seen: set[str] = set()
        for i, entry in enumerate(read):
            if entry in seen and not repeat:
                self.note(f"{key}[{i}]", f"{entry!r} is in the list twice")
            seen.add(entry or "")
        return tuple(entry for entry in read if entry is not None)

    def chosen(self, key: str, *, among: Collection[str]) -> frozenset[str]:
        """Some of several texts; nothing when absent."""
        return frozenset(self.texts(key, among=among) or ())

    def stated(self, readers: Mapping[str, Callable[["Fields"], Any]]) -> dict[str, Any]:
        """The keys of some readers that are there, as these read them."""
        self.asked.update(readers)
        if self.values.keys().isdisjoint(readers):
            return {}
        return {key: read(self) for key, read in readers.items() if key in self.values}

    def places(self, key: str) -> list[tuple[str, str]]:
        """The usable texts of a list that `texts` has read, each with its place."""
        value = self.values.get(key)
        entries = enumerate(value if isinstance(value, list) else ())
        usable = (
            (i, entry) for i, entry in entries if isinstance(entry, str) and not text_problem(entry)
        )
        return [(f"{key}[{i}]", entry) for i, entry in usable]

    def number(
        self, key: str, *, required: bool = False, least: float = 0, most: float = 1e12
    ) -> float | None:
        """A number from `least` to `most`; None where it is absent or unusable."""
        self.asked.add(key)
        value: Any = self.values.get(key)
        if type(value) in NUMBERS and least <= value <= most:  # most are, and never NaN
            return float(value)
        if value is None:
            self.get(key, required=required)  # which says so where it must be there
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.note(key, f"is {kind(value)}, not a number")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            return None  # noted by `plain_problems`
        if not least <= value <= most:
            bound = f"less than {figure(least)}" if value < least else f"more than {figure(most)}"
            self.note(key, f"is {kind(value)}; it cannot be {bound}")
            return None
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false; false where it is absent or unusable."""
        value = self.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.note(key, f"is {kind(value)}, not true or false")
        return False

    def items(
        self, key: str, *, required: bool = False, most: int | None = None
    ) -> Iterator["Fields"]:
        """Every mapping in a list; none where there are more than `most`."""
        value = self.get(key, required=required)
        if value is not None and not isinstance(value, list):
            self.note(key, f"is {kind(value)}, not a list")
        elif required and value == []:
            self.note(key, "is an empty list; at least one is needed")
        if most is not None and isinstance(value, list) and len(value) > most:
            self.note(key, f"has {len(value):,} entries; at most {most:,} are read")
            return
        path, asked = self.at(key), set[str]()
        for i, entry in enumerate(value if isinstance(value, list) else ()):
            yield Fields(entry, path, self.problems, i, asked)

    def done(self, *elsewhere: str) -> None:
        """Note every key that nobody asked for; `note` and `x-…` are the writer's own.

        Those in `elsewhere` are read by others.
        """
        for key in self.values:
            if key not in self.asked and key not in ("note", *elsewhere) and key[:2] != "x-":
                near = partial(did_you_mean, key, self.asked)
                self.note(key, "is not a known key", near)

    def _text(self, value: Any, key: str, among: Collection[str]) -> str | None:
        if not isinstance(value, str):
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            self.note(key, f"is {kind(value)}, not text{QUOTE if is_number else ''}")
            return None
        if problem := text_problem(value):
            self.note(key, problem)
            return None
        if among and value not in among:
            self.note(key, f"is {value!r}", partial(it_can_be, value, among))
            return None
        return value


def kind(value: Any) -> str:
    """A value in words: what it is, and which where that is short.

    >>> kind(True), kind("ten"), kind([1])
    ('true', "the text 'ten'", 'a list')
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, int | float):
        return f"the number {value:.12g}" if abs(value) < 1e300 else "a number out of range"
    return "a list" if isinstance(value, list) else "a mapping"


def text_problem(value: str) -> str | None:
    """What keeps a text from being a name."""
    if value.isprintable() and len(value) <= MAX_TEXT and not value.isspace() and value:
        return None  # nearly all
    if not value.strip():
        return "is blank"
    if len(value) > MAX_TEXT:
        return f"has {len(value):,} characters; at most {MAX_TEXT}"
    if not value.isprintable() and not _unstorable(value, ""):  # that is said already
        bad = next(character for character in value if not character.isprintable())
        return f"has the character U+{ord(bad):04X}, which cannot be displayed"
    return None


def plain_problems(value: Any) -> Problems:
    """What no value anywhere may be: repeated keys, NaN or infinite, unstorable text, too deep."""
    return Problems() if _is_plain(value) else _every_problem(value)


def _is_plain(value: Any) -> bool:
    """There is no such problem: asked first, since to know places costs more than to look."""
    texts: list[str] = []
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for entry in level:
            if isinstance(entry, str):
                texts.append(entry)
            elif isinstance(entry, dict):
                if repeated_keys(entry):
                    return False
                texts += entry
                below += entry.values()
            elif isinstance(entry, list):
                below += entry
            elif isinstance(entry, float) and not math.isfinite(entry):
                return False
        level = below
    return not level and not _unstorable("".join(texts), "")


def _every_problem(value: Any) -> Problems:
    problems = Problems()
    stack: list[tuple[Any, str, int]] = [(value, "", 0)]
    while stack:
        entry, path, depth = stack.pop()
        if isinstance(entry, dict | list) and depth > MAX_DEPTH:
            problems.note(path, f"is nested deeper than {MAX_DEPTH} levels")
        elif isinstance(entry, dict):
            problems.extend(repeated_keys(entry, path))
            problems.extend(p for key in entry if (p := _unstorable(key, path or "document")))
            pairs = reversed(entry.items())
            stack += [(child, _join(path, key), depth + 1) for key, child in pairs]
        elif isinstance(entry, list):
            last = len(entry) - 1
            stack += [(entry[i], f"{path}[{i}]", depth + 1) for i in range(last, -1, -1)]
        elif isinstance(entry, float) and not math.isfinite(entry):
            problems.note(path, f"is {entry}; only finite numbers are allowed")
        elif isinstance(entry, str) and (problem := _unstorable(entry, path)):
            problems.append(problem)
    return problems


def repeated_keys(mapping: Any, path: str = "") -> list[Problem]:
    """The keys that were written more than once in one mapping."""
    repeated: list[str] = getattr(mapping, "repeated", [])
    return [Problem(_join(path, k), "is written twice in one mapping; keep one") for k in repeated]


def _join(path: str, key: str) -> str:
    key = key if len(key) <= MAX_TEXT else f"{key[:MAX_TEXT]}…"
    plain = key if key and key.isprintable() else repr(key)
    return f"{path}.{plain}" if path else plain


def _unstorable(text: str, path: str) -> Problem | None:
    if text.isascii() and "\0" not in text:
        return None
    for character in text:
        if character == "\0" or "\ud800" <= character <= "\udfff":
            return Problem(
                path, f"has the character U+{ord(character):04X}, which cannot be stored"
            )
    return None
