"""What is wrong with a document, where, and what would be right.

ValueError
└── DocumentRefused    the problems of one document at once; nothing of it is used
"""

from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from heapq import nlargest
from itertools import islice
from typing import NamedTuple

MAX_PROBLEMS = 100  # that are listed of one document
MAX_TOLD = 600  # characters of one problem: it may quote what it was given
MAX_KNOWN = 1_000  # names among which a near one is looked for
MAX_LIKELY = 20  # of them that are compared letter by letter
MAX_LETTERS = 120
MAX_CHOICES = 20  # named in one sentence


class Problem(NamedTuple):
    """One problem. `path` is the place: `flows[2].to`, or a line, or `document`."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class Problems:
    """Problems as they are met: the first are kept, the others counted.

    Where everything is wrong, that is then said as fast as one problem, and is as short.
    """

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._first: list[Problem] = []
        self._count = 0
        self.extend(problems)

    def __bool__(self) -> bool:
        return bool(self._first)

    def append(self, problem: Problem) -> None:
        """Keep a problem, or count it where a hundred are kept."""
        self._count += 1
        if self._count <= MAX_PROBLEMS:
            self._first.append(Problem(*map(_short, problem)))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Keep or count several."""
        for problem in problems:
            self.append(problem)

    def note(self, path: str, problem: str, offer: Callable[[], str] | None = None) -> None:
        """A problem, and what would be right; that is looked for only if the problem is kept."""
        is_kept = self._count < MAX_PROBLEMS
        self.append(Problem(path, f"{problem}{offer()}" if offer and is_kept else problem))

    @property
    def listed(self) -> list[Problem]:
        """At most 100; the last one then says how many more there are."""
        if self._count <= MAX_PROBLEMS:
            return self._first
        more = self._count - MAX_PROBLEMS + 1
        message = f"{more:,} more are not listed; fix these first, then try again"
        return [*self._first[:-1], Problem("problems", message)]


class DocumentRefused(ValueError):
    """A document cannot be used. Carries the problems that were found in it, at most 100."""

    def __init__(self, problems: Iterable[Problem] | Problems) -> None:
        kept = problems if isinstance(problems, Problems) else Problems(problems)
        self.problems = kept.listed
        super().__init__("; ".join(str(problem) for problem in self.problems[:3]))


def _short(text: str) -> str:
    return text if len(text) <= MAX_TOLD else f"{text[: MAX_TOLD - 1]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that offers the nearest known word, if one is near.

    >>> did_you_mean("order-api", ["orders-api", "clients"])
    "; did you mean 'orders-api'?"
    """
    word = word[:MAX_LETTERS]
    likely = nlargest(
        MAX_LIKELY, islice(known, MAX_KNOWN), key=lambda name: _shared_ends(word, name)
    )
    near = get_close_matches(word, likely, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _shared_ends(word: str, name: str) -> int:
    """How many letters two words share where they begin and where they end."""
    return _shared_start(word, name) + _shared_start(word[::-1], name[::-1])


def _shared_start(word: str, name: str) -> int:
    for i, (letter, other) in enumerate(zip(word, name, strict=False)):
        if letter != other:
            return i
    return min(len(word), len(name))


def it_can_be(word: str, known: Collection[str]) -> str:
    """The end of a sentence that offers the nearest known word, or else those that there are.

    >>> it_can_be("x", ["tcp", "udp"])
    '; it can be tcp, udp'
    """
    if near := did_you_mean(word, known):
        return near
    names = sorted(known)
    more = f" and {len(names) - MAX_CHOICES:,} others" if len(names) > MAX_CHOICES else ""
    return f"; it can be {', '.join(names[:MAX_CHOICES])}{more}"
