"""A finding opens, worsens, is acknowledged or muted, and closes by itself, with its history."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from advisor.models import User
from connectivity.core.health.evaluation import State, Verdict
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.series import metric
from connectivity.core.problems import DocumentRefused
from connectivity.health import scheduling
from connectivity.health.findings import Judged, acknowledge, finding_of, follow, mute, unmute
from connectivity.health.rule_settings import Numbers, rules_of, set_rule
from connectivity.models import Finding, FindingEvent, Resource, RuleSetting
from tests.estate import NOW, Aws, health_finding, nat_gateways, watched

pytestmark = pytest.mark.django_db
(RULE,) = (rule for rule in KINDS["nat-gateway"].rules if rule.id == "NAT-PORTS")
AT = 1_795_500_000


@pytest.fixture
def resource(user: User) -> Resource:
    return health_finding(user.team_id).resource


def says(resource: Resource, state: State, at: int, why: str = "why", part: str = "") -> None:
    verdict = Verdict(state, why, since=at if state.rank > 1 else None)
    follow([Judged(resource, [(RULE, part, verdict)], at, ())], at)


def history(finding: Finding) -> list[str]:
    return list(finding.events.values_list("what", flat=True))


def test_its_whole_life(user: User, resource: Resource) -> None:
    finding = Finding.objects.get()
    says(resource, State.CRITICAL, AT)
    assert history(finding) == ["opened"]
    says(resource, State.WARNING, AT + 60)
    says(resource, State.CRITICAL, AT + 120, "worse again")
    finding.refresh_from_db()
    assert (finding.state, finding.why) == ("critical", "worse again")
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
    says(resource, State.CRITICAL, AT + 300)
    assert Finding.objects.count() == 2


def test_parts_have_findings_of_their_own(resource: Resource) -> None:
    Finding.objects.all().delete()
    says(resource, State.CRITICAL, AT, part="a")
    verdicts = [(RULE, part, Verdict(State.CRITICAL, "why")) for part in ("a", "b")]
    follow([Judged(resource, verdicts, AT, ())], AT)
    assert sorted(Finding.objects.values_list("part", flat=True)) == ["a", "b"]


def test_what_is_no_longer_looked_at_closes(resource: Resource) -> None:
    follow([Judged(resource, [], AT, ())], AT)
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
    says(resource, State.CRITICAL, now + 60)
    again = Finding.objects.get(closed_at=None)
    assert again.muted_until is not None
    key = {(resource.pk, RULE.id, "")}
    bad = [(RULE, "", Verdict(State.CRITICAL, "why"))]
    assert follow([Judged(resource, bad, now, ())], now) == key
    assert follow([Judged(resource, bad, now, ())], now + 2 * 86_400) == set()
    unmute(finding_of(user.team_id, again.uid), user.pk)
    assert follow([Judged(resource, bad, now, ())], now) == set()


@pytest.fixture
def judged(user: User) -> Aws:
    """A gateway whose last minutes had port errors, collected and judged."""
    aws = Aws()
    cloud = nat_gateways(aws, "111122223333")
    errors = metric("AWS/NATGateway", "ErrorPortAllocation", NatGatewayId="nat-0")
    for minute in range(9):
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
