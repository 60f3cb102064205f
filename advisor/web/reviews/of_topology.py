"""What breaks first of a stored topology: its reviews, the tightest limit on top, and files."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advisor.text.encoding import as_json
from advisor.web.request_helpers import found_or_404, signed_in, text_in, version_number
from advisor.web.reviews.downloads import archive, one_file
from advisor.web.reviews.workload_rows import (
    CONFIRM,
    PAGE,
    Addresses,
    carrier_text,
    ranked_context,
    suggested_row,
)
from connectivity.core.as_json.reviews import plain_reviews
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import tightest_first
from connectivity.core.reviewing.carrying import carriers
from connectivity.core.reviewing.suggestions import suggested
from connectivity.core.reviews import REVIEWS
from connectivity.stored_reviews import StoredReviews, stored_reviews

MAX_SUGGESTED = 30  # shown
MAX_CHOICES = 500  # services and flows to choose from


@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every review of a topology, the tightest limit first; what else its flows suggest."""
    try:
        stored = _stored(request, uid)
    except DocumentRefused as error:
        context = {"problems": error.problems, "uid": uid}
        return render(request, "web/reviews/not_reviewed.html", context, status=422)
    at = Addresses(stored.version, confirmed_in(request.GET))
    ranked = Paginator(tightest_first(stored.document), PAGE)
    page = ranked.get_page(request.GET.get("page"))
    context = ranked_context(stored, at, page) | {
        **_beside(stored, at),
        "may_edit": signed_in(request).may_edit,
        "query": f"&{urlencode(_kept(request, at))}",
    }
    return render(request, "web/reviews/topology.html", context)


def _kept(request: HttpRequest, at: Addresses) -> list[tuple[str, str]]:
    """What of an address goes on to the next page of the list."""
    versions = [("version", str(at.version.number))] if "version" in request.GET else []
    return [*versions, *((CONFIRM, name) for name in at.confirmed)]


def _beside(stored: StoredReviews, at: Addresses) -> dict[str, Any]:
    """What else can be done: reviews that are suggested or added, files, links."""
    document = stored.version.document
    more = suggested(document, REVIEWS)
    shown = list(islice(more, MAX_SUGGESTED))
    return {
        "suggested": [suggested_row(entry, at) for entry in shown],
        "more_suggested": sum(1 for _ in more),
        "choices": [carrier_text(each) for each in islice(carriers(document), MAX_CHOICES)],
        "reviews": REVIEWS.values(),
        "archive": at.address("topology-reviews-zip"),
        "json": at.address("topology-reviews-json"),
        "share": at.address("topology-reviews-share"),
    }


def confirmed_in(values: QueryDict) -> tuple[str, ...]:
    """The odd inputs that an address takes as they are."""
    return tuple(dict.fromkeys(values.getlist(CONFIRM)))


def _stored(request: HttpRequest, uid: UUID, *only: str) -> StoredReviews:
    team_id, number = signed_in(request).team_id, version_number(request)
    return stored_reviews(team_id, uid, number, only=only, confirmed=confirmed_in(request.GET))


def stored_or_404(request: HttpRequest, uid: UUID, *only: str) -> StoredReviews:
    """The reviews that an address names. Raises Http404: there are no such."""
    try:
        return _stored(request, uid, *only)
    except DocumentRefused as error:
        raise Http404(str(error)) from error


@require_safe
@found_or_404
def files(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The files of all reviews of a version, and the order in which to roll them out."""
    stored = stored_or_404(request, uid)
    return archive(stored.document, f"reviews-{str(uid)[:8]}-v{stored.version.number}")


@require_safe
@found_or_404
def file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One file of one review of a version."""
    stored = stored_or_404(request, uid, text_in(request.GET, "review"))
    for asked, told in zip(stored.document.asked, stored.document.answers, strict=True):
        if carrier_text(asked.carrier) == text_in(request.GET, "of"):
            return one_file(told, text_in(request.GET, "file"))
    raise Http404("there is no such review")


@require_safe
@found_or_404
def download(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The answers of all reviews of a version, as the API gives them."""
    stored = stored_or_404(request, uid)
    name = f"reviews-{str(uid)[:8]}-v{stored.version.number}.json"
    text = as_json(plain_reviews(stored.document), is_readable=True)
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/json", headers=head)
