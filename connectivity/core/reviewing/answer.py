"""From the inputs of a review to its answer: questions, or numbers, limits, findings, artefacts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from connectivity.core.health.evaluation import Severity
from connectivity.core.problems import DocumentRefused, Problem, Problems
from connectivity.core.reviewing.figure_words import filled, limit_detail
from connectivity.core.reviewing.files.head import with_head
from connectivity.core.reviewing.formula import DividesByZero, Known, Value
from connectivity.core.reviewing.inputs import (
    Given,
    Question,
    ask,
    is_number,
    range_questions,
    read_inputs,
)
from connectivity.core.reviewing.limits import MeasuredLimit, first_to_break, measured
from connectivity.core.reviewing.review import Artefact, Finding, Kind, Review, Words
from connectivity.core.reviewing.tables import Tables

DIVIDES = "is 0, and divides: give what it is, or leave it out"
TOO_LARGE = "is too large together with the others: what follows from it is beyond every number"


class Step(NamedTuple):
    """The working of one value: its formula, and the formula with the numbers put in."""

    name: str
    formula: str
    filled: str
    value: Value


class ToldFinding(NamedTuple):
    """A finding of an answer, with its figures in its words."""

    id: str
    severity: Severity
    detail: str
    words: Words


class File(NamedTuple):
    """An artefact with its text, what it is for, and how to see that it works."""

    name: str
    kind: Kind
    text: str
    purpose: str
    check: str


@dataclass(frozen=True)
class Answer:
    """What a review says of its inputs. Where it asks, it has nothing but questions.

    Attributes:
        name: the review's key, or where several are answered together, `key/label`.
        known: all values by name; empty where it asks.
    """

    review: Review
    name: str
    given: Given
    questions: tuple[Question, ...] = ()
    numbers: Mapping[str, Value] | None = None
    working: tuple[Step, ...] = ()
    limits: tuple[MeasuredLimit, ...] = ()
    findings: tuple[ToldFinding, ...] = ()
    known: Known = field(default_factory=dict)

    @cached_property
    def files(self) -> tuple[File, ...]:
        """The files that put the advice into practice; made when they are first asked for."""
        return tuple(_files(self.review, self.known)) if self.known else ()

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
) -> Answer:
    """The answer of a review to its inputs.

    Args:
        path: where the inputs stand in their document, for problems.
        confirmed: inputs that are taken as they are, however odd.

    Raises:
        DocumentRefused: an input is missing, of a wrong type, unknown, negative or not finite, or a
            0 divides.
    """
    problems, path, name = Problems(), path or f"reviews.{review.key}", name or review.key
    given = read_inputs(review.inputs, values, path, problems)
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
    review: Review, name: str, given: Given, known: Known, limits: tuple[MeasuredLimit, ...]
) -> Answer:
    return Answer(
        review,
        name,
        given,
        (),
        {number: known[number] for number in review.numbers},
        tuple(_working(review, known)),
        limits,
        tuple(_findings(review, known, limits)),
        known,
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


def _computed(review: Review, given: Given, tables: Tables) -> dict[str, Value]:
    """All values by name: inputs and whether they were stated, lookups, helpers, numbers."""
    known = {**given.values, **{f"states_{name}": name in given.stated for name in given.values}}
    known |= {alias: given.values[name] for alias, name in review.given_names.items()}
    for lookup in review.lookups:
        known |= lookup(known, tables)
    for name, formula in review.formulas.items():
        known[name] = formula.value(known)
    return known


def _refused(path: str, names: list[str], problem: str) -> DocumentRefused:
    places = [f"{path}.{name}" for name in names] or [path]
    return DocumentRefused(Problem(place, problem) for place in places)


def _sense_questions(
    review: Review, given: Given, known: Known, confirmed: Collection[str]
) -> list[Question]:
    """One question for each stated input of a number beyond sense; one that is confirmed takes
    them all."""
    asked: set[str] = set()
    for condition in map(review.formula, review.asks_when):
        if condition.holds(known):
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


def _working(review: Review, known: Known) -> list[Step]:
    return [
        Step(name, formula.text, formula.filled(known), known[name])
        for name, formula in review.formulas.items()
    ]


def _findings(review: Review, known: Known, limits: tuple[MeasuredLimit, ...]) -> list[ToldFinding]:
    """Those of the limits first, then the others, each in the order of the review."""
    of_limits = [
        _told(review, limit.stated.what, severity, limit_detail(limit), limit.stated.words, known)
        for limit in limits
        if (severity := limit.severity)
    ]
    scope = {**known, **_used(review, limits)}
    others = [
        _told(review, f.id, _severity(review, f, scope), f.detail, f.words, scope)
        for f in review.findings
        if review.formula(f.when).holds(scope)
    ]
    return [*of_limits, *others]


def _used(review: Review, limits: tuple[MeasuredLimit, ...]) -> dict[str, Value]:
    """How much of each limit is used, by the names that conditions have for it."""
    used = {limit.stated.what: limit.used for limit in limits}
    return {f"used_{limit.what.replace('-', '_')}": used.get(limit.what) for limit in review.limits}


def _severity(review: Review, finding: Finding, scope: Known) -> Severity:
    if finding.graver and review.formula(finding.graver[1]).holds(scope):
        return finding.graver[0]
    return finding.severity


def _told(
    review: Review, id: str, severity: Severity, detail: str, words: Words, known: Known
) -> ToldFinding:
    return ToldFinding(
        f"{review.key}-{id}",
        severity,
        filled(detail, known),
        words._replace(
            cause=filled(words.cause, known),
            step=filled(words.step, known),
            effect=filled(words.effect, known),
        ),
    )


def _files(review: Review, known: Known) -> list[File]:
    texts = [(artefact, artefact.text(known)) for artefact in review.artefacts]
    return [_file(review, each, text, known) for each, text in texts if text is not None]


def _file(review: Review, artefact: Artefact, text: str, known: Known) -> File:
    purpose, check = (filled(words, known) for words in (artefact.purpose, artefact.check))
    carried = {name: known[name] for name in artefact.names if name in review.numbers}
    text = with_head(artefact.kind, text, review.key, purpose, check, carried)
    return File(f"{review.key}-{artefact.name}", artefact.kind, text, purpose, check)
