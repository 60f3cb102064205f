"""Middleware, the outermost: every request has an id, which its answer and its log lines carry."""

import re
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from advisor import logs
from advisor.web.time_zone import Respond

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Observed:
    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        identity = given if SANE.fullmatch(given) else uuid4().hex
        logs.begin(request_id=identity)
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None:
            logs.note(route=match.view_name)
        response[HEADER] = identity
        return response
