"""Findings of one cause are one incident, as grave as the gravest, and the same if it flaps."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from advisor.models import User
from connectivity.core.health.kinds import KINDS
from connectivity.health.lifecycle import incidents
from connectivity.health.lifecycle.findings import acknowledge, mute, unmute
from connectivity.health.lifecycle.incidents import FLAPS_WITHIN
from connectivity.health.reading import incident_lookup
from connectivity.models import Finding, Incident, IncidentEvent, Resource
from tests.estate import health_finding

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def resource(user: User) -> Resource:
    """A NAT gateway of which nothing is open."""
    resource = health_finding(user.team_id).resource
    Finding.objects.all().delete()
    Incident.objects.all().delete()
    return resource


def opens(resource: Resource, rule: str, severity: str, at: datetime) -> Finding:
    return Finding.objects.create(
        team_id=resource.team_id,
        resource=resource,
        rule=rule,
        severity=severity,
        why=f"{rule} is beyond its threshold",
        opened_at=at,
    )


def follow(resource: Resource, at: datetime, *changed: Finding) -> None:
    incidents.follow({resource.pk: resource.kind}, changed, at)


def ends(finding: Finding, at: datetime) -> Finding:
    finding.closed_at = at
    finding.save()
    return finding


def story() -> list[tuple[str, str, int]]:
    """What happened: change, severity after it, minutes since AT."""
    return [
        (event.what, event.severity, (event.at - AT) // MINUTE)
        for event in IncidentEvent.objects.order_by("pk")
    ]


def test_symptoms_of_one_cause_are_one_incident(resource: Resource) -> None:
    now = opens(resource, "NAT-PORTS-NOW", "warning", AT)
    follow(resource, AT + 5 * MINUTE, now)
    long = opens(resource, "NAT-PORTS", "critical", AT + 10 * MINUTE)
    follow(resource, AT + 15 * MINUTE, long)
    follow(resource, AT + 16 * MINUTE)  # nothing happened
    ends(long, AT + 20 * MINUTE)
    follow(resource, AT + 21 * MINUTE, long)
    ends(now, AT + 30 * MINUTE)
    follow(resource, AT + 31 * MINUTE, now)
    incident = Incident.objects.get()
    assert (incident.cause, incident.opened_at) == ("NAT-PORTS", AT)
    assert incident.closed_at == AT + 30 * MINUTE
    assert story() == [
        ("opened", "warning", 0),
        ("worsened", "critical", 10),
        ("eased", "warning", 21),
        ("closed", "warning", 30),
    ]
    assert {finding.incident_id for finding in Finding.objects.all()} == {incident.pk}


def test_what_opens_together_is_told_once_as_grave_as_it_is(resource: Resource) -> None:
    both = [
        opens(resource, "NAT-PORTS-NOW", "warning", AT),
        opens(resource, "NAT-PORTS", "critical", AT + MINUTE),
    ]
    follow(resource, AT + 20 * MINUTE, *both)
    assert story() == [("opened", "critical", 0)]
    event = IncidentEvent.objects.get()
    assert (event.rule, event.was, event.noticed_at) == ("NAT-PORTS", "", AT + 20 * MINUTE)


def test_another_cause_is_another_incident(resource: Resource) -> None:
    rows = [opens(resource, rule, "warning", AT) for rule in ("NAT-DROPS", "NAT-PORTS-NOW")]
    follow(resource, AT, *rows)
    assert set(Incident.objects.values_list("cause", flat=True)) == {"NAT-DROPS", "NAT-PORTS"}


def test_what_opens_again_soon_is_the_same_incident(resource: Resource, user: User) -> None:
    first = opens(resource, "NAT-PORTS", "critical", AT)
    follow(resource, AT, first)
    acknowledge(Finding.objects.select_related("resource").get(), "on it", user.pk)
    follow(resource, AT + MINUTE, ends(first, AT + MINUTE))
    again = opens(resource, "NAT-PORTS", "critical", AT + FLAPS_WITHIN)
    follow(resource, AT + FLAPS_WITHIN, again)
    incident = Incident.objects.get()
    assert (incident.reopened, incident.closed_at, incident.acknowledged_at) == (1, None, None)
    assert [change for change, _, _ in story()] == ["opened", "closed", "opened"]
    follow(resource, AT + FLAPS_WITHIN + MINUTE, ends(again, AT + FLAPS_WITHIN + MINUTE))
    late = opens(resource, "NAT-PORTS", "critical", AT + 2 * FLAPS_WITHIN + 2 * MINUTE)
    follow(resource, AT + 2 * FLAPS_WITHIN + 2 * MINUTE, late)
    assert list(Incident.objects.order_by("pk").values_list("reopened", flat=True)) == [1, 0]


def test_what_came_and_went_between_two_rounds_has_its_times(resource: Resource) -> None:
    """A round that comes late judges hours at once: two troubles, far apart, both over."""
    brief = ends(opens(resource, "NAT-PORTS", "critical", AT), AT + 5 * MINUTE)
    later = ends(opens(resource, "NAT-PORTS", "critical", AT + 300 * MINUTE), AT + 310 * MINUTE)
    follow(resource, AT + 480 * MINUTE, brief, later)
    assert story() == [
        ("opened", "critical", 0),
        ("closed", "critical", 5),
        ("opened", "critical", 300),
        ("closed", "critical", 310),
    ]
    assert Incident.objects.filter(closed_at=None).count() == 0
    assert Incident.objects.count() == 2


def test_an_end_and_a_new_beginning_of_one_round_are_in_order(resource: Resource) -> None:
    first = opens(resource, "NAT-PORTS", "critical", AT)
    follow(resource, AT, first)
    ends(first, AT + MINUTE)
    again = opens(resource, "NAT-PORTS", "critical", AT + 300 * MINUTE)
    follow(resource, AT + 301 * MINUTE, first, again)
    assert story() == [
        ("opened", "critical", 0), ("closed", "critical", 1), ("opened", "critical", 300),
    ]  # fmt: skip
    assert Incident.objects.filter(closed_at=None).count() == 1


def test_twice_is_once(resource: Resource) -> None:
    finding = opens(resource, "NAT-PORTS", "critical", AT)
    for _ in range(3):
        follow(resource, AT, finding)
        finding = Finding.objects.get()
    ends(finding, AT + MINUTE)
    for _ in range(3):
        follow(resource, AT + MINUTE, finding)
        finding = Finding.objects.get()
    assert story() == [("opened", "critical", 0), ("closed", "critical", 1)]


def test_a_finding_from_before_gets_its_incident_with_what_was_said_of_it(
    resource: Resource,
) -> None:
    finding = opens(resource, "NAT-PORTS", "critical", AT)
    Finding.objects.update(acknowledged_at=AT, muted_until=AT + timedelta(days=3))
    follow(resource, AT + MINUTE)
    incident = Incident.objects.get()
    finding.refresh_from_db()
    assert finding.incident == incident
    assert (incident.acknowledged_at, incident.muted_until) == (AT, AT + timedelta(days=3))


def test_a_mute_holds_for_all_symptoms_and_for_what_comes_later(
    resource: Resource, user: User
) -> None:
    now, long = (
        opens(resource, rule, "warning", timezone.now()) for rule in ("NAT-PORTS-NOW", "NAT-PORTS")
    )
    follow(resource, timezone.now(), now, long)
    until = timezone.now() + timedelta(days=1)
    mute(now, until, "known", user.pk)
    assert set(Finding.objects.values_list("muted_until", flat=True)) == {until}
    assert incident_lookup.problems(resource.team_id, timezone.now()) == 0
    assert incident_lookup.problems(resource.team_id, until) == 1
    unmute(long, user.pk)
    assert set(Finding.objects.values_list("muted_until", flat=True)) == {None}
    assert incident_lookup.problems(resource.team_id, timezone.now()) == 1


def test_a_graver_symptom_ends_the_mute_of_its_incident(resource: Resource, user: User) -> None:
    now = opens(resource, "NAT-PORTS-NOW", "warning", timezone.now())
    follow(resource, timezone.now(), now)
    now.refresh_from_db()
    mute(now, timezone.now() + timedelta(days=1), "known", user.pk)
    long = opens(resource, "NAT-PORTS", "critical", timezone.now())
    noticed_at = timezone.now()
    follow(resource, noticed_at, long)
    assert Incident.objects.get().muted_until == noticed_at  # what was before it stays unsaid
    assert Finding.objects.get(rule="NAT-PORTS").muted_until is None
    assert Finding.objects.get(rule="NAT-PORTS-NOW").muted_until is not None
    assert incident_lookup.problems(resource.team_id, timezone.now()) == 1


def test_a_muted_incident_that_opens_again_graver_is_heard(resource: Resource, user: User) -> None:
    now = timezone.now()
    mild = opens(resource, "NAT-PORTS-NOW", "warning", now - 2 * MINUTE)
    follow(resource, now - 2 * MINUTE, mild)
    mute(mild, now + timedelta(days=1), "known", user.pk)
    follow(resource, now - MINUTE, ends(Finding.objects.get(), now - MINUTE))
    follow(resource, now, opens(resource, "NAT-PORTS", "critical", now))
    incident = Incident.objects.get()
    assert (incident.reopened, incident.severity) == (1, "critical")
    assert Finding.objects.get(rule="NAT-PORTS").muted_until is None
    assert incident.muted_until == now
    assert incident_lookup.problems(resource.team_id, now) == 1


def test_who_mutes_less_does_not_mute_what_is_open_and_graver(
    resource: Resource, user: User
) -> None:
    now = timezone.now()
    mild = opens(resource, "NAT-PORTS-NOW", "warning", now)
    grave = opens(resource, "NAT-PORTS", "critical", now)
    follow(resource, now, mild, grave)
    until = now + timedelta(days=1)
    mute(mild, until, "known", user.pk)
    assert Incident.objects.get().muted_until is None
    until_by_rule = dict(Finding.objects.values_list("rule", "muted_until"))
    assert until_by_rule == {"NAT-PORTS-NOW": until, "NAT-PORTS": None}
    assert incident_lookup.problems(resource.team_id, now) == 1
    mute(grave, until, "known as well", user.pk)
    assert incident_lookup.problems(resource.team_id, now) == 0


def test_a_mute_of_what_is_over_mutes_the_incident_that_is_open(
    resource: Resource, user: User
) -> None:
    now = timezone.now()
    old = opens(resource, "NAT-PORTS", "critical", now - 3 * FLAPS_WITHIN)
    follow(resource, now - 3 * FLAPS_WITHIN, old)
    follow(resource, now - 2 * FLAPS_WITHIN, ends(old, now - 2 * FLAPS_WITHIN))
    follow(resource, now, opens(resource, "NAT-PORTS", "critical", now))
    mute(old, now + timedelta(days=1), "known", user.pk)
    assert Incident.objects.get(closed_at=None).muted_until == now + timedelta(days=1)
    assert incident_lookup.problems(resource.team_id, now) == 0


def test_an_acknowledgement_holds_for_all_symptoms(resource: Resource, user: User) -> None:
    now = opens(resource, "NAT-PORTS-NOW", "warning", AT)
    follow(resource, AT, now)
    now.refresh_from_db()
    acknowledge(now, "on it", user.pk)
    long = opens(resource, "NAT-PORTS", "critical", AT + MINUTE)
    follow(resource, AT + MINUTE, long)
    assert Incident.objects.get().acknowledged_at is not None
    assert not Finding.objects.filter(acknowledged_at=None).exists()


def test_advice_is_counted_apart(resource: Resource) -> None:
    rows = [opens(resource, "NAT-IDLE", "advice", AT), opens(resource, "NAT-PORTS", "critical", AT)]
    follow(resource, AT, *rows)
    counts = incident_lookup.counts(resource.team_id, AT)
    assert counts == {"critical": 1, "warning": 0, "advice": 1}
    assert incident_lookup.problems(resource.team_id, AT) == 1


def test_every_cause_is_the_id_of_a_rule_of_the_same_kind() -> None:
    for kind in KINDS.values():
        for rule in kind.every_rule:
            named = kind.rule(rule.cause)
            assert named is not None, rule.id
            assert named.cause == rule.cause, rule.id
    assert KINDS["nlb"].cause_of("NLB-UNHEALTHY") == "NLB-NO-TARGET"
    assert KINDS["ebs-volume"].cause_of("EBS-INSTANCE-IOPS") == "EBS-IOPS"
    assert KINDS["nlb"].cause_of("A-RULE-THAT-IS-GONE") == "A-RULE-THAT-IS-GONE"
