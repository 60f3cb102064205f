"""Middleware: an address opens for the role that it asks for, and what is written has an author."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from advisor.access import SAFE, needed
from advisor.audit import By, acting
from advisor.models import User
from advisor.web.time_zone import Respond


def _address(request: HttpRequest) -> str | None:
    """Where a request comes from; behind our proxy, what the proxy saw."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and seen[-1].strip():
        try:
            return str(ip_address(seen[-1].strip()))
        except ValueError:
            return None
    return request.META.get("REMOTE_ADDR") or None


class Access:
    """The API asks for itself (`advisor.api.authentication`), since its callers have tokens."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        author = None if request.method in SAFE else request.user.pk
        with acting(By(author, "browser", _address(request))):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        role = needed(name, request.method)
        user = request.user
        if role is None or name.startswith("api-") or not isinstance(user, User):
            return None
        if user.membership is None:
            return render(request, "web/no_team.html", status=403)
        if not user.may(role):
            raise PermissionDenied(
                f"This needs the role {role.value!r}; you are a {user.membership.role} of "
                f"{user.team.name}. An admin of the team can change that."
            )
        return None
