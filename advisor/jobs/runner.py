"""Starts, runs and recovers jobs. Whatever rings the bell twice, a job is done once.

Whoever runs a job holds a short lease: a heartbeat that a thread renews, whatever the work does. A
job whose lease ended is queued again, and what its first worker still brings is not taken: each
claim has a number, its attempt, under which alone anything of it is written.
"""

import logging
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from kombu import exceptions as kombu

from advisor.acting import By, acting
from advisor.celery import app, room
from advisor.jobs.job_kinds import KINDS
from advisor.jobs.planning import Progress
from advisor.limits import stored, turns
from advisor.limits.stored import TooMuch
from advisor.models import Job, Team
from advisor.observability import logs
from connectivity.clients import AwsError
from connectivity.core.problems import DocumentRefused
from connectivity.models import TopologyVersion
from connectivity.pulse import LEASE, Pulse
from costmodel.clients import FetchError

logger = logging.getLogger(__name__)

UNHEARD = timedelta(seconds=30)  # a queued job rings again after so long
MAX_RINGS = 1_000  # that wait for workers when the clock rings; more would only fill the broker
MAX_LOSSES = 3
LONGEST_S = 2_880  # of one attempt; the worker is killed soon after
TASK = "run-job"
FIRST, LAST = 0, 6  # priorities as Redis's transport has them


class Cancelled(Exception):
    """Somebody cancelled the job while it ran."""


@transaction.atomic
def start(
    kind: str,
    arguments: dict[str, Any],
    *,
    team_id: int,
    user_id: int | None,
    token: UUID | None = None,
) -> Job:
    """Record a job, and ring for a worker once it is stored.

    Raises:
        TooMany: of its maker as many are open as may be.
        TooMuch: its maker would have stored more than one may.
    """
    if user_id is not None:
        turns.check_jobs(user_id, token)
    job = Job.objects.create(
        kind=kind, arguments=arguments, team_id=team_id, user_id=user_id, token=token,
        request_id=logs.request_id(),
    )  # fmt: skip
    transaction.on_commit(lambda: ring(job.uid))
    return job


def ring(uid: UUID, priority: int = LAST) -> None:
    """Tell a worker. If the broker is away the clock rings again: the job is in the database."""
    try:
        with app.connection_for_write(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            _send(uid, priority, connection)
    except (kombu.OperationalError, OSError) as error:
        logger.warning("job %s waits: the broker does not answer (%s)", uid, error)


def _send(uid: UUID, priority: int, connection: Any) -> None:
    app.send_task(TASK, args=[str(uid)], priority=priority, connection=connection, retry=False)


def ring_again() -> None:
    """Ring for what was lost, before anything else that waits; and for what nobody heard of.

    The latter only as far as workers have not as much to hear already.
    """
    with app.connection_for_write() as connection:
        for uid in put_back():
            _send(uid, FIRST, connection)
        for uid in waiting(room(TASK, MAX_RINGS, connection)):
            _send(uid, LAST, connection)


def run(uid: str) -> None:
    """Do a queued job. A second worker that is rung finds nothing to do."""
    job = _claim(uid)
    if job is None:
        return
    logs.note(
        job_id=uid, job=job.kind, attempt=job.attempts, request_id=job.request_id,
        team_id=job.team_id, user_id=job.user_id,
    )  # fmt: skip
    began = time.monotonic()
    try:
        with Pulse(lambda: _renew(job)), acting(By(job.user_id, f"job {job.kind}")):
            result = KINDS[job.kind](job.team_id, job.arguments, _progress_of(job))
        _keep(job, result)
    except Cancelled:
        logger.info("job %s was cancelled, or another worker has it", uid)
    except SoftTimeLimitExceeded:
        _interrupted(job, time.monotonic() - began)
    except (OperationalError, InterfaceError):
        logger.exception("job %s lost its database; it is queued again when its lease ends", uid)
    except (AwsError, DocumentRefused, FetchError, LookupError, TooMuch, ValueError) as error:
        _finish(job, Job.State.FAILED, problems=_problems(error))
    except Exception:
        problem = "failed inside the server, whose log says why"
        _finish(job, Job.State.FAILED, problems=[{"path": "job", "problem": problem}])
        raise


def _claim(uid: str) -> Job | None:
    """The job under a new attempt's number, if it waits."""
    job = Job.objects.filter(uid=uid, state=Job.State.QUEUED).first()
    if job is None:
        return None
    free = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, attempts=job.attempts)
    job.attempts += 1
    now = timezone.now()
    is_ours = free.update(
        state=Job.State.RUNNING,
        started_at=now,
        heartbeat_at=now,
        attempts=job.attempts,
        so_far=None,
    )
    return job if is_ours else None


