"""What waits apart from what: every task of the background in one table, by its queue.

Each queue has workers of its own, so that however much waits in one, nothing of another waits for
it. `clock` has what says that something is due; it takes moments, and must never stand in a line.
"""

from typing import NamedTuple


class Queue(NamedTuple):
    """Tasks that may wait for each other, and how many of them a worker does at once."""

    slots: int
    tasks: tuple[str, ...]


QUEUES = {
    "jobs": Queue(2, ("run-job",)),  # people wait for them
    "health": Queue(  # its tasks wait for AWS more than they work
        4, ("collect-health", "look-after-points", "clear-expired", "delete-due-teams")
    ),
    "mail": Queue(2, ("make-report", "send-report", "send-webhook", "look-at-plans")),
    "clock": Queue(
        1,
        (
            "put-back-jobs",
            "collect-due-health",
            "send-webhooks",
            "send-reports",
            "tell-the-week",
            "refresh-prices",
        ),
    ),
}

ROUTES = {task: {"queue": name} for name, queue in QUEUES.items() for task in queue.tasks}
