"""The life of a finding: it opens, worsens, is acknowledged or muted, and closes by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from connectivity.core.health.evaluation import HealthRule, State, Verdict
from connectivity.core.health.resource_type import ConfigurationRule
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.models import Finding, FindingEvent, Resource

RuleVerdict = tuple[HealthRule | ConfigurationRule, str, Verdict]
Key = tuple[int, str, str]  # resource, rule, part

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # muted for good


@dataclass(frozen=True)
class Judged:
    """A resource with what every rule says of its parts."""

    resource: Resource
    verdicts: list[RuleVerdict]
    now: int
    marks: tuple[int, ...]


def follow(judged: Sequence[Judged], now: int) -> set[Key]:
    """Open, change and close findings; returns what is muted at the moment.

    A verdict of unknown changes nothing: nobody knows whether it is over.
    """
    at = datetime.fromtimestamp(now, UTC)
    resources = [judgement.resource.pk for judgement in judged]
    rows = Finding.objects.filter(resource__in=resources, closed_at=None).select_for_update()
    open_findings = {(row.resource_id, row.rule, row.part): row for row in rows}
    muted = _muted(resources, at)
    events: list[FindingEvent] = []
    looked_at: set[Key] = set()
    for judgement in judged:
        for rule, part, verdict in judgement.verdicts:
            key = judgement.resource.pk, rule.id, part
            looked_at.add(key)
            events += _step(
                judgement.resource, key, verdict, open_findings.get(key), muted.get(key), at
            )
    for key, finding in open_findings.items():
        if key not in looked_at:
            events.append(_close(finding, at, "no longer evaluated"))
    FindingEvent.objects.bulk_create(events)
    return {key for key, until in muted.items() if until > at}


def _step(
    resource: Resource,
    key: Key,
    verdict: Verdict,
    open_finding: Finding | None,
    muted_until: datetime | None,
    at: datetime,
) -> Iterator[FindingEvent]:
    is_bad = verdict.state in (State.WARNING, State.CRITICAL)
    if open_finding is None and is_bad:
        since = at if verdict.since is None else datetime.fromtimestamp(verdict.since, UTC)
        finding = Finding.objects.create(
            team_id=resource.team_id,
            resource=resource,
            rule=key[1],
            part=key[2],
            state=verdict.state.value,
            value=verdict.value,
            why=verdict.why,
            opened_at=min(since, at),
            muted_until=muted_until,
        )
        yield FindingEvent(finding=finding, at=at, what="opened", detail=verdict.why)
    elif open_finding is not None and verdict.state is State.OK:
        yield _close(open_finding, at, verdict.why)
    elif open_finding is not None and is_bad:
        if open_finding.state != verdict.state.value:
            event = "worsened" if verdict.state is State.CRITICAL else "eased"
            yield FindingEvent(finding=open_finding, at=at, what=event, detail=verdict.why)
        open_finding.state = verdict.state.value
        open_finding.value = verdict.value
        open_finding.why = verdict.why
        open_finding.save(update_fields=["state", "value", "why"])


def _close(finding: Finding, at: datetime, why: str) -> FindingEvent:
    finding.closed_at = at
    finding.save(update_fields=["closed_at"])
    return FindingEvent(finding=finding, at=at, what="closed", detail=why)


def _muted(resources: Sequence[int], at: datetime) -> dict[Key, datetime]:
    """Until when each rule is muted for a part: a mute outlives the finding that it was said of."""
    rows = Finding.objects.filter(resource__in=resources, muted_until__gt=at)
    newest = rows.values_list("resource_id", "rule", "part").annotate(until=Max("muted_until"))
    return {(resource, rule, part): until for resource, rule, part, until in newest}


def finding_of(team_id: int, uid: UUID) -> Finding:
    """Raises: Finding.DoesNotExist: there is none, or it belongs to another team."""
    return Finding.objects.select_related("resource").get(team_id=team_id, uid=uid)


def acknowledge(finding: Finding, note: str, author_id: int | None) -> None:
    """Somebody knows of it. Twice is once.

    Raises:
        DocumentRefused: it is closed already.
    """
    _is_open(finding)
    with transaction.atomic():
        now = timezone.now()
        open_ones = Finding.objects.filter(pk=finding.pk, acknowledged_at=None)
        if open_ones.update(acknowledged_at=now):
            _note(finding, "acknowledged", note, author_id)


def mute(finding: Finding, until: datetime, note: str, author_id: int | None) -> None:
    """Say nothing of this rule and part of the resource until a moment.

    Raises:
        DocumentRefused: the moment is past, or nobody says why.
    """
    if until <= timezone.now():
        raise DocumentRefused([Problem("mute_until", f"{until:%Y-%m-%d %H:%M} is past")])
    if not note.strip():
        raise DocumentRefused([Problem("note", "give a reason, for people who read it later")])
    with transaction.atomic():
        finding.muted_until = until
        finding.save(update_fields=["muted_until"])
        words = "for good" if until >= FAR else f"until {until:%Y-%m-%d %H:%M} UTC"
        _note(finding, "muted", f"{words}: {note.strip()}", author_id)


def unmute(finding: Finding, author_id: int | None) -> None:
    """Listen to it again, and to what was muted before under the same rule."""
    with transaction.atomic():
        same = Finding.objects.filter(
            resource=finding.resource_id, rule=finding.rule, part=finding.part
        )
        if same.exclude(muted_until=None).update(muted_until=None):
            _note(finding, "unmuted", "", author_id)


def _is_open(finding: Finding) -> None:
    if finding.closed_at is not None:
        raise DocumentRefused([Problem("finding", "it has already closed")])


def _note(finding: Finding, event: str, detail: str, author_id: int | None) -> None:
    FindingEvent.objects.create(
        finding=finding, at=timezone.now(), what=event, detail=detail.strip(), author_id=author_id
    )
