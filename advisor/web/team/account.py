"""Pages about the account of who is signed in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from advisor.reports.making import set_schedule
from advisor.sign_in import tokens as api_tokens
from advisor.teams import team_lookup
from advisor.web.request_helpers import found_or_404, signed_in
from advisor.web.topologies.forms import TokenForm, ZoneForm


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The user's API tokens. A new one is shown once, on the page that made it."""
    user = signed_in(request)
    form = TokenForm(request.POST or None)
    key = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            key = api_tokens.create(user, data["name"], data["scope"], data["days"])
        except api_tokens.NameTaken:
            form.add_error("name", "A token with this name already exists.")
        else:
            form = TokenForm()
    own_tokens = team_lookup.tokens(user)
    response = render(
        request, "web/team/tokens.html", {"form": form, "tokens": own_tokens, "key": key}
    )
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def zone(request: HttpRequest) -> HttpResponse:
    """The time zone in which the team sees times."""
    team = signed_in(request).team
    form = ZoneForm(request.POST or None, initial={"time_zone": team.time_zone})
    if request.method == "POST" and form.is_valid():
        set_schedule(team, time_zone=form.cleaned_data["time_zone"])
        messages.success(request, f"Times are shown in {team.time_zone} from now on.")
        return redirect("zone")
    return render(request, "web/team/zone.html", {"form": form})


@require_POST
@found_or_404
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End a token at once."""
    token = api_tokens.revoke(signed_in(request), uid)
    messages.success(request, f"The token {token.name!r} is revoked.")
    return redirect("tokens")
