"""Coming in, roles, leaving; sign-in with a second factor or elsewhere; the audit log."""

import json
from typing import Any, ClassVar

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from advisor.audit.audited_models import AUDITED, DERIVED
from advisor.jobs import runner
from advisor.models import ApiToken, AuditEntry, Invitation, Membership, Role, Team, User
from advisor.sign_in.adapters import AccountAdapter
from advisor.teams import membership
from connectivity.actions import create_topology, save_topology
from tests.factories import document
from tests.pages import text_of
from tests.product import token_client

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _nobody_failed_before() -> None:
    cache.clear()


def member(name: str, role: Role = Role.EDITOR) -> User:
    user = User.objects.create_user(name, password=PASSWORD)
    Membership.objects.filter(user=user).update(role=role)
    return user


def sign_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password})


def test_the_first_user_is_the_admin_and_the_next_ones_edit(user: User) -> None:
    assert (user.may_administer, member("bob").membership.role) == (True, Role.EDITOR)


def test_whoever_has_an_invitation_makes_an_account_and_joins(
    signed_in: Client, user: User
) -> None:
    signed_in.post(reverse("team-invite"), {"note": "Bob <b@example>", "role": "viewer"})
    invitation = Invitation.objects.get()
    link = reverse("invitation", args=[invitation.key])
    assert link in text_of(signed_in.get(reverse("team")))
    bob = Client()
    assert "sign up" not in text_of(bob.get(reverse("account_login"))).lower()
    assert "Join Default team" in text_of(bob.get(link))
    form = {"username": "bob", "email": "", "password1": PASSWORD}
    assert bob.post(reverse("account_signup"), form).status_code == 302
    joined = Membership.objects.get(user__username="bob")
    assert (joined.role, joined.team) == (Role.VIEWER, user.team)
    assert bob.get(reverse("home")).status_code == 200
    assert Client().get(link).status_code == 410


def test_nobody_signs_up_without_an_invitation(user: User) -> None:
    form = {"username": "eve", "password1": PASSWORD}
    assert Client().post(reverse("account_signup"), form).status_code == 200
    assert not User.objects.filter(username="eve").exists()


def test_an_invitation_is_good_once_and_not_after_it_was_revoked(
    signed_in: Client, user: User, stranger: User
) -> None:
    invitation = membership.invite(user.team_id, "editor", "mallory", user)
    membership.accept(invitation, stranger)
    membership.accept(invitation, stranger)  # again, by the same one: nothing more happens
    assert stranger.membership_set.count() == 2
    with pytest.raises(membership.TeamError, match="has ended"):
        membership.accept(invitation, member("late"))
    second = membership.invite(user.team_id, "editor", "x", user)
    signed_in.post(reverse("team-invitation-revoke", args=[second.uid]))
    with pytest.raises(membership.TeamError, match="has ended"):
        membership.accept(second, member("later"))


def test_who_was_removed_does_not_come_back_by_the_old_invitation(
    user: User, stranger: User
) -> None:
    invitation = membership.invite(user.team_id, "admin", "mallory", user)
    membership.accept(invitation, stranger)
    joined = Membership.objects.get(team=invitation.team, user=stranger)
    membership.set_role(invitation.team_id, joined.uid, "viewer")
    membership.accept(invitation, stranger)  # again: nothing happens
    assert Membership.objects.get(pk=joined.pk).role == Role.VIEWER
    membership.remove(invitation.team_id, joined.uid)
    with pytest.raises(membership.TeamError, match="has ended"):
        membership.accept(invitation, stranger)


@pytest.mark.parametrize("how", ["removed", "demoted"])
def test_invitations_end_with_the_admin_who_made_them(user: User, how: str) -> None:
    bob = member("bob", Role.ADMIN)
    invitation = membership.invite(user.team_id, "admin", "bob again", bob)
    if how == "removed":
        membership.remove(user.team_id, bob.membership.uid)
    else:
        membership.set_role(user.team_id, bob.membership.uid, "viewer")
    with pytest.raises(membership.TeamError, match="has ended"):
        membership.accept(invitation, member("carol"))


def test_two_sign_up_with_one_invitation_and_one_account_is_made(user: User) -> None:
    """Both were shown the form; the second one is sent back without an account."""
    invitation = membership.invite(user.team_id, "viewer", "bob", user)
    first, second = Client(), Client()
    for browser in (first, second):
        browser.get(reverse("invitation", args=[invitation.key]))
    form = {"username": "bob", "password1": PASSWORD}
    request = RequestFactory().post("/")
    request.session = second.session
    first.post(reverse("account_signup"), form)
    late = User(username="late")
    with pytest.raises(ImmediateHttpResponse):
        AccountAdapter().save_user(request, late, FilledForm())
    assert not User.objects.filter(username="late").exists()


class FilledForm:
    """What django-allauth asks a sign-up form for."""

    cleaned_data: ClassVar = {"username": "late", "email": "", "password1": PASSWORD}


def test_a_made_up_invitation_is_not_found(client: Client) -> None:
    assert client.get(reverse("invitation", args=["nothing:such"])).status_code == 404


