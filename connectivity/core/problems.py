"""What is wrong with a document, where, and what would be right.

ValueError
└── DocumentRefused    every problem of one document at once; nothing of it is used
"""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

MOST_KNOWN = 500  # names among which a near one is looked for


class Problem(NamedTuple):
    """One problem. `path` is the place: `flows[2].to`, or a line, or `document`."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class DocumentRefused(ValueError):
    """A document cannot be used. Carries every problem that was found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems[:3]))
        self.problems = problems


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that offers the nearest known word, if one is near.

    >>> did_you_mean("order-api", ["orders-api", "clients"])
    "; did you mean 'orders-api'?"
    """
    near = get_close_matches(word, list(islice(known, MOST_KNOWN)), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
