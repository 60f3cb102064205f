"""Whether this process can answer requests: what it needs is asked all the time, by two threads.

Whoever asks /readyz is told at once what is known: no thread that answers requests is taken, and a
part that hangs is late. The answer is open, so it names parts alone; the log has the error.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import redis
from django.conf import settings
from django.core.cache import cache as kept
from django.db import close_old_connections, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

log = logging.getLogger(__name__)

EVERY_S = 2.0
LATE_S = 6.0  # without an answer for so long a part is away
BROKER_S = 2.0
HEARD = "worker-heard"  # in the cache: when a worker last did what the clock asked for
SILENT_S = 120.0  # it is asked twice a minute

PENDING = "has not answered yet"


class Away(Exception):
    """What is wrong with a part, as anybody may read it."""


class BrokerAway(Exception):
    """The broker does not answer."""


class Dependency(NamedTuple):
    """Something that is needed, or that is only told: raises, or returns what to say."""

    name: str
    ask: Callable[[], str]
    is_needed: bool = True


class DependencyState(NamedTuple):
    is_ready: bool
    parts: dict[str, str]


class Watch:
    """Asks each group of parts by a thread of its own, and keeps the last answers."""

    def __init__(self, *groups: Sequence[Dependency]) -> None:
        self.groups = groups
        self._answers: dict[str, tuple[float, bool, str]] = {}

    def start(self) -> None:
        """After the fork: a thread belongs to its process."""
        for group in self.groups:
            threading.Thread(
                target=self._ask_on, args=(group,), name="readiness", daemon=True
            ).start()

    def state(self) -> DependencyState:
        """What is known now."""
        now, is_ready, texts = time.monotonic(), True, {}
        for part in chain(*self.groups):
            at, is_well, text = self._answers.get(part.name, (now, False, PENDING))
            if now - at > LATE_S:
                is_well, text = False, f"has not answered for {now - at:.0f} s"
            is_ready = is_ready and (is_well or not part.is_needed)
            texts[part.name] = text
        return DependencyState(is_ready, texts)

    def ask(self, part: Dependency) -> None:
        """One answer of a part; its error is logged when it begins."""
        try:
            is_well, text = True, part.ask()
        except Away as error:
            is_well, text = False, str(error)
        except Exception:
            is_well, text = False, "does not answer"
            if self._answers.get(part.name, (0.0, True, ""))[1]:
                log.exception("not ready: the %s does not answer", part.name)
        self._answers[part.name] = (time.monotonic(), is_well, text)

    def _ask_on(self, group: Sequence[Dependency]) -> None:
        while True:
            close_old_connections()
            for part in group:
                self.ask(part)
            time.sleep(EVERY_S)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


@cache
def _released() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _migrations() -> str:
    missing = len(_released() - set(MigrationRecorder(connection).applied_migrations()))
    if missing:
        raise Away(f"{missing} of this release are not applied: run manage.py migrate")
    return "ok"


@cache
def broker() -> redis.Redis:
    """A client that gives up soon."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://", 1)
    return redis.Redis.from_url(
        url, socket_timeout=BROKER_S, socket_connect_timeout=BROKER_S, max_connections=4
    )


def queue_length(name: str) -> int:
    """Messages that no worker has taken. Raises: BrokerAway."""
    try:
        return int(broker().llen(name))
    except (redis.RedisError, OSError) as error:
        raise BrokerAway(str(error)) from error


def _broker() -> str:
    broker().ping()
    return "ok"


def worker_heard() -> None:
    """A worker did what the clock asked for: broker, clock and worker work together."""
    kept.set(HEARD, time.time(), None)


def worker_silent_s() -> float | None:
    """For how long no worker was heard of; None where none ever was."""
    heard = kept.get(HEARD)
    return None if heard is None else max(0.0, time.time() - heard)


def _worker() -> str:
    silent_s = worker_silent_s()
    if silent_s is None:
        return "none was heard of yet"
    text = f"heard of {silent_s:.0f} s ago"
    return text if silent_s <= SILENT_S else f"none is at work: last {text}"


IN_DATABASE = (
    Dependency("database", _database),
    Dependency("migrations", _migrations),
    Dependency("worker", _worker, is_needed=False),
)
BROKER = Dependency("broker", _broker)
watch = Watch(IN_DATABASE, [BROKER])
