"""Findings of a week: open, new, worse, solved; and how many there were in the weeks before.

Findings of one incident are one line: the gravest of them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from connectivity.core.health.evaluation import Severity
from connectivity.core.health.kinds import KINDS
from connectivity.core.report_schedule import Period
from connectivity.health.reading.listing import FORECASTS
from connectivity.health.reading.part_names import account_names, named, part_names
from connectivity.models import AwsAccount, Finding, FindingEvent, PrometheusSource, Resource
from connectivity.weekly.links import ReportedResource, is_watched, reported
from connectivity.weekly.sight import Sight

Noticed = Any  # findings with `noticed_at`, which the types of Django do not know
MOST = 5  # of a list; the rest is counted
RANKS = {"critical": 0, "warning": 1}
ADVICE = Severity.ADVICE  # no trouble: it could be better or cost less


@dataclass(frozen=True)
class FindingLine:
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
    last_seen: datetime | None = None  # None: at the end of the week
    is_refused: bool = False  # its account refuses us since it was last seen
    title: str = ""  # what the rule means


@dataclass(frozen=True)
class FindingList:
    """The first of a list, and how many there are."""

    count: int
    first: list[FindingLine]


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
    """Every finding of a week. Muted ones are counted and nothing else.

    What was last seen hours before the end of the week may be over: it is told apart.
    """

    open: FindingList
    critical: int
    new: FindingList
    new_findings: list[UUID]  # all of them
    worse: FindingList
    solved: FindingList
    unseen: FindingList  # open when they were last seen
    advice: int  # that is open; no problem
    brief: FindingList  # opened and closed within the week
    muted: int
    found: ResourceList
    gone: ResourceList
    weeks: list[str]
    kinds: list[KindWeeks]


def troubles(team_id: int, period: Period, weeks: Sequence[Period], sight: Sight) -> Troubles:
    """What happened to findings in a period, and how many there were in each of some weeks."""
    of = Finding.objects.filter(team_id=team_id).select_related(
        "resource__account", "resource__source"
    )
    of = noticed(of.defer("resource__verdicts", "resource__bill"))
    names = account_names(team_id)
    muted = Q(muted_until__gt=period.end)
    unmuted = list(open_at(of, period.end).exclude(muted))
    incidents = by_incident(unmuted)
    opened = _with_event(unmuted, "opened", period)
    new = {symptoms[0].pk for symptoms in incidents if opened.issuperset(_keys(symptoms))}
    lines = [
        (symptoms[0], _trouble(symptoms[0], names, sight, is_new=symptoms[0].pk in new))
        for symptoms in incidents
        if symptoms[0].severity != ADVICE
    ]
    seen = [(finding, line) for finding, line in lines if line.last_seen is None]
    worsened = (_with_event(unmuted, "worsened", period) | opened) - new
    worse = [line for finding, line in seen if finding.pk in worsened and _is_critical(finding)]
    still = {finding.incident_id for finding in unmuted if finding.incident_id}
    solved, brief = _closed(of.exclude(muted).exclude(severity=ADVICE), period, still)
    gone = _resources(team_id, gone_at__gte=period.begin, gone_at__lt=period.end)
    return Troubles(
        _finding_list([line for _, line in seen]),
        sum(_is_critical(finding) for finding, _ in seen),
        _finding_list([line for _, line in seen if line.is_new]),
        [symptom.uid for group in incidents if group[0].pk in new for symptom in group],
        _finding_list(worse),
        _finding_list([_trouble(finding, names) for finding in solved]),
        _finding_list([line for _, line in lines if line.last_seen]),
        sum(symptoms[0].severity == ADVICE for symptoms in incidents),
        _finding_list([_trouble(finding, names) for finding in brief]),
        open_at(of, period.end).filter(muted).count(),
        _resource_list(_appeared(team_id, period)),
        _resource_list(resource for resource in gone if is_watched(resource)),
        [week.week for week in weeks],
        _kinds(team_id, weeks, {finding.pk: sight.last_seen(finding) for finding in unmuted}),
    )


def by_incident(rows: Iterable[Finding]) -> list[list[Finding]]:
    """The symptoms of each incident, the gravest first; a finding without one is by itself."""
    incidents: dict[int, list[Finding]] = {}
    for finding in sorted(rows, key=_gravity):
        incidents.setdefault(_incident(finding.incident_id, finding.pk), []).append(finding)
    return list(incidents.values())


def _incident(incident: int | None, finding: int) -> int:
    return incident or -finding


def _keys(symptoms: list[Finding]) -> list[int]:
    return [symptom.pk for symptom in symptoms]


def _gravity(finding: Finding) -> tuple[int, float, Decimal, datetime, int]:
    """What is down, what will be down when, what costs most."""
    rank, usd = RANKS.get(finding.severity, len(RANKS)), finding.resource.usd or Decimal(0)
    return rank, hours_left(finding), -usd, finding.opened_at, finding.pk


def hours_left(finding: Finding) -> float:
    """In how many hours something runs out; infinite where nothing does."""
    return math.inf if finding.value is None or finding.rule not in FORECASTS else finding.value


def _is_critical(finding: Finding) -> bool:
    return finding.severity == "critical"


def _closed(
    of: Noticed, period: Period, still: set[int | None]
) -> tuple[list[Finding], list[Finding]]:
    """What was solved in the week, the latest first, and what came and went in it.

    One that closed because nobody looks any more is neither, nor is a symptom of what is still
    open.
    """
    rows = of.filter(closed_at__gte=period.begin, closed_at__lt=period.end)
    closed: list[Any] = [
        row for row in rows.exclude(incident__in=still) if is_watched(row.resource)
    ]
    incidents = by_incident(closed)
    old = {row.pk for row in closed if row.noticed_at < period.begin}
    brief = [symptoms[0] for symptoms in incidents if old.isdisjoint(_keys(symptoms))]
    solved = [symptoms[0] for symptoms in incidents if not old.isdisjoint(_keys(symptoms))]
    return sorted(solved, key=lambda row: row.closed_at or period.end, reverse=True), brief


def open_at(of: Noticed, moment: datetime) -> Noticed:
    """Findings, as `noticed` gives them, that were open at a moment."""
    return of.filter(Q(closed_at=None) | Q(closed_at__gte=moment), noticed_at__lt=moment)


def noticed(of: QuerySet[Finding]) -> Noticed:
    """With the moment at which each was noticed: it may have begun before anybody looked."""
    opened = FindingEvent.objects.filter(finding=OuterRef("pk"), what="opened")
    return of.annotate(noticed_at=Subquery(opened.values("noticed_at")[:1]))


def _with_event(rows: Sequence[Finding], event: str, period: Period) -> set[int]:
    events = FindingEvent.objects.filter(
        finding__in=[row.pk for row in rows], what=event, at__gte=period.begin, at__lt=period.end
    )
    return set(events.values_list("finding_id", flat=True))


def _trouble(
    finding: Finding, names: dict[str, str], sight: Sight | None = None, *, is_new: bool = False
) -> FindingLine:
    """A line of it; with a sight, it says when it was last seen."""
    last_seen = sight.last_seen(finding) if sight else None
    return FindingLine(
        reported(finding.resource),
        finding.rule,
        named(finding.part, part_names(finding.resource, names)) if finding.part else "",
        finding.severity,
        finding.why,
        finding.opened_at,
        finding.closed_at,
        is_new,
        finding.acknowledged_at is not None,
        last_seen,
        last_seen is not None and sight is not None and sight.is_refused(finding.resource),
        _title(finding),
    )


def _title(finding: Finding) -> str:
    kind = KINDS.get(finding.resource.kind)
    rule = kind.rule(finding.rule) if kind else None
    return rule.means if rule else ""


def _finding_list(lines: list[FindingLine]) -> FindingList:
    return FindingList(len(lines), lines[:MOST])


def _resources(team_id: int, **which: object) -> QuerySet[Resource]:
    rows = Resource.objects.filter(team_id=team_id, **which).select_related("account", "source")
    return rows.defer("verdicts", "bill", "facts", "tags").order_by("name", "pk")


def _appeared(team_id: int, period: Period) -> QuerySet[Resource]:
    """What is new where somebody has looked before; all of a new account's is no news."""
    rows = _resources(team_id, found_at__gte=period.begin, found_at__lt=period.end)
    known = Q(account__created_at__lt=period.begin) | Q(source__created_at__lt=period.begin)
    return rows.filter(known, gone_at=None)


