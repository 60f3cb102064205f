"""The end of a team: what goes with it, a copy of it, a week to think again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisor.backup.team_export import export
from advisor.deletion import team_deletion
from advisor.web.request_helpers import signed_in
from advisor.web.team.leaving import NameForm


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """What goes with the team; lets it be deleted once its name is typed."""
    user = signed_in(request)
    team = user.team
    form = NameForm(request.POST or None, team.name, "Name of the team")
    if request.method == "POST" and form.is_valid():
        team_deletion.close(team, user)
        return redirect("team")
    context = {
        "team": team,
        "form": form,
        "contents": team_deletion.contents(team),
        "days": team_deletion.DAYS,
    }
    return render(request, "web/team/team_delete.html", context)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """The team is kept."""
    try:
        team = team_deletion.keep(signed_in(request).team)
    except team_deletion.TooLate as error:
        messages.error(request, str(error))
        return redirect("home")
    messages.success(request, f"{team.name} is kept.")
    return redirect("team")


@require_safe
def files(request: HttpRequest) -> StreamingHttpResponse:
    """All that the team owns, as a ZIP of JSON lines."""
    team = signed_in(request).team
    name = f"{team.slug}-{timezone.now():%Y-%m-%d}.zip"
    head = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(export(team), content_type="application/zip", headers=head)
