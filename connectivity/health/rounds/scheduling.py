"""When each place is asked: by one worker at a time, tried again after trouble, stored once."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter

from django.db import DatabaseError, InterfaceError
from django.db.models import QuerySet
from django.utils import timezone

from connectivity import points
from connectivity.clients import AwsError, sessions
from connectivity.clients.prometheus import PrometheusError
from connectivity.core.health.series import Tier
from connectivity.core.health.troubles import Trouble
from connectivity.health.accounts import account_turns
from connectivity.health.accounts.aws_access import Asking, Outcome
from connectivity.health.accounts.aws_accounts import DISCOVER
from connectivity.health.judging.judgement import judge_region
from connectivity.health.lifecycle import incidents
from connectivity.health.money.resource_cost import follow_prices, price_region
from connectivity.health.rounds.collection import collect
from connectivity.health.rounds.discovery import discover
from connectivity.health.rounds.prometheus_servers import scrape
from connectivity.models import AwsAccount, Collection
from connectivity.pulse import LEASE, Pulse

logger = logging.getLogger(__name__)

FAILED = "internal error; see the server's log"
CLOCK = timedelta(seconds=1)  # ours tells whole seconds
TURN_S = 60  # after which no further line of an account is begun
TRIES_SOON = 3  # of what CloudWatch failed at, before it waits for its rhythm
ORDER = [DISCOVER, *(tier.value for tier in Tier)]  # what is planned is collected after it
EVERY = {DISCOVER: timedelta(hours=1)} | {
    tier.value: timedelta(seconds=tier.seconds) for tier in Tier
}


def due(now: datetime | None = None) -> list[int]:
    """Lines of the collection that somebody should work on, the longest due first."""
    rows = account_turns.due(now or timezone.now())
    return list(rows.values_list("pk", flat=True))


def due_turns(now: datetime | None = None) -> list[int]:
    """Of each account and server that has lines due, the first of them."""
    rows = account_turns.due(now or timezone.now())
    owners: dict[tuple[int | None, int | None], int] = {}
    for pk, account, source in rows.values_list("pk", "account", "source"):
        owners.setdefault((account, source), pk)
    return list(owners.values())


def take_turn(pk: int, asking: Asking | None = None) -> int:
    """Work on a line, and then on the others of its account that are due; how many those were.

    They share clients, and thereby connections. After a while the account waits for its next turn,
    so that a large one delays no other for long.
    """
    until = time.monotonic() + TURN_S
    done = 0
    following: int | None = pk
    with (asking or Asking()).round() as own:
        while following is not None and run(following, own) is not None:
            done += 1
            following = _following(pk, own) if time.monotonic() < until else None
    return done


def _following(pk: int, asking: Asking) -> int | None:
    """What else of a line's owner is due; what is planned first, then the longest due."""
    line = Collection.objects.filter(pk=pk).first()
    if line is None or line.account_id is None:
        return None
    rows = account_turns.due(_now(asking)).filter(account=line.account_id)
    lines = sorted(rows.values_list("pk", "task"), key=lambda row: row[1] != DISCOVER)
    return next((pk for pk, _ in lines), None)


def run(
    pk: int,
    asking: Asking | None = None,
    *,
    is_asked_for: bool = False,
    ends_pause: bool = False,
) -> Outcome | None:
    """Work on one line, if it is due and nobody works on its account; None if there was nothing.

    A worker that dies leaves its claim, which ends soon. What it stored is stored once.
    With `is_asked_for` it need not be due; with `ends_pause` its account is asked although it is
    left alone after trouble.
    """
    asking = asking or Asking()
    now = _now(asking)
    due_by = None if is_asked_for else now + CLOCK
    row = account_turns.claim(pk, now, due_by)
    if row is None:
        return None
    asking.begin_line()
    pause = None if ends_pause else account_turns.pause_of(row, now)
    with Pulse(lambda: _renew(row, asking)):
        if pause is not None:
            outcome = Outcome(problem=pause.text, troubles=[pause])
            outcome = _judged(row, asking, outcome)
        else:
            outcome = _judged(row, asking, _worked(row, asking))
            _remember(row, outcome, _now(asking))
        _finish(row, outcome, _now(asking))
    if outcome.problem and pause is None:
        logger.warning("%s: %s", row, outcome.problem)
    return outcome


def _remember(row: Collection, outcome: Outcome, now: datetime) -> None:
    """What the try says about the whole account, and about our own credentials."""
    trouble = outcome.trouble
    if trouble in (Trouble.OWN_KEY, Trouble.NO_CREDENTIALS, Trouble.WRONG_ACCOUNT):
        sessions.forget()  # a key that was replaced meanwhile is found on the next attempt
    was_answered = outcome.calls or trouble not in (None, Trouble.CAP)
    if was_answered:
        account_turns.note(row, trouble, outcome.problem, now)


def _now(asking: Asking) -> datetime:
    return datetime.fromtimestamp(asking.now, UTC)


def _ours(row: Collection) -> "QuerySet[Collection]":
    """The line, as long as it is this try that has it."""
    tries = Collection.objects.filter(pk=row.pk, tried_at=row.tried_at)
    return tries.exclude(claimed_until=None)


def _renew(row: Collection, asking: Asking) -> bool:
    return bool(_ours(row).update(claimed_until=_now(asking) + LEASE))


