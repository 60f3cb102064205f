"""Every door to the product: pages, API, commands, tasks; users, teams and jobs."""

from advisor.celery import app as celery_app

__all__ = ["celery_app"]
