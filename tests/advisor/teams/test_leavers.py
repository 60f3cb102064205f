"""Who left a team, or may not come in any more: every way in that they had has ended."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.models import Invitation, Membership, Recipient, Role, User
from advisor.teams import membership
from connectivity.actions import create_topology
from tests.factories import document
from tests.mails import willing
from tests.product import token_client

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def leaver(user: User) -> User:
    """An admin of the team, with a browser, a script, the report and an open invitation."""
    cache.clear()
    bob = User.objects.create_user("bob", "bob@example.com", PASSWORD)
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    create_topology(user.team_id, document(name="crown jewels"))
    return bob


def browser_of(person: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def statuses(client: Any) -> set[int]:
    names = ("home", "prices", "health", "team", "audit", "scenarios", "latency-csv", "reports")
    names += ("api-topologies", "api-audit", "api-jobs", "api-prices")
    return {client.get(reverse(name)).status_code for name in names}


def test_who_is_removed_has_no_session_script_report_or_invitation_there(
    signed_in: Client, user: User, leaver: User
) -> None:
    browser, script = browser_of(leaver), token_client(leaver)
    recipient = {"team": user.team, "user": leaver, "address": "bob@example.com"}
    Recipient.objects.create(confirmed_at=timezone.now(), **recipient)
    invitation = membership.invite(user.team_id, "admin", "a way back", leaver)
    assert browser.get(reverse("home")).status_code == 200
    assert len(willing(user.team)) == 1
    signed_in.post(reverse("team-remove", args=[leaver.membership_set.get().uid]))
    assert statuses(browser) == {403}
    assert script.get(reverse("api-topologies")).status_code in (401, 403)
    assert willing(user.team) == []
    assert not Invitation.objects.get(pk=invitation.pk).is_open
    again = browser_of(leaver)  # the account is theirs, the team is not
    assert statuses(again) == {403}
    again.post(reverse("invitation-accept", args=[invitation.key]))
    assert not leaver.membership_set.exists()
    assert "crown jewels" not in again.get(reverse("home")).content.decode()


def test_who_leaves_keeps_nothing_either(user: User, leaver: User) -> None:
    browser, script = browser_of(leaver), token_client(leaver)
    browser.post(reverse("team-leave"))
    assert statuses(browser) == {403}
    assert script.get(reverse("api-topologies")).status_code in (401, 403)


def test_who_works_in_another_team_sees_that_one_alone(user: User, leaver: User) -> None:
    browser = browser_of(leaver)
    browser.post(reverse("team-new"), {"name": "Of bob"})
    Membership.objects.get(team_id=user.team_id, user=leaver).delete()
    page = browser.get(reverse("home"))
    assert page.status_code == 200
    assert "crown jewels" not in page.content.decode()


def test_who_is_not_active_any_more_is_out_at_once(user: User, leaver: User) -> None:
    browser, script = browser_of(leaver), token_client(leaver)
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    assert browser.get(reverse("home")).status_code == 302
    assert browser.get(reverse("api-topologies")).status_code in (401, 403)
    assert script.get(reverse("api-topologies")).status_code == 401
    client = Client()
    client.post(reverse("account_login"), {"login": "bob", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_an_invitation_counts_once_until_it_ends(user: User, leaver: User) -> None:
    """Used, revoked, expired, or with another signature it opens nothing."""
    for spoil in ("used", "revoked", "expired", "forged"):
        invitation = membership.invite(user.team_id, "admin", spoil, user)
        key = invitation.key
        if spoil == "used":
            membership.accept(invitation, leaver)
        elif spoil == "revoked":
            Invitation.objects.filter(pk=invitation.pk).update(ended_at=timezone.now())
        elif spoil == "expired":
            Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())
        else:
            key = f"{key[:-2]}xx"
        client = Client()
        client.get(reverse("invitation", args=[key]))
        form = {"username": f"late-{spoil}", "password1": "staple staple 9"}
        client.post(reverse("account_signup"), form)
        assert not User.objects.filter(username__startswith="late-").exists(), spoil
