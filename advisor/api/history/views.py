"""What happened to topologies and to the team, over REST."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.history.serializers import EntrySerializer, VersionChangesSerializer
from advisor.api.http.authentication import team_id_of
from advisor.api.http.errors import refused
from advisor.api.http.headers import IF_MATCH, version_expected
from advisor.api.http.paging import PagedView
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.topologies.serializers import StoredTopologySerializer
from advisor.api.topologies.views import stored_topology
from advisor.models import AuditEntry
from advisor.teams import team_lookup
from connectivity import editing, queries
from connectivity.core.problems import Problem
from connectivity.history import OptionChange, version_changes

NUMBER = {"type": "integer", "minimum": 1, "maximum": 99_999_999}


class VersionChangesView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter(name, NUMBER) for name in ("from", "to")],
        responses={200: VersionChangesSerializer, 400: ProblemsSerializer},
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """What differs between two versions: rows of the document, bills, findings. Without
        numbers, between the newest version and the one before it."""
        team_id = team_id_of(request)
        newest = queries.version(team_id, uid, without="document").number
        numbers = {"from": max(1, newest - 1), "to": newest}
        for key in numbers:
            text = request.query_params.get(key, str(numbers[key]))
            if not (text.isdecimal() and text.isascii() and len(text) < 9):
                return refused([Problem(key, f"is {text[:20]!r}, not the number of a version")])
            numbers[key] = int(text)
        changes = version_changes(team_id, uid, numbers["from"], numbers["to"])
        return Response(
            {
                "from": changes.before.number,
                "to": changes.after.number,
                "recommended": {"before": changes.recommended[0], "after": changes.recommended[1]},
                "rows": [
                    {
                        "table": row.table,
                        "name": row.name,
                        "change": row.kind,
                        "cells": [cell._asdict() for cell in row.cells],
                    }
                    for row in changes.rows
                ],
                "options": [_option(option) for option in changes.options],
            }
        )


def _option(change: OptionChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "before_usd": _money(change.before),
        "after_usd": _money(change.after),
        "change_usd": _money(change.change),
        "feasibility": {"before": change.words[0], "after": change.words[1]},
        "findings_gained": change.gained,
        "findings_lost": change.lost,
    }


def _money(usd: Decimal | None) -> str | None:
    return None if usd is None else str(usd)


class RestoreView(APIView):
    @extend_schema(
        request=None,
        responses={200: StoredTopologySerializer, 409: ProblemsSerializer},
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, uid: UUID, number: int) -> Response:
        """Make an older version the newest again, as a new one; those between stay."""
        base = editing.Base(team_id_of(request), uid, number, request.user.pk)
        version = editing.restore_version(base, version_expected(request))
        return Response(stored_topology(version, request))


class AuditView(PagedView):
    @extend_schema(responses=EntrySerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every write and sign-in of the team, the latest first: actor, change, values before and
        after, interface, IP address and user agent. Sign-ins are kept for 400 days, writes as long
        as the team.
        """
        return self.paged(request, team_lookup.log(team_id_of(request)), _entry)


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.timestamp.isoformat(),
        "who": entry.actor.username if entry.actor else None,
        "door": entry.door,
        "address": entry.remote_addr,
        "agent": entry.agent,
        "did": entry.verb,
        "kind": entry.content_type.model,
        "what": entry.object_repr,
        "changes": entry.changes_dict,
    }
