"""A topology's plan handed over: Terraform, a table and two pages in one archive."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.http.authentication import team_id_of
from advisor.api.http.errors import refused
from advisor.api.http.request_values import asked_of
from advisor.api.http.serializers import ProblemsSerializer
from advisor.handover.download import ZIP, download, file_name
from connectivity.advice import compare_stored
from connectivity.core.problems import Problem

NUMBER = {"type": "integer", "minimum": 1, "maximum": 99_999_999}
LIST = {"type": "string", "maxLength": 300}


class Zipped(DefaultContentNegotiation):
    """Who accepts an archive gets one; problems are JSON all the same."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        if any(each.partition(";")[0] == ZIP for each in self.get_accept_list(request)):
            first = next(iter(renderers))
            return first, first.media_type
        chosen: tuple[BaseRenderer, str] = super().select_renderer(
            request, renderers, format_suffix
        )
        return chosen


class HandOverView(APIView):
    content_negotiation_class = Zipped

    @extend_schema(
        parameters=[
            OpenApiParameter("version", NUMBER),
            OpenApiParameter("price_list", LIST),
        ],
        responses={(200, ZIP): OpenApiTypes.BINARY, 400: ProblemsSerializer},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse | Response:
        """The cheapest design of a version as Terraform, a table and two pages for a decision, in
        one ZIP: of up to 100 flows, the newest version and price list unless others are named."""
        asked = asked_of(request)
        text = asked.get("version", "")
        if text and not (text.isdecimal() and text.isascii() and len(text) < 9):
            return refused([Problem("version", f"is {text[:20]!r}, not the number of a version")])
        answered = compare_stored(
            team_id_of(request),
            uid,
            version=int(text) if text else None,
            prices=asked.get("price_list") or None,
        )
        return download(answered.comparison, file_name(uid, answered.version.number))
