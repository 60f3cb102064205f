"""What the clock rings for: each time as far as the broker has room, whatever waits there."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from kombu import Connection

from advisor import tasks
from advisor.celery import app
from advisor.queues import ROUTES

CLOCK = {
    "send-webhooks": ("send-webhook", "deliveries.due", tasks.MAX_WEBHOOKS),
    "send-reports": ("send-report", "sending.due", tasks.MAX_RINGS),
    "tell-the-week": ("make-report", "making.due", tasks.MAX_RINGS),
    "collect-due-health": ("collect-health", "scheduling.due_turns", tasks.MAX_RINGS),
}
"""What the clock rings, what that rings for, where it asks what is due, and how many may wait."""


@pytest.fixture
def broker() -> Iterator[Connection]:
    """One in memory, on which nobody listens."""
    with (
        Connection("memory://") as connection,
        patch.object(app, "connection_for_write", return_value=connection),
    ):
        for queue in {route["queue"] for route in ROUTES.values()}:
            connection.default_channel.queue_declare(queue=queue)
            connection.default_channel.queue_purge(queue)
        yield connection


def waiting_for(task: str, broker: Connection) -> int:
    queue = ROUTES[task]["queue"]
    return int(broker.default_channel.queue_declare(queue=queue).message_count)


@pytest.mark.parametrize("name", CLOCK)
def test_however_often_the_clock_rings_no_more_wait_than_may(name: str, broker: Connection) -> None:
    task, asked, most = CLOCK[name]
    module, function = asked.split(".")
    with (
        patch.object(tasks.deliveries, "announce"),
        patch.object(getattr(tasks, module), function, return_value=list(range(400))),
    ):
        app.tasks[name]()
        assert waiting_for(task, broker) == 400
        for _ in range(20):
            app.tasks[name]()
    assert waiting_for(task, broker) == most
    first = broker.default_channel.basic_get(ROUTES[task]["queue"], no_ack=True)
    assert (first.headers["task"], first.decode()[0]) == (task, [0])


def test_webhooks_leave_room_for_mails(broker: Connection) -> None:
    with (
        patch.object(tasks.deliveries, "announce"),
        patch.object(tasks.deliveries, "due", return_value=list(range(5_000))),
        patch.object(tasks.sending, "due", return_value=[1, 2, 3]),
    ):
        tasks.send_webhooks()
        tasks.send_reports()
    assert waiting_for("send-report", broker) == tasks.MAX_WEBHOOKS + 3


def test_where_nothing_is_due_the_broker_is_not_asked() -> None:
    with (
        patch.object(app, "connection_for_write", side_effect=AssertionError),
        patch.object(tasks.sending, "due", return_value=[]),
    ):
        tasks.send_reports()
