"""What runs in the background. A task only translates; the call that it makes may be repeated."""

from celery import shared_task

from advisor import jobs


@shared_task(name="run-job")
def run_job(uid: str) -> None:
    jobs.run(uid)


@shared_task(name="put-back-jobs")
def put_back_jobs() -> None:
    for uid in jobs.put_back():
        run_job.delay(str(uid))


@shared_task(name="clear-expired")
def clear_expired() -> None:
    jobs.clear_expired()
