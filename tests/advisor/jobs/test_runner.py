"""Jobs: done once, put back when a worker is lost, never lost when the broker is."""

import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import call, patch

import kombu.exceptions
import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from celery.exceptions import Reject
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone
from kombu import Connection

from advisor import tasks
from advisor.celery import app
from advisor.jobs import runner
from advisor.models import Job, User
from advisor.schedule import SCHEDULE
from connectivity.pulse import LEASE, Pulse
from tests.factories import document

pytestmark = pytest.mark.django_db
QUEUE = app.amqp.router.route({}, "run-job")["queue"].name
ARGUMENTS = {
    "document": document(),
    "options": None,
    "price_list": None,
    "include": [],
    "topology_version": None,
}


def started(user: User, **changes: Any) -> Job:
    with patch.object(runner, "ring"):
        return runner.start("compare", ARGUMENTS | changes, team_id=user.team_id, user_id=user.pk)


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
    runner.run(str(job.uid))
    runner.run(str(job.uid))
    job.refresh_from_db()
    assert job.attempts == 1


def test_a_broker_that_is_away_loses_nothing(
    user: User, django_capture_on_commit_callbacks: Any
) -> None:
    away = patch.object(
        app, "connection_for_write", side_effect=kombu.exceptions.OperationalError("away")
    )
    with away, django_capture_on_commit_callbacks(execute=True):
        job = runner.start("compare", ARGUMENTS, team_id=user.team_id, user_id=user.pk)
    assert runner.waiting(9) == []
    aged(job, runner.UNHEARD * 2)
    assert runner.waiting(9) == [job.uid]
    assert runner.waiting(9) == []


def test_a_worker_that_comes_up_asks_for_what_waits() -> None:
    with patch.object(tasks.put_back_jobs, "delay") as rung:
        tasks.ring_for_what_waits()
    rung.assert_called_once_with()


@pytest.fixture
def broker() -> Iterator[Connection]:
    """One in memory, on which nobody listens."""
    with (
        Connection("memory://") as connection,
        patch.object(app, "connection_for_write", return_value=connection),
    ):
        connection.default_channel.queue_purge(QUEUE)
        yield connection


def waiting_in(broker: Connection) -> int:
    return int(broker.default_channel.queue_declare(queue=QUEUE).message_count)


def test_a_job_whose_worker_is_lost_is_put_back(user: User, broker: Connection) -> None:
    job = started(user)
    aged(job, LEASE + timedelta(seconds=1), state="running", attempts=1)
    tasks.put_back_jobs()
    message = broker.default_channel.basic_get(QUEUE, no_ack=True)
    assert message.headers["task"] == "run-job"
    assert message.decode()[0] == [str(job.uid)]
    runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.losses) == ("done", 2, 1)


def test_what_was_lost_goes_before_what_waits(user: User, broker: Connection) -> None:
    """However much waits: it has waited its turn once."""
    waits, lost = started(user), started(user)
    aged(waits, runner.UNHEARD * 2)
    aged(lost, LEASE * 2, state="running", attempts=1)
    with patch.object(runner, "MAX_RINGS", 0):
        tasks.put_back_jobs()
    assert waiting_in(broker) == 1
    tasks.put_back_jobs()
    sent = [broker.default_channel.basic_get(QUEUE, no_ack=True) for _ in range(2)]
    assert {message.decode()[0][0]: message.properties["priority"] for message in sent} == {
        str(lost.uid): runner.FIRST,
        str(waits.uid): runner.LAST,
    }
    assert runner.FIRST < runner.LAST  # to Redis


def test_a_ring_outlives_a_database_that_is_away() -> None:
    with (
        patch.object(runner, "run", side_effect=OperationalError("away")),
        patch.object(tasks.time, "sleep") as slept,
        pytest.raises(Reject) as rejected,
    ):
        tasks.run_job("0")
    assert rejected.value.requeue
    slept.assert_called_once_with(tasks.PAUSE_S)


def test_a_job_whose_worker_beats_is_left_alone(user: User, broker: Connection) -> None:
    job = started(user)
    aged(job, LEASE - timedelta(seconds=5), state="running", attempts=1)
    tasks.put_back_jobs()
    assert waiting_in(broker) == 0
    job.refresh_from_db()
    assert job.state == "running"


def test_what_nobody_hears_is_not_rung_for_without_end(user: User, broker: Connection) -> None:
    """Each round rings for the oldest, until as much waits as is good."""
    uids = [str(started(user).uid) for _ in range(5)]
    Job.objects.update(heartbeat_at=timezone.now() - 2 * runner.UNHEARD)
    with patch.object(runner, "MAX_RINGS", 3):
        for _ in range(4):
            tasks.put_back_jobs()
        assert waiting_in(broker) == 3
        channel = broker.default_channel
        rung = [channel.basic_get(QUEUE, no_ack=True).decode()[0][0] for _ in range(3)]
        assert rung == uids[:3]
        tasks.put_back_jobs()
        assert waiting_in(broker) == 2


