"""Weekly reports over REST: what they said, when they come, and to whom."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.http.authentication import team_id_of
from advisor.api.http.paging import PagedView
from advisor.api.http.request_values import body_of
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.reports.serializers import (
    CONTENT,
    AddedSerializer,
    AddressSerializer,
    HeadSerializer,
    NextSerializer,
    RecipientSerializer,
    ReportSerializer,
    ScheduleSerializer,
)
from advisor.models import Recipient, Report, Team, User
from advisor.reports import making, recipients
from advisor.teams import team_lookup


class ReportsView(PagedView):
    @extend_schema(operation_id="api_v1_reports_list", responses=HeadSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The stored reports, the newest first, without their content."""
        return self.paged(request, team_lookup.reports(team_id_of(request)), _head)


class ReportView(APIView):
    @extend_schema(responses=ReportSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """One report as it was sent, and the number of its mails by state."""
        try:
            row = team_lookup.report(team_id_of(request), uid)
        except Report.DoesNotExist as error:
            raise Http404 from error
        states = list(row.deliveries.values_list("state", flat=True))
        mails = {state: states.count(state) for state in sorted(set(states))}
        return Response(_head(row) | {"mails": mails, "content": row.content})


class ReportPreviewView(APIView):
    @extend_schema(operation_id="api_v1_reports_preview", responses={200: CONTENT})
    def get(self, request: Request) -> Response:
        """A preview of the next report, made now."""
        return Response(making.so_far(team_lookup.team(team_id_of(request))))


class ScheduleView(APIView):
    @extend_schema(operation_id="api_v1_reports_schedule", responses=NextSerializer)
    def get(self, request: Request) -> Response:
        """When the team's report is sent."""
        return Response(_schedule(team_lookup.team(team_id_of(request))))

    @extend_schema(
        operation_id="api_v1_reports_schedule_set",
        request=ScheduleSerializer,
        responses={200: NextSerializer, 400: ProblemsSerializer},
    )
    def put(self, request: Request) -> Response:
        asked = body_of(ScheduleSerializer, request)
        team = team_lookup.team(team_id_of(request))
        making.set_schedule(team, **asked)
        return Response(_schedule(team))


class RecipientsView(PagedView):
    @extend_schema(
        operation_id="api_v1_reports_recipients_list", responses=RecipientSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Recipients of the report, and addresses that have not confirmed yet."""
        return self.paged(request, team_lookup.recipients(team_id_of(request)), _recipient)

    @extend_schema(
        request=AddressSerializer, responses={201: AddedSerializer, 400: ProblemsSerializer}
    )
    def post(self, request: Request) -> Response:
        """Add an address: a member receives the report at once, anybody else is asked by mail to
        confirm.
        """
        address = body_of(AddressSerializer, request)["address"]
        recipient, outcome = recipients.add(team_id_of(request), address, _caller(request))
        problem = outcome.problem if outcome else ""
        return Response(_recipient(recipient) | {"problem": problem}, status=201)


class RecipientView(APIView):
    @extend_schema(responses={204: None, 400: ProblemsSerializer})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Stop sending it to an address."""
        try:
            recipients.remove(team_id_of(request), uid)
        except Recipient.DoesNotExist as error:
            raise Http404 from error
        return Response(status=204)


def _caller(request: Request) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _head(row: Report) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "week": row.week,
        "due_at": row.due_at.isoformat(),
        "made_at": row.made_at.isoformat(),
        "subject": row.content["subject"],
    }


def _schedule(team: Team) -> dict[str, Any]:
    return {
        "has_reports": team.has_reports,
        "report_weekday": team.report_weekday,
        "report_hour": team.report_hour,
        "time_zone": team.time_zone,
        "next_at": making.next_at(team).isoformat() if team.has_reports else None,
    }


def _recipient(recipient: Recipient) -> dict[str, Any]:
    return {"uid": str(recipient.uid), "address": recipient.address, "state": recipient.state}
