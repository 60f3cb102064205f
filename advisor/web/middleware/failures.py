"""Answers to what no view answers: JSON with the API's problems for scripts, a page for people."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from advisor.logs import request_id

FAILED = "failed inside the server, whose log says why; quote request_id if you ask for help"
NO_HOST = "names a host that this service does not answer for; ALLOWED_HOSTS lists those"
UNREADABLE = "cannot be read as it is"
NO_ADDRESS = "goes to an address that there is not; /api/v1/schema/ lists all"
FORBIDDEN = "is not this caller's to make"


def server_error(request: HttpRequest) -> HttpResponse:
    if not _is_api(request):
        return defaults.server_error(request)
    return JsonResponse(_problem(FAILED), status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    problem = NO_HOST if isinstance(exception, DisallowedHost) else UNREADABLE
    return JsonResponse(_problem(problem), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return JsonResponse(_problem(FORBIDDEN), status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return JsonResponse(_problem(NO_ADDRESS), status=404)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(problem: str) -> dict[str, object]:
    problems = [{"path": "request", "problem": problem}]
    return {"problems": problems, "request_id": request_id()}