def test_an_interrupted_job_is_given_back_at_once(user: User, broker: Connection) -> None:
    job = started(user)

    def compare(*_: Any) -> dict[str, Any]:
        raise SoftTimeLimitExceeded

    with patch.dict(runner.KINDS, compare=compare), patch.object(runner, "connections"):
        runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.losses, waiting_in(broker)) == ("queued", 1, 0, 1)
    runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_takes_too_long_fails_and_is_not_tried_again(
    user: User, broker: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(user)
    clock = iter([0.0, float(runner.LONGEST_S)])
    monkeypatch.setattr(runner.time, "monotonic", lambda: next(clock))

    def compare(*_: Any) -> dict[str, Any]:
        raise SoftTimeLimitExceeded

    with patch.dict(runner.KINDS, compare=compare), patch.object(runner, "connections"):
        runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, waiting_in(broker)) == ("failed", 0)
    assert job.problems == [{"path": "job", "problem": "took longer than 48 minutes"}]


def test_a_job_without_its_database_is_left_to_its_lease(user: User) -> None:
    job = started(user)

    def compare(*_: Any) -> dict[str, Any]:
        raise OperationalError("the server closed the connection")

    with patch.dict(runner.KINDS, compare=compare):
        runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.problems) == ("running", [])


def test_two_workers_that_are_rung_at_once_begin_it_once(user: User) -> None:
    """Both have read that it waits before either claims it."""
    job = started(user)
    first = Job.objects.filter(uid=job.uid).first

    def other(*_: Any) -> Any:
        row = first()
        with patch.object(QuerySet, "first", first_of):
            assert runner._claim(str(job.uid)) is not None
        return row

    first_of = QuerySet.first
    with patch.object(QuerySet, "first", other):
        assert runner._claim(str(job.uid)) is None
    job.refresh_from_db()
    assert job.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_beats_however_long_a_step_takes(user: User) -> None:
    job = started(user)
    beats = []

    def compare(*_: Any) -> dict[str, Any]:
        until = time.monotonic() + 10
        while len(set(beats)) < 3 and time.monotonic() < until:
            time.sleep(0.05)
            beats.append(Job.objects.get(pk=job.pk).heartbeat_at)
        return {}

    with (
        patch.dict(runner.KINDS, compare=compare),
        patch.object(Pulse.__init__, "__defaults__", (0.05,)),
    ):
        runner.run(str(job.uid))
    assert len(set(beats)) >= 3


def test_a_worker_that_ends_interrupts_its_jobs_and_nothing_else() -> None:
    requests = [
        SimpleNamespace(name="run-job", worker_pid=11),
        SimpleNamespace(name="send-report", worker_pid=12),
        SimpleNamespace(name="run-job", worker_pid=None),
        SimpleNamespace(name="run-job", worker_pid=13),
    ]
    with (
        patch.object(tasks.state, "active_requests", requests),
        patch.object(tasks.os, "kill", side_effect=[ProcessLookupError, None]) as kill,
    ):
        tasks.give_back_jobs()
    assert kill.call_args_list == [call(11, signal.SIGUSR1), call(13, signal.SIGUSR1)]


def test_a_job_that_always_loses_its_worker_fails(user: User) -> None:
    job = started(user)
    aged(job, LEASE * 2, state="running", attempts=7, losses=runner.MAX_LOSSES - 1)
    assert runner.put_back() == []
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
    runner._finish(job, Job.State.DONE, result={"late": True})
    job.refresh_from_db()
    assert (job.state, job.result) == ("running", None)


def test_an_error_of_ours_is_told_and_logged(user: User) -> None:
    job = started(user)
    broken = patch.dict(runner.KINDS, compare=lambda *_: 1 / 0)
    with broken, pytest.raises(ZeroDivisionError):
        runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.result) == ("failed", None)
    assert "log says why" in job.problems[0]["problem"]


def test_a_cancelled_job_stops_at_its_next_step(user: User) -> None:
    job = started(user)

    def compare(team_id: int, arguments: Any, progress: runner.Progress) -> dict[str, Any]:
        runner.cancel(job)
        progress(1, 5)
        raise AssertionError("it went on")

    with patch.dict(runner.KINDS, compare=compare):
        runner.run(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.result) == ("cancelled", None)


def test_every_scheduled_task_exists_and_expires() -> None:
    for entry in SCHEDULE.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"]
