"""Inputs of reviews: the worked cases, what is typical, and every end of every range."""

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewing.answer import Answer, File, answer
from connectivity.core.reviewing.inputs import Input, Sort
from connectivity.core.reviewing.review import Kind, Review
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviews import REVIEWS

GOLDEN = Path(__file__).parents[3] / "golden" / "reviews"
TABLES = Tables(recorded_instance_types())
DRAWS = 24


@cache
def answers() -> tuple[Answer, ...]:
    """Of every review many, whatever is odd confirmed."""
    return tuple(
        told
        for review in REVIEWS.values()
        for inputs in _inputs(review)
        if (told := _answer(review, inputs))
    )


def files(*kinds: Kind) -> dict[str, tuple[Answer, File]]:
    """The different files of some kinds, each with its answer, by a name of its own."""
    by_text = {
        file.text: (told, file) for told in answers() for file in told.files if file.kind in kinds
    }
    return {f"{i}-{file.name}": (told, file) for i, (told, file) in enumerate(by_text.values())}


def _answer(review: Review, inputs: dict[str, Any]) -> Answer | None:
    try:
        return answer(review, inputs, TABLES, confirmed=[entry.name for entry in review.inputs])
    except DocumentRefused:
        return None


def _inputs(review: Review) -> Iterator[dict[str, Any]]:
    for case in yaml.safe_load((GOLDEN / f"{review.key}.yaml").read_text()):
        yield case["inputs"]
    dice = random.Random(review.key)  # noqa: S311  not a secret
    for _ in range(DRAWS):
        yield {entry.name: _value(entry, dice) for entry in review.inputs if _is_given(entry, dice)}


def _is_given(entry: Input, dice: random.Random) -> bool:
    return entry.is_required or bool(entry.required_when) or dice.random() < 0.5


def _value(entry: Input, dice: random.Random) -> Any:
    if entry.sort is Sort.FLAG:
        return dice.random() < 0.5
    if entry.sort is Sort.TEXT:
        return dice.choice(entry.words or ("m5.large", "m8i.large", "unknown.type"))
    low, high = entry.range
    beyond = high * 1000 + 1
    return dice.choice([low, high, beyond, dice.uniform(low, high), dice.uniform(low, low + 100)])
