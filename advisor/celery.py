"""The Celery application. The broker is a doorbell: the database is the record of every job."""

import os

from celery import Celery
from celery.signals import worker_process_init

from advisor.orphans import die_with
from advisor.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")

app = Celery("advisor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE


@worker_process_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A process of the pool must not outlive a worker that is killed."""
    die_with(os.getppid())
