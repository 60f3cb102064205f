"""Health over REST: resources, their series, findings, rules, and how collecting goes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.health.serializers import (
    ActSerializer,
    CollectionSerializer,
    HealthFindingSerializer,
    IncidentSerializer,
    NumbersSerializer,
    ResourceSerializer,
    RuleSerializer,
    RulesSerializer,
    ToldFindingSerializer,
    ToldIncidentSerializer,
    WholeResourceSerializer,
)
from advisor.api.http.authentication import team_id_of
from advisor.api.http.errors import refused
from advisor.api.http.paging import PagedView
from advisor.api.http.request_values import asked_of, body_of, flag_of
from advisor.api.http.serializers import ProblemsSerializer
from connectivity.core.health.evaluation import State
from connectivity.core.health.kinds import KINDS
from connectivity.core.problems import Problem
from connectivity.health.accounts import account_troubles
from connectivity.health.judging.rule_settings import Numbers, rules_of, set_rule
from connectivity.health.lifecycle import findings
from connectivity.health.money.cheaper_options import choices
from connectivity.health.reading import incident_lookup, listing, lookup
from connectivity.health.reading.as_json import (
    choice_json,
    finding_json,
    incident_json,
    resource_json,
    rules_json,
    trouble_json,
)


class ResourcesView(PagedView):
    @extend_schema(
        operation_id="api_v1_health_resources_list",
        responses=ResourceSerializer(many=True),
        parameters=[
            OpenApiParameter("kind", str, enum=["", *KINDS]),
            OpenApiParameter("state", str, enum=["", *(state.value for state in State)]),
            OpenApiParameter("q", str, description="words of a name, an id, an account"),
            OpenApiParameter("owner", str, description="who is asked about it, as `owner` says"),
        ],
    )
    def get(self, request: Request) -> Response:
        """Monitored resources with their open findings, the worst first."""
        asked = asked_of(request)
        kind, state = asked.get("kind", ""), asked.get("state", "")
        if kind and kind not in KINDS:
            return refused([Problem("kind", f"{kind[:30]!r} is not one of {', '.join(KINDS)}")])
        if state and state not in tuple(State):
            return refused([Problem("state", f"{state[:30]!r} is not one of {', '.join(State)}")])
        wanted = listing.Filter(kind, state, asked.get("q", ""), owner=asked.get("owner", ""))
        resources = listing.resources(team_id_of(request), wanted)
        return self.paged(request, resources.prefetch_related("findings__incident"), resource_json)


class ResourceView(APIView):
    @extend_schema(
        responses=WholeResourceSerializer,
        parameters=[OpenApiParameter("range", str, enum=list(lookup.RANGES))],
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """One resource: the result of every rule, its cost, and its series over `range`."""
        row = lookup.resource(team_id_of(request), uid)
        range_ = asked_of(request).get("range", "24h")
        if range_ not in lookup.RANGES:
            there = ", ".join(lookup.RANGES)
            return refused([Problem("range", f"{range_[:20]!r} is not one of {there}")])
        now = int(timezone.now().timestamp())
        lines = lookup.lines(row, range_, now)
        series = [
            {
                "namespace": line.series.namespace,
                "metric": line.series.metric,
                "dimensions": dict(line.series.dimensions),
                "statistic": line.series.statistic,
                "step_s": line.step,
                "collected_until": line.series.mark,
                "points": [[at, value] for at, value in line.points if value is not None],
            }
            for line in lines
        ]
        extra = {"facts": row.facts, "verdicts": row.verdicts, "bill": row.bill, "series": series}
        instead = [choice_json(priced) for priced in choices(row, now)]
        return Response(resource_json(row) | extra | {"instead": instead})


class FindingsView(PagedView):
    @extend_schema(
        operation_id="api_v1_health_findings_list",
        responses=HealthFindingSerializer(many=True),
        parameters=[OpenApiParameter("all", bool)],
    )
    def get(self, request: Request) -> Response:
        """Open findings, the newest first; with `?all=true` closed ones as well."""
        is_open = None if flag_of(request, "all") else True
        rows = lookup.findings(team_id_of(request), is_open=is_open)
        return self.paged(request, rows, finding_json)


class FindingView(APIView):
    @extend_schema(responses=ToldFindingSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """One finding with its history."""
        return Response(_with_events(team_id_of(request), uid))

    @extend_schema(
        request=ActSerializer, responses={200: ToldFindingSerializer, 400: ProblemsSerializer}
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Acknowledge the incident of a finding, mute its cause until a time, or unmute it."""
        asked = body_of(ActSerializer, request)
        finding = findings.finding_of(team_id_of(request), uid)
        note = asked.get("note", "")
        until: datetime | None = asked.get("mute_until")
        with transaction.atomic():  # all of it, or nothing
            if asked.get("acknowledge"):
                findings.acknowledge(finding, note, request.user.pk)
            if until is not None:
                findings.mute(finding, until, note, request.user.pk)
            elif "mute_until" in asked:
                findings.unmute(finding, request.user.pk)
        return Response(_with_events(team_id_of(request), uid))