def _ours(job: Job) -> QuerySet[Job]:
    """The job's row, as long as it is this attempt that counts."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _renew(job: Job) -> bool:
    return bool(_ours(job).update(heartbeat_at=timezone.now()))


def _interrupted(job: Job, seconds: float) -> None:
    """The worker is told to end: somebody else may begin at once. Or the job took too long."""
    connections.close_all()  # one of them may have been interrupted, too
    if seconds >= LONGEST_S:
        problem = f"took longer than {LONGEST_S // 60} minutes"
        _finish(job, Job.State.FAILED, problems=[{"path": "job", "problem": problem}])
    elif _ours(job).update(state=Job.State.QUEUED, heartbeat_at=timezone.now()):
        logger.info("job %s is given back, since this worker ends", job.uid)
        ring(job.uid, FIRST)


def cancel(job: Job) -> None:
    """Stop a job that is not finished; it stops at its next step."""
    unfinished = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    with transaction.atomic():
        for unfinished_job in unfinished.select_for_update():
            unfinished_job.state, unfinished_job.finished_at = Job.State.CANCELLED, timezone.now()
            unfinished_job.save(update_fields=["state", "finished_at"])


def put_back() -> list[UUID]:
    """Queue the jobs again that lost their worker while they ran."""
    now = timezone.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=now - LEASE)
    lost.filter(losses__gte=MAX_LOSSES - 1).update(
        state=Job.State.FAILED,
        finished_at=now,
        losses=F("losses") + 1,
        problems=[{"path": "job", "problem": f"lost its worker {MAX_LOSSES} times"}],
    )
    back = {"state": Job.State.QUEUED, "heartbeat_at": now, "losses": F("losses") + 1}
    return [
        uid for uid in lost.values_list("uid", flat=True) if lost.filter(uid=uid).update(**back)
    ]


def waiting(most: int) -> list[UUID]:
    """Queued jobs that no worker has heard of for a while, the oldest first."""
    now = timezone.now()
    unheard = Job.objects.filter(state=Job.State.QUEUED, heartbeat_at__lt=now - UNHEARD)
    rung = dict(unheard.order_by("created_at").values_list("pk", "uid")[:most])
    Job.objects.filter(pk__in=rung, state=Job.State.QUEUED).update(heartbeat_at=now)
    return list(rung.values())


def refresh_prices() -> list[UUID]:
    """A job that fetches AWS's prices for the Regions of every stored topology."""
    newest = TopologyVersion.objects.filter(topology=OuterRef("topology")).values("pk")[:1]
    documents = TopologyVersion.objects.filter(
        topology__deleted_at=None, pk=Subquery(newest)
    ).values_list("document__vpcs", flat=True)
    regions = {vpc["region"] for vpcs in documents.iterator() for vpc in vpcs or ()}
    team = Team.objects.order_by("pk").first()
    if not regions or team is None:
        return []
    arguments = {"regions": sorted(regions)}
    return [start("fetch-prices", arguments, team_id=team.pk, user_id=None).uid]


def _progress_of(job: Job) -> Progress:
    def progress(done: int, total: int, so_far: dict[str, Any] | None = None) -> None:
        known = {} if so_far is None else {"so_far": so_far}
        now = timezone.now()
        if not _ours(job).update(done=done, total=total, heartbeat_at=now, **known):
            raise Cancelled

    return progress


@transaction.atomic
def _keep(job: Job, result: dict[str, Any]) -> None:
    """Raises: TooMuch: its maker would have stored more than one may."""
    _finish(job, Job.State.DONE, result=result, so_far=None)
    if job.user_id is not None:
        stored.check(job.user_id)


def _finish(job: Job, state: Job.State, **fields: Any) -> None:
    _ours(job).update(state=state, finished_at=timezone.now(), **fields)


def _problems(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, DocumentRefused):
        return [problem._asdict() for problem in error.problems]
    return [{"path": "job", "problem": str(error)}]
