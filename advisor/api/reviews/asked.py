"""What is asked for: a document, a stored topology or manifests, and what is given beside it."""

from typing import Any, NamedTuple

from rest_framework.request import Request

from advisor.api.comparisons.asked import uid_of
from connectivity import queries
from connectivity.core.document.fields import Fields, kind, plain_problems, repeated_keys
from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_document import inputs_in
from connectivity.core.reviewing.given import Given, by_review, together

MANIFESTS = "manifests"


class Asked(NamedTuple):
    """A document, or manifests as a text; inputs that are given in place of theirs."""

    document: Any
    manifests: str | None
    given: Given
    only: tuple[str, ...]
    confirm: tuple[str, ...]
    price_list: str | None


def asked(request: Request, team_id: int) -> Asked:
    """What a request asks for. The document of a stored topology is filled in.

    Raises:
        DocumentRefused: the body is none that is known.
        Http404: the team has no such topology.
    """
    data = request.data
    envelope = {**data, "document": None} if isinstance(data, dict) else data
    problems = plain_problems(envelope)
    problems.extend(repeated_keys(data))
    fields = Fields(data, "", problems)
    manifests = fields.get(MANIFESTS)
    document = fields.get("document", required=manifests is None)
    given = _given(fields)
    wanted = Asked(
        document,
        manifests,
        given,
        fields.texts("only") or (),
        fields.texts("confirm") or (),
        fields.text("price_list"),
    )
    fields.done()
    if manifests is not None and not isinstance(manifests, str):
        fields.note(MANIFESTS, f"is {kind(manifests)}, not the text of Kubernetes manifests")
    elif document is not None and not isinstance(
        document, dict | (str if manifests is None else dict)
    ):
        fields.note("document", f"is {kind(document)}, {_none_of(manifests)}")
    if problems:
        raise DocumentRefused(problems)
    if manifests is not None:
        beside = inputs_in(document) if document is not None else {}
        return wanted._replace(given=together(beside, given))
    if isinstance(document, str):
        stored = queries.version(team_id, uid_of(document), None).document
        return wanted._replace(document=stored)
    return wanted


def _documents(manifests: Any) -> tuple[type, ...]:
    """What a document may be: a stored one's uid only where there is nothing beside it."""
    return (dict, str) if manifests is None else (dict,)


def _none_of(manifests: Any) -> str:
    if manifests is None:
        return "neither a document nor the uid of a topology"
    return "not a document of reviews with what the manifests do not state"


def _given(fields: Fields) -> Given:
    """Inputs by the name of their review."""
    value = fields.get("set")
    if value is None or not isinstance(value, dict):
        if value is not None:
            fields.note("set", f"is {kind(value)}, not a mapping of inputs to their values")
        return {}
    return by_review(value, fields.problems)
