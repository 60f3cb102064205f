"""Comparisons over REST: a document or a stored topology in, the contract's answer out."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.comparisons.asked import as_job, included, prefers_job, topology_asked
from advisor.api.comparisons.serializers import ComparisonRequestSerializer, ComparisonSerializer
from advisor.api.http.authentication import team_id_of
from advisor.api.http.headers import IDEMPOTENCY
from advisor.api.http.job_progress import JobSerializer
from advisor.api.http.serializers import ProblemsSerializer
from connectivity.advice import compare_document
from connectivity.core.as_json.amounts import (
    ACCOUNTS,
    AHEAD,
    COMPARISON,
    PLAN,
    is_long,
    require_answerable,
)
from connectivity.core.as_json.comparison import plain
from connectivity.core.as_json.excerpts import INCLUDES, MAX_FINDINGS, MAX_HEADLINES
from connectivity.core.as_json.outlook import ahead
from connectivity.core.as_json.plan import unasked

ONLY_AS_JOB = (
    f"More than {COMPARISON.at_once:,} flows or {ACCOUNTS.at_once:,} accounts, and fewer "
    "flows with an 'include', are compared as a job, which stores the topology: that takes "
    "an editor's token with the scope 'write'. This caller may only read."
)


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
                enum=[*INCLUDES, AHEAD, PLAN],
                many=True,
                explode=False,
                description=(
                    f"`findings`: all of them instead of {MAX_FINDINGS} a rule; `latency`: all "
                    f"headlines instead of the {MAX_HEADLINES} slowest; `cells`: every pair of "
                    "AZs; `ahead`: what moves the cost, its range and head-room; `plan`: the "
                    "cheapest option for each flow, also of more than 1,000 flows. Up to how "
                    "many flows each is given, and given at once, says docs/document.md."
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
        include = included(request, (*INCLUDES, AHEAD, PLAN))
        wanted = topology_asked(request, team_id) | {"include": include}
        require_answerable(wanted["document"], wanted["include"])
        if prefers_job(request) or is_long(wanted["document"], wanted["include"]):
            return as_job(request, "compare", wanted, ONLY_AS_JOB)
        comparison = compare_document(
            team_id, wanted["document"], options=wanted["options"], prices=wanted["price_list"]
        )
        version = {"topology_version": wanted["topology_version"]}
        more = ahead(comparison) if AHEAD in wanted["include"] else {}
        answer = plain(comparison, include=wanted["include"], plan=unasked(comparison))
        return Response(answer | more | version)
