"""What runs in the background. A task only translates; the call that it makes may be repeated."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from celery import shared_task
from celery.exceptions import Reject
from celery.signals import worker_ready, worker_shutting_down
from celery.worker import state
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from advisor.celery import app, room
from advisor.deletion import retention, team_deletion
from advisor.jobs import runner
from advisor.models import Team
from advisor.observability import readiness
from advisor.reports import making, sending
from advisor.webhooks import deliveries
from connectivity.health.rounds import scheduling
from connectivity.kept_plans import looking

PAUSE_S = 1.0
MAX_RINGS = 1_000  # messages that wait in a queue when the clock adds its own
MAX_WEBHOOKS = 500  # they leave room for mails, which wait in the same queue


def _ring(task: Any, keys: Iterable[int], expires: int, most: int = MAX_RINGS) -> None:
    """A message for each key, the first ones first, as far as the queue has room: the database
    keeps what is due, and the clock rings again."""
    due = list(keys)
    if due:
        with app.connection_for_write() as connection:
            for key in due[: room(task.name, most, connection)]:
                task.apply_async((key,), expires=expires, connection=connection)


@shared_task(name=runner.TASK, soft_time_limit=runner.LONGEST_S)
def run_job(uid: str) -> None:
    """A job whose database is away waits in the broker, too, and is not asked for in haste."""
    try:
        runner.run(uid)
    except (OperationalError, InterfaceError) as error:
        time.sleep(PAUSE_S)
        raise Reject(error, requeue=True) from error


@shared_task(name="put-back-jobs", time_limit=60)
def put_back_jobs() -> None:
    readiness.worker_heard()
    runner.ring_again()


@worker_ready.connect
def ring_for_what_waits(**_: object) -> None:
    """A worker that comes up asks for jobs that may have rung while nobody was there."""
    put_back_jobs.delay()


@worker_shutting_down.connect
def give_back_jobs(**_: object) -> None:
    """A worker that is told to end interrupts its jobs, so that others may begin them at once.

    Whatever else it has begun it finishes: the signal is the one of a limit of time, and only jobs
    are ready for it.
    """
    for request in tuple(state.active_requests):
        if request.name == runner.TASK and request.worker_pid:
            with suppress(ProcessLookupError):
                os.kill(request.worker_pid, signal.SIGUSR1)


@shared_task(name="clear-expired")
def clear_expired() -> None:
    retention.clear(timezone.now())


@shared_task(name="delete-due-teams")
def delete_due_teams() -> None:
    for team in team_deletion.due(timezone.now()):
        team_deletion.delete(team)


@shared_task(name="refresh-prices")
def refresh_prices() -> None:
    runner.refresh_prices()


@shared_task(name="collect-health", time_limit=420)  # a minute and a line, and time to store it
def collect_health(line: int) -> None:
    scheduling.take_turn(line)


@shared_task(name="collect-due-health")
def collect_due_health() -> None:
    """Each account is a task of its own, so that one's trouble delays no other's.

    What a busy worker does not begin soon is forgotten: the clock asks for it again.
    """
    _ring(collect_health, scheduling.due_turns(), expires=120)


@shared_task(name="look-after-points")
def look_after_points() -> None:
    scheduling.look_after(int(timezone.now().timestamp()))


@shared_task(name="send-webhooks")
def send_webhooks() -> None:
    deliveries.announce()
    _ring(send_webhook, deliveries.due(), expires=600, most=MAX_WEBHOOKS)


@shared_task(name="send-webhook")
def send_webhook(delivery: int) -> None:
    deliveries.send(delivery)


@shared_task(name="tell-the-week")
def tell_the_week() -> None:
    _ring(make_report, making.due(), expires=600)


@shared_task(name="look-at-plans", time_limit=570)
def look_at_plans() -> None:
    """In one task, so that a worker of mails is left, however many topologies are due."""
    looking.look_at_due()


@shared_task(name="send-reports")
def send_reports() -> None:
    """Ring for every mail that waits, and note those whose worker was lost."""
    _ring(send_report, sending.due(), expires=60)


@shared_task(name="make-report")
def make_report(team_id: int) -> None:
    team = Team.objects.get(pk=team_id)
    report = making.make(team, team.schedule.last(timezone.now()))
    _ring(send_report, report.deliveries.values_list("pk", flat=True), expires=600)


@shared_task(name="send-report")
def send_report(delivery: int) -> None:
    sending.send(delivery)
