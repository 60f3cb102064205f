"""Who calls: a script by its token, or a person by the session of the browser."""

from typing import TYPE_CHECKING, Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from advisor.models import ApiToken

if TYPE_CHECKING:  # the framework imports this module while it makes its views
    from rest_framework.views import APIView


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc]
    """`Authorization: Token …`."""

    def authenticate_credentials(self, token: bytes) -> Any:
        if not token.isascii():
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        """An expired token counts no more; it stays in its owner's list until it is revoked."""
        return auth_token.is_expired


class MayUse(BasePermission):
    """Signed in; a token that may only read must not store anything."""

    message = "This token may read and compare, not store; make one with the scope 'write'."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        stores = request.method not in SAFE_METHODS and getattr(view, "stores", True)
        token = request.auth
        return not (stores and isinstance(token, ApiToken) and token.scope != ApiToken.Scope.WRITE)


def team_id_of(request: Request) -> int:
    """The team that the caller works for."""
    owner = request.auth if isinstance(request.auth, ApiToken) else request.user
    return int(owner.team_id)  # type: ignore[union-attr]
