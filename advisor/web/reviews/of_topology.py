"""What breaks first of a stored topology: its reviews, the tightest limit on top, and files."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from advisor.text.encoding import as_json
from advisor.web.request_helpers import found_or_404, signed_in, text_in, version_number
from advisor.web.reviews.answer_rows import LimitRow, answer_context, limit_row
from advisor.web.reviews.downloads import archive, one_file
from advisor.web.reviews.input_origins import origins
from connectivity.core.as_json.reviews import plain_reviews
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import tightest_first
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.carrying import carriers
from connectivity.core.reviewing.inputs import Question
from connectivity.core.reviewing.suggestions import Suggested, suggested
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.workloads import AskedReview, Carrier
from connectivity.core.reviews import REVIEWS
from connectivity.queries import TopologyVersion
from connectivity.stored_reviews import StoredReviews, stored_reviews

PAGE = 20  # reviews of a page, each with its curves
MAX_SUGGESTED = 30  # shown
MAX_CHOICES = 500  # services and flows to choose from
CONFIRM = "confirm"


class Addresses(NamedTuple):
    """Where the reviews of a version are: the addresses of its page, files and forms."""

    version: TopologyVersion
    confirmed: tuple[str, ...]

    def address(self, page: str, *more: tuple[str, str]) -> str:
        """A page of the same version, with the same odd inputs taken as they are."""
        stated = [("version", str(self.version.number))]
        stated += [(CONFIRM, name) for name in self.confirmed]
        path = reverse(page, args=[self.version.topology.uid])
        return f"{path}?{urlencode([*stated, *more])}"

    def form(self, carrier: Carrier, stated_as: str) -> str:
        """The form of one review, as the newest version has it."""
        key, _, label = stated_as.partition("/")
        aim = {"of": carrier_text(carrier), "review": key, "label": label}
        query = urlencode({name: text for name, text in aim.items() if text})
        return f"{reverse('topology-review', args=[self.version.topology.uid])}?{query}"


class ReviewRow(NamedTuple):
    """A review of a workload in the list: what breaks first, or what is asked."""

    number: int
    workload: str
    asked: AskedReview
    told: Answer
    first: LimitRow | None
    severity: str
    form: str

    @property
    def of(self) -> str:
        return carrier_text(self.asked.carrier)

    @property
    def title(self) -> str:
        label = self.asked.stated_as.partition("/")[2]
        return f"{self.told.review.title}, {label}" if label else self.told.review.title


class SuggestedRow(NamedTuple):
    """A review that nobody asked for yet, and the form for it."""

    workload: str
    title: str
    because: str
    form: str


def carrier_text(carrier: Carrier) -> str:
    """As addresses name what carries reviews.

    >>> carrier_text(Carrier("service", "api")), carrier_text(Carrier())
    ('service api', '')
    """
    return f"{carrier.kind} {carrier.name}".strip()


@require_safe
@found_or_404
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Every review of a topology, the tightest limit first; what else its flows suggest."""
    try:
        stored = _stored(request, uid)
    except DocumentRefused as error:
        context = {"problems": error.problems, "uid": uid}
        return render(request, "web/reviews/not_reviewed.html", context, status=422)
    at = Addresses(stored.version, _confirmed(request))
    ranked = Paginator(tightest_first(stored.document), PAGE)
    page = ranked.get_page(request.GET.get("page"))
    context = page_context(stored, at, page) | {
        "may_edit": signed_in(request).may_edit,
        "page": page,
        "query": f"&{urlencode(_kept(request, at))}",
    }
    return render(request, "web/reviews/topology.html", context)


def _kept(request: HttpRequest, at: Addresses) -> list[tuple[str, str]]:
    """What of an address goes on to the next page of the list."""
    versions = [("version", str(at.version.number))] if "version" in request.GET else []
    return [*versions, *((CONFIRM, name) for name in at.confirmed)]


