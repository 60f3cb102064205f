"""Answers to what no view answers: JSON with the API's problems for scripts, a page for people."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from advisor.api.http.refusals import API, FAILED, of_request

NO_HOST = "names a host that this service does not serve; ALLOWED_HOSTS lists those it serves"
UNREADABLE = "cannot be parsed"
NO_ADDRESS = "goes to an address that does not exist; /api/v1/schema/ lists all addresses"
FORBIDDEN = "is not allowed for this caller"


def server_error(request: HttpRequest) -> HttpResponse:
    if not _is_api(request):
        return defaults.server_error(request)
    return JsonResponse(of_request(FAILED), status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    problem = NO_HOST if isinstance(exception, DisallowedHost) else UNREADABLE
    return JsonResponse(of_request(problem), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return JsonResponse(of_request(FORBIDDEN), status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return JsonResponse(of_request(NO_ADDRESS), status=404)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)
