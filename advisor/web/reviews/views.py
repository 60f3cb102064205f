"""Which reviews there are, and the answer of one, whose inputs the address holds."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from advisor.web.request_helpers import found_or_404, signed_in, text_in
from advisor.web.reviews.answer_rows import answer_context
from advisor.web.reviews.downloads import archive, one_file
from advisor.web.reviews.input_form import fields, typed
from advisor.web.reviews.workload_rows import CONFIRM
from connectivity import queries
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewed_document import ReviewedDocument
from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.review import Review
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviews import REVIEWS
from connectivity.review_answers import tables_of

FILE = "file"
PAGE = 50  # documents


class AddressedReview(NamedTuple):
    """A review with the inputs that an address holds, and its answer or its problems."""

    review: Review
    texts: dict[str, str]
    confirmed: list[str]
    tables: Tables
    told: Answer | None
    problems: list[Problem]

    def address(self, page: str, *more: tuple[str, str]) -> str:
        """A page of the same inputs."""
        stated = [(name, text) for name, text in self.texts.items() if text]
        stated += [(CONFIRM, name) for name in self.confirmed]
        return f"{reverse(page, args=[self.review.key])}?{urlencode([*stated, *more])}"


def asked_in(request: HttpRequest, key: str) -> AddressedReview:
    """What an address asks. Raises Http404: there is no such review."""
    review = REVIEWS.get(key)
    if review is None:
        raise Http404(f"no review is called {key[:40]!r}")
    texts = {entry.name: text_in(request.GET, entry.name) for entry in review.inputs}
    confirmed = [name for name in request.GET.getlist(CONFIRM) if name in texts]
    tables = tables_of(signed_in(request).team_id)
    values = typed(review, texts)
    told, problems = None, list[Problem]()
    if values:
        try:
            told = answer(review, values, tables, confirmed=confirmed)
        except DocumentRefused as error:
            problems = error.problems
    return AddressedReview(review, texts, confirmed, tables, told, problems)


def answered_in(request: HttpRequest, key: str) -> Answer:
    """The answer to an address. Raises Http404: it has none."""
    asked = asked_in(request, key)
    if asked.told is None or asked.told.questions:
        raise Http404("these inputs have no answer")
    return asked.told


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All reviews with what they look at, and the team's documents of them."""
    user = signed_in(request)
    kept = Paginator(queries.review_documents(user.team_id), PAGE)
    context = {
        "reviews": REVIEWS.values(),
        "page": kept.get_page(request.GET.get("page")),
        "may_edit": user.may_edit,
    }
    return render(request, "web/reviews/overview.html", context)


@require_safe
@found_or_404
def review(request: HttpRequest, key: str) -> HttpResponse:
    """One review: its form, and its answer where there are inputs."""
    asked = asked_in(request, key)
    questions = asked.told.questions if asked.told else ()
    context: dict[str, Any] = {
        "review": asked.review,
        "fields": fields(asked.review, asked.texts, asked.problems, questions),
        "problems": asked.problems,
        "confirmed": asked.confirmed,
        "questions": [
            (question, asked.address("review", (CONFIRM, question.input))) for question in questions
        ],
    }
    if asked.told and not questions:
        context |= answer_context(
            asked.told, asked.tables, lambda name: asked.address("review-file", (FILE, name))
        )
        context["archive"] = asked.address("review-zip")
        context["keep"] = asked.address("review-keep") if signed_in(request).may_edit else ""
    return render(request, "web/reviews/review.html", context)


@require_safe
@found_or_404
def file(request: HttpRequest, key: str) -> HttpResponse:
    """One file of the answer to an address."""
    return one_file(answered_in(request, key), text_in(request.GET, FILE))


@require_safe
@found_or_404
def files(request: HttpRequest, key: str) -> HttpResponse:
    """All files of the answer to an address, with a README that says in which order to roll out."""
    told = answered_in(request, key)
    return archive(ReviewedDocument(told.review.title, (told,)), f"review-{key}")
