"""Lists by pages: `page` and `page_size`, whole numbers within bounds, or a refusal."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectivity.core.problems import DocumentRefused, Problem

MAX_PAGES = 1_000_000


class Pages(PageNumberPagination):
    page_size_query_param = "page_size"
    page_size = 50
    max_page_size = 200

    def get_page_number(self, request: Request, paginator: Any) -> int:
        return _number(request, self.page_query_param, MAX_PAGES) or 1

    def get_page_size(self, request: Request) -> int | None:
        return _number(request, "page_size", self.max_page_size) or self.page_size

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "count": {"type": "integer"},
            "next": link,
            "previous": link,
            "results": schema,
        }
        return {"type": "object", "properties": properties, "required": list(properties)}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        bounds = {self.page_query_param: MAX_PAGES, "page_size": self.max_page_size}
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": most},
            }
            for name, most in bounds.items()
        ]


def _number(request: Request, name: str, most: int) -> int | None:
    """Raises: DocumentRefused: it is no whole number from 1 to `most`."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        problem = f"is {ascii(text[:20])}, not a whole number from 1 to {most:,}"
        raise DocumentRefused([Problem(name, problem)])
    return int(text)


class PagedView(APIView):
    pagination_class = Pages  # so that the schema describes pages

    def paged(
        self,
        request: Request,
        rows: QuerySet[Any] | Sequence[Any],
        as_json: Callable[[Any], dict[str, Any]],
    ) -> Response:
        """The page that is asked for, of rows as JSON has them."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response([as_json(row) for row in page])
