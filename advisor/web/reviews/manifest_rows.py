"""The answers to manifests as rows of a page: what breaks first, findings, what is asked."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from advisor.web.reviews.answer_rows import LimitRow, limit_row
from advisor.web.reviews.input_origins import stated_texts, value_words
from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewed_document import tightest_first
from connectivity.core.reviewed_manifests.answers import ReviewedManifests
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.telling import ToldFinding

GRAVE = {severity.value for severity in Severity}


class RankedRow(NamedTuple):
    """A review of a workload: what breaks first, what it still needs, its page."""

    name: str
    title: str
    first: LimitRow | None
    severity: str
    asks: str
    needs: str
    address: str


class FoundRow(NamedTuple):
    """A finding, and the review that it is of."""

    review: str
    severity: str
    finding: ToldFinding


class AskedRow(NamedTuple):
    """A field for what no manifest says."""

    name: str
    label: str
    help: str
    text: str
    choices: tuple[str, ...]
    is_required: bool


class AskedGroup(NamedTuple):
    """The fields of a review of one workload, or of all of a kind."""

    review: str
    is_of_all: bool
    fields: list[AskedRow]


class PatchRow(NamedTuple):
    name: str
    reasons: list[str]
    text: str


def ranked_rows(told: ReviewedManifests) -> list[RankedRow]:
    """Every review, the tightest limit first; then those that need more."""
    rows = [_ranked(answer) for _, answer in tightest_first(told.document)]
    return sorted(rows, key=lambda row: not (row.first or row.asks or row.severity in GRAVE))


def _ranked(answer: Answer) -> RankedRow:
    first = answer.first
    severities = sorted((f.severity for f in answer.findings), key=lambda s: -s.rank)
    return RankedRow(
        answer.name.partition("/")[2],
        answer.review.title,
        limit_row(first, is_first=True) if first else None,
        severities[0].value if severities else "" if answer.given.missing else "ok",
        answer.questions[0].asks if answer.questions else "",
        ", ".join(name.replace("_", " ") for name in answer.given.missing),
        _address(answer),
    )


def _address(answer: Answer) -> str:
    """The review's own page with all that is known filled in."""
    values = {name: answer.given.values[name] for name in answer.given.stated}
    return f"{reverse('review', args=[answer.review.key])}?{urlencode(stated_texts(values))}"


def finding_rows(told: ReviewedManifests) -> list[FoundRow]:
    """All findings, the worst first."""
    rows = [
        FoundRow(answer.name, finding.severity.value, finding)
        for answer in told.document.answers
        for finding in sorted(answer.findings, key=lambda f: -f.severity.rank)
    ]
    return sorted(rows, key=lambda row: -row.finding.severity.rank)


def asked_groups(told: ReviewedManifests, texts: Mapping[str, str]) -> list[AskedGroup]:
    """What was typed, so that it can be changed, and what is still asked; by review."""
    rows = [AskedRow(name, _label(name), "", text, (), True) for name, text in texts.items()]
    rows += [
        AskedRow(
            entry.name,
            _label(entry.name),
            "; ".join(filter(None, (entry.input.help, entry.why))),
            "",
            entry.input.words,
            entry.is_required,
        )
        for entry in told.wanted
    ]
    groups: dict[str, list[AskedRow]] = {}
    for row in rows:
        groups.setdefault(row.name.rpartition(".")[0], []).append(row)
    return [AskedGroup(name, "/" not in name, fields) for name, fields in groups.items()]


def _label(name: str) -> str:
    return name.rpartition(".")[2].replace("_", " ")


def reading_rows(readings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What was read, with values in words."""
    return [{**reading, "value": value_words(reading["value"])} for reading in readings]


def patch_rows(patches: Iterable[Mapping[str, Any]]) -> list[PatchRow]:
    """The patches with their texts."""
    return [PatchRow(patch["name"], patch["why"], patch["text"]) for patch in patches]
