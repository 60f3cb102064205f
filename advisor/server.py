"""Gunicorn's configuration, wherever it runs: `gunicorn --config python:advisor.server`.

The application is loaded before the fork: workers share its memory, and a new one is there at once.
"""

import gc
import os
import signal
from itertools import count
from typing import Any

from django.db import connections
from django.urls import resolve

import advisor.wsgi  # noqa: F401  before the worker's class, which needs it
from advisor.observability import meters
from advisor.observability.readiness import watch
from advisor.parent_death import die_with
from advisor.serving.worker import HELD

wsgi_app = "advisor.wsgi"
worker_class = "advisor.serving.worker.Worker"
logger_class = "advisor.serving.lines.Lines"
workers = 2
threads = 4  # of each worker; they compute, and wait for no client
timeout = 60  # seconds without a turn of the loop, after which a worker is killed
graceful_timeout = 18  # seconds to finish what was begun; the supervisor waits 20
max_requests = 20_000  # then a worker gives way to a new one, so that no leak grows for ever
max_requests_jitter = 4_000
control_socket_disable = True

ALLOCATIONS = 20_000  # between two looks for garbage; Python's own is meant for small programs


def on_starting(server: Any) -> None:
    """A worker told to end before it listens to signals would never hear of it: they wait.

    Of this process alone: whoever only imports the settings forks as ever.
    """
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, HELD),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD),
    )


def when_ready(server: Any) -> None:
    """What is loaded now stays for ever: the garbage collector need not look through it again.

    A comparison makes many objects, so that the collector went through all of Django several times
    for each large one; and what it does not touch stays shared between the workers.
    """
    resolve("/")  # every page
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 100)


def pre_fork(server: Any, worker: Any) -> None:
    """The lowest number that none of its siblings has."""
    meters.end(meters.MASTER)  # it answers nobody
    taken = {each.number for each in server.WORKERS.values()}
    worker.number = next(number for number in count(1) if number not in taken)


def child_exit(server: Any, worker: Any) -> None:
    meters.end(str(worker.number))


def post_worker_init(worker: Any) -> None:
    watch.start()


def post_fork(server: Any, worker: Any) -> None:
    """A worker shares no connection with its master, and does not outlive it."""
    connections.close_all()
    meters.be(str(worker.number))
    die_with(server.pid)
