"""Middleware: each request takes a turn of its caller's; who takes too many hears when to come."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from advisor.limits.stored import TooMuch
from advisor.limits.turns import Caller, TooMany, Turn
from advisor.middleware.time_zone import Respond
from advisor.models import User

TOO_MANY, TOO_MUCH = 429, 403


class Turns:
    """The API's calls take theirs when it is known whose token it is; they end here, too."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = not request.path.startswith("/api/")
        if is_page and isinstance(request.user, User):
            turn = Turn([Caller("user", str(request.user.pk))])
            try:
                turn.take()
            except TooMany as error:
                return too_many(request, error)
            request.turn = turn  # type: ignore[attr-defined]
        response: HttpResponse | None = None
        try:
            response = self.get_response(request)
            return response
        finally:
            taken = getattr(request, "turn", None)
            if taken is not None:
                _leave(taken, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooMany):
            return too_many(request, error)
        return too_much(request, error) if isinstance(error, TooMuch) else None


def _leave(turn: Turn, response: HttpResponse | None) -> None:
    """A turn ends with its answer; one that is made while it is sent takes a thread until then."""
    if response is not None and response.streaming:
        response._resource_closers.append(turn.leave)  # type: ignore[attr-defined]
    else:
        turn.leave()


def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    values = {"problem": str(error), "seconds": error.retry_after}
    response = render(request, "429.html", values, status=TOO_MANY)
    response["Retry-After"] = str(error.retry_after)
    return response


def too_much(request: HttpRequest, error: TooMuch) -> HttpResponse:
    values = {"problem": str(error), "seconds": None}
    return render(request, "429.html", values, status=TOO_MUCH)
