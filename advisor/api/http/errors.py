"""Errors as HTTP, all in one form: what is refused, missing, in conflict or not read."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from advisor.api.http.refusals import REQUEST, in_form
from advisor.limits.stored import TooMuch
from advisor.limits.turns import TooMany
from connectivity.actions import Conflict
from connectivity.advice import UnknownOption
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.queries import UnknownLatencies
from costmodel.core.overrides import NothingOverridden
from costmodel.queries import UnknownPriceList

NOT_FOUND = "There is no such object in this team."
PLACES: dict[type[Exception], tuple[str, int]] = {
    UnknownOption: ("options", status.HTTP_400_BAD_REQUEST),
    NothingOverridden: ("usage_type", status.HTTP_400_BAD_REQUEST),
    UnknownPriceList: ("price_list", status.HTTP_400_BAD_REQUEST),
    UnknownLatencies: ("latencies", status.HTTP_503_SERVICE_UNAVAILABLE),
    Conflict: ("version", status.HTTP_409_CONFLICT),
    TooMuch: ("stored", status.HTTP_403_FORBIDDEN),
    TooMany: ("requests", status.HTTP_429_TOO_MANY_REQUESTS),
}
"""Where the domain's errors have their place, and the status of each."""


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception; None lets Django make its own."""
    if isinstance(error, DocumentRefused):
        return refused(error.problems)
    for kind, (place, code) in PLACES.items():
        if isinstance(error, kind):
            answer = refused([Problem(place, str(error))], code)
            if isinstance(error, TooMany):
                answer["Retry-After"] = str(error.retry_after)
            return answer
    if isinstance(error, ObjectDoesNotExist):
        return refused([Problem(REQUEST, NOT_FOUND)], status.HTTP_404_NOT_FOUND)
    other = exception_handler(error, context)
    if other is not None:  # the framework's own errors say one thing each
        detail = other.data
        words = detail.get("detail", detail) if isinstance(detail, dict) else detail
        other.data = in_form([Problem(REQUEST, str(words))])
    return other


def refused(problems: list[Problem], code: int = status.HTTP_400_BAD_REQUEST) -> Response:
    return Response(in_form(problems), code)
