"""Each call of the API takes a turn of its caller's, once it is known who calls."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from advisor.limits.turns import Caller, Turn
from advisor.models import ApiToken

if TYPE_CHECKING:  # the framework imports this module while it makes its views
    from rest_framework.views import APIView


class TurnThrottle(BaseThrottle):
    """The middleware ends the turn when the answer is there."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Raises: TooMany: the caller has no room now."""
        user_id = int(request.user.pk or 0)
        callers = [Caller("user", str(user_id))]
        if isinstance(request.auth, ApiToken):
            callers.append(Caller("token", request.auth.uid.hex))
        turn = Turn(callers)
        turn.take()
        request._request.turn = turn  # type: ignore[attr-defined]
        return True
