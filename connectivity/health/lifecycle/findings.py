"""The life of a finding: it opens, worsens, is acknowledged or muted, and closes by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from connectivity.core.health.evaluation import HealthRule, Severity
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import ConfigurationRule
from connectivity.core.health.window_judging import Judgement, Spell
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.health.row_changes import store_changes
from connectivity.models import Finding, FindingEvent, Incident, Resource

RuleJudgement = tuple[HealthRule | ConfigurationRule, str, Judgement]
Key = tuple[int, str, str]  # resource, rule, part
Muted = tuple[int, str, Severity]  # resource, cause, how grave

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # muted for good


@dataclass(frozen=True)
class Judged:
    """A resource with what every rule says of its parts."""

    resource: Resource
    judgements: list[RuleJudgement]


def open_findings(resources: Sequence[int]) -> dict[Key, Finding]:
    """What is open of resources. Inside a transaction, which then has them alone."""
    rows = Finding.objects.filter(resource__in=resources, closed_at=None).select_for_update()
    return {(row.resource_id, row.rule, row.part): row for row in rows}


def follow(judged: Sequence[Judged], findings: dict[Key, Finding], now: int) -> set[Muted]:
    """Open, change and close findings, each when it happened; returns which causes are muted now.

    What nobody can tell of changes nothing: nobody knows whether it is over.
    """
    at = datetime.fromtimestamp(now, UTC)
    resources = {judgement.resource.pk for judgement in judged}
    muted = _muted({each.resource.pk: each.resource.kind for each in judged}, at)
    changed: list[Finding] = []
    new: list[Finding] = []
    events: list[FindingEvent] = []
    looked_at: set[Key] = set()
    for judgement in judged:
        for rule, part, result in judgement.judgements:
            key = judgement.resource.pk, rule.id, part
            looked_at.add(key)
            for spell in result.spells:
                finding = findings.get(key) if spell.tripped is None else None
                if finding is None:
                    finding = _opened(judgement.resource, rule, part, spell, at)
                    finding.muted_until = muted.get((key[0], rule.cause, rule.severity))
                    new.append(finding)
                else:
                    changed.append(finding)
                events += _steps(finding, rule.severity, spell, at)
    for key, finding in findings.items():
        if key[0] in resources and key not in looked_at:
            changed.append(finding)
            events.append(_close(finding, at, at, "no longer evaluated"))
    store_changes(changed, ["severity", "value", "why", "seen_at", "closed_at"])
    Finding.objects.bulk_create(new)
    FindingEvent.objects.bulk_create(events)
    return {key for key, until in muted.items() if until > at}


def _opened(
    resource: Resource, rule: HealthRule | ConfigurationRule, part: str, spell: Spell, at: datetime
) -> Finding:
    return Finding(
        team_id=resource.team_id,
        resource=resource,
        rule=rule.id,
        part=part,
        severity=rule.severity.value,
        opened_at=min(_moment(spell.began), at),
    )


def _steps(
    finding: Finding, severity: Severity, spell: Spell, at: datetime
) -> Iterator[FindingEvent]:
    """What a spell does to its finding, at the end of the windows that show it."""
    if spell.seen is not None:
        finding.value, finding.why = spell.value, spell.why
        finding.seen_at = _moment(spell.seen)
    if spell.tripped is not None:
        tripped = _moment(spell.tripped)
        yield FindingEvent(
            finding=finding, at=tripped, noticed_at=at, what="opened", detail=spell.why
        )
    elif spell.seen is not None and finding.severity != severity.value:
        is_worse = severity.rank > Severity(finding.severity).rank
        event = "worsened" if is_worse else "eased"
        finding.severity = severity.value
        yield FindingEvent(
            finding=finding,
            at=_moment(spell.seen),
            noticed_at=at,
            what=event,
            detail=spell.why,
        )
    if spell.ended is not None:
        yield _close(finding, _moment(spell.ended), at, spell.over)


def _close(finding: Finding, ended: datetime, at: datetime, why: str) -> FindingEvent:
    finding.closed_at = ended
    return FindingEvent(finding=finding, at=ended, noticed_at=at, what="closed", detail=why)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _muted(kinds: Mapping[int, str], at: datetime) -> dict[Muted, datetime]:
    """Until when causes are muted: by whichever of their symptoms it was said, on whichever part.

    A mute outlives the finding that it was said of. It holds for what is no graver than that: who
    silences advice does not silence an outage.
    """
    rows = Finding.objects.filter(resource__in=kinds, muted_until__gt=at)
    newest = rows.values_list("resource_id", "rule", "severity").annotate(until=Max("muted_until"))
    muted: dict[Muted, datetime] = {}
    for resource, rule, severity, until in newest:
        cause = KINDS[kinds[resource]].cause_of(rule)
        for no_graver in _no_graver_than(severity):
            key = resource, cause, no_graver
            muted[key] = max(until, muted.get(key, until))
    return muted


def _no_graver_than(severity: str) -> list[Severity]:
    return [other for other in Severity if other.rank <= Severity(severity).rank]


def finding_of(team_id: int, uid: UUID) -> Finding:
    """Raises: Finding.DoesNotExist: there is none, or it belongs to another team."""
    rows = Finding.objects.select_related("resource", "incident")
    return rows.get(team_id=team_id, uid=uid)


def acknowledge(finding: Finding, note: str, author_id: int | None) -> None:
    """Somebody knows of its incident. Twice is once.

    Raises:
        DocumentRefused: it is closed already.
    """
    _is_open(finding)
    with transaction.atomic():
        now = timezone.now()
        Incident.objects.filter(symptoms=finding, acknowledged_at=None).update(acknowledged_at=now)
        open_ones = _symptoms(finding).filter(closed_at=None, acknowledged_at=None)
        if open_ones.update(acknowledged_at=now):
            _note(finding, "acknowledged", note, author_id)


def mute(finding: Finding, until: datetime, note: str, author_id: int | None) -> None:
    """Say nothing of its cause on this resource until a moment, also where that was later before.

    What is open and graver goes on being told, and its incident with it.

    Raises:
        DocumentRefused: the moment is past, or nobody says why.
    """
    if until <= timezone.now():
        raise DocumentRefused([Problem("mute_until", f"{until:%Y-%m-%d %H:%M} is past")])
    if not note.strip():
        raise DocumentRefused([Problem("note", "give a reason, for people who read it later")])
    with transaction.atomic():
        symptoms, no_graver = _symptoms(finding), _no_graver_than(finding.severity)
        longer = Q(muted_until__gt=until, closed_at__isnull=False)
        open_ones = symptoms.filter(closed_at=None)
        if not open_ones.exclude(severity__in=no_graver).exists():
            own = Q(symptoms=finding, severity__in=no_graver)
            _incidents(finding).filter(Q(closed_at=None) | own | longer).update(muted_until=until)
        lasting = Q(closed_at=None, severity__in=no_graver) | Q(pk=finding.pk)
        symptoms.filter(lasting | longer).update(muted_until=until)
        words = "for good" if until >= FAR else f"until {until:%Y-%m-%d %H:%M} UTC"
        _note(finding, "muted", f"{words}: {note.strip()}", author_id)


def unmute(finding: Finding, author_id: int | None) -> None:
    """Listen to its cause again, whatever was muted of it before.

    Its incidents keep that they were muted until now: what came and went by then is not told.
    """
    with transaction.atomic():
        now = timezone.now()
        _incidents(finding).filter(muted_until__gt=now).update(muted_until=now)
        if _symptoms(finding).exclude(muted_until=None).update(muted_until=None):
            _note(finding, "unmuted", "", author_id)


def _incidents(finding: Finding) -> QuerySet[Incident]:
    """Of its resource and cause."""
    cause = KINDS[finding.resource.kind].cause_of(finding.rule)
    return Incident.objects.filter(resource=finding.resource_id, cause=cause)


def _symptoms(finding: Finding) -> QuerySet[Finding]:
    """Findings of its resource that have its cause."""
    kind = KINDS[finding.resource.kind]
    cause = kind.cause_of(finding.rule)
    rules = {rule.id for rule in kind.every_rule if rule.cause == cause} | {finding.rule}
    return Finding.objects.filter(resource=finding.resource_id, rule__in=rules)


def _is_open(finding: Finding) -> None:
    if finding.closed_at is not None:
        raise DocumentRefused([Problem("finding", "it has already closed")])


def _note(finding: Finding, event: str, detail: str, author_id: int | None) -> None:
    FindingEvent.objects.create(
        finding=finding, at=timezone.now(), what=event, detail=detail.strip(), author_id=author_id
    )
