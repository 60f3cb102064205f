"""The Celery application. The broker is a doorbell: the database is the record of every job."""

import os

from celery import Celery

from advisor.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")

app = Celery("advisor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE
