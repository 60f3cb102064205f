"""Plans over REST: a document or a stored topology in, the cheapest option for each flow out."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.comparisons.asked import (
    as_job,
    included,
    prefers_job,
    topology_asked,
    whole_number,
)
from advisor.api.http.authentication import may_store, team_id_of
from advisor.api.http.headers import IDEMPOTENCY
from advisor.api.http.job_progress import JobSerializer
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.plans.serializers import PlannedTopologySerializer, PlanRequestSerializer
from connectivity.advice import compare_document
from connectivity.core.as_json.amounts import (
    ACCOUNTS,
    AT_ONCE_S,
    EXPLANATION,
    MAX_PLAN_S,
    PLAN_PARTS,
    PLANS,
    STEPS,
    is_long_plan,
    require_plannable,
)
from connectivity.core.as_json.comparison import plan_answer
from connectivity.core.as_json.plan import planned
from connectivity.core.as_json.plan_explanation import flows_to_explain
from connectivity.core.document.fields import Fields
from connectivity.core.plan.search.cheapest import SECONDS
from connectivity.core.plan.solver.highs import Outcome
from connectivity.core.plan.steps.migration import DAYS, MAX_DAYS
from connectivity.core.registered_document import topology

ONLY_AS_JOB = (
    f"More than {PLANS.at_once:,} flows or {ACCOUNTS.at_once:,} accounts, and whatever is to be "
    "included, are planned as a job, which stores the topology: that takes an editor's token with "
    "the scope 'write'. This caller may only read."
)


class PlansView(APIView):
    @extend_schema(
        request=PlanRequestSerializer,
        responses={
            200: PlannedTopologySerializer,
            202: JobSerializer,
            400: ProblemsSerializer,
        },
        parameters=[
            OpenApiParameter(
                "include",
                str,
                enum=list(PLAN_PARTS),
                many=True,
                explode=False,
                description=(
                    "By a job. `explanation`: what each flow of `explain` shares with whom, its "
                    "part of the cost, the next best option, and where that becomes the plan's; "
                    "`frontiers`: cost against managed resources, against flows that change, and "
                    "against the slowest p99; `missing_rates`: below which rate what lacks a price "
                    "enters the plan; `steps`: from today to the plan, as `migration`. Up to how "
                    "many flows each is given says docs/document.md."
                ),
            ),
            OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, enum=["respond-async"]),
            IDEMPOTENCY,
        ],
    )
    def post(self, request: Request) -> Response:
        """For each flow one of its options, so that bill and operations together cost least.

        At once where there are few flows and a few seconds prove it; else, or with `Prefer:
        respond-async`, by a job, whose `so_far` is the best plan that it knows. A job is stored, so
        it takes a token with the scope 'write'. Other callers get the best plan of those few
        seconds, with its `gap_usd`, or 403 where there are too many flows for that.
        """
        team_id = team_id_of(request)
        include = included(request, PLAN_PARTS)
        wanted = topology_asked(request, team_id, partial(_own, include)) | {"include": include}
        require_plannable(wanted["document"], include)
        if EXPLANATION in include:
            flows_to_explain(topology(wanted["document"]), wanted["explain"])
        if prefers_job(request) or is_long_plan(wanted["document"], include):
            return as_job(request, "plan", wanted, ONLY_AS_JOB)
        comparison = compare_document(
            team_id, wanted["document"], options=wanted["options"], prices=wanted["price_list"]
        )
        limit = wanted["time_limit_s"]
        plan = planned(comparison, wanted["max_objects"], seconds=min(limit, AT_ONCE_S))
        if plan["outcome"] == Outcome.STOPPED and limit > AT_ONCE_S and may_store(request):
            return as_job(request, "plan", wanted, ONLY_AS_JOB)
        version = {"topology_version": wanted["topology_version"]}
        return Response(plan_answer(comparison, plan) | version)


def _own(include: Sequence[str], fields: Fields) -> dict[str, Any]:
    """What only a plan is asked for."""
    most = whole_number(fields, "max_objects", "a number of managed resources")
    limit = fields.number("time_limit_s", most=1e9)
    if limit is not None and not 1 <= limit <= MAX_PLAN_S:
        words = f"give 1 to {MAX_PLAN_S:,} seconds; manage.py plan takes longer ones"
        fields.note("time_limit_s", f"is {limit:g}; {words}")
    explain = fields.texts("explain")
    days = whole_number(fields, "days_per_step", "a number of days", least=1, most=MAX_DAYS)
    for key, value, part in (("explain", explain, EXPLANATION), ("days_per_step", days, STEPS)):
        if value is not None and part not in include:
            fields.note(key, f"is only read with ?include={part}")
    return {
        "max_objects": most,
        "time_limit_s": SECONDS if limit is None else limit,
        "explain": None if explain is None else list(explain),
        "days_per_step": DAYS if days is None else days,
    }
