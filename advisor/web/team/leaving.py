"""Pages by which somebody goes: an own account deleted, a member signed out everywhere."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from advisor.audit import signins
from advisor.deletion import user_deletion
from advisor.models import Event
from advisor.teams import membership, team_lookup
from advisor.web.one_line_fields import OneLineField
from advisor.web.request_helpers import found_or_404, signed_in


class NameForm(forms.Form):
    """Types a name, so that nothing goes by a slip of the hand."""

    name = OneLineField(max_length=150)

    def __init__(self, data: object, name: str, label: str) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.expected = name
        self.fields["name"].label = label
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != self.expected:
            raise forms.ValidationError(f"That is not the name {self.expected}.")
        return name


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # the library has no types
def account(request: HttpRequest) -> HttpResponse:
    """What goes with an account and what stays; deletes it once its name is typed."""
    user = signed_in(request)
    form = NameForm(request.POST or None, user.username, "Your user name")
    obstacles = user_deletion.obstacles(user)
    if request.method == "POST" and form.is_valid() and not obstacles:
        name = user_deletion.forget(user)
        logout(request)
        messages.success(
            request, f"Your account is deleted. What you created is now attributed to {name}."
        )
        return redirect("account_login")
    context = {
        "form": form,
        "obstacles": obstacles,
        "teams": team_lookup.memberships(user),
        "tokens": team_lookup.tokens(user).count(),
    }
    return render(request, "web/team/account_delete.html", context)


@require_POST
@found_or_404
def sign_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End every session of a member of the team, also those of other teams: it is one person."""
    user = signed_in(request)
    member = membership.member(user.team_id, uid)
    count = user_deletion.sign_out(member.user)
    signins.note(Event.SIGNED_OUT_BY_ADMIN, member.user, actor_id=user.pk, sessions=str(count))
    messages.success(
        request, f"{member.user.username} is signed out of {count} browser{'s' * (count != 1)}."
    )
    return redirect("team")
