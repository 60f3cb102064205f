"""The form of one review of a stored topology: prefilled, tried, and saved as the next version."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from advisor.web.request_helpers import found_or_404, number_in, signed_in, text_in
from advisor.web.reviews.answer_rows import answer_context
from advisor.web.reviews.input_form import fields, typed
from advisor.web.reviews.input_origins import flow_texts, flow_words, stated_texts
from advisor.web.reviews.workload_rows import CONFIRM, carrier_text
from connectivity import queries
from connectivity.actions import Conflict
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewing.answer import Answer, answer
from connectivity.core.reviewing.carrying import stated_inputs
from connectivity.core.reviewing.review import Review
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.workloads import (
    LISTS,
    Carrier,
    key_problem,
    traffic_for,
    traffic_of,
)
from connectivity.core.reviews import REVIEWS
from connectivity.editing import Base
from connectivity.queries import TopologyVersion
from connectivity.review_answers import tables_of
from connectivity.stored_reviews import ReviewChange, save_review

YOURS = "yours"


class Aim(NamedTuple):
    """The review that a form is about, and what its version says for it."""

    version: TopologyVersion
    carrier: Carrier
    review: Review
    stated_as: str
    stated: Mapping[str, Any] | None  # None: the version has no such review
    of_flows: Mapping[str, Any]  # by its flows

    @property
    def name(self) -> str:
        label = self.stated_as.partition("/")[2]
        return "/".join(filter(None, (self.review.key, self.carrier.name, label)))

    @property
    def texts(self) -> dict[str, str]:
        """Its inputs before anybody typed: as stated, else as the flows say."""
        return flow_texts(self.of_flows.items()) | stated_texts(self.stated or {})

    def own(self, values: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
        """What is to be stated: what says the same as the flows goes on following them."""
        flows = flow_texts(self.of_flows.items())
        stated = self.stated or {}
        return {
            name: value
            for name, value in values.items()
            if name in stated or texts.get(name) != flows.get(name)
        }

    def origins(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Where each value came from; empty where there is none but perhaps a default."""
        return {name: self._origin(name, text) for name, text in texts.items()}

    def _origin(self, name: str, text: str) -> str:
        if text and text == stated_texts(self.stated or {}).get(name):
            return f"stated in version {self.version.number}"
        if name in self.of_flows and text in ("", flow_texts(self.of_flows.items())[name]):
            return flow_words(self.carrier)
        return YOURS if text else ""


class Tried(NamedTuple):
    """What was typed, what of it is to be stated, and its answer or its problems."""

    texts: dict[str, str]
    own: dict[str, Any]
    confirmed: list[str]
    told: Answer | None
    problems: list[Problem]


@require_http_methods(["GET", "HEAD", "POST"])
@found_or_404
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One review with its inputs; a POST tries them, saves them or takes the review out."""
    user, values = signed_in(request), request.POST or request.GET
    version = queries.version(user.team_id, uid, number_in(values))
    aim = _aim(version, values)
    if problem := key_problem(aim.stated_as, REVIEWS):
        messages.error(request, f"The label cannot be used: {problem}.")
        return redirect("topology-reviews", uid)
    tables = tables_of(user.team_id)
    tried = _tried(aim, values, tables)
    if request.method != "POST":
        return _page(request, aim, tried, tables)
    is_sound = tried.told is not None and not tried.told.questions
    if "remove" in values or ("save" in values and is_sound):
        return _saved(request, aim, tried, tables)
    return _page(request, aim, tried, tables, is_refused="save" in values)


def _aim(version: TopologyVersion, values: QueryDict) -> Aim:
    """Raises Http404: there is no such service, flow or review."""
    kind, _, name = text_in(values, "of").partition(" ")
    carrier = Carrier(kind, name)
    review = REVIEWS.get(text_in(values, "review"))
    kinds = ("",) if version.topology.is_reviews else tuple(LISTS)
    if review is None or kind not in kinds:
        raise Http404("no such review, service or flow")
    label = text_in(values, "label")
    stated_as = f"{review.key}/{label}" if label else review.key
    try:
        stated = stated_inputs(version.document, carrier, stated_as)
        traffic = traffic_of(version.document, carrier)
    except LookupError as error:
        raise Http404(str(error)) from error
    of_flows = dict(traffic_for(review, traffic))
    return Aim(version, carrier, review, stated_as, stated, of_flows)


def _tried(aim: Aim, values: QueryDict, tables: Tables) -> Tried:
    """What the form says; before anybody typed, what the version says."""
    names = [entry.name for entry in aim.review.inputs]
    is_typed = not values.keys().isdisjoint(names)
    texts = {name: text_in(values, name) for name in names} if is_typed else {}
    texts = texts or dict.fromkeys(names, "") | aim.texts
    confirmed = [name for name in values.getlist(CONFIRM) if name in names]
    own = aim.own(typed(aim.review, texts), texts)
    told, problems = None, list[Problem]()
    try:
        told = answer(
            aim.review,
            {**aim.of_flows, **own},
            tables,
            name=aim.name,
            path=aim.name,
            confirmed=confirmed,
        )
    except DocumentRefused as error:
        problems = error.problems if is_typed or aim.stated is not None else []
    return Tried(texts, own, confirmed, told, problems)


def _saved(request: HttpRequest, aim: Aim, tried: Tried, tables: Tables) -> HttpResponse:
    user, number = signed_in(request), aim.version.number
    uid = aim.version.topology.uid
    inputs = None if "remove" in request.POST else tried.own
    change = ReviewChange(aim.carrier, aim.stated_as, inputs)
    onto = text_in(request.POST, "onto")
    onto_number = int(onto) if onto.isdecimal() and onto.isascii() and len(onto) < 9 else None
    try:
        saved = save_review(Base(user.team_id, uid, number, user.pk), change, onto_number)
    except Conflict as error:
        return _page(request, aim, tried, tables, conflict=error)
    except DocumentRefused as error:
        return _page(request, aim, tried._replace(problems=error.problems), tables, is_refused=True)
    if saved.number == (onto_number or number):
        messages.info(request, "Nothing changed, so no new version was created.")
    else:
        before = onto_number or number
        request.session["saved"] = {"uid": str(uid), "before": before, "now": saved.number}
    return redirect("topology-reviews", uid)


def _page(
    request: HttpRequest,
    aim: Aim,
    tried: Tried,
    tables: Tables,
    *,
    is_refused: bool = False,
    conflict: Conflict | None = None,
) -> HttpResponse:
    questions = tried.told.questions if tried.told else ()
    context: dict[str, Any] = {
        "aim": aim,
        "of": carrier_text(aim.carrier),
        "label": aim.stated_as.partition("/")[2],
        "review": aim.review,
        "topology": aim.version.topology,
        "version": aim.version,
        "conflict": conflict,
        "confirmed": tried.confirmed,
        "problems": tried.problems,
        "is_refused": is_refused,
        "asked": questions,
        "fields": fields(
            aim.review, tried.texts, tried.problems, questions, aim.origins(tried.texts)
        ),
    }
    if tried.told and not questions:
        context |= answer_context(tried.told, tables, lambda name: "")
    return render(request, "web/reviews/edit.html", context, status=400 if is_refused else 200)
