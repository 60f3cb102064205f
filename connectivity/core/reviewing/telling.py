"""What an answer tells: the working, findings in words with their figures, files."""

from collections.abc import Iterable
from typing import NamedTuple

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.figure_words import filled, limit_detail
from connectivity.core.reviewing.files.head import with_head
from connectivity.core.reviewing.formula import Known, Value
from connectivity.core.reviewing.limits import MeasuredLimit
from connectivity.core.reviewing.partial import Awaits, Partial, awaited_by
from connectivity.core.reviewing.review import Artefact, Finding, Kind, Review, Words


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


def working(review: Review, known: Partial) -> list[Step]:
    """Each number that is known: its formula, and the formula with the numbers put in."""
    return [
        Step(name, formula.text, formula.filled(known), known[name])
        for name, formula in review.formulas.items()
        if name in known
    ]


def findings(
    review: Review, known: Partial, limits: tuple[MeasuredLimit, ...]
) -> list[ToldFinding]:
    """Those of the limits first, then the others, each in the order of the review."""
    of_limits = [
        _told(review, limit.stated.what, severity, limit_detail(limit), limit.stated.words, known)
        for limit in limits
        if (severity := limit.severity)
    ]
    scope = known.with_values(used_of_limits(review, limits))
    others = [
        _told(review, f.id, _severity(review, f, scope), filled(f.detail, scope), f.words, scope)
        for f in review.findings
        if _is_met(review, f, scope)
    ]
    return [*of_limits, *others]


def _is_met(review: Review, finding: Finding, scope: Partial) -> bool:
    """Whether it holds, whatever is missing, and its figures are known."""
    try:
        return review.formula(finding.when).holds(scope) and bool(filled(finding.detail, scope))
    except Awaits:
        return False


def used_of_limits(review: Review, limits: Iterable[MeasuredLimit]) -> dict[str, Value]:
    """How much of each limit is used, by the names that conditions have for it."""
    used = {limit.stated.what: limit.used for limit in limits}
    return {f"used_{limit.what.replace('-', '_')}": used.get(limit.what) for limit in review.limits}


def _severity(review: Review, finding: Finding, scope: Partial) -> Severity:
    if finding.graver:
        condition = review.formula(finding.graver[1])
        if not awaited_by(condition, scope) and condition.holds(scope):
            return finding.graver[0]
    return finding.severity


def _told(
    review: Review, id: str, severity: Severity, detail: str, words: Words, known: Partial
) -> ToldFinding:
    return ToldFinding(
        f"{review.key}-{id}",
        severity,
        detail,
        words._replace(
            cause=_sentence(words.cause, known),
            step=_sentence(words.step, known),
            effect=_sentence(words.effect, known),
        ),
    )


def _sentence(template: str, known: Partial) -> str:
    """A sentence with its figures; where these await inputs, which ones."""
    try:
        return filled(template, known)
    except Awaits as error:
        return f"Its figures need {' and '.join(sorted(error.names))}."


def files(review: Review, known: Known) -> list[File]:
    """The files of an answer; none where its numbers are not known, or no setting takes them."""
    texts = [(artefact, _text_of(artefact, known)) for artefact in review.artefacts]
    return [_file(review, each, text, known) for each, text in texts if text is not None]


def _text_of(artefact: Artefact, known: Known) -> str | None:
    """The text of a file; None where there is none to give, or where it awaits inputs."""
    try:
        for words in (artefact.purpose, artefact.check):
            filled(words, known)
        return artefact.text(known)
    except Awaits:
        return None


def _file(review: Review, artefact: Artefact, text: str, known: Known) -> File:
    purpose, check = (filled(words, known) for words in (artefact.purpose, artefact.check))
    carried = {n: known[n] for n in artefact.names if n in review.numbers and n in known}
    text = with_head(artefact.kind, text, review.key, purpose, check, carried)
    return File(f"{review.key}-{artefact.name}", artefact.kind, text, purpose, check)
