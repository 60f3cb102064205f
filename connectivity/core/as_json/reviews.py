"""Answers of reviews as plain values: the shape that scripts rely on."""

from typing import Any

from connectivity.core.reviewed_document import ReviewedDocument
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.inputs import Question
from connectivity.core.reviewing.limits import MeasuredLimit
from connectivity.core.reviewing.telling import File, Step, ToldFinding

Plain = dict[str, Any]


def plain_reviews(document: ReviewedDocument) -> Plain:
    """All answers; their findings and artefacts once more, each with the review it is of."""
    return {
        "name": document.name,
        "rules_as_of": document.rules_as_of,
        "reviews": [_answer(answer) for answer in document.answers],
        "findings": [
            {"review": answer.name, **_finding(finding)}
            for answer in document.answers
            for finding in answer.findings
        ],
        "artefacts": [
            {"review": answer.name, **_file(file)}
            for answer in document.answers
            for file in answer.files
        ],
    }


def _answer(answer: Answer) -> Plain:
    first = answer.first
    return {
        "review": answer.name,
        "title": answer.review.title,
        "inputs": answer.given.values,
        "defaulted": list(answer.given.defaulted),
        "questions": [_question(question) for question in answer.questions],
        "numbers": dict(answer.numbers or {}),
        "working": [_step(step) for step in answer.working],
        "limits": [_limit(limit) for limit in answer.limits],
        "first": first.stated.what if first else None,
        "at": first.at if first else None,
        "headroom": first.headroom if first else None,
        "findings": [_finding(finding) for finding in answer.findings],
        "artefacts": [_file(file) for file in answer.files],
        "metrics": [metric._asdict() for metric in answer.review.metrics],
    }


def _question(question: Question) -> Plain:
    return question._asdict() | {"range": list(question.range)}


def _step(step: Step) -> Plain:
    return {
        "number": step.name,
        "formula": step.formula,
        "filled": step.filled,
        "value": step.value,
    }


def _limit(limit: MeasuredLimit) -> Plain:
    return {
        "what": limit.stated.what,
        "kind": limit.stated.kind.value,
        "load": limit.load,
        "limit": limit.limit,
        "headroom": limit.headroom,
        "at": limit.at,
    }


def _finding(finding: ToldFinding) -> Plain:
    words = finding.words
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "detail": finding.detail,
        "cause": words.cause,
        "step": words.step,
        "effect": words.effect,
        "source": words.source,
        "as_of": words.as_of,
    }


def _file(file: File) -> Plain:
    return {"name": file.name, "kind": file.kind.value, "text": file.text}
