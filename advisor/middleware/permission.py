"""Middleware: an address opens for the role that it asks for, and what is written has an author."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from advisor.access import EVERYBODY, SAFE, Ask, asked, methods
from advisor.acting import By, acting, origin_of
from advisor.middleware.time_zone import Respond
from advisor.models import Role, User
from advisor.observability import logs


class Access:
    """The API asks for itself, in `advisor.api.http.authentication`: its callers have tokens."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        author = None if request.method in SAFE else request.user.pk
        with acting(By(author, "browser", *origin_of(request))):
            response = self.get_response(request)
        if _name(request).startswith(("account_", "mfa_")):  # some have codes and secrets
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        if isinstance(request.user, User):
            member = request.user.membership
            logs.note(user_id=request.user.pk, team_id=member.team_id if member else None)
        name = _name(request)
        if name.startswith("api-"):
            return None
        ask = asked(name, request.method)
        if ask is None:
            return HttpResponseNotAllowed(methods(name))
        refusal = _refused(request, ask)
        if refusal is None and request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(methods(name))})
        return refusal


def _name(request: HttpRequest) -> str:
    return (request.resolver_match and request.resolver_match.url_name) or ""


def _refused(request: HttpRequest, ask: Ask) -> HttpResponse | None:
    """The answer to a caller who is not what the address asks for; whoever is not signed in was
    led to the login before."""
    user = request.user
    if ask == EVERYBODY:
        return None
    if not isinstance(user, User):
        raise PermissionDenied("Sign in to use this page.")
    if not isinstance(ask, Role):
        return None
    if user.membership is None:
        return render(request, "web/no_team.html", status=403)
    if not user.may(ask):
        raise PermissionDenied(
            f"This needs the role {ask.value!r}; you are a {user.membership.role} of "
            f"{user.team.name}. An admin of the team can change that."
        )
    return None
