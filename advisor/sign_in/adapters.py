"""How django-allauth meets our teams: whoever signs up joins the team of the invitation."""

import base64
import hashlib
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import filter_users_by_email, filter_users_by_username
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from advisor.acting import by, origin_of
from advisor.audit import signins
from advisor.models import Event, Invitation, Membership, Role, Team, User
from advisor.oidc.asking import ProviderSession
from advisor.sign_in import throttle
from advisor.teams import membership

logger = logging.getLogger(__name__)
MAX_LOGGED = 500  # characters: a provider's answer may stand in it
UNKNOWN = "0.0.0.0"  # noqa: S104  no address, which a socket of this machine has


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Accounts are made by invitation alone; wrong passwords are counted by name and address."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return origin_of(request).address or UNKNOWN

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        login = str(credentials.get("username") or credentials.get("email") or "")
        person = _person(login)
        usage = throttle.password_try(request, login, person)
        if usage is None:
            if person:
                signins.note_once(Event.SIGN_IN_LOCKED, person)
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = usage

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        person = _person(str(credentials.get("username") or credentials.get("email") or ""))
        if person:
            signins.note(Event.SIGN_IN_REFUSED, person, is_theirs=False, reason="wrong password")

    def is_safe_url(self, url: str | None) -> bool:
        """Where a sign-in may lead to: here, and no other name or port of this machine."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, {request.get_host()}, require_https=request.is_secure()
        )

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return membership.invitation_in(request.session) is not None

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        invitation = _locked(request)
        new_user: User = super().save_user(request, user, form, commit)
        return _joined(request, new_user, invitation)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever the OIDC provider sends joins by invitation, or OIDC_TEAM as a viewer."""

    def get_requests_session(self) -> ProviderSession:
        return ProviderSession()

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **details: Any
    ) -> None:
        """The reason stands in the log, and on the page only what its reader can use."""
        reason = repr(str(details.get("exception") or error))  # a log's line stays one line
        logger.warning("nobody was signed in by %s: %s", provider.name, reason[:MAX_LOGGED])

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return bool(settings.OIDC_TEAM) or membership.invitation_in(request.session) is not None

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        has_one = membership.invitation_in(request.session) is not None
        if has_one or not settings.OIDC_TEAM:
            invitation = _locked(request)
            invited: User = super().save_user(request, sociallogin, form)
            return _joined(request, invited, invitation)
        name = {"name": settings.OIDC_TEAM}
        team, _ = Team.objects.get_or_create(slug=settings.OIDC_TEAM, defaults=name)
        if not membership.is_joinable(team.pk):
            raise ImmediateHttpResponse(redirect("account_login"))
        new_user: User = super().save_user(request, sociallogin, form)
        Membership.objects.get_or_create(team=team, user=new_user, defaults={"role": Role.VIEWER})
        return new_user


def _person(login: str) -> User | None:
    """Whom a name or an address of mail means."""
    by_username = filter_users_by_username(login).first() if login else None
    return by_username or next(iter(filter_users_by_email(login)), None) if login else None


def _locked(request: HttpRequest) -> Invitation:
    """The invitation, which nobody else can use meanwhile; without one there is no account."""
    unlocked = membership.invitation_in(request.session)
    if unlocked is not None and not membership.is_joinable(unlocked.team_id):
        unlocked = None
    locked = Invitation.objects.select_for_update().filter(pk=unlocked.pk) if unlocked else None
    invitation = locked.first() if locked is not None else None
    if invitation is None or not invitation.is_open:
        raise ImmediateHttpResponse(redirect("account_login"))
    return invitation


def _joined(request: HttpRequest, user: User, invitation: Invitation) -> User:
    by.set(by.get()._replace(user_id=user.pk))
    team = membership.accept(invitation, user)
    messages.success(request, f"You have joined {team.name} as {invitation.role}.")
    request.session.pop("invitation", None)
    return user


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Browsers that somebody signs out from another one."""

    def end_sessions(self, sessions: Any) -> None:
        super().end_sessions(sessions)
        if sessions:
            how_many = str(len(sessions))
            signins.note(Event.OTHERS_SIGNED_OUT, sessions[0].user, sessions=how_many)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps are stored encrypted, under a key made from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(f"advisor.mfa {settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
