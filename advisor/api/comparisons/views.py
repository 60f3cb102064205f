"""Comparisons over REST: a document or a stored topology in, the contract's answer out."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor import jobs
from advisor.api.comparisons.serializers import ComparisonRequestSerializer, ComparisonSerializer
from advisor.api.http.authentication import maker_of, may_store, team_id_of
from advisor.api.http.headers import IDEMPOTENCY
from advisor.api.http.idempotency import once
from advisor.api.http.job_progress import JobSerializer, job_json
from advisor.api.http.serializers import ProblemsSerializer
from connectivity import queries
from connectivity.advice import check_comparison, compare_document
from connectivity.core.as_json.amounts import (
    ACCOUNTS,
    AHEAD,
    COMPARISON,
    is_long,
    require_answerable,
)
from connectivity.core.as_json.comparison import plain
from connectivity.core.as_json.excerpts import INCLUDES, MOST_FINDINGS, MOST_HEADLINES
from connectivity.core.as_json.outlook import ahead
from connectivity.core.document.fields import Fields, kind, plain_problems, repeated_keys
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean


class ComparisonsView(APIView):
    @extend_schema(
        request=ComparisonRequestSerializer,
        responses={
            200: ComparisonSerializer,
            202: JobSerializer,
            400: ProblemsSerializer,
        },
        parameters=[
            OpenApiParameter(
                "include",
                str,
                enum=[*INCLUDES, AHEAD],
                many=True,
                explode=False,
                description=(
                    f"`findings`: all of them instead of {MOST_FINDINGS} a rule; `latency`: all "
                    f"headlines instead of the {MOST_HEADLINES} slowest; `cells`: every pair of "
                    "AZs; `ahead`: what moves the cost, its range and head-room. Up to how many "
                    "flows each is given, and given at once, says docs/document.md."
                ),
            ),
            OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, enum=["respond-async"]),
            IDEMPOTENCY,
        ],
    )
    def post(self, request: Request) -> Response:
        """Every option for a topology. A large one, or `Prefer: respond-async`, becomes a job.

        A job is stored, so it takes a token with the scope 'write'. Other callers get the answer
        synchronously, whatever they prefer, or 403 where it is only possible as a job.
        """
        team_id = team_id_of(request)
        wanted = _arguments(request, team_id)
        require_answerable(wanted["document"], wanted["include"])
        is_preferred = _is_preferred(request) and may_store(request)
        if is_preferred or is_long(wanted["document"], wanted["include"]):
            return _as_job(request, wanted)
        comparison = compare_document(
            team_id, wanted["document"], options=wanted["options"], prices=wanted["price_list"]
        )
        version = {"topology_version": wanted["topology_version"]}
        more = ahead(comparison) if AHEAD in wanted["include"] else {}
        return Response(plain(comparison, include=wanted["include"]) | more | version)


def _as_job(request: Request, wanted: dict[str, Any]) -> Response:
    """Record the work, once it is certain that it can be done and may be stored."""
    if not may_store(request):
        raise PermissionDenied(
            f"More than {COMPARISON.at_once:,} flows or {ACCOUNTS.at_once:,} accounts, and fewer "
            "flows with an 'include', are compared as a job, which stores the topology: that takes "
            "an editor's token with the scope 'write'. This caller may only read."
        )
    check_comparison(
        team_id_of(request),
        wanted["document"],
        options=wanted["options"],
        prices=wanted["price_list"],
    )

    def store() -> tuple[int, dict[str, Any]]:
        team_id = team_id_of(request)
        return 202, job_json(
            jobs.start("compare", wanted, team_id=team_id, **maker_of(request)), request
        )

    return once(request, store)


def _is_preferred(request: Request) -> bool:
    return "respond-async" in request.headers.get("Prefer", "")


def _arguments(request: Request, team_id: int) -> dict[str, Any]:
    """What is asked for, as a job keeps it. The document of a stored topology is filled in."""
    data = request.data
    envelope = {**data, "topology": None} if isinstance(data, dict) else data
    problems = plain_problems(envelope)
    problems.extend(repeated_keys(data))
    fields = Fields(data, "", problems)
    wanted = fields.get("topology", required=True)
    number = fields.number("topology_version", least=1, most=1e9)
    if number is not None and number != int(number):
        fields.note("topology_version", f"is {number}; a version is a whole number")
    options = fields.texts("options")
    prices = fields.text("price_list")
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
        row = queries.version(team_id, _uid(wanted), None if number is None else int(number))
        wanted, number = row.document, row.number
    return {
        "document": wanted,
        "topology_version": number,
        "options": None if options is None else list(options),
        "price_list": prices,
        "include": _included(request),
    }


def _included(request: Request) -> list[str]:
    """What is asked for beyond the usual: by commas, or the key several times."""
    texts = ",".join(filter(None, request.query_params.getlist("include")))
    asked = [text.strip() for text in texts.split(",")] if texts else []
    allowed = (*INCLUDES, AHEAD)
    unknown = [text for text in asked if text not in allowed]
    if unknown:
        offer = did_you_mean(unknown[0], allowed) or f"; it can be {', '.join(allowed)}"
        raise DocumentRefused([Problem("include", f"is {ascii(unknown[0][:100])}{offer}")])
    return asked


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
