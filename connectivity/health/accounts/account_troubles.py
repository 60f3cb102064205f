"""What keeps accounts from being read, whose job it is, and what to do: for pages and reports."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from connectivity.core.health.troubles import Duty, Note, Trouble
from connectivity.models import Collection

MAX_NAMED = 10  # accounts of one trouble that are named
DUTIES = tuple(Duty)  # in the order in which they are told


class AccountTrouble(NamedTuple):
    """One cause: of one account, or, where it is the installation's, of all that it concerns."""

    cause: Trouble
    accounts: tuple[str, ...]  # by name, not more than are named
    more: int  # accounts that are not named
    regions: tuple[str, ...]
    actions: tuple[str, ...]  # permissions that are denied; none: nothing can be asked
    text: str  # of one of them, with AWS's own words
    since: datetime | None  # of the oldest last success; None: something never succeeded


def of_team(team_id: int) -> list[AccountTrouble]:
    """Everything that is in the way now, what the installation must do first."""
    rows = Collection.objects.filter(team_id=team_id, account__removed_at=None)
    groups: dict[tuple[Trouble, int | None], list[tuple[Collection, Note]]] = {}
    for row in rows.exclude(troubles=[]).select_related("account"):
        for note in notes_of(row):
            owner = None if note.trouble.is_told_once else row.account_id
            groups.setdefault((note.trouble, owner), []).append((row, note))
    troubles = [_told(trouble, told) for (trouble, _), told in groups.items()]
    return sorted(troubles, key=lambda each: (DUTIES.index(each.cause.duty), each.accounts))


def notes_of(row: Collection) -> Iterator[Note]:
    """What a line's last try noted; a cause that is no longer known counts as another."""
    for cause, action, text in row.troubles or ():
        is_known = cause in Trouble._value2member_map_
        yield Note(Trouble(cause) if is_known else Trouble.OTHER, action, text)


def _told(trouble: Trouble, told: Iterable[tuple[Collection, Note]]) -> AccountTrouble:
    rows, notes = zip(*told, strict=True)
    names = sorted({str(row.account or "") for row in rows})
    successes = [row.succeeded_at for row in rows]
    return AccountTrouble(
        trouble,
        tuple(names[:MAX_NAMED]),
        max(0, len(names) - MAX_NAMED),
        tuple(sorted({row.region for row in rows})),
        tuple(sorted({note.action for note in notes if note.action})),
        notes[0].text,
        None if None in successes else min(successes),
    )
