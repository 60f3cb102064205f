"""The end of a team: undone within a week, then whole, and nothing of anybody else's."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor import tasks
from advisor.backup.team_export import SECRETS, export
from advisor.deletion import team_deletion
from advisor.models import AuditEntry, Event, Job, Membership, Role, Team, User
from advisor.teams import membership
from connectivity.actions import create_topology
from tests.factories import document
from tests.rows import Rows, digests, stored_models

pytestmark = pytest.mark.django_db
OF_PEOPLE = {
    "account.emailaddress", "account.emailconfirmation", "advisor.callercount", "advisor.user",
    "advisor.user_groups",
    "advisor.user_user_permissions", "auth.group", "auth.group_permissions", "auth.permission",
    "mfa.authenticator", "sessions.session", "socialaccount.socialaccount",
    "socialaccount.socialapp", "socialaccount.socialtoken", "usersessions.usersession",
}  # fmt: skip
"""What is no team's."""


def end(team: Team) -> int:
    team_deletion.close(team, None, at_once=True)
    return team_deletion.delete(team.pk)


def test_all_of_a_team_goes_and_every_row_of_others_stays_as_it_was() -> None:
    Rows("b")
    before = digests(*OF_PEOPLE)
    rows = Rows("a")
    assert digests(*OF_PEOPLE) != before
    assert end(rows.team) > 30
    note = AuditEntry.objects.get(event=Event.TEAM_DELETED)
    assert (note.team, note.door, note.changes["topologies"]) == (None, "command line", ["1", "0"])
    note.delete()
    assert digests(*OF_PEOPLE) == before
    assert User.objects.filter(pk=rows.user.pk).exists()


def test_every_model_that_belongs_to_a_team_is_deleted_and_exported_with_it() -> None:
    """Walks from each model up: whoever has a team as an owner, however far."""

    def is_owned(model: Any, seen: tuple[Any, ...] = ()) -> bool:
        return any(
            field.related_model is Team
            or (field.related_model not in seen and is_owned(field.related_model, (*seen, model)))
            for field in model._meta.concrete_fields
            if field.is_relation and field.remote_field.on_delete is models.CASCADE
        )

    assert {model for model in stored_models() if is_owned(model)} == {
        model for model, _ in team_deletion.owned()
    }
    order = [model for model, _ in team_deletion.owned()]
    for model, path in team_deletion.owned():
        assert path.endswith("team")
        for field in model._meta.concrete_fields:
            target: Any = field.related_model
            if target in order and target is not model:
                assert order.index(model) < order.index(target)
    assert set(team_deletion.NAMES) <= {model._meta.label_lower for model in order}


def test_a_large_team_goes_in_batches_and_goes_on_where_it_was_broken_off(
    user: User, monkeypatch: Any
) -> None:
    jobs = [Job(team_id=user.team_id, kind="x", arguments={}) for _ in range(45)]
    Job.objects.bulk_create(jobs)
    create_topology(user.team_id, document())
    sizes: list[int] = []
    batches = team_deletion._batches

    def watched(*arguments: Any) -> Any:
        for keys in batches(*arguments):
            sizes.append(len(keys))
            if len(sizes) == 4:
                raise OSError("the worker was killed")
            yield keys

    monkeypatch.setattr(team_deletion, "_batches", watched)
    with pytest.raises(OSError, match="killed"):
        end(user.team)
    assert Team.objects.filter(pk=user.team_id).exists()
    assert not Membership.objects.filter(team_id=user.team_id).exists()  # nobody sees the rest
    team_id = user.team_id
    tasks.delete_due_teams()
    assert not Team.objects.filter(pk=team_id).exists()
    assert max(sizes) == team_deletion.FEW
    assert not Job.objects.exists()
    entry = AuditEntry.objects.get(event=Event.TEAM_DELETED)
    assert (entry.changes["topologies"], entry.changes["jobs"]) == (["1", "0"], ["45", "0"])


def test_once_it_has_begun_nobody_keeps_the_team(user: User, monkeypatch: Any) -> None:
    """Who were told that it stays would have half of it, or nothing."""
    refusals: list[str] = []
    empty = team_deletion._empty

    def meanwhile(*arguments: Any) -> int:
        with pytest.raises(team_deletion.TooLate, match="is being deleted") as error:
            team_deletion.keep(user.team)
        refusals.append(str(error.value))
        return empty(*arguments)

    monkeypatch.setattr(team_deletion, "_empty", meanwhile)
    team_deletion.close(user.team, user)
    team_deletion.keep(user.team)
    team_id = user.team_id
    assert end(user.team) > 0
    assert refusals
    assert not Team.objects.filter(pk=team_id).exists()


def test_two_workers_delete_a_team_once(user: User, monkeypatch: Any) -> None:
    create_topology(user.team_id, document())
    team_id, empty = user.team_id, team_deletion._empty

    def overtaken(*arguments: Any) -> int:
        monkeypatch.setattr(team_deletion, "_empty", empty)
        team_deletion.delete(team_id)
        return empty(*arguments)

    monkeypatch.setattr(team_deletion, "_empty", overtaken)
    end(user.team)
    entry = AuditEntry.objects.get(event=Event.TEAM_DELETED)
    assert entry.changes["topologies"] == ["1", "0"]
    assert not Team.objects.filter(pk=team_id).exists()


