"""Whether a request comes from somebody whom we know, by its header alone."""

from contextvars import copy_context
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http.cookie import parse_cookie
from rest_framework.exceptions import AuthenticationFailed

from advisor.api.http.authentication import TokenAuthentication


def is_known(authorization: str, cookie: str) -> bool:
    """A token that counts, or a session of somebody who signed in, whatever they may do."""
    return _has_token(authorization) or _has_session(cookie)


def _has_token(authorization: str) -> bool:
    kind, _, key = authorization.strip().partition(" ")
    if kind.lower() != "token" or not key:
        return False
    try:  # it notes who writes: in a context of its own, since this is no writing
        copy_context().run(TokenAuthentication().authenticate_credentials, key.strip().encode())
    except AuthenticationFailed:
        return False
    return True


def _has_session(cookie: str) -> bool:
    key = parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME)
    return bool(key) and SESSION_KEY in import_module(settings.SESSION_ENGINE).SessionStore(key)
