"""Findings of a week: open, new, worse, solved; and how many there were in the weeks before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from connectivity.core.health.kinds import KINDS
from connectivity.core.report_schedule import Period
from connectivity.models import AwsAccount, Finding, FindingEvent, PrometheusSource, Resource
from connectivity.weekly.links import ReportedResource, is_watched, reported

Noticed = Any  # findings with `noticed_at`, which the types of Django do not know
MOST = 5  # of a list; the rest is counted
RANKS = {"critical": 0, "warning": 1}


@dataclass(frozen=True)
class Trouble:
    """A finding in a line."""

    thing: ReportedResource
    rule: str
    part: str
    state: str
    why: str
    since: datetime
    until: datetime | None
    is_new: bool
    is_acknowledged: bool


@dataclass(frozen=True)
class FindingList:
    """The first of a list, and how many there are."""

    count: int
    first: list[Trouble]


@dataclass(frozen=True)
class ResourceList:
    count: int
    first: list[ReportedResource]


@dataclass(frozen=True)
class KindWeeks:
    """Findings open at some time of each week, the latest week last; None: not watched then."""

    kind: str
    resources: int  # that are there now
    counts: list[int | None]


@dataclass(frozen=True)
class Troubles:
    """Every finding of a week. Muted ones are counted and nothing else."""

    open: FindingList
    critical: int
    new: FindingList
    new_findings: list[UUID]  # all of them
    worse: FindingList
    solved: FindingList
    brief: int  # opened and closed within the week
    muted: int
    found: ResourceList
    gone: ResourceList
    weeks: list[str]
    kinds: list[KindWeeks]


def troubles(team_id: int, period: Period, weeks: Sequence[Period]) -> Troubles:
    """What happened to findings in a period, and how many there were in each of some weeks."""
    of = Finding.objects.filter(team_id=team_id).select_related(
        "resource__account", "resource__source"
    )
    of = noticed(of.defer("resource__verdicts", "resource__bill", "resource__facts"))
    muted = Q(muted_until__gt=period.end)
    open_findings = list(open_at(of, period.end).exclude(muted))
    open_findings.sort(
        key=lambda finding: (RANKS.get(finding.state, 9), finding.opened_at, finding.pk)
    )
    new = _with_event(open_findings, "opened", period)
    worsened = _with_event(open_findings, "worsened", period) - new
    worse = {
        finding.pk
        for finding in open_findings
        if finding.pk in worsened and finding.state == "critical"
    }
    solved, brief = _closed(of.exclude(muted), period)
    lines = {finding.pk: _trouble(finding, finding.pk in new) for finding in open_findings}
    return Troubles(
        _finding_list(list(lines.values())),
        sum(finding.state == "critical" for finding in open_findings),
        _finding_list([lines[finding.pk] for finding in open_findings if finding.pk in new]),
        [finding.uid for finding in open_findings if finding.pk in new],
        _finding_list([lines[finding.pk] for finding in open_findings if finding.pk in worse]),
        _finding_list([_trouble(finding, is_new=False) for finding in solved]),
        brief,
        open_at(of, period.end).filter(muted).count(),
        _resource_list(_appeared(team_id, period)),
        _resource_list(
            resource
            for resource in _resources(team_id, gone_at__gte=period.begin, gone_at__lt=period.end)
            if is_watched(resource)
        ),
        [week.week for week in weeks],
        _kinds(team_id, weeks),
    )


def _closed(of: Noticed, period: Period) -> tuple[list[Finding], int]:
    """Findings that were solved in the week, the latest first, and how many only came and went.

    One that closed because nobody looks any more is neither.
    """
    rows = of.filter(closed_at__gte=period.begin, closed_at__lt=period.end).order_by("-closed_at")
    closed = [row for row in rows if is_watched(row.resource)]
    old = set(rows.filter(noticed_at__lt=period.begin).values_list("pk", flat=True))
    solved = [finding for finding in closed if finding.pk in old]
    return solved, len(closed) - len(solved)


def open_at(of: Noticed, moment: datetime) -> Noticed:
    """Findings, as `noticed` gives them, that were open at a moment."""
    return of.filter(Q(closed_at=None) | Q(closed_at__gte=moment), noticed_at__lt=moment)


def noticed(of: QuerySet[Finding]) -> Noticed:
    """With the moment at which each was noticed: it may have begun before anybody looked."""
    opened = FindingEvent.objects.filter(finding=OuterRef("pk"), what="opened")
    return of.annotate(noticed_at=Subquery(opened.values("at")[:1]))


def _with_event(rows: Sequence[Finding], event: str, period: Period) -> set[int]:
    events = FindingEvent.objects.filter(
        finding__in=[row.pk for row in rows], what=event, at__gte=period.begin, at__lt=period.end
    )
    return set(events.values_list("finding_id", flat=True))


def _trouble(finding: Finding, is_new: bool) -> Trouble:
    return Trouble(
        reported(finding.resource),
        finding.rule,
        finding.part,
        finding.state,
        finding.why,
        finding.opened_at,
        finding.closed_at,
        is_new,
        finding.acknowledged_at is not None,
    )


def _finding_list(lines: list[Trouble]) -> FindingList:
    return FindingList(len(lines), lines[:MOST])


def _resources(team_id: int, **which: object) -> QuerySet[Resource]:
    rows = Resource.objects.filter(team_id=team_id, **which).select_related("account", "source")
    return rows.defer("verdicts", "bill", "facts").order_by("name", "pk")


def _appeared(team_id: int, period: Period) -> QuerySet[Resource]:
    """What is new where somebody has looked before; all of a new account's is no news."""
    rows = _resources(team_id, found_at__gte=period.begin, found_at__lt=period.end)
    known = Q(account__created_at__lt=period.begin) | Q(source__created_at__lt=period.begin)
    return rows.filter(known, gone_at=None)


def _resource_list(rows: Iterable[Resource]) -> ResourceList:
    resources = [reported(row) for row in rows]
    return ResourceList(len(resources), resources[:MOST])


def _kinds(team_id: int, weeks: Sequence[Period]) -> list[KindWeeks]:
    resource_counts = Counter(
        Resource.objects.filter(team_id=team_id, gone_at=None).values_list("kind", flat=True)
    )
    since = _watched_since(team_id)
    of: Noticed = noticed(Finding.objects.filter(team_id=team_id)).filter(
        noticed_at__lt=weeks[-1].end
    )
    of = of.filter(Q(closed_at=None) | Q(closed_at__gte=weeks[0].begin))
    of = of.exclude(muted_until__gt=weeks[-1].end)
    rows = list(of.values_list("resource__kind", "noticed_at", "closed_at"))
    kinds = []
    for key, kind in KINDS.items():
        if resource_counts[key]:
            spans = [(begin, end) for of_kind, begin, end in rows if of_kind == key]
            counts = [_open_in(spans, week) if _is_seen(since, week) else None for week in weeks]
            kinds.append(KindWeeks(kind.many, resource_counts[key], counts))
    return kinds


def _watched_since(team_id: int) -> datetime | None:
    first_rows = [
        model.objects.filter(team_id=team_id).order_by("created_at").first()
        for model in (AwsAccount, PrometheusSource)
    ]
    return min((row.created_at for row in first_rows if row), default=None)


def _is_seen(since: datetime | None, week: Period) -> bool:
    return since is not None and since < week.end


def _open_in(rows: list[tuple[datetime, datetime | None]], week: Period) -> int:
    return sum(begin < week.end and (end is None or end >= week.begin) for begin, end in rows)