def test_nobody_joins_a_team_that_goes(user: User, stranger: User, client: Client) -> None:
    invitation = membership.invite(user.team_id, "admin", "late", user)
    key, team_id = invitation.key, user.team_id
    team_deletion.close(user.team, user)
    membership.accept(membership.invite(team_id, "viewer", "in time", user), stranger)
    Membership.objects.filter(user=stranger, team_id=team_id).delete()
    Team.objects.filter(pk=team_id).update(closes_at=timezone.now())
    with pytest.raises(membership.TeamError, match="is being deleted"):
        membership.accept(invitation, stranger)
    assert not Membership.objects.filter(user=stranger, team_id=team_id).exists()
    client.get(reverse("invitation", args=[key]))
    form = {"username": "newcomer", "password1": "correct horse battery"}
    client.post(reverse("account_signup"), form)
    assert not User.objects.filter(username="newcomer").exists()
    assert Membership.objects.filter(team_id=team_id).count() == 1


def test_an_admin_reads_what_goes_types_the_name_and_thinks_again(
    signed_in: Client, user: User
) -> None:
    create_topology(user.team_id, document())
    page = signed_in.get(reverse("team-delete")).content.decode()
    assert "<li>topologies: 1</li>" in page
    assert reverse("team-files") in page
    wrong = signed_in.post(reverse("team-delete"), {"name": "Default"})
    assert "not the name Default team." in wrong.content.decode()
    assert Team.objects.get(pk=user.team_id).closes_at is None
    signed_in.post(reverse("team-delete"), {"name": "Default team"})
    team = Team.objects.get(pk=user.team_id)
    assert team.closed_by == user
    assert team.closes_at is not None
    assert abs(team.closes_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    viewer = User.objects.create_user("victor", password="correct horse battery")
    Membership.objects.filter(user=viewer).update(role=Role.VIEWER)
    other = Client()
    other.force_login(viewer)
    text = other.get(reverse("home")).content.decode()
    assert "This team will be deleted on" in text
    assert reverse("team-keep") not in text
    for name in ("team-delete", "team-files"):
        assert other.get(reverse(name)).status_code == 403
    assert other.post(reverse("team-keep")).status_code == 403
    tasks.delete_due_teams()  # not yet
    assert reverse("team-keep") in signed_in.get(reverse("home")).content.decode()
    signed_in.post(reverse("team-keep"))
    assert Team.objects.get(pk=user.team_id).closes_at is None
    assert "This team will be deleted on" not in other.get(reverse("home")).content.decode()


def test_the_clock_deletes_what_is_due_and_the_log_says_who_asked(
    signed_in: Client, user: User
) -> None:
    signed_in.post(reverse("team-delete"), {"name": "Default team"})
    Team.objects.update(closes_at=timezone.now())
    tasks.delete_due_teams()
    assert not Team.objects.filter(slug="default").exists()
    entry = AuditEntry.objects.get(event=Event.TEAM_DELETED)
    assert (entry.actor, entry.object_repr) == (user, "Default team (default)")
    assert signed_in.get(reverse("usersessions_list")).status_code == 200  # an account stays


def test_the_files_of_a_team_have_all_of_it_no_secret_and_nothing_of_others(
    signed_in: Client, user: User
) -> None:
    own, others = Rows("mine"), Rows("foreign")
    data = b"".join(export(own.team))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = {f"{model._meta.label_lower}.jsonl" for model, _ in team_deletion.owned()}
        assert set(archive.namelist()) == names | {"README.txt"}
        texts = {name: archive.read(name).decode() for name in names}
    for name, text in texts.items():
        rows = list(map(json.loads, text.splitlines()))
        assert rows, name
        assert "foreign" not in text
    whole = "".join(texts.values())
    for model, fields in SECRETS.items():
        for field in fields:
            assert str(getattr(own.of(model), field)) not in whole
    assert others.team.slug not in whole
    answer = signed_in.get(reverse("team-files"))
    assert answer["Content-Disposition"].startswith('attachment; filename="default-')
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert "Default team (default)" in archive.read("README.txt").decode()


def test_operators_have_commands(user: User, tmp_path: Path) -> None:
    path = tmp_path / "team.zip"
    call_command("export_team", "default", "--out", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert zipfile.is_zipfile(path)
    for arguments in (["export_team", "default", "--out", str(path)], ["delete_team", "default"]):
        with pytest.raises(SystemExit):
            call_command(*arguments)
    assert Team.objects.filter(pk=user.team_id).exists()
    call_command("delete_team", "default", "--yes")
    assert not Team.objects.filter(slug="default").exists()
    with pytest.raises((CommandError, SystemExit)):
        call_command("delete_team", "nobodys", "--yes")
