"""What we could look at: accounts that give nothing any more, and when a finding was last seen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectivity.core.health.evaluation import HealthRule
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import ASKED_AGAIN
from connectivity.core.health.series_selection import tier_of
from connectivity.core.health.troubles import Duty, Trouble
from connectivity.health.accounts.account_troubles import notes_of
from connectivity.health.accounts.aws_accounts import DISCOVER
from connectivity.models import Collection, Finding, Resource

LATE = timedelta(hours=3)  # twice the hourly rhythm, and an hour for CloudWatch to settle

Where = tuple[int | None, int | None, str]  # account, Prometheus server, Region


@dataclass(frozen=True)
class Blind:
    """An account, or a server, of which nothing was seen at the end of the week."""

    name: str
    regions: list[str]
    since: datetime | None  # its last answer; None: it never gave any
    why: str  # what it answered last; empty: nothing
    cause: Trouble | None  # of that


@dataclass(frozen=True)
class Sight:
    """What could be seen at a moment."""

    end: datetime
    dark: dict[Where, Collection]  # what could not be asked, by its discovery
    blind: list[Blind]

    def last_seen(self, finding: Finding) -> datetime | None:
        """When a finding was looked at last, where that is too long ago; None: it is watched."""
        row = finding.resource
        kind = KINDS.get(row.kind)
        rule = kind.rule(finding.rule) if kind else None
        collection = self.dark.get(where(row))
        newest = finding.seen_at or _until(row)
        if not isinstance(rule, HealthRule) or newest is None:
            return collection.succeeded_at if collection else None
        return newest if newest < self.end - _patience(rule) else None

    def is_refused(self, row: Resource) -> bool:
        """Somebody over there must let us in again."""
        collection = self.dark.get(where(row))
        cause = _cause(collection) if collection else None
        return cause is not None and cause.duty in (Duty.ACCOUNT, Duty.ORGANIZATION)


def where(row: Resource | Collection) -> Where:
    return row.account_id, row.source_id, row.region


def sight(team_id: int, end: datetime) -> Sight:
    """What gives nothing: whose discovery, or whose server, has not answered for hours."""
    rows = Collection.objects.filter(team_id=team_id).select_related("account", "source")
    deciding = [row for row in rows if row.source_id or row.task == DISCOVER]
    dark = {where(row): row for row in deciding if _is_late(row, end)}
    by_owner: dict[tuple[int | None, int | None], list[Collection]] = defaultdict(list)
    for row in dark.values():
        by_owner[row.account_id, row.source_id].append(row)
    blind = [_blind(owned) for owned in by_owner.values()]
    return Sight(end, dark, sorted(blind, key=lambda place: (place.since or end, place.name)))


def _is_late(row: Collection, end: datetime) -> bool:
    owner = row.account or row.source
    seen = row.succeeded_at or (owner.created_at if owner else end)
    return seen < end - LATE


def _blind(rows: Iterable[Collection]) -> Blind:
    rows = sorted(rows, key=lambda row: row.region)
    owner = rows[0].account or rows[0].source
    answers = [row.succeeded_at for row in rows if row.succeeded_at]
    why = next((row.problem for row in rows if row.problem), "")
    regions = [row.region for row in rows if row.region]
    cause = next((cause for cause in map(_cause, rows) if cause), None)
    return Blind(str(owner), regions, max(answers, default=None), why, cause)


def _cause(row: Collection) -> Trouble | None:
    return next((note.trouble for note in notes_of(row)), None)


def _until(row: Resource) -> datetime | None:
    return None if row.data_until is None else datetime.fromtimestamp(row.data_until, UTC)


def _patience(rule: HealthRule) -> timedelta:
    """Twice the rhythm in which a rule is fed, its periods that settle, and an hour for them."""
    settling = rule.period * (1 + ASKED_AGAIN)
    return timedelta(seconds=2 * tier_of(rule).seconds + settling, hours=1)