def _resource_list(rows: Iterable[Resource]) -> ResourceList:
    resources = [reported(row) for row in rows]
    return ResourceList(len(resources), resources[:MOST])


def _kinds(
    team_id: int, weeks: Sequence[Period], last_seen: Mapping[int, datetime | None]
) -> list[KindWeeks]:
    """Of each kind that is there; what was last seen before a week is not counted in it."""
    resource_counts = Counter(
        Resource.objects.filter(team_id=team_id, gone_at=None).values_list("kind", flat=True)
    )
    since = _watched_since(team_id)
    of: Noticed = noticed(Finding.objects.filter(team_id=team_id)).filter(
        noticed_at__lt=weeks[-1].end
    )
    of = of.filter(Q(closed_at=None) | Q(closed_at__gte=weeks[0].begin))
    of = of.exclude(muted_until__gt=weeks[-1].end).exclude(severity=ADVICE)
    rows = list(of.values_list("resource__kind", "noticed_at", "closed_at", "pk", "incident"))
    kinds = []
    for key, kind in KINDS.items():
        if resource_counts[key]:
            spans = [
                (_incident(incident, pk), begin, end or last_seen.get(pk))
                for of_kind, begin, end, pk, incident in rows
                if of_kind == key
            ]
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


def _open_in(rows: list[tuple[int, datetime, datetime | None]], week: Period) -> int:
    return len(
        {
            incident
            for incident, begin, end in rows
            if begin < week.end and (end is None or end >= week.begin)
        }
    )
