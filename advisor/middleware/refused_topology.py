"""A stored topology that this release refuses: its page says why, and leads to the editor.

What is refused becomes stricter with releases; what was stored before stays, and can be mended.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from connectivity.advice import StoredTopologyRefused

UNPROCESSABLE = 422


class RefusedTopology:
    """Middleware: a page that meets a refused document answers with its problems, and no trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, StoredTopologyRefused):
            return None
        return render(request, "refused.html", {"refusal": error}, status=UNPROCESSABLE)
