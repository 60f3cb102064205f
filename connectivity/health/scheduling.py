"""When each place is asked: by one worker at a time, tried again after trouble, stored once."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import DatabaseError, InterfaceError
from django.db.models import Q, QuerySet
from django.utils import timezone

from connectivity import points
from connectivity.clients import AwsError
from connectivity.clients.prometheus import PrometheusError
from connectivity.core.health.series import Tier
from connectivity.health.aws_access import Asking, Outcome
from connectivity.health.aws_accounts import DISCOVER
from connectivity.health.collection import collect
from connectivity.health.discovery import discover
from connectivity.health.judgement import judge_region
from connectivity.health.prometheus_servers import scrape
from connectivity.health.resource_cost import follow_prices, price_region
from connectivity.models import Collection
from connectivity.pulse import LEASE, Pulse

logger = logging.getLogger(__name__)

FAILED = "internal error; see the server's log"
AFTER_TROUBLE = timedelta(minutes=5)
ORDER = [DISCOVER, *(tier.value for tier in Tier)]  # what is planned is collected after it
EVERY = {DISCOVER: timedelta(hours=1)} | {
    tier.value: timedelta(seconds=tier.seconds) for tier in Tier
}


def due(now: datetime | None = None) -> list[int]:
    """Lines of the collection that somebody should work on, the longest due first."""
    now = now or timezone.now()
    rows = Collection.objects.filter(_free(now), due_at__lte=now)
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True))


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lt=now)


def run(pk: int, asking: Asking | None = None, *, is_asked_for: bool = False) -> Outcome | None:
    """Work on one line, if it is due and nobody does; None if there was nothing to do.

    A worker that dies leaves its claim, which ends soon. What it stored is stored once.
    """
    asking = asking or Asking()
    now = _now(asking)
    due_by = now + timedelta(seconds=1)  # our clock tells whole seconds
    wanted = Collection.objects.filter(_free(now), pk=pk)
    if not is_asked_for:
        wanted = wanted.filter(due_at__lte=due_by)
    if not wanted.update(claimed_until=now + LEASE, tried_at=now):
        return None
    row = Collection.objects.select_related("account", "source").get(pk=pk)
    with Pulse(lambda: _renew(row, asking)):
        outcome = _outcome(row, asking)
        _finish(row, outcome, _now(asking))
    if outcome.problem:
        logger.warning("%s: %s", row, outcome.problem)
    return outcome


def _now(asking: Asking) -> datetime:
    return datetime.fromtimestamp(asking.now, UTC)


def _ours(row: Collection) -> "QuerySet[Collection]":
    """The line, as long as it is this try that has it."""
    tries = Collection.objects.filter(pk=row.pk, tried_at=row.tried_at)
    return tries.exclude(claimed_until=None)


def _renew(row: Collection, asking: Asking) -> bool:
    return bool(_ours(row).update(claimed_until=_now(asking) + LEASE))


def _outcome(row: Collection, asking: Asking) -> Outcome:
    """Work on a line and judge what it brought; trouble is told, or put off."""
    try:
        outcome = _worked(row, asking)
        judge_region(row, asking.now)
        if row.task == Tier.DAY.value:
            price_region(row, asking.now)
    except (DatabaseError, InterfaceError):
        _put_off(row, asking)
        raise
    except Exception:
        logger.exception("%s failed", row)
        return Outcome(problem=FAILED)
    return outcome


def _put_off(row: Collection, asking: Asking) -> None:
    """Not at once again what the database refuses; one that is away lets the claim end."""
    with suppress(DatabaseError, InterfaceError):
        _ours(row).update(claimed_until=_now(asking) + AFTER_TROUBLE)


def _worked(row: Collection, asking: Asking) -> Outcome:
    try:
        return _work(row)(asking)
    except (AwsError, PrometheusError) as error:
        return Outcome(problem=str(error))
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s failed", row)
        return Outcome(problem=FAILED)


def _work(row: Collection) -> Callable[[Asking], Outcome]:
    if row.source is not None:
        return partial(scrape, row)
    return partial(discover if row.task == DISCOVER else collect, row)


def _finish(row: Collection, outcome: Outcome, now: datetime) -> None:
    every = EVERY[row.task]
    pause = min(AFTER_TROUBLE, every) if outcome.problem else every
    is_early = row.due_at > now  # somebody asked for it
    due_at = row.due_at if is_early else row.due_at + pause * ((now - row.due_at) // pause + 1)
    changes = {
        "claimed_until": None,
        "due_at": due_at,
        "problem": outcome.problem,
        "refused": outcome.refused,
        "notes": outcome.notes,
    }
    if not outcome.problem:
        changes["succeeded_at"] = now
    _ours(row).update(**changes)


def run_all(team_id: int, asking: Asking | None = None) -> Outcome:
    """Discover, collect every tier and judge, of everything that a team watches, due or not."""
    rows = Collection.objects.filter(team_id=team_id)
    lines = sorted(rows.values_list("pk", "task"), key=lambda line: ORDER.index(line[1]))
    return _run_each([pk for pk, _ in lines], asking, is_asked_for=True)


def run_due(asking: Asking | None = None) -> Outcome:
    """Work on everything that is due now, whosever it is."""
    return _run_each(due(), asking)


def _run_each(pks: list[int], asking: Asking | None, *, is_asked_for: bool = False) -> Outcome:
    total = Outcome()
    for pk in pks:
        try:
            outcome = run(pk, asking, is_asked_for=is_asked_for)
        except (DatabaseError, InterfaceError) as error:
            logger.exception("line %s of the collection failed", pk)
            total.notes.append(f"line {pk}: the database refused it ({type(error).__name__})")
            continue
        if outcome is None:
            total.notes.append(f"{Collection.objects.get(pk=pk)}: another worker is at it")
            continue
        row = Collection.objects.select_related("account", "source").get(pk=pk)
        total.calls += outcome.calls
        total.metrics += 0 if row.account and row.account.is_demo else outcome.metrics
        total.points += outcome.points
        total.refused += [f"{row}: {action}" for action in outcome.refused]
        total.notes += [f"{row}: {note}" for note in (outcome.problem, *outcome.notes) if note]
    points.roll_up()
    return total


def look_after(now: int) -> None:
    """Hours and days from points; what is older than it is kept for is forgotten; new prices."""
    points.roll_up()
    points.forget_old(now)
    follow_prices()
