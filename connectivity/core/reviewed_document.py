"""From a document to the answers of the reviews that it asks for."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from connectivity.core.document.fields import text_problem
from connectivity.core.problems import DocumentRefused, Problem, Problems, did_you_mean
from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.given import Given
from connectivity.core.reviewing.limits import DIGITS
from connectivity.core.reviewing.review import AS_OF
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.workloads import AskedReview, asked_reviews, with_given
from connectivity.core.reviews import REVIEWS

VERSION = 1
KEYS = ("version", "name", "reviews", "note")
TOPOLOGY_KEYS = ("services", "flows", "vpcs", "accounts")


class ReviewedDocument(NamedTuple):
    """The answers of a document's reviews, in its order, each to what was asked."""

    name: str
    answers: tuple[Answer, ...]
    asked: tuple[AskedReview, ...] = ()
    rules_as_of: str = AS_OF


def is_topology(document: Any) -> bool:
    """Whether a document is a topology; else it has nothing but reviews."""
    return isinstance(document, dict) and not document.keys().isdisjoint(TOPOLOGY_KEYS)


def is_reviews_alone(document: Any) -> bool:
    """Whether a document has reviews of its own, and no network."""
    return isinstance(document, dict) and "reviews" in document and not is_topology(document)


def reviewed(
    document: Any,
    tables: Tables,
    *,
    only: Collection[str] = (),
    confirmed: Collection[str] = (),
    given: Given | None = None,
    is_open: bool = False,
) -> ReviewedDocument:
    """The answers of the reviews that a document asks for.

    Args:
        document: plain values of a document of reviews, or of a topology that was accepted.
        only: keys, or whole names, of the reviews to answer; all where it is empty.
        confirmed: inputs that are taken as they are: `nat/payments.keepalive_seconds`.
        given: inputs in place of those of the document, by whole name, or by key for all of it.
        is_open: inputs that are required may be missing; what rests on them is left out.

    Raises:
        DocumentRefused: with its problems at once, each with its path.
    """
    problems = Problems()
    _check(document, problems)
    asked = asked_reviews(document, REVIEWS, problems) if isinstance(document, dict) else []
    names = {name for entry in asked for name in (entry.name, entry.review.key)}
    _unknown("set", given or (), names, problems)
    asked = [with_given(entry, given or {}) for entry in asked]
    _unknown("only", only, {*REVIEWS, *(entry.name for entry in asked)}, problems)
    inputs = {f"{entry.name}.{named.name}" for entry in asked for named in entry.review.inputs}
    _unknown("confirm", confirmed, inputs, problems)
    wanted = [a for a in asked if not only or a.review.key in only or a.name in only]
    answers = [_answered(entry, tables, confirmed, problems, is_open) for entry in wanted]
    if problems:
        raise DocumentRefused(problems)
    return ReviewedDocument(document["name"], tuple(filter(None, answers)), tuple(wanted))


def inputs_in(document: Any) -> Given:
    """The inputs that a document of reviews gives, for reviews that stand elsewhere.

    Raises:
        DocumentRefused: it is no such document.
    """
    problems = Problems()
    _check(document, problems)
    reviews = document.get("reviews") if isinstance(document, dict) else None
    if is_topology(document) or (reviews is not None and not isinstance(reviews, dict)):
        problems.append(Problem("reviews", "is not a mapping from reviews to their inputs"))
        reviews = None
    for name, inputs in (reviews or {}).items():
        if not isinstance(inputs, dict):
            problems.append(Problem(f"reviews.{name}", "is not a mapping of inputs"))
    if problems:
        raise DocumentRefused(problems)
    stated = {
        name: {key: value for key, value in inputs.items() if value is not None}
        for name, inputs in (reviews or {}).items()
    }
    return {name: inputs for name, inputs in stated.items() if inputs}


def _answered(
    asked: AskedReview,
    tables: Tables,
    confirmed: Collection[str],
    problems: Problems,
    is_open: bool = False,
) -> Answer | None:
    """The answer; None where its inputs are refused, which is noted."""
    inputs = [name.rpartition(".") for name in confirmed]
    of_it = [input_name for review, _, input_name in inputs if review == asked.name]
    try:
        return answer(
            asked.review,
            asked.inputs,
            tables,
            name=asked.name,
            path=asked.path,
            confirmed=of_it,
            is_open=is_open,
        )
    except DocumentRefused as error:
        problems.extend(error.problems)
        return None


def _check(document: Any, problems: Problems) -> None:
    """Notes what is wrong with a document of reviews beside its reviews."""
    if not isinstance(document, dict):
        problems.append(Problem("document", "is not a mapping: give version, name and reviews"))
        return
    if isinstance(document.get("version"), bool) or document.get("version") != VERSION:
        problems.append(Problem("version", f"is not {VERSION}, which this release reads"))
    name = document.get("name")
    problem = text_problem(name) if isinstance(name, str) else "is required: a text"
    if problem:
        problems.append(Problem("name", problem))
    if is_topology(document):
        return
    for key in document:
        if key not in KEYS and not str(key).startswith("x-"):
            offer = did_you_mean(str(key), KEYS)
            problems.append(Problem(str(key), f"is not a known key{offer}"))
    if document.get("reviews") is None:
        problems.append(Problem("reviews", f"is required: {', '.join(REVIEWS)}"))


def _unknown(
    place: str, names: Collection[str], known: Collection[str], problems: Problems
) -> None:
    for name in names:
        if name not in known:
            sentence = f"{name!r} is not in the document{did_you_mean(name, known)}"
            problems.append(Problem(place, sentence))


def tightest_first(document: ReviewedDocument) -> list[tuple[AskedReview, Answer]]:
    """What asks, then the answers by how much of their first limit is used, the most first.

    What has no load comes last; of equals, what stands earlier in the document comes first.
    """
    pairs = zip(document.asked, document.answers, strict=True)
    return sorted(pairs, key=lambda pair: (not pair[1].questions, -_used(pair[1])))


def _used(told: Answer) -> float:
    return round(told.first.used, DIGITS) if told.first else -1.0


def review_problems(document: Mapping[str, Any]) -> Problems:
    """What is wrong with the reviews that a topology carries."""
    problems = Problems()
    for entry in asked_reviews(document, REVIEWS, problems):
        _answered(entry, Tables({}), (), problems)
    return problems
