"""Inputs of reviews from the command line: `deployment/web.requests_per_second=50`."""

import re
from collections.abc import Iterable

from connectivity.core.problems import DocumentRefused, Problem, Problems
from connectivity.core.reviewing.formula import Value
from connectivity.core.reviewing.given import EXAMPLE, Given, by_review

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
FLAGS = {"true": True, "yes": True, "false": False, "no": False}
MAX_DIGITS = 100


def given_by(texts: Iterable[str]) -> Given:
    """Inputs by the name of their review.

    Raises:
        DocumentRefused: a text has no name, no input or no value.
    """
    problems = Problems()
    values: dict[str, Value] = {}
    for text in texts:
        place, equals, value = text.partition("=")
        if equals and value.strip():
            values[place.strip()] = value_of(value.strip())
        else:
            problems.append(Problem("set", f"{text!r:.80} has no value: {EXAMPLE}=50"))
    given = by_review(values, problems)
    if problems:
        raise DocumentRefused(problems)
    return given


def value_of(text: str) -> Value:
    """A number, true or false, or a text.

    >>> value_of("50"), value_of("1e3"), value_of("yes"), value_of("drain")
    (50, 1000.0, True, 'drain')
    """
    if text.lower() in FLAGS:
        return FLAGS[text.lower()]
    if len(text) > MAX_DIGITS or not NUMBER.fullmatch(text):
        return text
    return float(text) if re.search(r"[.eE]", text) else int(text)
