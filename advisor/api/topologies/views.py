"""Topologies over REST: stored documents with immutable versions."""

import re
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.http.authentication import team_id_of
from advisor.api.http.documents import DocumentParser, YamlParser
from advisor.api.http.errors import refused
from advisor.api.http.headers import IDEMPOTENCY, IF_MATCH, version_expected
from advisor.api.http.idempotency import once
from advisor.api.http.paging import PagedView
from advisor.api.http.request_values import asked_of, flag_of
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.topologies.serializers import (
    StoredTopologySerializer,
    StoredVersionSerializer,
    TopologySerializer,
    VersionSerializer,
)
from connectivity import actions, queries
from connectivity.core.problems import Problem
from connectivity.queries import Topology, TopologyVersion

MAX_NAME = 200
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)")
DOCUMENT = {"application/json": {"type": "object"}, "application/yaml": {"type": "object"}}
REVIEWS = "is_reviews"


class TopologyFilter(django_filters.FilterSet):  # type: ignore[misc]
    name = django_filters.CharFilter(lookup_expr="icontains", max_length=MAX_NAME)
    updated_after = django_filters.IsoDateTimeFilter(method="since")

    def since(
        self, topologies: QuerySet[Topology], name: str, moment: datetime
    ) -> QuerySet[Topology]:
        """The first and the last day of the calendar have no place in every time zone."""
        try:
            return topologies.filter(updated_at__gte=moment.astimezone(UTC))
        except OverflowError:
            return topologies if moment.year == 1 else topologies.none()

    class Meta:
        fields: ClassVar = ["name", "updated_after"]


class TopologiesView(PagedView):
    parser_classes = [DocumentParser, YamlParser]

    @extend_schema(
        responses=TopologySerializer(many=True),
        parameters=[
            OpenApiParameter(REVIEWS, {"type": "boolean", "default": False}),
            OpenApiParameter("name", {"type": "string", "maxLength": MAX_NAME}),
            OpenApiParameter("updated_after", OpenApiTypes.DATETIME),
        ],
    )
    def get(self, request: Request) -> Response:
        """The team's topologies, or its documents of reviews alone, the latest change first."""
        moment = request.query_params.get("updated_after")
        if moment is not None and not MOMENT.fullmatch(moment):
            problem = f"is {ascii(moment[:40])}, not a moment such as 2026-11-26T09:30:00Z"
            return refused([Problem("updated_after", problem)])
        stored = queries.review_documents if flag_of(request, REVIEWS) else queries.topologies
        wanted = TopologyFilter(asked_of(request), stored(team_id_of(request)))
        if not wanted.is_valid():
            return refused([Problem(k, " ".join(map(str, e))) for k, e in wanted.errors.items()])
        return self.paged(request, wanted.qs, lambda topology: _topology(topology, request))

    @extend_schema(
        request=DOCUMENT,
        responses={201: StoredTopologySerializer, 400: ProblemsSerializer},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Store a document as a new topology; one that has nothing but reviews, as such."""

        def store() -> tuple[int, dict[str, Any]]:
            version = actions.create_topology(
                team_id_of(request), request.data, author_id=request.user.pk
            )
            return 201, stored_topology(version, request)

        response = once(request, store)
        if response.status_code == 201:
            response["Location"] = response.data["url"]
        return response


class TopologyView(APIView):
    parser_classes = [DocumentParser, YamlParser]

    @extend_schema(responses=StoredTopologySerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """The newest version of a topology. Its number is the ETag."""
        version = queries.version(team_id_of(request), uid)
        return Response(stored_topology(version, request), headers={"ETag": f'"{version.number}"'})

    @extend_schema(
        request=DOCUMENT,
        responses={200: StoredTopologySerializer, 400: ProblemsSerializer, 409: ProblemsSerializer},
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, uid: UUID) -> Response:
        """Save the next version; with If-Match only if nobody has saved another version since."""
        version = actions.save_topology(
            team_id_of(request),
            uid,
            request.data,
            author_id=request.user.pk,
            expected=version_expected(request),
        )
        return Response(stored_topology(version, request), headers={"ETag": f'"{version.number}"'})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete the topology; it can be restored on the pages for 90 days."""
        actions.delete_topology(team_id_of(request), uid)
        return Response(status=204)


class VersionsView(PagedView):
    @extend_schema(responses=VersionSerializer(many=True))
    def get(self, request: Request, uid: UUID) -> Response:
        """Every version of a topology, the newest first."""
        versions = queries.versions(team_id_of(request), uid).defer("document")
        return self.paged(request, versions, _version)


class VersionView(APIView):
    @extend_schema(responses=StoredVersionSerializer)
    def get(self, request: Request, uid: UUID, number: int) -> Response:
        """One version with its document."""
        version = queries.version(team_id_of(request), uid, number)
        return Response(_version(version) | {"document": version.document})


def _topology(topology: Topology, request: Request) -> dict[str, Any]:
    return {
        "uid": str(topology.uid),
        REVIEWS: topology.is_reviews,
        "name": topology.name,
        "version": getattr(topology, "version", None),
        "created_at": topology.created_at.isoformat(),
        "updated_at": topology.updated_at.isoformat(),
        "url": request.build_absolute_uri(reverse("api-topology", args=[topology.uid])),
    }


def stored_topology(version: TopologyVersion, request: Request) -> dict[str, Any]:
    newest = {"version": version.number, "document": version.document}
    return _topology(version.topology, request) | newest


def _version(version: TopologyVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "sha256": version.sha256,
        "author": version.author.get_username() if version.author else None,
        "created_at": version.created_at.isoformat(),
    }