def _with_events(team_id: int, uid: UUID) -> dict[str, Any]:
    finding = findings.finding_of(team_id, uid)
    events = finding.events.select_related("author")
    return finding_json(finding) | {
        "history": [
            {
                "at": event.at.isoformat(),
                "what": event.what,
                "detail": event.detail,
                "who": event.author.get_username() if event.author else None,
            }
            for event in events
        ]
    }


class IncidentsView(PagedView):
    @extend_schema(
        operation_id="api_v1_health_incidents_list",
        responses=IncidentSerializer(many=True),
        parameters=[OpenApiParameter("all", bool)],
    )
    def get(self, request: Request) -> Response:
        """Open incidents: findings of one cause on one resource. The gravest first, then what runs
        out next, then the most expensive resource; with `?all=true` closed ones follow."""
        is_open = None if flag_of(request, "all") else True
        rows = incident_lookup.incidents(team_id_of(request), is_open=is_open)
        return self.paged(request, rows, incident_json)


class IncidentView(APIView):
    @extend_schema(responses=ToldIncidentSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """One incident with its open symptoms and what happened to it."""
        row = incident_lookup.incident(team_id_of(request), uid)
        history = [
            {
                "at": event.at.isoformat(),
                "what": event.what,
                "severity": event.severity,
                "rule": event.rule,
                "detail": event.detail,
            }
            for event in row.events.all()
        ]
        return Response(incident_json(row) | {"history": history})


class RulesView(APIView):
    @extend_schema(responses=RulesSerializer)
    def get(self, request: Request) -> Response:
        """Every health rule with the team's settings."""
        return Response({"rules": rules_json(rules_of(team_id_of(request)))})


class RuleView(APIView):
    @extend_schema(
        request=NumbersSerializer, responses={200: RuleSerializer, 400: ProblemsSerializer}
    )
    def put(self, request: Request, id: str) -> Response:
        """Set the team's own thresholds for a rule, with the reason."""
        team_id = team_id_of(request)
        numbers = Numbers(**body_of(NumbersSerializer, request))
        try:
            set_rule(team_id, id, numbers, request.user.pk)
        except LookupError as error:
            raise Http404(str(error)) from error
        (changed,) = (rule for rule in rules_json(rules_of(team_id)) if rule["id"] == id)
        return Response(changed)


class CollectionView(APIView):
    @extend_schema(responses=CollectionSerializer)
    def get(self, request: Request) -> Response:
        """Status of collection: what is in its way, last success, cost of CloudWatch requests."""
        team_id = team_id_of(request)
        cost = lookup.cost(team_id, timezone.now())
        return Response(
            {
                "troubles": [trouble_json(each) for each in account_troubles.of_team(team_id)],
                "places": [_place(place) for place in lookup.places(team_id)],
                "this_month": {
                    "calls": cost.calls,
                    "metrics": cost.metrics,
                    "points": cost.points,
                    "usd": f"{cost.usd:.5f}",
                    "cap_usd": f"{cost.cap_usd:.2f}",
                },
            }
        )


def _place(place: lookup.Place) -> dict[str, Any]:
    fields = place._asdict()
    for name in ("succeeded_at", "due_at"):
        fields[name] = fields[name] and fields[name].isoformat()
    return fields