def test_the_last_admin_stays(signed_in: Client, user: User) -> None:
    membership = user.membership
    page = signed_in.post(
        reverse("team-role", args=[membership.uid]), {"role": "viewer"}, follow=True
    )
    assert "alice is the last admin of Default team" in text_of(page)
    page = signed_in.post(reverse("team-leave"), follow=True)
    assert "make somebody else an admin first" in text_of(page)
    bob = member("bob")
    signed_in.post(reverse("team-role", args=[bob.membership.uid]), {"role": "admin"})
    signed_in.post(reverse("team-leave"))
    assert not Membership.objects.filter(user=user).exists()


def test_who_is_removed_leaves_no_token_behind(signed_in: Client, user: User) -> None:
    bob = member("bob")
    script = token_client(bob)
    signed_in.post(reverse("team-remove", args=[bob.membership.uid]))
    assert script.get(reverse("api-topologies")).status_code == 401
    assert not ApiToken.objects.filter(user=bob).exists()


def test_one_works_in_one_team_at_a_time(signed_in: Client, user: User) -> None:
    create_topology(user.team_id, document(name="of the default team"))
    signed_in.post(reverse("team-new"), {"name": "Second team"})
    assert "of the default team" not in text_of(signed_in.get(reverse("home")))
    first = Team.objects.get(slug="default")
    signed_in.post(reverse("team-switch", args=[first.uid]))
    assert "of the default team" in text_of(signed_in.get(reverse("home")))
    assert Team.objects.get(name="Second team").slug.startswith("second-team-")


def test_a_second_factor_is_asked_for_and_its_secret_is_not_readable(user: User) -> None:
    client = Client()
    sign_in(client, "alice")
    assert client.get(reverse("mfa_activate_totp")).status_code == 302  # the password, once more
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}).status_code == 302
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored
    cache.clear()  # a code is good once
    second = Client()
    assert sign_in(second, "alice")["Location"] == reverse("mfa_authenticate")
    assert second.get(reverse("home")).status_code == 302
    second.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert second.get(reverse("home")).status_code == 302
    second.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert second.get(reverse("home")).status_code == 200


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def entries(**values: Any) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(**values).order_by("pk"))


def test_every_model_of_a_team_is_audited_or_derived() -> None:
    known = {*AUDITED, *DERIVED}
    for model in apps.get_models():
        owned = any(field.related_model is Team for field in model._meta.fields)
        if owned and model._meta.app_label in {"advisor", "connectivity", "costmodel"}:
            assert model in known, model


def test_the_log_says_who_what_before_and_after_and_through_which_door(
    signed_in: Client, user: User
) -> None:
    uid = create_topology(user.team_id, document()).topology.uid
    signed_in.post(reverse("delete", args=[uid]))
    (last,) = entries(object_repr="ordinary", action=1)
    assert (last.actor, last.door, last.remote_addr) == (user, "browser", "127.0.0.1")
    assert last.changes_dict["deleted_at"][0] == "None"
    created = entries(object_repr="ordinary", action=0)
    assert [(entry.actor, entry.door) for entry in created] == [(None, "command line")]
    page = text_of(signed_in.get(reverse("audit")))
    assert "changed topology" in page
    assert "deleted_at" in page
    assert "what changed</a>" not in page
    again = create_topology(user.team_id, document()).topology.uid
    save_topology(user.team_id, again, document(name="b"))
    assert text_of(signed_in.get(reverse("audit"))).count("what changed</a>") == 1
    lines = b"".join(signed_in.get(reverse("audit-csv"))).decode().splitlines()
    assert lines[0] == "at,who,door,address,did,kind,what,changes,agent"
    assert any(",alice,browser,127.0.0.1,changed,topology,ordinary," in line for line in lines)


def test_a_script_and_a_job_are_doors_too(user: User) -> None:
    script = token_client(user)
    script.post(reverse("api-topologies"), document(name="by script"), format="json")
    (entry,) = entries(object_repr="by script")
    assert (entry.actor, entry.door) == (user, "API, token token 0")
    job = runner.start("compare", {}, team_id=user.team_id, user_id=user.pk)
    assert entries(content_type__model="job")[-1].object_repr == str(job)


def test_the_log_keeps_no_secret_and_no_document(user: User) -> None:
    user.set_password("another one")
    user.save()
    token_client(user)
    create_topology(user.team_id, document())
    logged = json.dumps([entry.changes for entry in entries()])
    assert "md5$" not in logged
    assert "digest" not in logged
    assert "gb_per_month" not in logged


def test_the_log_is_the_teams(signed_in: Client, user: User, stranger: User) -> None:
    create_topology(stranger.team_id, document(name="of others"))
    assert "of others" not in text_of(signed_in.get(reverse("audit")))


def test_a_command_makes_a_token_for_the_users_team(user: User) -> None:
    call_command("create_token", "alice", "planner", "--scope", "write")
    assert ApiToken.objects.get(name="planner").team == user.team
