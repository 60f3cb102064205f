"""Every task waits in one queue, and every queue has a worker wherever the product runs."""

import itertools
import socket
from unittest.mock import patch

import pytest

from advisor import workers
from advisor.celery import app
from advisor.queues import QUEUES, ROUTES
from advisor.schedule import SCHEDULE
from tests.deploy import compose

START = ["python", "-m", "advisor.workers"]


def test_every_task_waits_in_one_queue() -> None:
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    listed = list(itertools.chain(*(queue.tasks for queue in QUEUES.values())))
    assert sorted(listed) == sorted(ours)
    for name in ours:
        assert app.amqp.router.route({}, name)["queue"].name == ROUTES[name]["queue"]


def test_what_people_wait_for_waits_for_nothing_else() -> None:
    assert QUEUES["jobs"].tasks == ("run-job",)


def test_what_says_that_something_is_due_stands_in_no_line() -> None:
    long = {"look-after-points", "clear-expired", "delete-due-teams", "look-at-plans"}
    quick = {entry["task"] for entry in SCHEDULE.values()} - long
    assert set(QUEUES["clock"].tasks) == quick


def test_every_queue_has_a_worker_that_is_watched() -> None:
    services = compose.read()["services"].values()
    commands = [each["command"] for each in services if each.get("command", [])[:3] == START]
    assert sorted(itertools.chain(*(command[3:] for command in commands))) == sorted(QUEUES)
    checks = [each["healthcheck"]["test"] for each in services if each.get("command") in commands]
    assert checks == [["CMD", *START, "--ping", *command[3:]] for command in commands]


def test_a_worker_listens_to_its_queue_alone() -> None:
    given = workers.command("health")
    assert given[given.index("--queues") + 1] == "health"
    assert given[given.index("--concurrency") + 1] == "4"
    assert given[given.index("--hostname") + 1] == "health@%h"


@pytest.mark.parametrize(
    ("answering", "code"), [(["jobs", "mail"], 0), (["jobs"], 1), ([], 1), (["jobs", "clock"], 1)]
)
def test_all_workers_that_are_asked_must_answer(answering: list[str], code: int) -> None:
    replies = [{f"{name}@{socket.gethostname()}": {"ok": "pong"}} for name in answering]
    with (
        patch.object(app.control, "ping", return_value=replies),
        pytest.raises(SystemExit) as ended,
    ):
        workers.main(["--ping", "jobs", "mail"])
    assert ended.value.code == code


def test_a_queue_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        workers.main(["letters"])
    assert ended.value.code == 2
    assert "'letters'" in capsys.readouterr().err
