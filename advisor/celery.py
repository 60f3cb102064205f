"""The Celery application. The broker is a doorbell: the database is the record of every job."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun, worker_process_init

from advisor.observability import logs
from advisor.parent_death import die_with
from advisor.queues import ROUTES
from advisor.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")

app = Celery("advisor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE
app.conf.task_routes = ROUTES


def room(task: str, most: int, connection: Any) -> int:
    """How many messages more its queue takes before `most` wait in it.

    What nobody has heard of yet is in the queue already: the clock, which comes again, would fill
    the broker with what is there many times.
    """
    queue = app.amqp.router.route({}, task)["queue"].name
    waiting = connection.default_channel.queue_declare(queue=queue).message_count
    return max(0, most - int(waiting))


@setup_logging.connect
def _as_the_settings_say(**_: object) -> None:
    """Whoever listens here keeps Celery from making handlers of its own."""


@task_prerun.connect
def _begin_task(task_id: str, task: Any, **_: object) -> None:
    logs.begin(task=task.name, task_id=task_id)


@task_postrun.connect
def _end_task(**_: object) -> None:
    logs.begin()


@worker_process_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A process of the pool must not outlive a worker that is killed."""
    die_with(os.getppid())
