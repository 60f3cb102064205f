"""People who go: a leaver of a team at once, a person without a trace; what they made stays."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.acting import By, acting
from advisor.deletion import user_deletion
from advisor.jobs import runner
from advisor.models import (
    ApiToken,
    AuditEntry,
    Event,
    Job,
    Membership,
    Recipient,
    Role,
    ShareLink,
    Team,
    User,
)
from advisor.teams import membership
from connectivity.actions import create_topology
from connectivity.models import Topology, TopologyVersion
from tests.factories import document
from tests.pages import text_of
from tests.product import token_client
from tests.rows import Rows, stored_models

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
AGENT = "Robert's browser"
ADDRESS = "203.0.113.77"
MAIL = "robert.tables@example.com"
PERSONAL = ("robert", MAIL, AGENT, ADDRESS, "Tables")


@pytest.fixture(autouse=True)
def _nobody_failed_before() -> None:
    cache.clear()


@pytest.fixture
def robert(user: User) -> User:
    """An editor of the first user's team."""
    fields = {"email": MAIL, "first_name": "Robert", "last_name": "Tables"}
    return User.objects.create_user("robert", password=PASSWORD, **fields)


@pytest.fixture
def roberts(robert: User, settings: Any) -> Client:
    """Robert's, signed in by password from an address that nobody else has."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(headers={"User-Agent": AGENT, "X-Forwarded-For": ADDRESS})
    form = {"login": "robert", "password": PASSWORD}
    assert client.post(reverse("account_login"), form).status_code == 302
    return client


def link_of(user: User) -> ShareLink:
    version = create_topology(user.team_id, document(), author_id=user.pk)
    until = timezone.now() + timedelta(days=1)
    return ShareLink.objects.create(
        team_id=user.team_id, version=version, query="", author=user, expires_at=until
    )


def test_a_leaver_is_out_at_once_with_tokens_and_reports_and_links_stay(
    signed_in: Client, user: User, robert: User, roberts: Client
) -> None:
    script, link = token_client(robert), link_of(robert)
    other = membership.create_team("Robert's own", robert)
    own = token_client(robert)
    membership.switch(robert, user.team.uid)
    recipient = Recipient.objects.create(
        team_id=user.team_id, address=MAIL, user=robert, confirmed_at=timezone.now()
    )
    job = runner.start("compare", {}, team_id=user.team_id, user_id=robert.pk)
    page = reverse("topology", args=[link.version.topology.uid])
    assert roberts.get(page).status_code == 200
    member = Membership.objects.get(user=robert, team_id=user.team_id)
    signed_in.post(reverse("team-remove", args=[member.uid]))
    assert roberts.get(page).status_code == 404
    assert script.get(reverse("api-topologies")).status_code == 401
    assert own.get(reverse("api-topologies")).status_code == 200
    assert list(Recipient.objects.willing()) == []
    recipient.refresh_from_db()
    assert recipient.removed_at is not None
    robert = User.objects.get(pk=robert.pk)
    assert (robert.working_in, robert.team) == (None, other)
    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED  # it is the team's
    assert Client().get(reverse("shared", args=[link.key])).status_code == 200
    team_page = text_of(signed_in.get(reverse("team")))
    assert "robert, no longer a member" in team_page
    assert reverse("share-revoke", args=[link.uid]) in team_page


def test_links_of_the_team_are_for_its_admins_to_see(
    signed_in: Client, user: User, robert: User, roberts: Client, stranger: User
) -> None:
    link, foreign = link_of(user), link_of(stranger)
    page = text_of(signed_in.get(reverse("team")))
    assert reverse("share-revoke", args=[link.uid]) in page
    assert str(foreign.uid) not in page
    assert "Shared links" not in roberts.get(reverse("team")).content.decode()


def test_an_admin_signs_a_member_out_of_every_browser(
    signed_in: Client, user: User, robert: User, roberts: Client, stranger: User
) -> None:
    assert roberts.get(reverse("home")).status_code == 200
    member = Membership.objects.get(user=robert)
    address = reverse("team-member-sign-out", args=[member.uid])
    assert roberts.post(address).status_code == 403
    foreign = Client()
    foreign.force_login(stranger)
    Membership.objects.filter(user=stranger).update(role=Role.ADMIN)
    assert foreign.post(address).status_code == 404
    assert roberts.get(reverse("home")).status_code == 200
    page = signed_in.post(address, follow=True).content.decode()
    assert "robert is signed out of 1 browser." in page
    assert roberts.get(reverse("home")).status_code == 302
    assert not UserSession.objects.filter(user=robert).exists()
    entry = AuditEntry.objects.get(event=Event.SIGNED_OUT_BY_ADMIN)
    assert (entry.object_repr, entry.actor) == ("robert", user)


def traces() -> dict[str, list[str]]:
    """Where in the database a word of Robert's stands."""
    traced: dict[str, list[str]] = {}
    for model in stored_models():
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._base_manager.values_list(*names):
            text = " ".join(map(str, row))
            if any(word.lower() in text.lower() for word in PERSONAL):
                traced.setdefault(model._meta.label_lower, []).append(text)
    return traced


