"""Texts that cost a regular expression as much as any: made from its own structure.

Every place at which a pattern may repeat is reached by the shortest text that leads there, and then
fed with what it repeats, and with what its neighbours do; the end never matches. A pattern that
goes back over that for each character of it takes four times as long for twice the text.
"""

import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = ("connectivity", "costmodel", "advisor")
LENGTH = 1_500  # characters
FLOOR_S = 0.0006  # of that length: a linear pattern takes a fifth, a quadratic one twice as long
SHORT = 20  # characters with which a pattern may take as long only if they double with each
GROWTH = 2.8  # of the time for twice the text; four times are quadratic
TRIES = 3
COMMON = ' 0aA.,-=:/"'
ANY = (
    COMMON
    + "_(\t[{|%#@é\nzZ9<>)}]\\~;!?+*$^&'`\x1b\x08"
    + "".join(map(chr, range(1, 256)))
    + "│█✓✗µμ،、，"
)
END = "\n\x01"
SEARCHING = "search|finditer|findall|sub|split"
MAX_AFTER = 20  # characters of what follows a repeat
LONG = 10  # repeats from which a place is attacked


class Slow(NamedTuple):
    """A pattern, how it is used, and what it is slow with."""

    name: str
    method: str
    before: str
    run: str
    seconds: float


class Used(NamedTuple):
    """A pattern as modules use it."""

    name: str
    pattern: re.Pattern[Any]
    methods: tuple[str, ...]


def used_patterns() -> Iterator[Used]:
    """Every compiled pattern of the product, once."""
    modules = list(_modules())
    sources = {module.__name__: Path(module.__file__).read_text() for module in modules}
    seen: set[Any] = set()
    for module in modules:
        own = module.__name__
        for name, pattern in _patterns(vars(module)):
            users = [
                text for source, text in sources.items() if source == own or f"from {own} " in text
            ]
            if pattern.pattern not in seen and re.search(rf"^{name}\b", sources[own], re.MULTILINE):
                seen.add(pattern.pattern)
                yield Used(f"{own}.{name}", pattern, _methods(name, "\n".join(users)))


def _modules() -> Iterator[Any]:
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if ".migrations" not in module.name:
                yield import_module(module.name)


def _patterns(names: dict[str, Any]) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in names.items():
        if not name.startswith("__"):
            yield from ((name, pattern) for pattern in _inside(value, 3))


def _inside(value: Any, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, tuple | list | dict):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _inside(entry, depth - 1)


def _methods(name: str, source: str) -> tuple[str, ...]:
    """How a name is used as a pattern; what is only handed on is matched."""
    ways = {"match": "match", "fullmatch": "fullmatch", "search": SEARCHING}
    known = (way for way, words in ways.items() if re.search(rf"\b{name}\.(?:{words})\b", source))
    return tuple(known) or ("match",)


def slow(used: Used) -> Slow | None:
    """What the pattern is slow with, if anything."""
    pattern = used.pattern
    is_bytes = isinstance(pattern.pattern, bytes)
    text = pattern.pattern.decode("latin-1") if is_bytes else pattern.pattern
    tree = _parser.parse(text, pattern.flags & ~re.UNICODE if is_bytes else pattern.flags)
    for before, run in dict.fromkeys(_attacks(tree, "")):
        texts: list[Any] = [
            before + run * (length // len(run)) + END for length in (SHORT, LENGTH, 2 * LENGTH)
        ]
        if is_bytes:
            texts = [text.encode("latin-1", "replace") for text in texts]
        for method in used.methods:
            if taken := _growing(getattr(pattern, method), texts):
                return Slow(used.name, method, before, run, taken)
    return None


def _growing(use: Callable[[Any], object], texts: list[Any]) -> float | None:
    short, once, twice = texts
    if _seconds(use, short, 1) > FLOOR_S:
        return _seconds(use, short, 1)
    if _seconds(use, once, 1) < FLOOR_S:
        return None
    first, second = (_seconds(use, text, TRIES) for text in (once, twice))
    return second if first >= FLOOR_S and second > GROWTH * first else None


def _seconds(use: Callable[[Any], object], text: Any, tries: int) -> float:
    least = float("inf")
    for _ in range(tries):
        begin = time.thread_time()
        use(text)
        least = min(least, time.thread_time() - begin)
    return least


REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


def _attacks(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """For each place that may repeat: what leads there, and what to repeat."""
    for at, (op, value) in enumerate(tree):
        if op is ops.BRANCH:
            for branch in value[1]:
                yield from _attacks(branch, before)
        elif op in (ops.SUBPATTERN, ops.ATOMIC_GROUP):
            yield from _attacks(value[-1] if op is ops.SUBPATTERN else value, before)
        elif op in REPEATS:
            _, most, body = value
            if int(most) >= LONG:
                after = _shortest(list(tree)[at + 1 :])[:MAX_AFTER]
                yield from ((before, run) for run in (*_runs(body), *_beginnings(after)))
            yield from _attacks(body, before)
        before += _shortest([(op, value)])


def _beginnings(text: str) -> Iterator[str]:
    """What follows, as far as to each end of a word: met half, it is looked for again."""
    yield from (text[: word.end()] for word in re.finditer(r"\w+|\W", text))


def _runs(body: Any) -> Iterator[str]:
    """What a repeated part takes."""
    yield _shortest(body) or "a"
    single = body[0] if len(body) == 1 and body[0][0] in (ops.IN, ops.LITERAL) else None
    for char in COMMON:
        if single is None or _takes(*single, char):
            yield char


def _shortest(tree: Any) -> str:
    """A short text that a part matches, look-arounds left aside."""
    return "".join(_one(op, value) for op, value in tree)


def _one(op: Any, value: Any) -> str:
    if op in REPEATS:
        return _shortest(value[2]) * int(value[0])
    if op is ops.BRANCH:
        return _shortest(value[1][0])
    if op is ops.SUBPATTERN:
        return _shortest(value[-1])
    if op is ops.ATOMIC_GROUP:
        return _shortest(value)
    if op in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY):
        return next(char for char in ANY if _takes(op, value, char))
    return ""


def _takes(op: Any, value: Any, char: str) -> bool:
    if op is ops.LITERAL:
        return bool(ord(char) == value)
    if op is ops.NOT_LITERAL:
        return bool(ord(char) != value)
    if op is ops.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if op is ops.CATEGORY:
        return _is_of(str(value).rpartition("CATEGORY_")[2], char)
    if op is ops.IN:
        is_negated = value[0][0] is ops.NEGATE
        return any(_takes(*member, char) for member in value[is_negated:]) != is_negated
    return char != "\n"


def _is_of(category: str, char: str) -> bool:
    name = category.removeprefix("NOT_")
    is_of = {
        "DIGIT": char.isdigit(),
        "SPACE": char.isspace(),
        "WORD": char.isalnum() or char == "_",
    }[name]
    return is_of != category.startswith("NOT_")
