"""Files that are made to cost: of what a reader's own samples say, far more than is there."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import chain
from typing import Any

RUNS = (" ", "0", "a", ":", ",", "1 ", "[", '{a="')
SHAPE = re.compile(r"[0-9]+|[^\W\d_]+")
MAX_SHAPES = 12  # of the lines of a sample
MAX_LINES = 60  # of a sample, that stay around what attacks
ANYWHERE = (
    *(" ", "\u00a0", "\n", "\r", "\r\n", "\t", "9", "x", "x ", ".", ",", ";", ":", "-", "=", "_"),
    *('"', "\\", "{", "[", "(", "{}", "[],", "{a: ", "- ", "? ", "&a ", "*a ", '{"a":', '"a",'),
    *("> ", "> x\n", "```\n", "$ ", "$ x\n", "\x1b[0m", "\x1b]", "\x08", "^C", "│", "█ ", "#"),
    *(
        "a,b\n",
        "1,2,3\n",
        "a\tb\n",
        "1e9,",
        "x: y\n",
        "x=1 ",
        "x_x",
        "a@b ",
        "ping ",
        "PING ",
        "#[",
    ),
)
Make = Callable[[int], str]  # a file of so many characters
Cases = Iterator[tuple[str, Make]]


def files(samples: tuple[str, ...], *, is_for_anybody: bool) -> Cases:
    """What attacks a reader of such files, each with its name."""
    if is_for_anybody:
        yield from _of_anybody()
    for number, sample in enumerate(samples):
        try:
            values = json.loads(sample)
        except ValueError:
            cases = _of_text(sample)
        else:
            cases = _of_values(values)
        yield from ((f"sample {number}: {name}", make) for name, make in cases)


def _of_anybody() -> Cases:
    for run in ANYWHERE:
        yield f"{run!r} again and again", lambda size, run=run: repeated(run, size)
        yield f"an object, then {run!r}", lambda size, run=run: "{\n" + repeated(run, size)


def _of_text(sample: str) -> Cases:
    """Of each kind of line: itself again and again, its beginnings in one line, runs inside it."""
    lines = sample.split("\n")[:MAX_LINES]
    shapes: dict[str, int] = {}
    for at, line in enumerate(lines):
        if line.strip():
            shapes.setdefault(SHAPE.sub("x", line), at)
    for at in list(shapes.values())[:MAX_SHAPES]:
        for name, middle in chain(_whole(lines[at]), _with_runs(lines[at])):
            around = "\n".join([*lines[:at], "%s", *lines[at + 1 :]]).split("%s", 1)
            yield (
                f"line {at}, {name}",
                lambda size, around=around, middle=middle: middle(size).join(around),
            )


def _whole(line: str) -> Cases:
    yield "often", lambda size: repeated(f"{line}\n", size)
    for part in dict.fromkeys((line[: len(line) // 2] or line, line)):
        yield f"{part[:40]!r} in one line", lambda size, part=part: repeated(part, size)


def _with_runs(line: str) -> Cases:
    cuts = [match.end() for match in SHAPE.finditer(line)] or [0]
    for number, run in enumerate(RUNS):
        cut = cuts[number * len(cuts) // len(RUNS)]
        yield (
            f"{run!r} at {cut}",
            lambda size, run=run, cut=cut: line[:cut] + repeated(run, size) + line[cut:],
        )


def _of_values(values: Any) -> Cases:
    """Of each list and object: many of its first entry, many empty ones, many keys."""
    for path, keys in _kinds(values).items():
        for name, many in MANY.items():
            yield (
                f"{path or 'all'} {name}",
                lambda size, keys=keys, many=many: _swollen(values, keys, many, size),
            )


MANY: dict[str, Callable[[Any, int], Any]] = {
    "with its first entry often": lambda value, count: (
        [next(iter(value), 0)] * count
        if isinstance(value, list)
        else value | {f"k{i}": next(iter(value.values()), 0) for i in range(count)}
    ),
    "with objects without anything": lambda value, count: (
        [*value[:1], *({} for _ in range(count))]
        if isinstance(value, list)
        else value | {f"k{i}": {} for i in range(count)}
    ),
    "as a long text": lambda value, count: "x" * count,
    "with digits": lambda value, count: "9" * count,
}


def _kinds(value: Any) -> dict[str, tuple[Any, ...]]:
    """The first list or object of every kind of place, with the keys that lead there."""
    kinds: dict[str, tuple[Any, ...]] = {}
    stack: list[tuple[str, tuple[Any, ...], Any]] = [("", (), value)]
    while stack and len(kinds) < MAX_SHAPES:
        path, keys, place = stack.pop(0)
        if isinstance(place, list | dict) and path not in kinds:
            kinds[path] = keys
            entries = place.items() if isinstance(place, dict) else enumerate(place)
            stack += [
                (path + ("[]" if isinstance(place, list) else f".{key}"), (*keys, key), below)
                for key, below in list(entries)[:MAX_SHAPES]
            ]
    return kinds


def _swollen(values: Any, keys: tuple[Any, ...], many: Callable[[Any, int], Any], size: int) -> str:
    """The document with one place grown until it has about so many characters."""
    all_of = deepcopy([values])
    place, inside = all_of, 0
    for key in keys:
        place, inside = place[inside], key
    before = place[inside]
    place[inside] = many(before, 64)
    each = max(1, (len(json.dumps(all_of[0])) - len(json.dumps(values))) / 64)
    place[inside] = many(before, max(1, int(size / each)))
    return json.dumps(all_of[0], indent=1)


def repeated(part: str, size: int) -> str:
    return part * (size // len(part) + 1)
