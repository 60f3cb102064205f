"""Incidents: findings of one cause on one resource, told and counted as one trouble.

A rule names its cause; findings whose rules name the same are symptoms of one incident. It is as
grave as the gravest symptom that is open, and closed when none is. What opens again soon after is
the same incident once more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from connectivity.core.health.evaluation import Severity
from connectivity.core.health.kinds import KINDS
from connectivity.health.row_changes import store_changes
from connectivity.models import (
    AwsAccount,
    Collection,
    Finding,
    Incident,
    IncidentEvent,
    PrometheusSource,
    Resource,
)

FLAPS_WITHIN = timedelta(hours=2)  # after its end, what opens is the same incident
BEHIND = timedelta(hours=1)  # since when what came and went may be without incident
OVER = "every symptom has ended"
FIELDS = ("severity", "closed_at", "reopened", "acknowledged_at")

Key = tuple[int, str]  # resource, cause


@dataclass
class _Course:
    """An incident with the symptoms that count, while its findings are followed."""

    incident: Incident
    noticed_at: datetime
    symptoms: list[Finding] = field(default_factory=list)
    events: list[IncidentEvent] = field(default_factory=list)
    is_news: bool = False  # it opened in this round: nobody was told yet how grave it is

    def join(self, finding: Finding) -> None:
        """A symptom more; where it had ended, it is open once more."""
        incident = self.incident
        finding.incident = incident
        self.symptoms.append(finding)
        self._mute(finding)  # by how grave it was, before it is as grave as this
        if incident.closed_at is not None:
            incident.closed_at, incident.acknowledged_at = None, None
            incident.reopened += 1
            self.open(finding)
        finding.acknowledged_at = finding.acknowledged_at or incident.acknowledged_at
        self.weigh(finding.opened_at)

    def _mute(self, finding: Finding) -> None:
        """A mute holds for a symptom that is no graver than the incident was; else it ends."""
        incident = self.incident
        is_over = incident.muted_until is None or incident.muted_until <= self.noticed_at
        if finding.muted_until or is_over:
            return
        if _gravity(finding) <= Severity(incident.severity).rank:
            finding.muted_until = incident.muted_until
        else:
            incident.muted_until = self.noticed_at
            Incident.objects.filter(pk=incident.pk).update(muted_until=self.noticed_at)

    def open(self, finding: Finding) -> None:
        self.incident.severity = finding.severity
        self._note("opened", finding.opened_at, "", finding)
        self.is_news = True

    def weigh(self, moment: datetime) -> None:
        """As grave as the gravest symptom at a moment; news are told with what they came to."""
        open_then = [
            symptom
            for symptom in self.symptoms
            if symptom.closed_at is None or symptom.closed_at > moment
        ]
        gravest = max(open_then, key=_gravity, default=None)
        if gravest is None or gravest.severity == self.incident.severity:
            return
        was = self.incident.severity
        is_worse = _gravity(gravest) > Severity(was).rank
        self.incident.severity = gravest.severity
        if self.is_news and is_worse:
            opened = self.events.pop()
            self._note("opened", opened.at, "", gravest)
        else:
            self._note("worsened" if is_worse else "eased", moment, was, gravest)
            self.is_news = False

    def end(self, moment: datetime) -> None:
        """Where every symptom had ended at a moment: with the last of them."""
        ends = [symptom.closed_at for symptom in self.symptoms]
        if self.incident.closed_at is not None or None in ends:
            return
        ended = max((at for at in ends if at), default=moment)
        if ended <= moment:
            self.incident.closed_at = ended
            gravest = max(self.symptoms, key=_gravity, default=None)
            self._note("closed", ended, self.incident.severity, gravest)
            self.symptoms, self.is_news = [], False

    def _note(self, change: str, at: datetime, was: str, symptom: Finding | None) -> None:
        self.events.append(
            IncidentEvent(
                incident=self.incident,
                at=at,
                noticed_at=self.noticed_at,
                what=change,
                severity=self.incident.severity,
                was=was,
                rule=symptom.rule if symptom else self.incident.cause,
                part=symptom.part if symptom else "",
                value=symptom.value if symptom else None,
                detail=OVER if change == "closed" or symptom is None else symptom.why,
            )
        )


def catch_up(row: Collection, now: int) -> None:
    """Let the incidents of a line of the collection follow what was judged.

    It can be done again, and late: what was judged in the meantime is found by what lacks it.
    """
    at = datetime.fromtimestamp(now, UTC)
    here = Q(account=row.account, source=row.source, region=row.region, gone_at=None)
    kinds = dict(Resource.objects.filter(here).values_list("pk", "kind"))
    owners: Any = AwsAccount if row.account else PrometheusSource
    with transaction.atomic():  # one at a time for an account
        owners.objects.select_for_update().get(pk=row.account_id or row.source_id)
        brief = Q(incident=None, events__noticed_at__gte=at - BEHIND)
        over = Q(incident__isnull=False, incident__closed_at=None)
        follow(kinds, Finding.objects.filter(brief | over, resource__in=kinds).distinct(), at)


def follow(kinds: Mapping[int, str], changed: Iterable[Finding], at: datetime) -> None:
    """Let incidents follow their findings, each change when it happened.

    Args:
        kinds: of the resources that were judged, by their key.
        changed: findings that opened, changed or closed just now; what else is open is found.
    """
    findings = {finding.pk: finding for finding in changed}
    for row in Finding.objects.filter(resource__in=kinds, closed_at=None):
        findings.setdefault(row.pk, row)
    by_key: dict[Key, list[Finding]] = defaultdict(list)
    for finding in sorted(findings.values(), key=lambda row: (row.opened_at, row.pk)):
        kind = KINDS[kinds[finding.resource_id]]
        by_key[finding.resource_id, kind.cause_of(finding.rule)].append(finding)
    courses = _courses(kinds, findings.values(), at)
    ended: list[_Course] = []
    joined: list[Finding] = []
    for key, symptoms in by_key.items():
        for finding in _known(courses.get(key), symptoms):
            joined.append(finding)
            ended += _place(courses, key, finding, at)
    _store([*ended, *courses.values()], joined, at)


def _known(course: _Course | None, symptoms: list[Finding]) -> list[Finding]:
    """Let an incident have the symptoms that it had; returns the others."""
    if course is None:
        return symptoms
    course.symptoms = [row for row in symptoms if row.incident_id == course.incident.pk]
    return [row for row in symptoms if row.incident_id != course.incident.pk]


def _place(courses: dict[Key, _Course], key: Key, finding: Finding, at: datetime) -> list[_Course]:
    """Give a finding its incident; returns that which was the last before it, if it is another."""
    course = courses.get(key)
    if course is not None:
        course.end(finding.opened_at)
        closed_at = course.incident.closed_at
        if closed_at is None or finding.opened_at - closed_at <= FLAPS_WITHIN:
            course.join(finding)
            return []
        course.incident.save(update_fields=FIELDS)  # closed, before another one is open
    incident = Incident.objects.create(
        team_id=finding.team_id,
        resource_id=key[0],
        cause=key[1],
        severity=finding.severity,
        opened_at=finding.opened_at,
        acknowledged_at=finding.acknowledged_at,
        muted_until=finding.muted_until,
    )
    courses[key] = _Course(incident, at, [finding])
    finding.incident = incident
    courses[key].open(finding)
    return [course] if course else []


def _courses(
    kinds: Mapping[int, str], findings: Iterable[Finding], at: datetime
) -> dict[Key, _Course]:
    """The incidents that are open, or closed so late that something belongs to them, by cause."""
    earliest = min((row.opened_at for row in findings if row.incident_id is None), default=at)
    late = Q(closed_at=None) | Q(closed_at__gte=earliest - FLAPS_WITHIN)
    rows = Incident.objects.filter(late, resource__in=kinds).order_by("opened_at", "pk")
    return {(row.resource_id, row.cause): _Course(row, at) for row in rows}


def _store(courses: Iterable[_Course], joined: list[Finding], at: datetime) -> None:
    changed = []
    for course in courses:
        course.end(at)
        course.weigh(at)
        if course.events:
            changed.append(course)
    store_changes([course.incident for course in changed], FIELDS)
    store_changes(joined, ["incident", "acknowledged_at", "muted_until"])
    IncidentEvent.objects.bulk_create(event for course in changed for event in course.events)


def _gravity(finding: Finding) -> int:
    return Severity(finding.severity).rank
