"""Figures about the whole installation, for whoever runs it; every process tells the same.

What has no bound of its own is cut: the accounts that are latest are told, and the greatest of all.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Avg, Count, F, Max, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from advisor.celery import app
from advisor.models import Delivery, Job, WebhookDelivery
from advisor.observability import meters, readiness
from connectivity.health.reading import lookup
from costmodel import queries

MAX_ACCOUNTS = 100
LATELY = timedelta(hours=1)
PREFIX = "advisor_service_"


def may_scrape(authorization: str) -> bool:
    """Whether it is the operator's token, `Bearer …`."""
    token = settings.METRICS_TOKEN
    given = authorization.encode("utf-8", "replace")
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())


def exposition() -> bytes:
    """Everything that a scrape is told."""
    registry = CollectorRegistry()
    meters.collect_into(registry)
    registry.register(Installation(timezone.now()))
    return generate_latest(registry)


def gauge(name: str, text: str, *labels: str, value: float | None = None) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, text, value, labels or None)


class Installation:
    """What the database and the broker know."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._jobs()
        yield from self._durations()
        yield from self._broker()
        yield from self._collections()
        yield from self._outgoing()
        yield from self._stored()

    def _jobs(self) -> Iterator[Metric]:
        jobs = gauge("jobs", "Stored jobs", "kind", "state")
        counts = Job.objects.order_by().values_list("kind", "state").annotate(Count("pk"))
        for kind, state, count in counts:
            jobs.add_metric([kind, state], count)
        yield jobs
        oldest = gauge(
            "job_oldest_queued_seconds", "Seconds that the oldest queued job has waited", "kind"
        )
        queued = Job.objects.filter(state=Job.State.QUEUED).order_by().values_list("kind")
        for kind, since in queued.annotate(Min("created_at")):
            oldest.add_metric([kind], self._age_s(since))
        yield oldest

    def _durations(self) -> Iterator[Metric]:
        """Of jobs that finished lately, of those that began at all."""
        ended = Job.objects.filter(finished_at__gte=self.now - LATELY, started_at__isnull=False)
        took = F("finished_at") - F("started_at")
        rows = ended.order_by().values("kind", "state").annotate(
            count=Count("pk"), mean=Avg(took), longest=Max(took)
        )  # fmt: skip
        count = gauge("jobs_finished", "Jobs that finished in the last hour", "kind", "state")
        mean = gauge(
            "job_duration_mean_seconds",
            "Mean duration of the jobs that finished in the last hour",
            "kind",
            "state",
        )
        longest = gauge(
            "job_duration_max_seconds",
            "Longest duration of the jobs that finished in the last hour",
            "kind",
            "state",
        )
        for row in rows:
            labels = [row["kind"], row["state"]]
            count.add_metric(labels, row["count"])
            mean.add_metric(labels, row["mean"].total_seconds())
            longest.add_metric(labels, row["longest"].total_seconds())
        yield from (count, mean, longest)

    def _broker(self) -> Iterator[Metric]:
        names = sorted(app.amqp.queues)
        try:
            lengths = [readiness.queue_length(name) for name in names]
        except readiness.BrokerAway:
            yield gauge("broker_up", "Whether the broker answers", value=0)
        else:
            yield gauge("broker_up", "Whether the broker answers", value=1)
            queues = gauge("queue_length", "Messages that wait for a worker, by queue", "queue")
            for name, length in zip(names, lengths, strict=True):
                queues.add_metric([name], length)
            yield queues
        silent_s = readiness.worker_silent_s()
        if silent_s is not None:
            text = "Seconds since a worker last ran a scheduled task"
            yield gauge("worker_silent_seconds", text, value=silent_s)

    def _collections(self) -> Iterator[Metric]:
        named = gauge(
            "collection_overdue_seconds",
            "Seconds by which the collection of an account is overdue",
            "account",
        )
        latest = 0.0
        for account, due_at in lookup.overdue(self.now, MAX_ACCOUNTS):
            latest = max(latest, self._age_s(due_at))
            if account is not None:
                named.add_metric([str(account)], self._age_s(due_at))
        yield named
        yield gauge(
            "collection_overdue_max_seconds",
            "Seconds by which the most overdue collection is overdue",
            value=latest,
        )
        text = "Collections whose last attempt had a problem"
        yield gauge("collections_failing", text, value=lookup.failing())

    def _outgoing(self) -> Iterator[Metric]:
        for name, model in (("mails", Delivery), ("webhook_deliveries", WebhookDelivery)):
            states = gauge(name, "Outgoing messages by state", "state")
            counts = dict(model.objects.order_by().values_list("state").annotate(Count("pk")))
            for state in model.State.values:
                states.add_metric([state], counts.get(state, 0))
            yield states
            waiting = model.objects.filter(state=model.State.WAITING, due_at__lt=self.now)
            due_at = waiting.aggregate(since=Min("due_at"))["since"]
            text = "Seconds by which the oldest waiting message is overdue"
            yield gauge(f"{name}_overdue_seconds", text, value=self._age_s(due_at))

    def _stored(self) -> Iterator[Metric]:
        newest = queries.newest_shipped_at()
        if newest is not None:
            text = "Seconds since the newest AWS price list was stored"
            yield gauge("prices_age_seconds", text, value=self._age_s(newest))
        yield gauge("database_bytes", "Size of the database in bytes", value=_database_bytes())

    def _age_s(self, since: datetime | None) -> float:
        return max(0.0, (self.now - since).total_seconds()) if since else 0.0


def _database_bytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(cursor.fetchone()[0])
