"""What /readyz knows: parts are asked by threads of their own, and are late after some seconds."""

import threading
import time
from unittest.mock import patch

import pytest
import redis
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from advisor import tasks
from advisor.observability import readiness
from advisor.observability.readiness import Dependency, Watch


def asked(*parts: Dependency) -> Watch:
    watch = Watch(parts)
    for part in parts:
        watch.ask(part)
    return watch


def failing(error: Exception) -> Dependency:
    def ask() -> str:
        raise error

    return Dependency("broken", ask)


def test_it_is_ready_when_every_part_that_is_needed_answers() -> None:
    good, told = (
        Dependency("good", lambda: "ok"),
        Dependency("told", lambda: "none", is_needed=False),
    )
    assert asked(good, told).state() == (True, {"good": "ok", "told": "none"})
    watch = asked(good, failing(OperationalError("host db.internal, password hunter2")))
    assert watch.state() == (False, {"good": "ok", "broken": "does not answer"})
    told_away = failing(ValueError("x"))._replace(is_needed=False)
    assert asked(good, told_away).state().is_ready


def test_before_the_first_answer_it_is_not_ready() -> None:
    watch = Watch([Dependency("slow", lambda: "ok")])
    assert watch.state() == (False, {"slow": readiness.PENDING})


def test_a_part_that_hangs_is_late_and_the_state_is_told_at_once() -> None:
    release = threading.Event()
    answers = iter(["ok"])

    def hang() -> str:
        first = next(answers, "")
        if not first:
            release.wait(20)
        return first

    watch = Watch([Dependency("quick", lambda: "ok")], [Dependency("hanging", hang)])
    with patch.multiple(readiness, EVERY_S=0.05, LATE_S=0.5):
        watch.start()
        until = time.monotonic() + 20
        while not watch.state().is_ready:
            assert time.monotonic() < until
            time.sleep(0.02)
        while watch.state().is_ready:
            assert time.monotonic() < until
            time.sleep(0.02)
        began = time.monotonic()
        texts = watch.state().parts
        assert time.monotonic() - began < 0.5
        release.set()
    assert texts["quick"] == "ok"
    assert texts["hanging"].startswith("has not answered for")


def test_an_error_is_logged_when_it_begins_and_not_again(caplog: pytest.LogCaptureFixture) -> None:
    part = failing(OperationalError("host db.internal"))
    watch = asked(part, part, part)
    assert [each.getMessage() for each in caplog.records] == [
        "not ready: the broken does not answer"
    ]
    assert watch.state().parts == {"broken": "does not answer"}


@pytest.mark.django_db
def test_a_release_whose_migrations_are_missing_is_not_ready() -> None:
    (part,) = (each for each in readiness.IN_DATABASE if each.name == "migrations")
    assert asked(part).state() == (True, {"migrations": "ok"})
    MigrationRecorder(connection).record_unapplied("advisor", "0001_initial")
    MigrationRecorder(connection).record_applied("advisor", "9999_of_a_later_release")
    text = "1 of this release are not applied: run manage.py migrate"
    assert asked(part).state() == (False, {"migrations": text})


@pytest.mark.django_db
def test_the_database_and_the_broker_are_asked_themselves() -> None:
    parts = {each.name: each for each in (*readiness.IN_DATABASE, readiness.BROKER)}
    assert asked(parts["database"]).state().is_ready
    with patch.object(connection, "cursor", side_effect=OperationalError("away")):
        assert not asked(parts["database"]).state().is_ready
    with patch.object(redis.Redis, "ping", return_value=True):
        assert asked(parts["broker"]).state().is_ready
    with patch.object(redis.Redis, "ping", side_effect=redis.ConnectionError("away")):
        assert not asked(parts["broker"]).state().is_ready


@pytest.mark.django_db
def test_a_worker_that_is_silent_is_told_and_no_failure() -> None:
    (part,) = (each for each in readiness.IN_DATABASE if each.name == "worker")
    assert asked(part).state() == (True, {"worker": "none was heard of yet"})
    with patch.object(tasks.runner, "ring_again"):
        tasks.put_back_jobs()
    assert asked(part).state() == (True, {"worker": "heard of 0 s ago"})
    cache.set(readiness.HEARD, time.time() - 300, None)
    assert asked(part).state() == (True, {"worker": "none is at work: last heard of 300 s ago"})
