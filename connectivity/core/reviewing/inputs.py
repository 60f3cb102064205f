"""The inputs of a review: what may be given, what is plausible, and what is asked instead."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple, TypeGuard

from connectivity.core.problems import Problem, Problems, did_you_mean, it_can_be
from connectivity.core.reviewing.formula import Formula, Value
from connectivity.core.reviewing.input_units import duration, mistakes, unit_of
from costmodel.core.units import figure

MAX_TEXT = 100  # characters of a text

RANGES = (
    ("_share", 0, 1),
    ("_fraction", 0, 1),
    ("keepalive_seconds", 5, 7200),
    ("max_idle_seconds", 0, 432_000),
    ("connection_seconds", 0.001, 2_592_000),
    ("_per_second", 0, 1e6),
    ("_seconds", 0, 3600),
    ("_gbps", 0, 6400),
    ("_bytes", 0, 1e10),
)
"""The plausible range by how a name ends, the first that fits; `contract-reviews.md`."""

MOST = 1e7  # of everything else
NOTHING = 1e-100  # below it a number is 0: what it divides would be beyond every float


class Sort(Enum):
    """What an input is."""

    NUMBER = auto()
    FLAG = auto()
    TEXT = auto()


class Range(NamedTuple):
    """The plausible values of a number, both ends in it."""

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, float | int) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Input:
    """One input.

    Attributes:
        help: what it is, as a phrase that a form shows beside its field.
        default: where nothing is given; None: unknown.
        follows: a formula of the default, where that follows from other inputs.
        required_when: a formula of when it is required.
        is_load: it grows with the workload; head-room is drawn over all of these together.
        words: texts that it may be; of a number, beside numbers.
    """

    name: str
    help: str
    sort: Sort = Sort.NUMBER
    default: Value = None
    is_required: bool = False
    range: Range = Range(0, MOST)
    words: tuple[str, ...] = ()
    is_load: bool = False
    follows: str = ""
    required_when: str = ""

    @property
    def unit(self) -> str:
        """As its name ends; empty for counts, flags and texts."""
        return unit_of(self.name) if self.sort is Sort.NUMBER else ""


def number(
    name: str,
    help: str,
    default: float | None = None,
    within: tuple[float, float] | None = None,
    *,
    required: bool = False,
    words: tuple[str, ...] = (),
    load: bool = False,
    follows: str = "",
    required_when: str = "",
) -> Input:
    """A number; without `within`, its range follows from its name."""
    span = Range(*within) if within else _range_of(name, default)
    return Input(
        name, help, Sort.NUMBER, default, required, span, words, load, follows, required_when
    )


def flag(name: str, help: str, default: bool = False, *, follows: str = "") -> Input:
    """Yes or no."""
    return Input(name, help, Sort.FLAG, None if follows else default, follows=follows)


def choice(name: str, help: str, words: tuple[str, ...], *, required: bool = False) -> Input:
    """One of several words; the first is the default unless it is required."""
    return Input(name, help, Sort.TEXT, None if required else words[0], required, words=words)


def text(name: str, help: str) -> Input:
    """A name that is looked up, such as an instance type."""
    return Input(name, help, Sort.TEXT)


def _range_of(name: str, default: float | None) -> Range:
    for ending, low, high in RANGES:
        if name.endswith(ending):
            return Range(low, high)
    return Range(1 if default == 1 else 0, MOST)


class Question(NamedTuple):
    """What is asked before anything is computed: a value that looks like a mistake."""

    input: str
    value: Value
    range: Range
    asks: str


class Given(NamedTuple):
    """The inputs of one review: all values, which are defaults, which are required and missing."""

    values: dict[str, Value]
    defaulted: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def stated(self) -> list[str]:
        """The inputs that somebody gave, in the order of the review's."""
        return [
            name
            for name, value in self.values.items()
            if name not in self.defaulted and value is not None
        ]


