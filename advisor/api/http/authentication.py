"""Who calls: a script by its token, or a person by the session of the browser."""

import binascii
from typing import TYPE_CHECKING, Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from advisor.access import asked
from advisor.acting import by
from advisor.audit import signins
from advisor.models import ApiToken, Role
from advisor.observability import logs
from advisor.sign_in import tokens

if TYPE_CHECKING:  # the framework imports this module while it makes its views
    from rest_framework.views import APIView


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc]
    """`Authorization: Token …`."""

    def authenticate(self, request: Request) -> Any:
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            _note_known(get_authorization_header(request).split()[-1])
            raise

    def authenticate_credentials(self, token: bytes) -> Any:
        if not token.isascii():
            raise AuthenticationFailed("Invalid token.")
        user, key = super().authenticate_credentials(token)
        logs.note(user_id=user.pk, team_id=key.team_id)
        by.set(by.get()._replace(user_id=user.pk, door=f"API, token {key.name}"))
        return user, key

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        """An expired token counts no more; it stays in its owner's list until it is revoked."""
        return auth_token.is_expired


def _note_known(key: bytes) -> None:
    """Why a key that was ours is refused; one that nobody has is nobody's to hear of."""
    text = key.decode("ascii", "ignore")
    try:
        digest = hash_token(text)
    except (TypeError, binascii.Error):
        return
    for token in tokens.of_key(text[: CONSTANTS.TOKEN_KEY_LENGTH], digest):
        signins.note_refused(
            token, "expired" if token.is_expired else "its owner's account is not active"
        )


class MayUse(BasePermission):
    """Signed in, with the role that the address asks for; a token has at most that of its scope."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        role, wanted = _role(request), asked(name, request.method)
        token = request.auth if isinstance(request.auth, ApiToken) else None
        if role is None:
            self.message = "Its owner is not, or no longer, a member of the team."
            if token:
                signins.note_refused(token, "its owner is not a member of the team")
            return False
        if not isinstance(wanted, Role):
            raise MethodNotAllowed(str(request.method))
        self.message = f"This needs the role {wanted.value!r}; this caller is a {role.value}."
        if token and token.scope != ApiToken.Scope.WRITE:
            self.message += " A token that stores anything has the scope 'write'."
        if token and not role.includes(wanted):
            signins.note_refused(token, f"needs the role {wanted.value}, it has {role.value}")
        return role.includes(wanted)


def _role(request: Request) -> Role | None:
    if isinstance(request.auth, ApiToken):
        return request.auth.role
    membership = request.user.membership  # type: ignore[union-attr]  # of a User
    return None if membership is None else Role(membership.role)


def may_store(request: Request) -> bool:
    """The caller stores things of the team's: an editor, by a token whose scope is 'write'."""
    role = _role(request)
    return role is not None and role.includes(Role.EDITOR)


def is_own(request: Request, user_id: int | None) -> bool:
    """Something is the caller's own, and not only read by it."""
    token = request.auth if isinstance(request.auth, ApiToken) else None
    may_write = token is None or token.scope == ApiToken.Scope.WRITE
    return may_write and user_id is not None and user_id == request.user.pk


def team_id_of(request: Request) -> int:
    """The team that the caller works for."""
    owner = request.auth if isinstance(request.auth, ApiToken) else request.user
    return int(owner.team_id)  # type: ignore[union-attr]


def maker_of(request: Request) -> dict[str, Any]:
    """Who makes a job, and by which token."""
    token = request.auth if isinstance(request.auth, ApiToken) else None
    return {"user_id": request.user.pk, "token": token and token.uid}
