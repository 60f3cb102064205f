"""What is asked of a topology: a document or a stored one, at once or as a job."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from advisor.api.http.authentication import maker_of, may_store, team_id_of
from advisor.api.http.idempotency import once
from advisor.api.http.job_progress import job_json
from advisor.jobs import runner
from connectivity import queries
from connectivity.advice import check_comparison
from connectivity.core.document.fields import Fields, kind, plain_problems, repeated_keys
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean


def prefers_job(request: Request) -> bool:
    """`Prefer: respond-async`, of a caller who may store."""
    return "respond-async" in request.headers.get("Prefer", "") and may_store(request)


def as_job(request: Request, kind: str, wanted: dict[str, Any], only_as_job: str) -> Response:
    """Record the work, once it is certain that it can be done and may be stored."""
    if not may_store(request):
        raise PermissionDenied(only_as_job)
    team_id = team_id_of(request)
    check_comparison(
        team_id, wanted["document"], options=wanted["options"], prices=wanted["price_list"]
    )

    def store() -> tuple[int, dict[str, Any]]:
        job = runner.start(kind, wanted, team_id=team_id, **maker_of(request))
        return 202, job_json(job, request)

    return once(request, store)


def topology_asked(
    request: Request,
    team_id: int,
    read: Callable[[Fields], dict[str, Any]] = lambda fields: {},
) -> dict[str, Any]:
    """What is asked for, as a job keeps it. The document of a stored topology is filled in.

    `read` takes what else the body may have.
    """
    data = request.data
    envelope = {**data, "topology": None} if isinstance(data, dict) else data
    problems = plain_problems(envelope)
    problems.extend(repeated_keys(data))
    fields = Fields(data, "", problems)
    wanted = fields.get("topology", required=True)
    number = whole_number(fields, "topology_version", "a version", least=1)
    options = fields.texts("options")
    prices = fields.text("price_list")
    more = read(fields)
    fields.done()
    if isinstance(wanted, dict) and number is not None:
        fields.note(
            "topology_version",
            "can only be given with the uid of a stored topology, not with a document",
        )
    elif wanted is not None and not isinstance(wanted, dict | str):
        fields.note("topology", f"is {kind(wanted)}, neither a document nor the uid of a topology")
    if problems:
        raise DocumentRefused(problems)
    if isinstance(wanted, str):
        row = _network(team_id, uid_of(wanted), number)
        wanted, number = row.document, row.number
    return more | {
        "document": wanted,
        "topology_version": number,
        "options": None if options is None else list(options),
        "price_list": prices,
    }


def _network(team_id: int, uid: UUID, number: int | None) -> queries.TopologyVersion:
    row = queries.version(team_id, uid, number)
    if row.topology.is_reviews:
        problem = "has reviews and no network; POST /api/v1/reviews/ answers it"
        raise DocumentRefused([Problem("topology", problem)])
    return row


def whole_number(
    fields: Fields, key: str, name: str, *, least: int = 0, most: int = 1_000_000_000
) -> int | None:
    """A whole number of a body; None where it is absent or refused."""
    number = fields.number(key, least=least, most=most)
    if number is not None and number != int(number):
        fields.note(key, f"is {number}; {name} is a whole number")
    return None if number is None else int(number)


def included(request: Request, allowed: Collection[str]) -> list[str]:
    """What is asked for beyond the usual: by commas, or the key several times."""
    texts = ",".join(filter(None, request.query_params.getlist("include")))
    asked = [text.strip() for text in texts.split(",")] if texts else []
    unknown = [text for text in asked if text not in allowed]
    if unknown:
        offer = did_you_mean(unknown[0], allowed) or f"; it can be {', '.join(allowed)}"
        raise DocumentRefused([Problem("include", f"is {ascii(unknown[0][:100])}{offer}")])
    return asked


def uid_of(text: str) -> UUID:
    """The uid that a text is; 404 where it is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
