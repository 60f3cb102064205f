"""Middleware: a request that brings more than its address takes is told so, and is not read."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from advisor.api.http.refusals import API, in_form
from advisor.limits.body_sizes import ANONYMOUS, most_bytes
from advisor.middleware.callers import is_known
from advisor.middleware.time_zone import Respond
from connectivity.core.problems import Problem

REFUSED = "advisor.refused_above"  # our server's word for a body that it did not take: a limit
TOO_LARGE = 413
MAX_DIGITS = 20  # of a length; the framework reads no body of any other


class Bodies:
    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = request.META.get(REFUSED) or _exceeded(request)
        return self.get_response(request) if most is None else _refused(request, most)


def _exceeded(request: HttpRequest) -> int | None:
    """The limit that a body is above, where a server in front of us has not asked before."""
    length = str(request.META.get("CONTENT_LENGTH") or 0)
    size = int(length) if length.isdecimal() and len(length) < MAX_DIGITS else 0
    if size <= ANONYMOUS:
        return None
    known = is_known(
        request.META.get("HTTP_AUTHORIZATION", ""), request.META.get("HTTP_COOKIE", "")
    )
    most = most_bytes(request.path, is_known=known)
    return most if size > most else None


def _refused(request: HttpRequest, most: int) -> HttpResponse:
    larger = most_bytes(request.path, is_known=True)
    problem = f"has more than {most:,} bytes, the most that is read here"
    if most < larger:
        problem += f" without signing in or a valid token; with one it is {larger:,}"
    if request.path.startswith(API):
        answer: HttpResponse = JsonResponse(in_form([Problem("body", problem)]), status=TOO_LARGE)
    else:
        answer = render(request, "413.html", {"problem": problem}, status=TOO_LARGE)
    answer["Content-Length"] = str(len(answer.content))
    return answer
