"""Middleware: a Prometheus server inside comes by any name of a container, and without TLS."""

from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from advisor.api.metrics.installation import exposition, may_scrape
from advisor.middleware.time_zone import Respond

PATH = "/metrics"


class Scraped:
    """Before the host is looked at, and before the redirect: its token is all that counts."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        authorization = request.headers.get("Authorization", "")
        if request.path != PATH or request.method != "GET" or not may_scrape(authorization):
            return self.get_response(request)
        request.resolver_match = resolve(PATH)
        return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
