"""Units: every formula is one of its unit of time, and a mistake of units is a question."""

import ast
from typing import Any

import pytest

from connectivity.core.reviewing.answer import answer
from connectivity.core.reviewing.input_units import mistakes, unit_of
from connectivity.core.reviewing.inputs import Sort
from connectivity.core.reviewing.review import Limit, LimitKind, Review
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.core.reviews import REVIEWS
from tests.connectivity.core.reviewing.given_inputs import given_of

TABLES = Tables(recorded_instance_types())
every_review = pytest.mark.parametrize("review", REVIEWS.values(), ids=list(REVIEWS))

ANY = None
"""Of what fits everything: a plain number, a price, a text, what is not known."""
MINUTE = 60
RATES = ("Gbps", "IOPS", "MiB/s")
NAMED = {"packets_limit": -1, "seconds_to_overflow": 1, "seconds_to_empty": 1, "type_ebs_mbps": -1}
"""Names that bear their unit elsewhere than at their end."""


class Seconds:
    """The power of seconds of a review's values: 1 of a time, -1 of a rate, 0 of a count."""

    def __init__(self, review: Review) -> None:
        self.review = review

    def named(self, name: str) -> int | None:
        if name in self.review.constants:
            return constant(self.review.constants[name].means)
        if name in self.review.helpers:
            return self.of(self.review.helpers[name])
        name = self.review.given_names.get(name, name)
        entry = next((each for each in self.review.inputs if each.name == name), None)
        if entry and entry.sort is not Sort.NUMBER:
            return ANY
        if entry or name in self.review.numbers or name in NAMED:
            return of_name(name)
        return ANY  # of a table, or how much of a limit is used

    def of(self, text: str) -> int | None:
        return self.node(ast.parse(text, mode="eval").body)

    def node(self, node: ast.expr) -> int | None:
        return getattr(self, type(node).__name__.lower())(node)  # type: ignore[no-any-return]

    def name(self, node: ast.Name) -> int | None:
        return self.named(node.id)

    def constant(self, node: ast.Constant) -> int | None:
        return 1 if node.value == MINUTE else ANY

    def binop(self, node: ast.BinOp) -> int | None:
        left, right = self.node(node.left), self.node(node.right)
        if isinstance(node.op, ast.Mult):
            return (left or 0) + (right or 0) if (left, right) != (ANY, ANY) else ANY
        if isinstance(node.op, ast.Div):
            return (left or 0) - (right or 0) if (left, right) != (ANY, ANY) else ANY
        if isinstance(node.op, ast.Pow):
            assert not left
            assert not right
            return left
        return same(left, right)

    def unaryop(self, node: ast.UnaryOp) -> int | None:
        return self.node(node.operand)

    def compare(self, node: ast.Compare) -> int | None:
        same(self.node(node.left), *map(self.node, node.comparators))
        return ANY

    def boolop(self, node: ast.BoolOp) -> int | None:
        for value in node.values:
            self.node(value)
        return ANY

    def ifexp(self, node: ast.IfExp) -> int | None:
        self.node(node.test)
        return same(self.node(node.body), self.node(node.orelse))

    def call(self, node: ast.Call) -> int | None:
        assert isinstance(node.func, ast.Name)
        return ANY if node.func.id == "is_given" else same(*map(self.node, node.args))


def same(*powers: int | None) -> int | None:
    known = {power for power in powers if power is not ANY}
    assert len(known) <= 1, powers
    return known.pop() if known else ANY


def of_name(name: str) -> int:
    """As it ends. What comes in a minute or a day is a count."""
    if name in NAMED:
        return NAMED[name]
    unit = unit_of(name)
    return 1 if unit in ("s", "ms") else -1 if unit in RATES or unit.endswith("/s") else 0


def constant(means: str) -> int:
    """As its meaning begins: `s until …`, `Gbps of …`, `IOPS for each MiB/s`."""
    of, _, each = means.partition(" for each ")
    return in_words(of) - in_words(each)


def in_words(words: str) -> int:
    if words.split(maxsplit=1)[:1] in (["s"], ["s:"], ["s,"], ["seconds"]):
        return 1
    return -1 if words.startswith(RATES) or " a second" in words else 0


@every_review
def test_a_formula_has_the_unit_that_its_number_bears(review: Review) -> None:
    seconds = Seconds(review)
    for name, text in review.numbers.items():
        if name.endswith("_usd"):
            continue  # a rate of prices has each its own unit
        assert seconds.of(text) in (of_name(name), ANY), name
    for text in [*review.asks_when, *(finding.when for finding in review.findings)]:
        seconds.of(text)


@every_review
def test_both_sides_of_a_limit_have_one_unit(review: Review) -> None:
    seconds = Seconds(review)
    for limit in review.limits:
        power = same(seconds.of(limit.load), seconds.of(limit.limit))
        assert (power == 1) == (limit.kind is not LimitKind.COUNT), limit.what


def test_a_wrong_unit_is_noticed() -> None:
    review = REVIEWS["nat"]
    seconds = Seconds(review)
    with pytest.raises(AssertionError):
        seconds.of("connections_per_second + connection_seconds")
    assert seconds.of("connections_per_second / connection_seconds") == -2
    wrong = Limit("", "connections_per_second", "IDLE", review.limits[0].words)
    with pytest.raises(AssertionError):
        same(seconds.of(wrong.load), seconds.of(wrong.limit))


@every_review
def test_a_mistake_of_units_is_asked_about_with_what_was_meant(review: Review) -> None:
    inputs = next(given_of(review))
    for entry in review.inputs:
        if entry.sort is not Sort.NUMBER:
            continue
        low, high = entry.range
        for factor, unit in mistakes(entry.name):
            meant = low + (high - low) * 0.9
            given: dict[str, Any] = {**inputs, entry.name: meant / factor}
            if meant / factor in entry.range:
                continue
            asked = answer(review, given, TABLES, confirmed=[n for n in inputs if n != entry.name])
            (question,) = asked.questions
            assert question.input == entry.name
            assert "given in" in question.asks, (entry.name, unit)
