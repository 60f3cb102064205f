"""Middleware, the outermost: every request is counted, and has an id.

Its answer carries the id, and so do its log lines.
"""

import re
import time
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from advisor.middleware.time_zone import Respond
from advisor.observability import logs, meters

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Observed:
    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identity = identity_of(request.headers.get(HEADER, ""))
        logs.begin(request_id=identity)
        began = time.monotonic()
        with meters.RUNNING.track_inprogress():
            response = self.get_response(request)
        route = _route(request)
        logs.note(route=route)
        meters.count(route, request.method, response.status_code, time.monotonic() - began)
        response[HEADER] = identity
        return response


def identity_of(given: str) -> str:
    """The id that a request brings, if it is a sane one, or a new one."""
    return given if SANE.fullmatch(given) else uuid4().hex


def _route(request: HttpRequest) -> str:
    """The name of the address: as many as the product has, whatever is asked for."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "unknown"
