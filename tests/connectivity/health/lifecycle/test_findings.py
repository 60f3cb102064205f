"""A finding opens, worsens, is acknowledged or muted, and closes by itself, with its history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from advisor.models import User
from connectivity.core.health.evaluation import Severity, State, Verdict
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.series import metric
from connectivity.core.health.window_judging import Judgement, Spell
from connectivity.core.problems import DocumentRefused
from connectivity.health.judging.rule_judgement import configured
from connectivity.health.judging.rule_settings import Numbers, rules_of, set_rule
from connectivity.health.lifecycle.findings import (
    Judged,
    acknowledge,
    finding_of,
    follow,
    mute,
    open_findings,
    unmute,
)
from connectivity.health.rounds import scheduling
from connectivity.models import Finding, FindingEvent, Resource, RuleSetting
from tests.estate import NOW, Aws, health_finding, nat_gateways, watched

pytestmark = pytest.mark.django_db
(RULE,) = (rule for rule in KINDS["nat-gateway"].rules if rule.id == "NAT-PORTS")
AT = 1_795_500_000


@pytest.fixture
def resource(user: User) -> Resource:
    return health_finding(user.team_id).resource


def says(
    resource: Resource, answer: State | Severity, at: int, why: str = "why", part: str = ""
) -> set[tuple[int, str]]:
    """A rule about the configuration says it at a moment."""
    findings = open_findings([resource.pk])
    opened = findings.get((resource.pk, RULE.id, part))
    began = int(opened.opened_at.timestamp()) if opened else None
    rule: Any = replace(RULE, severity=answer) if isinstance(answer, Severity) else RULE
    detail = why if isinstance(answer, Severity) else ""
    judgement = configured(rule, detail, began, at)
    if answer is State.UNKNOWN:
        judgement = Judgement(Verdict(answer, why))
    return follow([Judged(resource, [(rule, part, judgement)])], findings, at)


def history(finding: Finding) -> list[str]:
    return list(finding.events.values_list("what", flat=True))


def test_its_whole_life(user: User, resource: Resource) -> None:
    finding = Finding.objects.get()
    says(resource, Severity.CRITICAL, AT)
    assert history(finding) == ["opened"]
    says(resource, Severity.WARNING, AT + 60)
    says(resource, Severity.CRITICAL, AT + 120, "worse again")
    finding.refresh_from_db()
    assert (finding.severity, finding.why) == ("critical", "worse again")
    acknowledge(finding, "on it", user.pk)
    acknowledge(finding, "twice", user.pk)
    says(resource, State.UNKNOWN, AT + 180)
    finding.refresh_from_db()
    assert finding.closed_at is None
    says(resource, State.OK, AT + 240)
    finding.refresh_from_db()
    assert finding.closed_at == datetime.fromtimestamp(AT + 240, UTC)
    assert set(history(finding)) == {"opened", "eased", "worsened", "acknowledged", "closed"}
    assert len(history(finding)) == 5
    with pytest.raises(DocumentRefused, match="already closed"):
        acknowledge(finding, "", user.pk)
    says(resource, Severity.CRITICAL, AT + 300)
    assert Finding.objects.count() == 2


def test_advice_opens_worsens_and_closes_as_trouble_does(resource: Resource) -> None:
    Finding.objects.all().delete()
    says(resource, Severity.ADVICE, AT)
    finding = Finding.objects.get()
    assert (finding.severity, finding.state) == ("advice", "ok")
    says(resource, Severity.WARNING, AT + 60)
    says(resource, Severity.ADVICE, AT + 120)
    says(resource, State.OK, AT + 180)
    assert history(finding) == ["opened", "worsened", "eased", "closed"]


def test_a_resource_with_advice_alone_is_ok(user: User) -> None:
    aws = Aws()
    nat_gateways(aws, "111122223333")
    aws.found["111122223333"]["DescribeRouteTables"] = {"RouteTables": []}
    watched(user.team_id)
    scheduling.run_all(user.team_id, aws.asking)
    (resource,) = Resource.objects.all()
    finding = Finding.objects.get()
    assert (resource.state, finding.rule, finding.severity) == ("ok", "NAT-NO-ROUTE", "advice")


def test_parts_have_findings_of_their_own(resource: Resource) -> None:
    Finding.objects.all().delete()
    says(resource, Severity.CRITICAL, AT, part="a")
    began = Spell(AT, AT + 60, None, AT + 60, "why", 1.0)
    again = Judgement(Verdict(State.CRITICAL, "why"), (replace(began, tripped=None),))
    new = Judgement(Verdict(State.CRITICAL, "why"), (began,))
    judged = Judged(resource, [(RULE, "a", again), (RULE, "b", new)])
    follow([judged], open_findings([resource.pk]), AT)
    assert sorted(Finding.objects.values_list("part", flat=True)) == ["a", "b"]


def test_what_is_no_longer_looked_at_closes(resource: Resource) -> None:
    follow([Judged(resource, [])], open_findings([resource.pk]), AT)
    assert Finding.objects.get().closed_at is not None
    assert FindingEvent.objects.filter(detail="no longer evaluated").exists()


def test_a_mute_outlives_the_finding_and_ends(user: User, resource: Resource) -> None:
    finding = Finding.objects.get()
    now = int(timezone.now().timestamp())
    with pytest.raises(DocumentRefused, match="give a reason"):
        mute(finding, timezone.now() + timedelta(days=1), "", user.pk)
    with pytest.raises(DocumentRefused, match="is past"):
        mute(finding, timezone.now() - timedelta(days=1), "x", user.pk)
    mute(finding, timezone.now() + timedelta(days=1), "the blackhole is meant", user.pk)
    says(resource, State.OK, now)
    says(resource, Severity.CRITICAL, now + 60)
    again = Finding.objects.get(closed_at=None)
    assert again.muted_until is not None
    assert (resource.pk, RULE.cause, Severity.CRITICAL) in says(resource, Severity.CRITICAL, now)
    assert says(resource, Severity.CRITICAL, now + 2 * 86_400) == set()
    unmute(finding_of(user.team_id, again.uid), user.pk)
    assert says(resource, Severity.CRITICAL, now) == set()


def test_a_mute_is_of_the_cause_whichever_symptom_and_part_comes_next(
    user: User, resource: Resource
) -> None:
    finding, now = Finding.objects.get(), int(timezone.now().timestamp())
    mute(finding, timezone.now() + timedelta(days=1), "known", user.pk)
    says(resource, State.OK, now)
    says(resource, Severity.CRITICAL, now + 4 * 3_600, part="us-east-1b")
    another = Finding.objects.get(closed_at=None)
    assert (another.part, another.muted_until is not None) == ("us-east-1b", True)
    symptom = KINDS["nat-gateway"].rule("NAT-PORTS-NOW")
    assert symptom is not None
    assert symptom.cause == RULE.cause
    judgement = configured(symptom, "now", None, now + 5 * 3_600)  # type: ignore[arg-type]
    follow([Judged(resource, [(symptom, "", judgement)])], {}, now + 5 * 3_600)
    assert Finding.objects.get(rule=symptom.id).muted_until is not None


def test_what_is_graver_than_what_was_muted_is_heard(user: User, resource: Resource) -> None:
    symptom = KINDS["nat-gateway"].rule("NAT-PORTS-NOW")
    assert symptom is not None
    assert (symptom.cause, symptom.severity) == (RULE.cause, Severity.WARNING)
    now = int(timezone.now().timestamp())
    says(resource, State.OK, now)
    verdict = configured(symptom, "now", None, now)  # type: ignore[arg-type]
    follow([Judged(resource, [(symptom, "", verdict)])], {}, now)
    mute(Finding.objects.get(rule=symptom.id), timezone.now() + timedelta(days=1), "x", user.pk)
    muted = says(resource, Severity.CRITICAL, now + 60)
    assert (resource.pk, RULE.cause, Severity.WARNING) in muted
    assert (resource.pk, RULE.cause, Severity.CRITICAL) not in muted
    assert Finding.objects.get(rule=RULE.id, closed_at=None).muted_until is None


def test_a_shorter_mute_wins_over_a_longer_one_of_before(user: User, resource: Resource) -> None:
    now = timezone.now()
    old = Finding.objects.get()
    mute(old, now + timedelta(days=30), "known", user.pk)
    says(resource, State.OK, int(now.timestamp()))
    says(resource, Severity.CRITICAL, int(now.timestamp()) + 60)
    mute(Finding.objects.get(closed_at=None), now + timedelta(days=1), "mended then", user.pk)
    old.refresh_from_db()
    assert old.muted_until == now + timedelta(days=1)
    in_two_days = int((now + timedelta(days=2)).timestamp())
    assert says(resource, Severity.CRITICAL, in_two_days) == set()


@pytest.fixture
def judged(user: User) -> Aws:
    """A gateway whose last minutes had port errors, collected and judged."""
    aws = Aws()
    cloud = nat_gateways(aws, "111122223333")
    errors = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-0")
    for minute in range(11):
        cloud.put(errors, NOW - 60 * minute, 5.0)
    watched(user.team_id)
    scheduling.run_all(user.team_id, aws.asking)
    return aws


def test_a_muted_finding_does_not_colour_its_resource(user: User, judged: Aws) -> None:
    (resource,) = Resource.objects.all()
    assert (resource.state, resource.rule) == ("warning", "NAT-PORTS-NOW")
    assert resource.why.startswith("No source port was free")
    mute(Finding.objects.get(), timezone.now() + timedelta(days=9999), "known", user.pk)
    scheduling.run_all(user.team_id, judged.asking)
    resource.refresh_from_db()
    assert (resource.state, resource.rule) == ("ok", "")


def test_a_teams_own_numbers_are_judged_by(user: User, judged: Aws) -> None:
    with pytest.raises(DocumentRefused, match="give a reason"):
        set_rule(user.team_id, "NAT-PORTS", Numbers(True, None, 2, 15, ""), user.pk)
    with pytest.raises(DocumentRefused, match="16 of 15 points"):
        set_rule(user.team_id, "NAT-PORTS", Numbers(True, None, 16, 15, "x"), user.pk)
    with pytest.raises(LookupError, match="no health rule"):
        set_rule(user.team_id, "NOTHING", Numbers(True, None, None, None, "x"), user.pk)
    set_rule(user.team_id, "NAT-PORTS", Numbers(True, None, 2, 15, "we want to know"), user.pk)
    scheduling.run_all(user.team_id, judged.asking)
    assert Resource.objects.get().state == "critical"
    set_rule(user.team_id, "NAT-PORTS", Numbers(False, None, None, None, "too loud"), user.pk)
    set_rule(user.team_id, "NAT-PORTS-NOW", Numbers(False, None, None, None, "too loud"), user.pk)
    scheduling.run_all(user.team_id, judged.asking)
    assert Resource.objects.get().state == "ok"
    assert Finding.objects.filter(closed_at=None).count() == 0
    assert set_rule(user.team_id, "NAT-PORTS", Numbers(True, 0, 15, 15, ""), user.pk) is None
    assert RuleSetting.objects.count() == 1
    assert rules_of(user.team_id).health["NAT-PORTS"] == RULE
