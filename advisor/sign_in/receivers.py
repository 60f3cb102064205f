"""What django-allauth tells of accounts, noted in the audit log."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.dispatch import receiver
from django.http import HttpRequest

from advisor.audit import signins
from advisor.models import Event, User
from advisor.sign_in import throttle

CODES = Authenticator.Type.RECOVERY_CODES


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    used = request.session.get("account_authentication_methods") or []
    ways = [
        str(method.get("type") or method.get("provider") or method.get("method")) for method in used
    ]
    signins.note(Event.SIGNED_IN, user, by=", ".join(ways).replace("_", " "))


@receiver(account.user_logged_out)
def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        signins.note(Event.SIGNED_OUT, user)


@receiver([account.password_changed, account.password_set])
def _password_changed(user: User, **_: Any) -> None:
    signins.note(Event.PASSWORD_CHANGED, user, sessions="all others are signed out")


@receiver(account.password_reset)
def _password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    throttle.forgive(request, user)
    signins.note(Event.PASSWORD_RESET, user, sessions="all are signed out")


@receiver(mfa.authentication_failed)
def _code_refused(user: User, authenticator: Authenticator, **_: Any) -> None:
    signins.note(Event.CODE_REFUSED, user, is_theirs=False, factor=_kind(authenticator))


@receiver(mfa.authenticator_added)
def _factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    signins.note(Event.FACTOR_ADDED, user, factor=_kind(authenticator))
    _end_others(request, user, authenticator)


@receiver(mfa.authenticator_removed)
def _factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    signins.note(Event.FACTOR_REMOVED, user, factor=_kind(authenticator))
    _end_others(request, user, authenticator)


def _end_others(request: HttpRequest, user: User, authenticator: Authenticator) -> None:
    """Who changes the app fears whoever may be signed in already."""
    if authenticator.type != CODES:
        others = UserSession.objects.filter(user=user)
        get_adapter().end_sessions(list(others.exclude(session_key=request.session.session_key)))


@receiver(mfa.authenticator_reset)
def _codes_renewed(user: User, **_: Any) -> None:
    signins.note(Event.CODES_RENEWED, user)


def _kind(authenticator: Authenticator) -> str:
    return "recovery code" if authenticator.type == CODES else "authenticator app"
