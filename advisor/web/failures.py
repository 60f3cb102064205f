"""The answer to what failed inside the server."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from advisor.logs import request_id

PROBLEM = "failed inside the server, whose log says why; quote request_id if you ask for help"


def server_error(request: HttpRequest) -> HttpResponse:
    """JSON for scripts, a page for people; both name the request."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return JsonResponse({"detail": PROBLEM, "request_id": request_id()}, status=500)
