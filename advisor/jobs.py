"""Starts, runs and recovers jobs. Whatever rings the bell twice, a job is done once."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from kombu.exceptions import OperationalError

from advisor.audit import By, acting
from advisor.celery import app
from advisor.models import Job, StoredReply, Team
from connectivity.advice import compare_document
from connectivity.aws_latency import fetch_from_aws
from connectivity.clients import AwsError
from connectivity.core.plain import plain
from connectivity.core.problems import DocumentRefused
from connectivity.health.accounts import account_of, check
from connectivity.health.asking import Asking
from connectivity.models import TopologyVersion
from costmodel.clients import FetchError
from costmodel.fetching import fetch_prices

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

SILENT = timedelta(minutes=5)  # a running job without a heartbeat for so long lost its worker
UNHEARD = timedelta(seconds=30)  # a queued job rings again after so long
MAX_ATTEMPTS = 3
KEEP_JOBS = timedelta(days=30)
KEEP_REPLIES = timedelta(days=7)


class Cancelled(Exception):
    """Somebody cancelled the job while it ran."""


def _compare(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    comparison = compare_document(
        team_id,
        arguments["document"],
        options=arguments["options"],
        prices=arguments["price_list"],
        progress=progress,
    )
    answer = plain(comparison, include=arguments["include"])
    return answer | {"topology_version": arguments["topology_version"]}


def _fetch_prices(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    row = fetch_prices(arguments["regions"], settings.AWS_PRICES_URL, progress=progress)
    counts = {name: row.counts.get(name) for name in ("read", "kept", "skipped")}
    return {"price_list": row.name} | counts


def _check_account(team_id: int, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What each Region of an account refuses, and the statement that would allow it."""
    row = account_of(team_id, UUID(arguments["account"]))
    found = check(row, Asking(), progress)
    return {
        "account": str(row),
        "regions": [
            {
                "region": one.region,
                "problem": one.problem,
                "refused": one.refused,
                "statement": json.dumps(one.statement, indent=2) if one.refused else "",
            }
            for one in found
        ],
    }


KINDS: dict[str, Callable[[int, dict[str, Any], Progress], dict[str, Any]]] = {
    "compare": _compare,
    "fetch-prices": _fetch_prices,
    "check-account": _check_account,
    "aws-latency": lambda team_id, _, progress: fetch_from_aws(team_id, progress),
}


def start(kind: str, arguments: dict[str, Any], *, team_id: int, user_id: int | None) -> Job:
    """Record a job, and ring for a worker once it is stored."""
    job = Job.objects.create(kind=kind, arguments=arguments, team_id=team_id, user_id=user_id)
    transaction.on_commit(lambda: ring(job.uid))
    return job


def ring(uid: UUID) -> None:
    """Tell a worker. If the broker is away the clock rings again: the job is in the database."""
    try:
        with app.connection_for_write(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            app.send_task("run-job", args=[str(uid)], connection=connection, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("job %s waits: the broker does not answer (%s)", uid, error)


def run(uid: str) -> None:
    """Do a queued job. A second worker that is rung finds nothing to do."""
    queued = Job.objects.filter(uid=uid, state=Job.State.QUEUED)
    claimed = queued.update(
        state=Job.State.RUNNING, heartbeat_at=timezone.now(), attempts=F("attempts") + 1
    )
    if not claimed:
        return
    job = Job.objects.get(uid=uid)
    try:
        with acting(By(job.user_id, f"job {job.kind}")):
            result = KINDS[job.kind](job.team_id, job.arguments, _progress_of(job))
    except Cancelled:
        logger.info("job %s was cancelled", uid)
    except (AwsError, DocumentRefused, FetchError, LookupError, ValueError) as error:
        _finish(job, Job.State.FAILED, problems=_problems(error))
    except Exception:
        problem = "failed inside the server, whose log says why"
        _finish(job, Job.State.FAILED, problems=[{"path": "job", "problem": problem}])
        raise
    else:
        _finish(job, Job.State.DONE, result=result)


def cancel(job: Job) -> None:
    """Stop a job that is not finished; it stops at its next step."""
    unfinished = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    with transaction.atomic():
        for one in unfinished.select_for_update():
            one.state, one.finished_at = Job.State.CANCELLED, timezone.now()
            one.save(update_fields=["state", "finished_at"])


def put_back() -> list[UUID]:
    """The jobs that a worker must be rung for again: never heard of, or lost while running."""
    now = timezone.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=now - SILENT)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=Job.State.FAILED,
        finished_at=now,
        problems=[{"path": "job", "problem": f"lost its worker {MAX_ATTEMPTS} times"}],
    )
    lost.update(state=Job.State.QUEUED, heartbeat_at=now - 2 * UNHEARD)
    waiting = Job.objects.filter(state=Job.State.QUEUED, heartbeat_at__lt=now - UNHEARD)
    uids = list(waiting.values_list("uid", flat=True))
    waiting.update(heartbeat_at=now)
    return uids


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


def waiting() -> list[UUID]:
    """Every job that waits for a worker, the oldest first."""
    queued = Job.objects.filter(state=Job.State.QUEUED).order_by("created_at")
    return list(queued.values_list("uid", flat=True))


def clear_expired() -> None:
    """Forget finished jobs, stored replies and sessions that are out of date."""
    now = timezone.now()
    Job.objects.filter(finished_at__lt=now - KEEP_JOBS).delete()
    StoredReply.objects.filter(created_at__lt=now - KEEP_REPLIES).delete()
    Session.objects.filter(expire_date__lt=now).delete()


def _progress_of(job: Job) -> Progress:
    def progress(done: int, total: int) -> None:
        mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
        if not mine.update(done=done, total=total, heartbeat_at=timezone.now()):
            raise Cancelled

    return progress


def _finish(job: Job, state: Job.State, **fields: Any) -> None:
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    mine.update(state=state, finished_at=timezone.now(), **fields)


def _problems(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, DocumentRefused):
        return [problem._asdict() for problem in error.problems]
    return [{"path": "job", "problem": str(error)}]
