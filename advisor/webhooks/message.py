"""What is told of an event, before it has the form that a receiver reads. Bounded."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.urls import reverse

from connectivity.core.health.evaluation import HealthRule, Saves
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import ConfigurationRule
from connectivity.kept_plans.told import told
from connectivity.models import IncidentEvent, PlanNews, Resource

LONG, SHORT = 1_000, 300  # characters of a text, and of a name
MAX_STEPS = 10


class EventType(StrEnum):
    """What happened; the end of the type that a body has."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    RESOLVED = "resolved"
    CHEAPER = "cheaper"
    BLOCKED = "blocked"
    TEST = "test"


CHANGES = {
    "opened": EventType.OPENED,
    "worsened": EventType.WORSENED,
    "eased": EventType.EASED,
    "closed": EventType.RESOLVED,
}
"""By the event of an incident."""

TOPICS = {EventType.CHEAPER: "plan", EventType.BLOCKED: "plan", EventType.TEST: "webhook"}
"""What a change is of, where it is no incident."""


@dataclass(frozen=True)
class ResourcePlace:
    """The resource or topology that is spoken of, and where it is."""

    uid: str
    kind: str
    kind_name: str
    id: str
    name: str
    account: str
    account_name: str
    region: str
    owner: str
    page: str
    console: str
    is_demo: bool


@dataclass(frozen=True)
class Message:
    """An event in words and figures."""

    change: EventType
    at: datetime
    incident: str  # the same from the first to the last message of one trouble
    severity: str
    was: str  # the severity before this event; empty: none
    title: str
    cause: str
    steps: tuple[str, ...]
    effect: str
    rule: str
    source: str
    part: str
    since: datetime
    value: float | None
    detail: str
    reopened: int  # how often it had ended shortly before
    place: ResourcePlace
    plan: dict[str, Any] | None = None  # figures of a plan, of which it tells

    @property
    def type(self) -> str:
        """What programs know it by; another version has another one."""
        return f"{TOPICS.get(self.change, 'incident')}.{self.change}.v1"

    @property
    def is_open(self) -> bool:
        return self.change is not EventType.RESOLVED

    @property
    def headline(self) -> str:
        """In a line: what happened, and to what."""
        if self.change is EventType.TEST:
            return "Test message of Connectivity Advisor"
        if self.plan is not None:
            return f"{self.place.name}: {self.title}"
        demo = "[demo] " if self.place.is_demo else ""
        happened = f"{self.severity} {self.change}"
        return f"{demo}{happened}: {self.place.kind_name} {self.place.name}"


def message_of(event: IncidentEvent) -> Message:
    """What is told of a change of an incident."""
    incident = event.incident
    rule = KINDS[incident.resource.kind].rule(event.rule)
    return Message(
        change=CHANGES[event.what],
        at=event.at,
        incident=str(incident.uid),
        severity=event.severity,
        was=event.was,
        title=_cut(rule.means.rstrip(".") if rule else event.rule, SHORT),
        cause=rule.means if rule else "",
        steps=rule.steps[:MAX_STEPS] if rule else (),
        effect=_effect(rule),
        rule=event.rule,
        source=rule.source if rule else "",
        part=_cut(event.part, SHORT),
        since=incident.opened_at,
        value=event.value,
        detail=_cut(event.detail, LONG),
        reopened=incident.reopened,
        place=place_of(incident.resource),
    )


def plan_message_of(news: PlanNews) -> Message:
    """What is told of a plan: another is cheaper, or it can no longer be built."""
    topology, plan = news.topology, told(news.content)
    page = f"{settings.ADVISOR_URL}{reverse('topology', args=[topology.uid])}"
    name, why = _cut(topology.name, SHORT), " ".join(plan.why)
    ends = str(topology.uid), "topology", "topology", "", name
    return Message(
        change=EventType(news.what),
        at=news.at,
        incident=str(news.uid),
        severity="advice" if news.what == EventType.CHEAPER else "warning",
        was="",
        title=plan.headline,
        cause=_cut(why, LONG),
        steps=(_cut(plan.step, LONG),),
        effect=plan.effect,
        rule="",
        source="",
        part="",
        since=news.at,
        value=None,
        detail=_cut(plan.effect or plan.step, LONG),
        reopened=0,
        place=ResourcePlace(*ends, "", "", "", "", page, "", is_demo=False),
        plan=news.content,
    )


def place_of(resource: Resource) -> ResourcePlace:
    kind = KINDS[resource.kind]
    account = resource.account
    page = reverse("health-resource", args=[resource.uid])
    return ResourcePlace(
        uid=str(resource.uid),
        kind=resource.kind,
        kind_name=kind.one,
        id=_cut(resource.aws_id, SHORT),
        name=_cut(resource.name, SHORT),
        account=account.account if account else "",
        account_name=_cut(resource.owner, SHORT),
        region=resource.region,
        owner=_cut(resource.responsible, SHORT),
        page=f"{settings.ADVISOR_URL}{page}",
        console=kind.console.format(region=resource.region, id=resource.aws_id)[:LONG],
        is_demo=bool(account and account.is_demo),
    )


def trial(uid: str, at: datetime) -> Message:
    """What a test tells: that messages arrive, and how they look."""
    page = f"{settings.ADVISOR_URL}{reverse('health-collection')}"
    place = ResourcePlace("", "", "", "", "Connectivity Advisor", "", "", "", "", page, "", False)
    return Message(
        change=EventType.TEST,
        at=at,
        incident=uid,
        severity="advice",
        was="",
        title="This webhook works",
        cause="Somebody asked for a test message; nothing is wrong.",
        steps=(),
        effect="",
        rule="TEST",
        source="",
        part="",
        since=at,
        value=None,
        detail="A test message that somebody asked for.",
        reopened=0,
        place=place,
    )


def as_data(message: Message) -> dict[str, Any]:
    """Everything that is told, as plain values."""
    place = message.place
    if message.plan is not None:
        return _plan_data(message, message.plan)
    return {
        "incident": message.incident,
        "title": message.title,
        "severity": message.severity,
        "state": "open" if message.is_open else "resolved",
        "cause": message.cause,
        "steps": list(message.steps),
        "effect": message.effect,
        "rule": message.rule,
        "source": message.source,
        "part": message.part,
        "since": message.since.isoformat(),
        "value": message.value,
        "detail": message.detail,
        "reopened": message.reopened,
        "account": {"id": place.account, "name": place.account_name},
        "region": place.region,
        "owner": place.owner or None,
        "resource": {"uid": place.uid, "id": place.id, "name": place.name, "kind": place.kind},
        "links": {"page": place.page, "console": place.console},
        "is_demo": place.is_demo,
    }


def _plan_data(message: Message, plan: dict[str, Any]) -> dict[str, Any]:
    """A plan's figures: USD a month as text; what is long is cut."""
    place = message.place
    names = ("version", "usd", "kept_usd", "before_usd", "saves_usd", "gap_usd", "since", "switch")
    return {
        "topology": {"uid": place.uid, "name": place.name},
        "title": message.title,
        "severity": message.severity,
        "why": [_cut(sentence, SHORT) for sentence in plan["why"][:MAX_STEPS]],
        "moves": [*plan["moves"][:MAX_STEPS]],
        "step": message.steps[0],
        "effect": message.detail,
        "links": {"page": place.page},
        **{name: plan[name] for name in names},
    }


def _effect(rule: HealthRule | ConfigurationRule | None) -> str:
    if rule is None:
        return ""
    return "Saves its monthly cost." if isinstance(rule.effect, Saves) else rule.effect


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
