"""Errors of the domain as HTTP: what is refused, missing or in conflict."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from advisor.logs import request_id
from connectivity.actions import Conflict
from connectivity.advice import UnknownOption
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.queries import UnknownLatencies
from costmodel.core.overrides import NothingOverridden
from costmodel.queries import UnknownPriceList


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception; None lets Django make its own."""
    response = _answer(error, context)
    if response is not None and isinstance(response.data, dict):
        response.data["request_id"] = request_id()
    return response


def _answer(error: Exception, context: dict[str, Any]) -> Response | None:
    match error:
        case DocumentRefused():
            return refused(error.problems)
        case UnknownOption():
            return refused([Problem("options", str(error))])
        case NothingOverridden():
            return refused([Problem("usage_type", str(error))])
        case UnknownPriceList():
            return refused([Problem("price_list", str(error))])
        case UnknownLatencies():
            return refused([Problem("latencies", str(error))], status.HTTP_503_SERVICE_UNAVAILABLE)
        case Conflict():
            return refused([Problem("version", str(error))], status.HTTP_409_CONFLICT)
        case ObjectDoesNotExist():
            return Response({"detail": "Not found."}, status.HTTP_404_NOT_FOUND)
    return exception_handler(error, context)


def refused(problems: list[Problem], code: int = status.HTTP_400_BAD_REQUEST) -> Response:
    return Response({"problems": [problem._asdict() for problem in problems]}, code)
