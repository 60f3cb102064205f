"""From the inputs of a review to its answer: questions, or numbers, limits, findings, artefacts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connectivity.core.problems import DocumentRefused, Problem, Problems
from connectivity.core.reviewing.formula import DividesByZero, Known, Value
from connectivity.core.reviewing.inputs import (
    Given,
    Question,
    ask,
    is_number,
    range_questions,
    read_inputs,
)
from connectivity.core.reviewing.limits import MeasuredLimit, first_to_break, measured, waiting
from connectivity.core.reviewing.partial import Partial, awaited_by
from connectivity.core.reviewing.review import Review
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.telling import File, Step, ToldFinding, files, findings, working

DIVIDES = "is 0, and divides: give what it is, or leave it out"
TOO_LARGE = "is too large together with the others: what follows from it is beyond every number"


@dataclass(frozen=True)
class Answer:
    """What a review says of its inputs. Where it asks, it has nothing but questions.

    Attributes:
        name: the review's key, or where several are answered together, `key/label`.
        known: all values by name; empty where it asks.
        waits: by limit, the missing inputs without which it is not told.
    """

    review: Review
    name: str
    given: Given
    questions: tuple[Question, ...] = ()
    numbers: Mapping[str, Value] | None = None
    working: tuple[Step, ...] = ()
    limits: tuple[MeasuredLimit, ...] = ()
    findings: tuple[ToldFinding, ...] = ()
    known: Partial = field(default_factory=lambda: Partial({}, ()))
    waits: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def files(self) -> tuple[File, ...]:
        """The files that put the advice into practice; made when they are first asked for."""
        return tuple(files(self.review, self.known)) if self.known else ()

    @property
    def first(self) -> MeasuredLimit | None:
        """The limit that breaks first."""
        return first_to_break(self.limits)


def answer(
    review: Review,
    values: Any,
    tables: Tables,
    *,
    name: str = "",
    path: str = "",
    confirmed: Collection[str] = (),
    is_open: bool = False,
) -> Answer:
    """The answer of a review to its inputs.

    Args:
        path: where the inputs stand in their document, for problems.
        confirmed: inputs that are taken as they are, however odd.
        is_open: inputs that are required may be missing; what rests on them is left out.

    Raises:
        DocumentRefused: an input is missing, of a wrong type, unknown, negative or not finite, or a
            0 divides.
    """
    problems, path, name = Problems(), path or f"reviews.{review.key}", name or review.key
    given = read_inputs(review.inputs, values, path, problems, is_open=is_open)
    if problems:
        raise DocumentRefused(problems)
    asked = range_questions(review.inputs, given.values, confirmed)
    try:
        known = _computed(review, given, tables)
        limits = tuple(measured(review, known))
        asked = asked or _sense_questions(review, given, known, confirmed)
        if not asked:
            return _answered(review, name, given, known, limits)
    except (ArithmeticError, ValueError) as error:
        _require_questions(asked, error, given, path)
    return Answer(review, name, given, tuple(asked))


def _answered(
    review: Review, name: str, given: Given, known: Partial, limits: tuple[MeasuredLimit, ...]
) -> Answer:
    return Answer(
        review,
        name,
        given,
        (),
        {number: known.get(number) for number in review.numbers},
        tuple(working(review, known)),
        limits,
        tuple(findings(review, known, limits)),
        known,
        waiting(review, known, frozenset(given.missing)),
    )


def _require_questions(
    asked: Collection[Question], error: Exception, given: Given, path: str
) -> None:
    """Refuse inputs that cannot be computed, unless one of them is asked about anyway.

    A 0 that divides is refused in any case.
    """
    if isinstance(error, DividesByZero):
        zeros = [name for name in given.stated if given.values[name] == 0 and name in error.names]
        if zeros or not asked:
            raise _refused(path, zeros, DIVIDES) from error
    elif not asked:
        raise _refused(path, given.stated, TOO_LARGE) from error


def _computed(review: Review, given: Given, tables: Tables) -> Partial:
    """All values by name: inputs and whether they were stated, lookups, helpers, numbers."""
    stated = {f"states_{name}": name in given.stated for name in given.values}
    known = Partial({**given.values, **stated}, given.missing)
    for alias, name in review.given_names.items():
        known.alias(alias, name)
    for lookup in review.lookups:
        known.update(lookup(known, tables))
    for name, formula in review.formulas.items():
        known.compute(name, formula)
    return known


def _refused(path: str, names: list[str], problem: str) -> DocumentRefused:
    places = [f"{path}.{name}" for name in names] or [path]
    return DocumentRefused(Problem(place, problem) for place in places)


def _sense_questions(
    review: Review, given: Given, known: Partial, confirmed: Collection[str]
) -> list[Question]:
    """One question for each stated input of a number beyond sense; one that is confirmed takes
    them all."""
    asked: set[str] = set()
    for condition in map(review.formula, review.asks_when):
        if not awaited_by(condition, known) and condition.holds(known):
            sources = origins(review, condition.names, known) & set(given.stated)
            asked |= set() if sources & set(confirmed) else sources
    return [
        ask(entry, value)
        for entry in review.inputs
        if entry.name in asked and is_number(value := given.values[entry.name])
    ]


def origins(review: Review, names: Iterable[str], known: Known) -> set[str]:
    """The names that values come from, through all formulas, along the sides that were taken."""
    reached, left = set[str](), list(names)
    while left:
        name = left.pop()
        reached.add(review.given_names.get(name, name))
        if formula := review.formulas.get(name):
            left += formula.taken(known) - reached
    return reached
