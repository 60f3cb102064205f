"""The reviews of a stored document as rows and cards, with the addresses that belong to them."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page
from django.urls import reverse

from advisor.web.reviews.answer_rows import LimitRow, answer_context, limit_row
from advisor.web.reviews.input_origins import origins
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.inputs import Question
from connectivity.core.reviewing.suggestions import Suggested
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.workloads import AskedReview, Carrier
from connectivity.queries import TopologyVersion
from connectivity.stored_reviews import StoredReviews

PAGE = 20  # reviews of a page, each with its curves
CONFIRM = "confirm"


class Addresses(NamedTuple):
    """Where the reviews of a version are: the addresses of its page, files and forms.

    Who reads a shared link has none of them.
    """

    version: TopologyVersion
    confirmed: tuple[str, ...] = ()
    is_shared: bool = False

    def address(self, page: str, *more: tuple[str, str]) -> str:
        """A page of the same version, with the same odd inputs taken as they are."""
        if self.is_shared:
            return ""
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
    asked: AskedReview
    told: Answer
    first: LimitRow | None
    severity: str
    form: str

    @property
    def of(self) -> str:
        return carrier_text(self.asked.carrier)

    @property
    def workload(self) -> str:
        """What carries it; in a document of its own, its label."""
        return self.of or self._label or self.told.review.title

    @property
    def title(self) -> str:
        """The review, with its label where that is not the workload."""
        title = self.told.review.title
        return f"{title}, {self._label}" if self._label and self.of else title

    @property
    def _label(self) -> str:
        return self.asked.stated_as.partition("/")[2]


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


def ranked_context(stored: StoredReviews, at: Addresses, page: Page[Any]) -> dict[str, Any]:
    """A page of the list of reviews, and each of them whole."""
    rows = list(review_rows(page, at))
    tightest = next((row for row in rows if row.first), None)
    return {
        "topology": stored.version.topology,
        "version": stored.version,
        "page": page,
        "rows": rows,
        "cards": [_card(row, at, stored.tables) | {"is_open": row is tightest} for row in rows],
    }


def review_rows(page: Page[Any], at: Addresses) -> Iterator[ReviewRow]:
    """The reviews of a page of the list, numbered from its start."""
    for number, (asked, told) in enumerate(page, start=max(1, page.start_index())):
        first = told.first
        severities = sorted((f.severity for f in told.findings), key=lambda s: -s.rank)
        yield ReviewRow(
            number,
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


def suggested_row(entry: Suggested, at: Addresses) -> SuggestedRow:
    """A suggestion in words, and its form."""
    review = entry.review
    form = at.form(entry.carrier, review.key)
    return SuggestedRow(carrier_text(entry.carrier), review.title, entry.because, form)
