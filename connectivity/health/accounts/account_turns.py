"""Whose turn it is: one line of an account at a time, and none while the account is in trouble.

A line's claim is its account's, too: it is looked for while the account's row is locked, and ends
by itself with a worker that is killed. What kills its worker time and again is put off for longer
and longer, so that the rest of its account gets a turn. What concerns a whole account (its role, no
answer) opens a circuit breaker: for a while nothing of it is asked, then a single line tries, and
only when that succeeds do the others follow.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from connectivity.core.health.troubles import Note, Trouble
from connectivity.models import AwsAccount, Collection
from connectivity.pulse import LEASE

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)  # the shortest rhythm: states are judged at least so often

AFTER_TROUBLE = timedelta(minutes=5)  # of a line; then twice as long, and so on
LONGEST_WAIT = timedelta(hours=1)


def due(now: datetime) -> QuerySet[Collection]:
    """Lines that somebody should work on, the longest due first."""
    at_work = Collection.objects.filter(
        account=OuterRef("account"), claimed_until__gte=now
    )  # of another line: whoever works on it takes the others, too
    rows = Collection.objects.filter(_free(now), due_at__lte=now)
    return rows.exclude(Exists(at_work)).order_by("due_at", "pk")


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lt=now)


def claim(pk: int, now: datetime, due_by: datetime | None) -> Collection | None:
    """The line, if nobody works on its account, and it is due by then; None: it is not to be done.

    A worker that dies leaves its claim, which ends soon; after the second in a row the line is put
    off, unless somebody asks for it.
    """
    with transaction.atomic():
        account = Collection.objects.filter(pk=pk).values_list("account", flat=True).first()
        if account is not None:
            AwsAccount.objects.select_for_update().get(pk=account)
            others = Collection.objects.filter(account=account, claimed_until__gte=now)
            if others.exclude(pk=pk).exists():
                return None
        wanted = Collection.objects.filter(_free(now), pk=pk)
        if due_by is not None:
            wanted = wanted.filter(due_at__lte=due_by)
        row = wanted.select_related("account", "source").select_for_update(of=("self",)).first()
        if row is None:
            return None
        is_lost = row.claimed_until is not None
        row.losses = min(row.losses + is_lost, 1_000)
        if is_lost and row.losses > 1 and due_by is not None:
            _postpone(row, now)
            return None
        row.claimed_until, row.tried_at = now + LEASE, now
        row.save(update_fields=["claimed_until", "tried_at", "losses"])
    return row


def _postpone(row: Collection, now: datetime) -> None:
    """Leave what its worker was lost with again, for twice as long as the last time."""
    row.claimed_until, row.due_at = None, now + after_trouble(row.losses - 1)
    row.problem = (
        f"its worker was lost {row.losses} times in a row while it worked on this (killed, or out "
        f"of memory); it is tried again at {row.due_at:%H:%M} UTC"
    )
    row.save(update_fields=["claimed_until", "due_at", "losses", "problem"])


def pause_of(row: Collection, now: datetime) -> Note | None:
    """Why nothing of the line's account is asked now; None: it may be asked."""
    account = row.account
    if account is None or account.paused_until is None or account.paused_until <= now:
        return None
    cause = Trouble(account.trouble)
    return Note(cause, "", account.trouble_text)


def note(row: Collection, trouble: Trouble | None, text: str, now: datetime) -> None:
    """After a try: the account is left alone for longer and longer, or is well again."""
    if row.account is None:
        return
    account = AwsAccount.objects.filter(pk=row.account.pk)
    if trouble is None or not trouble.is_of_account:
        account.exclude(failures=0).update(
            failures=0, paused_until=None, trouble="", trouble_text=""
        )
        return
    failures = min(row.account.failures + 1, 1_000)
    account.update(
        failures=failures,
        paused_until=now + pause_after(failures),
        trouble=trouble.value,
        trouble_text=text,
    )


def after_trouble(times: int) -> timedelta:
    """How long a line is left alone after so many troubles of its own in a row.

    >>> [after_trouble(times).seconds // 60 for times in (1, 2, 3, 4)]
    [5, 10, 20, 40]
    >>> after_trouble(50)
    datetime.timedelta(seconds=3600)
    """
    longer: int = 2 ** min(times - 1, 10)
    return min(AFTER_TROUBLE * longer, LONGEST_WAIT)


def pause_after(failures: int) -> timedelta:
    """How long an account is left alone after so many failures in a row.

    >>> [pause_after(failures).seconds // 60 for failures in (1, 2, 3, 4, 5, 50)]
    [1, 2, 4, 8, 15, 15]
    """
    longer: int = 2 ** min(failures - 1, 10)
    return min(FIRST_PAUSE * longer, LONGEST_PAUSE)
