"""Answers of reviews as text for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.management.text_columns import aligned
from connectivity.core.reviewing.figure_words import quantity, written
from connectivity.core.reviewing.inputs import Input, Sort
from connectivity.core.reviewing.review import LimitKind, Review


def review_table(answer: dict[str, Any], awaited: Mapping[str, list[str]] | None = None) -> str:
    """What breaks first of each review, its limits, its findings with their steps.

    Args:
        awaited: the inputs that a review still needs, by its name.
    """
    parts = [
        _review(review, (awaited or {}).get(review["review"], [])) for review in answer["reviews"]
    ]
    return "\n\n".join(parts or ["The document asks for no review."])


def inputs_table(review: Review) -> str:
    """What a review takes: each input with its unit, default and plausible range."""
    rows = [(entry.name, _default(entry), _range(entry), entry.help) for entry in review.inputs]
    table = aligned([("input", "default", "plausible", "what it is"), *rows], right=set())
    return f"{review.key}: {review.title}. {review.about}\n{table}"


def _default(entry: Input) -> str:
    if entry.is_required:
        return "required"
    if entry.follows or entry.required_when:
        return "by others"
    return "not given" if entry.default is None else written(entry.default)


def _range(entry: Input) -> str:
    if entry.sort is Sort.FLAG:
        return "true or false"
    if entry.sort is Sort.TEXT:
        return ", ".join(entry.words) or "a name"
    span = f"{written(entry.range.low)} to {written(entry.range.high)} {entry.unit}".rstrip()
    return ", ".join([span, *entry.words])


def _review(review: dict[str, Any], awaited: list[str]) -> str:
    head = f"{review['review']}: {review['title']}"
    if review["questions"]:
        return "\n".join([head, *_questions(review)])
    needs = [f"  More is told with {', '.join(awaited)}."] if awaited else []
    first = [] if awaited and review["first"] is None else [f"  {_first(review)}"]
    lines = [head, *first, *needs, *_limits(review), *_findings(review)]
    return "\n".join(lines)


def _questions(review: dict[str, Any]) -> Iterator[str]:
    for question in review["questions"]:
        place = f"{review['review']}.{question['input']}"
        yield f"  {question['asks']} To take it as it is: --confirm {place}"


def _first(review: dict[str, Any]) -> str:
    first = next((limit for limit in review["limits"] if limit["what"] == review["first"]), None)
    if first is None:
        return "No load: nothing breaks."
    if first["at"] < 1:
        return f"First to break: {first['what']}, which is exceeded."
    grows = "this load" if first["kind"] == LimitKind.COUNT else "this time"
    return f"First to break: {first['what']}, at {written(first['at'])} times {grows}."


def _limits(review: dict[str, Any]) -> list[str]:
    rows = [
        (
            limit["what"],
            quantity(limit["load"], limit["kind"]),
            quantity(limit["limit"], limit["kind"]),
            "" if limit["at"] is None else f"x {written(limit['at'])}",
        )
        for limit in review["limits"]
    ]
    if not rows:
        return []
    table = aligned([("limit", "load", "limit", "breaks at"), *rows], right={1, 2, 3})
    return [f"  {line}" for line in table.splitlines()]


def _findings(review: dict[str, Any]) -> Iterator[str]:
    for finding in review["findings"]:
        yield f"  {finding['severity']} {finding['id']}: {finding['detail']}"
        yield f"    {finding['cause']}"
        yield f"    {finding['step']}"
