"""Times are shown in the time zone of the team, and stored in UTC."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from advisor.models import User

Respond = Callable[[HttpRequest], HttpResponse]


def team_time_zone(get_response: Respond) -> Respond:
    """Middleware: whoever is signed in sees the times of the team's zone, named beside them."""

    def respond(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User) or request.user.membership is None:
            return get_response(request)
        with timezone.override(ZoneInfo(request.user.team.time_zone)):
            return get_response(request)

    return respond
