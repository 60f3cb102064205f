"""The inputs of a review as fields of a form, and what was typed in them as values."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from advisor.web.reviews.input_origins import NO, YES, value_words
from connectivity.core.problems import Problem
from connectivity.core.reviewing.inputs import Input, Question, Sort
from connectivity.core.reviewing.review import Review


class Field(NamedTuple):
    """One field: what was typed, what may be chosen, what is wrong with it, and whence it is."""

    name: str
    label: str
    help: str
    text: str
    choices: tuple[tuple[str, str], ...]
    placeholder: str
    is_required: bool
    problem: str
    asks: str
    origin: str


def typed(review: Review, texts: Mapping[str, str]) -> dict[str, Any]:
    """The values that texts of a form mean; what is no number stays text, and is refused."""
    given = ((entry, texts.get(entry.name, "").strip()) for entry in review.inputs)
    return {entry.name: _value(entry, text) for entry, text in given if text}


def _value(entry: Input, text: str) -> Any:
    if entry.sort is Sort.FLAG:
        return {YES: True, NO: False}.get(text, text)
    if entry.sort is Sort.TEXT or text in entry.words:
        return text
    try:
        number = float(text.replace(",", "").replace("_", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def fields(
    review: Review,
    texts: Mapping[str, str],
    problems: Iterable[Problem] = (),
    questions: Iterable[Question] = (),
    origins: Mapping[str, str] = MappingProxyType({}),
) -> list[Field]:
    """The fields in the order of the inputs, with what was typed.

    Args:
        origins: where values came from, in words, by input.
    """
    wrong = {problem.path.rpartition(".")[2]: problem.problem for problem in problems}
    asked = {question.input: question.asks for question in questions}
    return [
        Field(
            entry.name,
            entry.name.replace("_", " "),
            entry.help,
            texts.get(entry.name, ""),
            _choices(entry),
            _default(entry),
            entry.is_required,
            wrong.get(entry.name, ""),
            asked.get(entry.name, ""),
            origins.get(entry.name, ""),
        )
        for entry in review.inputs
    ]


def _choices(entry: Input) -> tuple[tuple[str, str], ...]:
    if entry.sort is Sort.FLAG:
        usual = "by the others" if entry.follows else value_words(entry.default)
        return (("", f"as usual: {usual}"), (YES, YES), (NO, NO))
    if entry.sort is Sort.TEXT and entry.words:
        first = ("", "choose") if entry.is_required else ("", f"as usual: {entry.default}")
        return (first, *((word, word) for word in entry.words))
    return ()


def _default(entry: Input) -> str:
    if entry.is_required:
        return ""
    if entry.follows:
        return "by the others"
    return "not given" if entry.default is None else value_words(entry.default)
