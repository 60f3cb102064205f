"""What the processes of the web server count, together: each writes a file, a scrape adds them up.

A process has a number among its siblings. Whoever takes its place after it goes on counting in its
file, so that counters never fall and files never grow in number.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

DIRECTORY = tempfile.mkdtemp(prefix="advisor-meters-")
MASTER = "master"
_number = [MASTER]


def _remove(owner: int) -> None:
    if os.getpid() == owner:  # and no process that it forked
        shutil.rmtree(DIRECTORY, ignore_errors=True)


atexit.register(_remove, os.getpid())
os.environ["PROMETHEUS_MULTIPROC_DIR"] = DIRECTORY
values.ValueClass = values.MultiProcessValue(lambda: _number[0])

KNOWN_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 100.0)

REQUESTS = Counter(
    "advisor_http_requests", "Requests answered, by route",
    ["route", "method", "status"], registry=None,
)  # fmt: skip
DURATIONS = Histogram(
    "advisor_http_request_duration_seconds", "Time that a thread took to compute an answer",
    ["route"], buckets=SECONDS, registry=None,
)  # fmt: skip
RUNNING = Gauge(
    "advisor_http_requests_running", "Requests being processed by threads",
    registry=None, multiprocess_mode="livesum",
)  # fmt: skip
WAITING = Gauge(
    "advisor_http_requests_waiting", "Requests waiting for a thread",
    registry=None, multiprocess_mode="livesum",
)  # fmt: skip
CONNECTIONS = Gauge(
    "advisor_http_connections", "Open connections by phase: what each is waiting for",
    ["phase"], registry=None, multiprocess_mode="livesum",
)  # fmt: skip
DROPPED = Counter(
    "advisor_http_connections_dropped", "Connections closed by a timeout, by phase",
    ["phase"], registry=None,
)  # fmt: skip
REFUSED = Counter(
    "advisor_http_requests_refused", "Requests refused by the server before any view",
    ["status"], registry=None,
)  # fmt: skip
OVERDUE = Counter(
    "advisor_http_requests_overdue", "Requests that exceeded the time limit, so that their "
    "process ended",
    registry=None,
)  # fmt: skip
MEMORY = Gauge(
    "advisor_process_memory_bytes", "Resident memory of a web process",
    registry=None, multiprocess_mode="liveall",
)  # fmt: skip


def be(number: str) -> None:
    """After a fork: this process counts under its own number."""
    _number[0] = number


def begin(phases: Iterable[str]) -> None:
    """What may be counted is there from the start, at 0, so that its first one is a growth."""
    for phase in (*phases, "room"):
        DROPPED.labels(phase)
    for status in ("400", "408", "413", "431", "500", "501", "503"):
        REFUSED.labels(status)


def end(number: str) -> None:
    """The process is gone, and what it had at work."""
    mark_process_dead(number, DIRECTORY)


def collect_into(registry: CollectorRegistry) -> None:
    """What all processes counted."""
    MultiProcessCollector(registry, path=DIRECTORY)


def count(route: str, method: str | None, status: int, duration_s: float) -> None:
    """A request that was answered."""
    known = method if method in KNOWN_METHODS else "other"
    REQUESTS.labels(route, known, status).inc()
    DURATIONS.labels(route).observe(duration_s)
