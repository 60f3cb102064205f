"""How commands refuse: every problem on standard error, exit status 2, nothing stored."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.core.management.base import OutputWrapper

from connectivity.core.problems import DocumentRefused, Problem

REFUSED = 2


@contextmanager
def refusing(stderr: OutputWrapper, place: str = "") -> Iterator[None]:
    """Ends the command where what it was given is refused."""
    try:
        yield
    except DocumentRefused as error:
        refuse(stderr, error.problems)
    except OSError as error:
        refuse(stderr, [Problem(place or "file", str(error))])


def refuse(stderr: OutputWrapper, problems: Iterable[Problem]) -> NoReturn:
    for problem in problems:
        stderr.write(str(problem))
    sys.exit(REFUSED)
