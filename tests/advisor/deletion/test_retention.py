"""What is just older than it is kept goes, what is just younger stays; no model is forgotten."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor import tasks
from advisor.deletion import retention
from advisor.deletion.retention import KINDS, POINTS, WITH_OWNER, DataKind
from advisor.models import AuditEntry, Job, User, WebhookDelivery
from connectivity.actions import create_topology
from connectivity.measurements import Filing, file_measurements
from connectivity.models import (
    AwsAccount,
    DayPoint,
    LatencyUpload,
    MeasuredCell,
    Resource,
    Series,
    Spending,
    Topology,
)
from connectivity.queries import latencies
from tests.conftest import ROOT
from tests.factories import document
from tests.rows import Rows, stored_models

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SAMPLE = ROOT / "tests" / "samples" / "latency" / "ping_iputils.txt"

MOMENTS: dict[str, tuple[str, ...]] = {
    "advisor.job": ("finished_at",),
    "advisor.storedreply": ("created_at",),
    "sessions.session": ("expire_date",),
    "usersessions.usersession": ("created_at",),
    "advisor.auditentry": ("timestamp",),
    "connectivity.latencyupload": ("created_at",),
    "connectivity.finding": ("closed_at",),
    "connectivity.incident": ("closed_at",),
    "connectivity.resource": ("gone_at",),
    "connectivity.series": ("gone_at",),
    "connectivity.awsaccount": ("removed_at",),
    "connectivity.spending": ("day",),
    "advisor.report": ("made_at",),
    "advisor.webhookdelivery": ("due_at",),
    "advisor.webhook": ("ended_at",),
    "connectivity.topology": ("deleted_at",),
    "connectivity.plannews": ("at",),
    "advisor.invitation": ("expires_at", "ended_at"),
    "advisor.apitoken": ("expiry",),
    "advisor.sharelink": ("expires_at", "revoked_at"),
    "account.emailconfirmation": ("created",),
}
"""By which fields a row has an age."""

OTHERS: dict[str, dict[str, Any]] = {
    "webhook deliveries, delivered or dead": {"state": "sent"},
    "sign-ins, refusals and other events of the audit log": {"event": "signed in"},
    "writes in the audit log": {"event": ""},
}
NAMED = {"ids": lambda kind: kind.name}


def aged(kind: DataKind, moment: datetime, **others: Any) -> Any:
    """A row of the kind that got its age at a moment."""
    row = Rows("a").of(kind.model)
    names = MOMENTS[kind.model._meta.label_lower]
    value: Any = moment.date() if kind.model is Spending else moment
    changes = dict.fromkeys(names, value) | OTHERS.get(kind.name, {}) | others
    rows = kind.model._base_manager.filter(pk=row.pk)
    rows.update(**changes)
    if kind.model is AwsAccount:
        Resource.objects.all().delete()
    return rows


@pytest.fixture(params=KINDS, **NAMED)
def kind(request: pytest.FixtureRequest, settings: Any, monkeypatch: Any) -> DataKind:
    """Each kind alone, so that no other takes its row along."""
    settings.KEEP_AUDIT_DAYS = settings.KEEP_MEASUREMENTS_DAYS = 10
    monkeypatch.setattr(retention, "KINDS", (request.param,))
    return request.param  # type: ignore[no-any-return]


def test_what_is_just_older_goes_and_what_is_just_younger_stays(kind: DataKind) -> None:
    now = timezone.now()
    days = timedelta(days=kind.kept_days or 0)
    step = timedelta(days=1) if kind.model is Spending else MINUTE
    row = aged(kind, now - days + step)
    retention.clear(now)
    assert row.exists()
    names = MOMENTS[kind.model._meta.label_lower]
    row.update(**dict.fromkeys(names, (now - days - step)))
    assert retention.clear(now)[kind.name] >= 1
    assert not row.exists()


@pytest.mark.parametrize("name", [kind.name for kind in KINDS if isinstance(kind.days, str)])
def test_what_a_company_did_not_decide_is_kept_for_ever(name: str, monkeypatch: Any) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    monkeypatch.setattr(retention, "KINDS", (kind,))
    row = aged(kind, timezone.now() - timedelta(days=9_999))
    assert retention.clear(timezone.now()) == {name: 0}
    assert row.exists()


def test_a_delivery_that_waits_and_a_topology_that_lives_stay(user: User) -> None:
    kind = next(kind for kind in KINDS if kind.model is WebhookDelivery)
    row = aged(kind, timezone.now() - timedelta(days=31), state="waiting")
    alive = create_topology(user.team_id, document(), author_id=user.pk).topology
    Topology.objects.filter(pk=alive.pk).update(
        created_at=timezone.now() - timedelta(days=999),
        updated_at=timezone.now() - timedelta(days=999),
    )
    tasks.clear_expired()
    assert row.exists()
    assert Topology.objects.filter(pk=alive.pk).exists()


def test_every_model_with_a_time_is_in_the_table_or_says_with_whom_it_ends() -> None:
    timed = {
        model._meta.label_lower
        for model in stored_models()
        if any(isinstance(field, models.DateField) for field in model._meta.concrete_fields)
    }
    in_table = {kind.model._meta.label_lower for kind in KINDS}
    assert in_table | set(WITH_OWNER) == timed
    assert not in_table & set(WITH_OWNER)
    assert set(MOMENTS) == in_table


def test_many_rows_go_in_batches_and_a_night_has_an_end(user: User, monkeypatch: Any) -> None:
    old = timezone.now() - timedelta(days=31)
    jobs = [Job(team_id=user.team_id, kind="x", arguments={}, finished_at=old) for _ in range(45)]
    Job.objects.bulk_create(jobs)
    entries = AuditEntry.objects.count()
    monkeypatch.setattr(retention, "LONGEST_S", -1.0)
    assert retention.clear(timezone.now())["finished jobs"] == 0
    assert Job.objects.count() == 45
    monkeypatch.setattr(retention, "LONGEST_S", 60.0)
    assert retention.clear(timezone.now())["finished jobs"] == 45
    assert AuditEntry.objects.count() == entries  # the log does not grow by what goes


def test_days_of_a_series_go_with_it(kind: DataKind) -> None:
    if kind.model not in (Resource, Series):
        return
    row = aged(kind, timezone.now() - timedelta(days=456))
    assert DayPoint.objects.exists()
    retention.clear(timezone.now())
    assert not row.exists()
    assert not DayPoint.objects.exists()


def test_cells_are_derived_anew_when_measurements_go(user: User, settings: Any) -> None:
    for name, destination in (("old", "use1-az2"), ("new", "use1-az4")):
        filing = Filing("use1-az1", destination, "vpc-peering")
        file_measurements(user.team_id, name, SAMPLE.read_bytes(), filing)
    places = MeasuredCell.objects.values_list("destination", flat=True)
    assert set(places) == {"use1-az2", "use1-az4"}
    old = LatencyUpload.objects.filter(name="old")
    old.update(created_at=timezone.now() - timedelta(days=11))
    settings.KEEP_MEASUREMENTS_DAYS = 10
    before = latencies(user.team_id).name
    tasks.clear_expired()
    assert set(places.all()) == {"use1-az4"}
    assert latencies(user.team_id).name != before


def test_the_page_and_the_document_say_what_the_table_says(signed_in: Client, user: User) -> None:
    page = signed_in.get(reverse("team-kept")).content.decode()
    text = (ROOT / "docs" / "retention.md").read_text(encoding="utf-8")
    rows = [(kind.name, str(kind.days), kind.why) for kind in KINDS]
    for name, days, why in rows:
        assert name in page
        assert why in page
        assert f"| {name} | {days if days.isdecimal() else f'`{days}`'} | {why} |" in text
    for name, count in POINTS:
        assert f"<td>{name}</td>" in page
        assert f"| {name} | {count} |" in text