def test_a_person_who_is_deleted_leaves_no_trace_and_all_that_was_made(
    user: User, robert: User, roberts: Client
) -> None:
    assert roberts.get(reverse("account-delete")).status_code == 302  # the password, once more
    roberts.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    token_client(robert)
    link = link_of(robert)
    EmailAddress.objects.create(user=robert, email=MAIL, verified=True)
    Authenticator.objects.create(user=robert, type="totp", data={"secret": "x"})
    Recipient.objects.create(team_id=user.team_id, address=MAIL, user=robert)
    roberts.post(reverse("new"), {})
    membership.set_role(user.team_id, robert.membership.uid, Role.ADMIN)
    page = roberts.get(reverse("account-delete")).content.decode()
    assert "Type <strong>robert</strong>" in page
    assert "not the name robert." in (
        roberts.post(reverse("account-delete"), {"name": "Robert"}).content.decode()
    )
    assert len(traces()) > 3
    done = roberts.post(reverse("account-delete"), {"name": "robert"}, follow=True)
    assert "What you created is now attributed to former-" in done.content.decode()
    assert traces() == {}
    assert roberts.get(reverse("home")).status_code == 302
    version = TopologyVersion.objects.get(pk=link.version_id)
    name = f"former-{robert.uid.hex[:8]}"
    assert version.author is not None
    assert (version.author.username, version.author.is_active) == (name, False)
    assert Client().get(reverse("shared", args=[link.key])).status_code == 200
    assert not ApiToken.objects.filter(user=robert).exists()
    entry = AuditEntry.objects.get(event=Event.ACCOUNT_DELETED)
    assert (entry.team_id, entry.object_repr) == (user.team_id, name)
    form = {"login": "robert", "password": PASSWORD}
    assert Client().post(reverse("account_login"), form).status_code == 200


def test_the_last_admin_stays_until_somebody_takes_over_or_the_team_goes(
    signed_in: Client, user: User, robert: User
) -> None:
    with pytest.raises(membership.TeamError, match="last admin of Default team"):
        user_deletion.forget(user)
    with pytest.raises(CommandError, match="last admin"):
        call_command("delete_user", "alice")
    assert User.objects.filter(username="alice", is_active=True).exists()
    membership.set_role(user.team_id, Membership.objects.get(user=robert).uid, Role.ADMIN)
    call_command("delete_user", "alice")
    assert not User.objects.filter(username="alice").exists()
    assert Team.objects.filter(pk=user.team_id).exists()
    with pytest.raises(CommandError, match="no user is called 'alice'"):
        call_command("delete_user", "alice")


def test_a_team_that_somebody_left_before_has_no_trace_of_them_either(
    user: User, stranger: User, robert: User
) -> None:
    with acting(By(robert.pk, "browser")):
        membership.accept(membership.invite(stranger.team_id, "viewer", "x", stranger), robert)
    member = Membership.objects.get(user=robert, team_id=stranger.team_id)
    with acting(By(stranger.pk, "browser")):
        Recipient.objects.create(team_id=stranger.team_id, address=MAIL, user=robert)
        membership.let_go(member)
    assert "advisor.auditentry" in traces()
    user_deletion.forget(User.objects.get(pk=robert.pk))
    assert traces() == {}


def test_the_log_of_others_says_what_it_said(user: User, stranger: User) -> None:
    """Whoever is called like a role or a topology rewrites nobody's log by going."""
    fields = {"first_name": "admin", "last_name": "ordinary"}
    viewer = User.objects.create_user("viewer", password=PASSWORD, **fields)
    other = User.objects.create_user("robin", password=PASSWORD)
    with acting(By(user.pk, "browser")):
        for role in ("viewer", "admin"):
            membership.set_role(user.team_id, other.membership.uid, role)
        membership.rename(user.team, "viewer")
        create_topology(user.team_id, document(), author_id=viewer.pk)
    about = AuditEntry.objects.exclude(object_repr="viewer").exclude(
        object_repr__startswith="viewer in "
    )
    before = list(about.order_by("pk").values_list("pk", "object_repr", "changes"))
    user_deletion.forget(viewer)
    entries = AuditEntry.objects.values_list("pk", "object_repr", "changes")
    after = {pk: row for pk, *row in entries}
    name = f"former-{viewer.uid.hex[:8]}"
    for pk, label, changes in before:
        assert after[pk][0] == label
        for field, values in changes.items():
            if field not in ("user", "author"):
                assert after[pk][1][field] == values
    topology = AuditEntry.objects.get(content_type__model="topologyversion")
    roles = AuditEntry.objects.filter(
        content_type__model="membership", object_repr__startswith="robin"
    )
    assert ["viewer", "admin"] in [entry.changes.get("role") for entry in roles]
    assert name not in str(topology.changes)
    assert not AuditEntry.objects.filter(object_repr__startswith="viewer in ").exists()


def test_who_looks_whether_there_is_another_admin_waits_for_those_who_go(
    user: User, robert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two who go at once the second finds nobody else."""
    membership.set_role(user.team_id, robert.membership.uid, Role.ADMIN)
    lock = user_deletion._lock_teams

    def waited(person: User) -> None:
        Membership.objects.filter(user=robert).delete()
        lock(person)

    monkeypatch.setattr(user_deletion, "_lock_teams", waited)
    with pytest.raises(membership.TeamError, match="last admin of Default team"):
        user_deletion.forget(user)


def test_who_came_in_by_another_way_proves_it_once_more(signed_in: Client) -> None:
    answer = signed_in.get(reverse("account-delete"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_every_row_that_is_a_persons_own_goes(user: User, robert: User) -> None:
    """Whatever refers to a person either goes with them, or forgets whose it was."""
    rows = Rows("b")
    Membership.objects.filter(user=rows.user, team=rows.team).update(role=Role.VIEWER)
    Membership.objects.create(user=user, team=rows.team, role=Role.ADMIN)
    user_deletion.forget(rows.user)
    for model in stored_models():
        for field in model._meta.concrete_fields:
            if field.related_model is User and field.remote_field.on_delete.__name__ == "CASCADE":
                assert not model._base_manager.filter(**{field.name: rows.user}).exists(), model
    assert Topology.objects.filter(team=rows.team).exists()
