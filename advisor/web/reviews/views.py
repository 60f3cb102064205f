"""Which reviews there are, and the answer of one. The address holds the inputs; nothing is kept."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from advisor.web.request_helpers import found_or_404, signed_in, text_in
from advisor.web.reviews.curve_drawing import Drawing, drawn
from advisor.web.reviews.input_form import fields, typed
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.figure_words import quantity, written
from connectivity.core.reviewing.limits import MeasuredLimit
from connectivity.core.reviewing.load_curve import load_curves
from connectivity.core.reviewing.review import LimitKind
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviews import REVIEWS
from connectivity.review_answers import tables_of

CONFIRM = "confirm"


class LimitRow(NamedTuple):
    """A limit in words; flat, since a template pays for every dot."""

    name: str
    load: str
    limit: str
    percent: str
    used: float
    breaks_at: str
    is_first: bool


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All reviews with what they look at."""
    return render(request, "web/reviews/overview.html", {"reviews": REVIEWS.values()})


@require_safe
@found_or_404
def review(request: HttpRequest, key: str) -> HttpResponse:
    """One review: its form, and its answer where there are inputs."""
    asked = REVIEWS.get(key)
    if asked is None:
        raise Http404(key)
    texts = {entry.name: text_in(request.GET, entry.name) for entry in asked.inputs}
    confirmed = [name for name in request.GET.getlist(CONFIRM) if name in texts]
    values, problems, told = typed(asked, texts), [], None
    if values:
        tables = tables_of(signed_in(request).team_id)
        try:
            told = answer(asked, values, tables, confirmed=confirmed)
        except DocumentRefused as error:
            problems = error.problems
    questions = told.questions if told else ()
    context: dict[str, Any] = {
        "review": asked,
        "fields": fields(asked, texts, problems, questions),
        "problems": problems,
        "confirmed": confirmed,
        "questions": [
            (question, _taken(key, texts, confirmed, question.input)) for question in questions
        ],
    }
    if told and not questions:
        context |= _answered(told, tables)
    return render(request, "web/reviews/review.html", context)


def _taken(key: str, texts: dict[str, str], confirmed: list[str], name: str) -> str:
    """The address that takes an odd input as it is."""
    stated = [(each, text) for each, text in texts.items() if text]
    stated += [(CONFIRM, each) for each in [*confirmed, name]]
    return f"{reverse('review', args=[key])}?{urlencode(stated)}"


def _answered(told: Answer, tables: Tables) -> dict[str, Any]:
    first = told.first
    curves = load_curves(told, tables)
    drawing: Drawing | None = drawn(curves) if curves else None
    return {
        "answer": told,
        "first": _row(first, is_first=True) if first else None,
        "limits": [_row(limit, is_first=limit == first) for limit in told.limits],
        "findings": told.findings,
        "numbers": [(name, written(value)) for name, value in (told.numbers or {}).items()],
        "drawing": drawing,
    }


def _row(limit: MeasuredLimit, *, is_first: bool) -> LimitRow:
    kind = limit.stated.kind
    percent = "none is allowed" if limit.headroom is None else f"{limit.used * 100:,.1f} %"
    return LimitRow(
        limit.stated.what.replace("-", " "),
        quantity(limit.load, kind),
        quantity(limit.limit, kind),
        percent,
        limit.used,
        _breaks_at(limit),
        is_first,
    )


def _breaks_at(limit: MeasuredLimit) -> str:
    if limit.at is None:
        return "no load"
    if limit.stated.kind is not LimitKind.COUNT:
        return quantity(limit.limit, limit.stated.kind)
    return f"{written(limit.at)} times this load"
