"""Inputs of reviews: the worked cases, what is typical, and every end of every range."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.inputs import Input, Sort
from connectivity.core.reviewing.review import Kind, Review
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviewing.telling import File
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
        for inputs in given_of(review)
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


def given_of(review: Review) -> Iterator[dict[str, Any]]:
    """The inputs of its worked cases, then random ones."""
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


def value_of(entry: Input) -> st.SearchStrategy[Any]:
    if entry.sort is Sort.FLAG:
        return st.booleans()
    if entry.sort is Sort.TEXT:
        return st.sampled_from(entry.words or ("m5.large", "t3.medium", "unknown.type"))
    numbers = st.floats(*entry.range, allow_nan=False, allow_subnormal=False)
    return st.one_of(numbers, st.sampled_from(entry.words)) if entry.words else numbers


def odd_value_of(entry: Input) -> st.SearchStrategy[Any]:
    """Of a number also any magnitude, and small fractions."""
    if entry.sort is not Sort.NUMBER:
        return value_of(entry)
    magnitudes = st.integers(-99, 300).map(lambda exponent: 10.0**exponent)
    return st.one_of(value_of(entry), magnitudes, st.floats(0, 1), st.integers(0, 10**300))


def inputs_of(
    review: Review, values: Callable[[Input], st.SearchStrategy[Any]] = value_of
) -> st.SearchStrategy[dict[str, Any]]:
    needed = {e.name: values(e) for e in review.inputs if e.is_required or e.required_when}
    others = {e.name: values(e) for e in review.inputs if e.name not in needed}
    return st.fixed_dictionaries(needed, optional=others)
