"""When each place is asked: by one worker at a time, tried again after trouble, stored once."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import DatabaseError, InterfaceError
from django.db.models import Q
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

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=14)  # after which another worker may take what a dead one had
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

    A worker that dies leaves its claim, which ends by itself. What it stored is stored once.
    """
    asking = asking or Asking()
    now = datetime.fromtimestamp(asking.now, UTC)
    due_by = now + timedelta(seconds=1)  # our clock tells whole seconds
    claim = now + CLAIM
    wanted = Collection.objects.filter(_free(now), pk=pk)
    if not is_asked_for:
        wanted = wanted.filter(due_at__lte=due_by)
    if not wanted.update(claimed_until=claim, tried_at=now):
        return None
    row = Collection.objects.select_related("account", "source").get(pk=pk)
    try:
        outcome = _work(row)(asking)
    except (AwsError, PrometheusError) as error:
        outcome = Outcome(problem=str(error))
    except (DatabaseError, InterfaceError):
        raise  # nothing can be noted; the claim ends by itself
    except Exception:
        logger.exception("%s failed", row)
        outcome = Outcome(problem="internal error; see the server's log")
    judge_region(row, asking.now)
    if row.task == Tier.DAY.value:
        price_region(row, asking.now)
    _finish(row, outcome, datetime.fromtimestamp(asking.now, UTC))
    if outcome.problem:
        logger.warning("%s: %s", row, outcome.problem)
    return outcome


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
    claimed = Collection.objects.filter(pk=row.pk, claimed_until=row.claimed_until)
    claimed.update(**changes)


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
