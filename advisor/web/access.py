"""Middleware: an address opens for the role that it asks for, and what is written has an author."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from advisor import logs
from advisor.access import SAFE, needed
from advisor.audit import By, acting
from advisor.models import User
from advisor.origin import origin_of
from advisor.web.time_zone import Respond


class Access:
    """The API asks for itself (`advisor.api.authentication`), since its callers have tokens."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        author = None if request.method in SAFE else request.user.pk
        with acting(By(author, "browser", *origin_of(request))):
            response = self.get_response(request)
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name.startswith(("account_", "mfa_")):  # codes and secrets stand on some of them
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        role = needed(name, request.method)
        user = request.user
        if isinstance(user, User):
            team_id = user.membership.team_id if user.membership else None
            logs.note(user_id=user.pk, team_id=team_id)
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
