"""What runs in the background. A task only translates; the call that it makes may be repeated."""

from celery import shared_task
from celery.signals import worker_ready

from advisor import jobs


@shared_task(name="run-job")
def run_job(uid: str) -> None:
    jobs.run(uid)


@shared_task(name="put-back-jobs")
def put_back_jobs() -> None:
    for uid in jobs.put_back():
        run_job.delay(str(uid))


@worker_ready.connect
def ring_for_what_waits(**_: object) -> None:
    """A worker that comes up asks for every job that may have rung while nobody was there."""
    for uid in jobs.waiting():
        run_job.delay(str(uid))


@shared_task(name="clear-expired")
def clear_expired() -> None:
    jobs.clear_expired()


@shared_task(name="refresh-prices")
def refresh_prices() -> None:
    jobs.refresh_prices()
