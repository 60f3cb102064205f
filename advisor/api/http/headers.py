"""Headers that the API reads."""

import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from connectivity.core.problems import DocumentRefused, Problem

ANY = "*"
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": r'^(\*|(W/)?"[0-9]{1,9}")$'},
    OpenApiParameter.HEADER,
    description="the number of the version that is changed, as in its ETag",
)
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 200},
    OpenApiParameter.HEADER,
    description="a request repeated with the same key is stored once, and gets the first answer "
    "again",
)


def version_expected(request: Request) -> int | None:
    """The version that `If-Match` names; None for any. Raises: DocumentRefused."""
    tag = request.headers.get("If-Match", ANY).strip().removeprefix("W/").strip('"')
    if tag != ANY and not re.fullmatch(r"[0-9]{1,9}", tag):
        problem = f"is {ascii(tag[:20])}, not the number of a version"
        raise DocumentRefused([Problem("If-Match", problem)])
    return None if tag == ANY else int(tag)
