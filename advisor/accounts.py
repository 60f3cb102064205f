"""How django-allauth meets our teams: whoever signs up joins the team of the invitation."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from advisor import teams
from advisor.models import Membership, Role, Team, User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Accounts are made by invitation alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return teams.invitation_in(request.session) is not None

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        made: User = super().save_user(request, user, form, commit)
        return _joined(request, made)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever the OIDC provider sends joins by invitation, or OIDC_TEAM as a viewer."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return bool(settings.OIDC_TEAM) or teams.invitation_in(request.session) is not None

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        made: User = super().save_user(request, sociallogin, form)
        if settings.OIDC_TEAM and teams.invitation_in(request.session) is None:
            name = {"name": settings.OIDC_TEAM}
            team, _ = Team.objects.get_or_create(slug=settings.OIDC_TEAM, defaults=name)
            Membership.objects.get_or_create(team=team, user=made, defaults={"role": Role.VIEWER})
        return _joined(request, made)


def _joined(request: HttpRequest, user: User) -> User:
    invitation = teams.invitation_in(request.session)
    if invitation is not None:
        teams.accept(invitation, user)
        request.session.pop("invitation", None)
    return user


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps are stored encrypted, under a key made from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(f"advisor.mfa {settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