def read_inputs(
    inputs: Collection[Input], values: Any, path: str, problems: Problems, *, is_open: bool = False
) -> Given:
    """The values of a review's inputs; what cannot be used is noted with its path.

    What is required and missing is noted, too, unless `is_open`: the answer then names it.
    """
    if not isinstance(values, Mapping):
        problems.append(Problem(path, "is not a mapping of inputs"))
        return Given({}, ())
    known = [entry.name for entry in inputs]
    for name in values:
        if name not in known:
            offer = did_you_mean(str(name), known) or f"; it takes {', '.join(known)}"
            problems.append(Problem(f"{path}.{name}", f"is no input of this review{offer}"))
    absent = [entry for entry in inputs if values.get(entry.name) is None]
    present = [entry for entry in inputs if values.get(entry.name) is not None]
    wrong = {entry.name: _TESTS[entry.sort](entry, values[entry.name]) for entry in present}
    read = {entry.name: entry.default for entry in inputs}
    read |= {entry.name: _usable(values[entry.name], wrong[entry.name]) for entry in present}
    read |= {e.name: Formula(e.follows).value(read) for e in absent if e.follows}
    missing = {e.name: f"is required{_where(e)}: {e.help}" for e in absent if _is_required(e, read)}
    problems.extend(
        Problem(f"{path}.{entry.name}", problem)
        for entry in inputs
        if (problem := wrong.get(entry.name) or (not is_open and missing.get(entry.name)))
    )
    defaulted = tuple(entry.name for entry in absent if read[entry.name] is not None)
    return Given(read, defaulted, tuple(missing))


def _usable(value: Value, wrong: str) -> Value:
    if wrong:
        return None
    return 0 if is_number(value) and value < NOTHING else value


def _is_required(entry: Input, read: Mapping[str, Value]) -> bool:
    if entry.required_when:
        return Formula(entry.required_when).holds(read)
    return entry.is_required


def _where(entry: Input) -> str:
    return f" where {entry.required_when}" if entry.required_when else ""


def _number_problem(entry: Input, value: Any) -> str:
    if value in entry.words and isinstance(value, str):
        return ""
    if isinstance(value, bool) or not isinstance(value, float | int):
        more = f", or {', '.join(entry.words)}" if entry.words else ""
        return f"is {value!r:.60}, not a number{more}"
    if isinstance(value, int) and abs(value) > 10**300 or not math.isfinite(value):
        return "is not a finite number"
    return f"is {figure(value)}; it cannot be negative" if value < 0 else ""


def _flag_problem(entry: Input, value: Any) -> str:
    return "" if isinstance(value, bool) else f"is {value!r:.60}, not true or false"


def _text_problem(entry: Input, value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        return f"is {value!r:.60}, not a text of 1 to {MAX_TEXT} characters"
    if entry.words and value not in entry.words:
        return f"is {value!r:.60}{it_can_be(value, entry.words)}"
    return ""


_TESTS = {Sort.NUMBER: _number_problem, Sort.FLAG: _flag_problem, Sort.TEXT: _text_problem}


def range_questions(
    inputs: Collection[Input], values: Mapping[str, Value], confirmed: Collection[str]
) -> list[Question]:
    """What is outside its plausible range and was not confirmed, in the order of the inputs."""
    return [
        ask(entry, value)
        for entry in inputs
        if is_number(value := values[entry.name])
        and value not in entry.range
        and entry.name not in confirmed
    ]


def ask(entry: Input, value: float) -> Question:
    """The question about a value: what it amounts to, and which mistake of units would explain it.

    >>> ask(number("keepalive_seconds", "…"), 240000).asks
    '240,000 s is 2 d 18 h 40 min; 240 s, given in ms?'
    """
    quantity = f"{figure(value)} {entry.unit}".strip()
    long = duration(value) if entry.unit == "s" else ""
    amounts = f"{quantity} is {long}" if long else f"{quantity} is outside {_words(entry)}"
    return Question(entry.name, value, entry.range, f"{amounts}{_offer(entry, value)}?")


def _offer(entry: Input, value: float) -> str:
    for factor, given_in in mistakes(entry.name):
        if value * factor in entry.range:
            return f"; {figure(value * factor)} {entry.unit}".rstrip() + f", given in {given_in}"
    return "; is it meant"


def _words(entry: Input) -> str:
    return f"{figure(entry.range.low)} to {figure(entry.range.high)} {entry.unit}".rstrip()


def is_number(value: Value) -> TypeGuard[float | int]:
    """Whether it is a number; a flag is none."""
    return isinstance(value, float | int) and not isinstance(value, bool)
