"""Jobs: done once, put back when a worker is lost, never lost when the broker is."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from advisor import jobs, tasks
from advisor.celery import app
from advisor.models import Job, StoredReply, User
from advisor.schedule import SCHEDULE
from tests.factories import document

pytestmark = pytest.mark.django_db
ARGUMENTS = {
    "document": document(),
    "options": None,
    "price_list": None,
    "include": [],
    "topology_version": None,
}


def started(user: User, **changes: Any) -> Job:
    with patch.object(jobs, "ring"):
        return jobs.start("compare", ARGUMENTS | changes, team_id=user.team_id, user_id=user.pk)


def aged(job: Job, by: timedelta, **changes: Any) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - by, **changes)


def test_the_task_runs_the_job(user: User) -> None:
    job = started(user)
    tasks.run_job(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 1)
    assert job.result["recommended"] == "vpc-peering"
    assert job.finished_at is not None


def test_a_second_ring_finds_nothing_to_do(user: User) -> None:
    job = started(user)
    jobs.run(str(job.uid))
    jobs.run(str(job.uid))
    job.refresh_from_db()
    assert job.attempts == 1


def test_a_broker_that_is_away_loses_nothing(
    user: User, django_capture_on_commit_callbacks: Any
) -> None:
    away = patch.object(app, "connection_for_write", side_effect=OperationalError("away"))
    with away, django_capture_on_commit_callbacks(execute=True):
        job = jobs.start("compare", ARGUMENTS, team_id=user.team_id, user_id=user.pk)
    assert jobs.put_back() == []
    aged(job, jobs.UNHEARD * 2)
    assert jobs.put_back() == [job.uid]


def test_a_worker_that_comes_up_asks_for_what_waits(user: User) -> None:
    first, second = started(user), started(user)
    jobs.run(str(first.uid))
    with patch.object(tasks.run_job, "delay") as rung:
        tasks.ring_for_what_waits()
    rung.assert_called_once_with(str(second.uid))


def test_a_job_whose_worker_is_lost_is_put_back(user: User) -> None:
    job = started(user)
    aged(job, jobs.SILENT * 2, state="running", attempts=1)
    with patch.object(tasks.run_job, "delay") as rung:
        tasks.put_back_jobs()
    rung.assert_called_once_with(str(job.uid))
    jobs.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_always_loses_its_worker_fails(user: User) -> None:
    job = started(user)
    aged(job, jobs.SILENT * 2, state="running", attempts=jobs.MAX_ATTEMPTS)
    assert jobs.put_back() == []
    job.refresh_from_db()
    assert (job.state, job.problems) == (
        "failed",
        [{"path": "job", "problem": "lost its worker 3 times"}],
    )


def test_a_worker_that_comes_back_late_changes_nothing(user: User) -> None:
    """Its job was put back and is run by another one meanwhile."""
    job = started(user)
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1)
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).update(attempts=2)
    jobs._finish(job, Job.State.DONE, result={"late": True})
    job.refresh_from_db()
    assert (job.state, job.result) == ("running", None)


def test_an_error_of_ours_is_told_and_logged(user: User) -> None:
    job = started(user)
    broken = patch.dict(jobs.KINDS, compare=lambda *_: 1 / 0)
    with broken, pytest.raises(ZeroDivisionError):
        jobs.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.result) == ("failed", None)
    assert "log says why" in job.problems[0]["problem"]


def test_a_cancelled_job_stops_at_its_next_step(user: User) -> None:
    job = started(user)

    def compare(team_id: int, arguments: Any, progress: jobs.Progress) -> dict[str, Any]:
        jobs.cancel(job)
        progress(1, 5)
        raise AssertionError("it went on")

    with patch.dict(jobs.KINDS, compare=compare):
        jobs.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.result) == ("cancelled", None)


def test_what_is_old_is_forgotten(user: User) -> None:
    old, new = started(user), started(user)
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
    reply = StoredReply.objects.create(
        team_id=user.team_id, key="k", request_sha256="", status=201, body={}
    )
    StoredReply.objects.filter(pk=reply.pk).update(created_at=timezone.now() - timedelta(days=8))
    tasks.clear_expired()
    assert list(Job.objects.all()) == [new]
    assert not StoredReply.objects.exists()


def test_every_scheduled_task_exists_and_expires() -> None:
    for entry in SCHEDULE.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"]