def _judged(row: Collection, asking: Asking, outcome: Outcome) -> Outcome:
    """Judge what a line brought, or that it brought nothing; trouble is told, or put off."""
    try:
        judge_region(row, asking.now)
        incidents.catch_up(row, asking.now)
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
        due_at = _now(asking) + account_turns.after_trouble(1)
        _ours(row).update(claimed_until=None, due_at=due_at, losses=0)


def _worked(row: Collection, asking: Asking) -> Outcome:
    try:
        return _work(row)(asking)
    except AwsError as error:
        outcome = Outcome()
        outcome.fail(error)
        return outcome
    except PrometheusError as error:
        return Outcome(problem=str(error))
    except (DatabaseError, InterfaceError):
        _put_off(row, asking)
        raise
    except Exception:
        logger.exception("%s failed", row)
        return Outcome(problem=FAILED)


def _work(row: Collection) -> Callable[[Asking], Outcome]:
    if row.source is not None:
        return partial(scrape, row)
    return partial(discover if row.task == DISCOVER else collect, row)


def _finish(row: Collection, outcome: Outcome, now: datetime) -> None:
    is_whole = not outcome.problem and outcome.again_before is None
    failures = 0 if is_whole else min(row.failures + 1, 1_000)
    in_rhythm = _in_rhythm(row, now)
    soon = None if is_whole else _soon(row, outcome, failures, now)
    is_soon = soon is not None and soon < in_rhythm
    changes = {
        "claimed_until": None,
        "due_at": soon if is_soon else in_rhythm,
        "problem": outcome.problem,
        "refused": outcome.refused,
        "notes": outcome.notes,
        "troubles": [list(note) for note in outcome.troubles],
        "failures": failures,
        "losses": 0,
        "again_before": outcome.again_before if is_soon else None,
    }
    if not outcome.problem:
        changes["succeeded_at"] = now
    _ours(row).update(**changes)


def _in_rhythm(row: Collection, now: datetime) -> datetime:
    """The next time; that which is ahead, where somebody asked before it."""
    if row.due_at > now + CLOCK:
        return row.due_at
    every = EVERY[row.task]
    return row.due_at + every * (max(timedelta(0), now - row.due_at) // every + 1)


def _soon(row: Collection, outcome: Outcome, failures: int, now: datetime) -> datetime | None:
    """When to try again what failed; None: not before its rhythm says so."""
    if not outcome.problem and failures > TRIES_SOON:
        return None
    if outcome.trouble is not None and outcome.trouble.is_of_account:
        accounts = AwsAccount.objects.filter(collection=row)
        return accounts.values_list("paused_until", flat=True).get()
    return now + account_turns.after_trouble(failures)


def run_all(team_id: int, asking: Asking | None = None) -> Outcome:
    """Discover, collect every tier and judge, of everything that a team watches, due or not."""
    return _run_each(Collection.objects.filter(team_id=team_id), asking, is_asked_for=True)


def run_due(asking: Asking | None = None) -> Outcome:
    """Work on everything that is due now, whosever it is."""
    return _run_each(account_turns.due(timezone.now()), asking)


def _run_each(
    rows: QuerySet[Collection], asking: Asking | None, *, is_asked_for: bool = False
) -> Outcome:
    """Account by account. One that fails as a whole is asked once, and its other lines say so."""
    total = Outcome()
    lines = sorted(
        rows.order_by().values_list("account", "source", "task", "pk"),
        key=lambda line: (line[0] or 0, line[1] or 0, ORDER.index(line[2]), line[3]),
    )
    for _, group in groupby(lines, key=itemgetter(0, 1)):
        with (asking or Asking()).round() as own:
            for number, (*_, pk) in enumerate(group):
                ends_pause = is_asked_for and number == 0
                _add_up(
                    total,
                    pk,
                    partial(run, pk, own, is_asked_for=is_asked_for, ends_pause=ends_pause),
                )
    points.roll_up()
    return total


def _add_up(total: Outcome, pk: int, work: Callable[[], Outcome | None]) -> None:
    try:
        outcome = work()
    except (DatabaseError, InterfaceError) as error:
        logger.exception("line %s of the collection failed", pk)
        total.notes.append(f"line {pk}: the database refused it ({type(error).__name__})")
        return
    if outcome is None:
        left = Collection.objects.get(pk=pk)
        words = left.problem if left.claimed_until is None else ""
        total.notes.append(f"{left}: {words or 'another worker is at it'}")
        return
    row = Collection.objects.select_related("account", "source").get(pk=pk)
    total.calls += outcome.calls
    total.metrics += 0 if row.account and row.account.is_demo else outcome.metrics
    total.points += outcome.points
    total.refused += [f"{row}: {action}" for action in outcome.refused]
    known = {note.trouble for note in total.troubles}
    trouble = outcome.trouble
    is_told = trouble is not None and trouble in known and trouble.is_told_once
    total.troubles += outcome.troubles
    problem = "" if is_told else outcome.problem
    total.notes += [f"{row}: {note}" for note in (problem, *outcome.notes) if note]


def look_after(now: int) -> None:
    """Hours and days from points; what is older than it is kept for is forgotten; new prices."""
    points.roll_up()
    points.forget_old(now)
    follow_prices()