def page_context(stored: StoredReviews, at: Addresses, page: Page[Any]) -> dict[str, Any]:
    """What the page and a shared one have in common."""
    document = stored.version.document
    more = suggested(document, REVIEWS)
    shown = list(islice(more, MAX_SUGGESTED))
    rows = list(review_rows(page, at))
    tightest = next((row for row in rows if row.first), None)
    return {
        "topology": stored.version.topology,
        "version": stored.version,
        "at": at,
        "rows": rows,
        "cards": [_card(row, at, stored.tables) | {"is_open": row is tightest} for row in rows],
        "suggested": [_suggested_row(entry, at) for entry in shown],
        "more_suggested": sum(1 for _ in more),
        "choices": [carrier_text(each) for each in islice(carriers(document), MAX_CHOICES)],
        "reviews": REVIEWS.values(),
        "archive": at.address("topology-reviews-zip"),
        "json": at.address("topology-reviews-json"),
    }


def review_rows(page: Page[Any], at: Addresses) -> Iterator[ReviewRow]:
    """The reviews of a page of the list, numbered from its start."""
    for number, (asked, told) in enumerate(page, start=max(1, page.start_index())):
        first = told.first
        severities = sorted((f.severity for f in told.findings), key=lambda s: -s.rank)
        yield ReviewRow(
            number,
            carrier_text(asked.carrier) or "the document",
            asked,
            told,
            limit_row(first, is_first=True) if first else None,
            "" if told.questions else severities[0].value if severities else "ok",
            at.form(asked.carrier, asked.stated_as),
        )


def _card(row: ReviewRow, at: Addresses, tables: Tables) -> dict[str, Any]:
    """One review whole."""
    told = row.told
    context: dict[str, Any] = {
        "row": row,
        "anchor": f"{row.number}-",
        "inputs": origins(row.asked, told.given),
        "questions": [(question, _taken(at, told, question)) for question in told.questions],
    }
    if told.questions:
        return context
    return context | answer_context(
        told,
        tables,
        lambda name: at.address(
            "topology-review-file", ("of", row.of), ("review", told.name), ("file", name)
        ),
    )


def _taken(at: Addresses, told: Answer, question: Question) -> str:
    """The page with an odd input taken as it is."""
    return at.address("topology-reviews", (CONFIRM, f"{told.name}.{question.input}"))


def _suggested_row(entry: Suggested, at: Addresses) -> SuggestedRow:
    review = entry.review
    form = at.form(entry.carrier, review.key)
    return SuggestedRow(carrier_text(entry.carrier), review.title, entry.because, form)


def _confirmed(request: HttpRequest) -> tuple[str, ...]:
    return tuple(dict.fromkeys(request.GET.getlist(CONFIRM)))


def _stored(request: HttpRequest, uid: UUID, *only: str) -> StoredReviews:
    team_id, number = signed_in(request).team_id, version_number(request)
    return stored_reviews(team_id, uid, number, only=only, confirmed=_confirmed(request))


def _stored_or_404(request: HttpRequest, uid: UUID, *only: str) -> StoredReviews:
    try:
        return _stored(request, uid, *only)
    except DocumentRefused as error:
        raise Http404(str(error)) from error


@require_safe
@found_or_404
def files(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The files of all reviews of a version, and the order in which to roll them out."""
    stored = _stored_or_404(request, uid)
    return archive(stored.document, f"reviews-{str(uid)[:8]}-v{stored.version.number}")


@require_safe
@found_or_404
def file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One file of one review of a version."""
    stored = _stored_or_404(request, uid, text_in(request.GET, "review"))
    for asked, told in zip(stored.document.asked, stored.document.answers, strict=True):
        if carrier_text(asked.carrier) == text_in(request.GET, "of"):
            return one_file(told, text_in(request.GET, "file"))
    raise Http404("there is no such review")


@require_safe
@found_or_404
def download(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The answers of all reviews of a version, as the API gives them."""
    stored = _stored_or_404(request, uid)
    name = f"reviews-{str(uid)[:8]}-v{stored.version.number}.json"
    text = as_json(plain_reviews(stored.document), is_readable=True)
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/json", headers=head)
