"""Pages about the team: members, roles, invitations, the audit log, and one's other teams."""

import csv
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from advisor.models import AuditEntry, Invitation, Role
from advisor.teams import membership, team_lookup
from advisor.text.escaping import spreadsheet_safe
from advisor.web.one_line_fields import OneLineField
from advisor.web.request_helpers import found_or_404, signed_in, text_in
from connectivity import queries

PAGE = 50
MAX_WORDS = 5  # of a search
MAX_EXPORTED = 100_000  # entries of the log


class InviteForm(forms.Form):
    note = OneLineField(
        label="For whom",
        max_length=100,
        help_text="A name or an address, so that you recognise it.",
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)


class NameForm(forms.Form):
    name = OneLineField(label="Name of the team", max_length=100)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The members and their roles; for admins, invitations too."""
    user = signed_in(request)
    members = team_lookup.members(user.team_id)
    here = set(members.values_list("user_id", flat=True))
    links = team_lookup.open_links(user.team_id)
    context = {
        "links": links[:PAGE],
        "here": here,
        "link_count": links.count(),
        "team": user.team,
        "members": members.order_by("user__username"),
        "roles": Role.choices,
        "invitations": team_lookup.open_invitations(user.team_id),
        "form": InviteForm(),
        "name_form": NameForm(initial={"name": user.team.name}),
        "mine": team_lookup.memberships(user),
        "host": f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "web/team/overview.html", context)


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make a link by which somebody joins."""
    user = signed_in(request)
    form = InviteForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        invitation = membership.invite(user.team_id, data["role"], data["note"], user)
        messages.success(
            request, f"The invitation for {invitation.note} is created: send the link below."
        )
    else:
        _say(request, form)
    return redirect("team")


@require_POST
@found_or_404
def revoke_invitation(request: HttpRequest, uid: UUID) -> HttpResponse:
    invitation = membership.revoke_invitation(signed_in(request).team_id, uid)
    messages.success(request, f"The invitation for {invitation.note} no longer works.")
    return redirect("team")


@require_POST
@found_or_404
def set_role(request: HttpRequest, uid: UUID) -> HttpResponse:
    role = text_in(request.POST, "role")
    if role not in Role.values:
        messages.error(request, f"No role is called {role[:20]!r}.")
        return redirect("team")
    try:
        member = membership.set_role(signed_in(request).team_id, uid, role)
    except membership.TeamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{member.user.username} now has the role {role}.")
    return redirect("team")


@require_POST
@found_or_404
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    try:
        member = membership.remove(signed_in(request).team_id, uid)
    except membership.TeamError as error:
        messages.error(request, str(error))
    else:
        sentence = (
            f"{member.user.username} is no longer a member; their tokens and reports have ended."
        )
        messages.success(request, sentence)
    return redirect("team")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Leave the team that one works in."""
    user = signed_in(request)
    if user.membership is None:
        raise Http404("you are in no team")
    try:
        membership.remove(user.team_id, user.membership.uid)
    except membership.TeamError as error:
        messages.error(request, str(error))
        return redirect("team")
    messages.success(request, f"You have left {user.team.name}.")
    return redirect("home")


@require_POST
def rename(request: HttpRequest) -> HttpResponse:
    team, form = signed_in(request).team, NameForm(request.POST)
    if form.is_valid():
        membership.rename(team, form.cleaned_data["name"])
        messages.success(request, f"The team is called {team.name} now.")
    else:
        _say(request, form)
    return redirect("team")


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Make a team of one's own, and work in it."""
    form = NameForm(request.POST)
    if form.is_valid():
        team = membership.create_team(form.cleaned_data["name"], signed_in(request))
        messages.success(request, f"You work in {team.name} now, as its admin.")
    else:
        _say(request, form)
    return redirect("team")


@require_POST
@found_or_404
def switch(request: HttpRequest, uid: UUID) -> HttpResponse:
    team = membership.switch(signed_in(request), uid)
    messages.success(request, f"You work in {team.name} now.")
    return redirect("home")


@login_not_required
@require_safe
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """What somebody is invited to, and the way in."""
    try:
        invitation = Invitation.by_key(key)
    except Invitation.DoesNotExist as error:
        raise Http404("no such invitation") from error
    if invitation.is_open and not request.user.is_authenticated:
        request.session["invitation"] = key
    context = {"invitation": invitation, "key": key}
    response = render(
        request, "web/team/invitation.html", context, status=200 if invitation.is_open else 410
    )
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


@require_POST
@found_or_404
def accept(request: HttpRequest, key: str) -> HttpResponse:
    try:
        team = membership.accept(Invitation.by_key(key), signed_in(request))
    except membership.TeamError as error:
        messages.error(request, str(error))
        return redirect(reverse("invitation", args=[key]))
    messages.success(request, f"Welcome to {team.name}.")
    return redirect("home")


def _log(request: HttpRequest) -> QuerySet[AuditEntry]:
    words = text_in(request.GET, "q").split()[:MAX_WORDS]
    return team_lookup.log(signed_in(request).team_id, words)


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Every write of the team and every sign-in: who, what, through which door, from where."""
    page = Paginator(_log(request), PAGE).get_page(request.GET.get("page"))
    words = text_in(request.GET, "q")
    saved = [entry for entry in page if entry.content_type.model == "topologyversion"]
    team_id = signed_in(request).team_id
    places = queries.versions_by_id(team_id, [entry.object_id for entry in saved])
    rows = [(entry, places.get(entry.object_id) if entry in saved else None) for entry in page]
    context = {
        "page": page,
        "rows": rows,
        "words": words,
        "query": f"&{urlencode({'q': words})}",
    }
    return render(request, "web/team/audit.html", context)


class _Echo:
    """Gives back what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


@require_safe
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    writer = csv.writer(_Echo(), lineterminator="\n")
    entries = _log(request)[:MAX_EXPORTED].iterator(chunk_size=1_000)

    def lines() -> Iterator[str]:
        yield writer.writerow(
            ("at", "who", "door", "address", "did", "kind", "what", "changes", "agent")
        )
        yield from (writer.writerow(_cells(entry)) for entry in entries)

    head = {"Content-Disposition": 'attachment; filename="audit-log.csv"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=head)


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    who = entry.actor.username if entry.actor else ""
    texts = (who, entry.door, entry.remote_addr or "", entry.verb, entry.content_type.model)
    all_texts = (*texts, entry.object_repr, str(entry.changes_dict), entry.agent)
    return entry.timestamp.isoformat(), *map(spreadsheet_safe, all_texts)


def _say(request: HttpRequest, form: forms.Form) -> None:
    for problems in form.errors.values():
        messages.error(request, " ".join(map(str, problems)))
