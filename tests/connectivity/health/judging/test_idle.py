"""Idle things are found without a data point, where a service publishes only with traffic."""

from datetime import UTC, datetime
from typing import Any

import pytest

from advisor.models import User
from connectivity import points
from connectivity.core.health.resource_type import DAY
from connectivity.core.health.series import Tier
from connectivity.health.judging.judgement import judge_region
from connectivity.models import Collection, Finding, Resource, Series
from tests.estate import NOW, watched

pytestmark = pytest.mark.django_db
TODAY = NOW // DAY * DAY
OLD, YOUNG = TODAY - 30 * DAY, TODAY - 6 * DAY


def day(days: float) -> datetime:
    return datetime.fromtimestamp(TODAY + days * DAY, UTC)


@pytest.fixture
def line(user: User) -> Collection:
    account = watched(user.team_id)
    return Collection.objects.get(account=account, task=Tier.DAY.value)


def resource(line: Collection, kind: str, facts: dict[str, Any]) -> Resource:
    return Resource.objects.create(
        team_id=line.team_id, account=line.account, kind=kind, aws_id=kind, region=line.region,
        name=kind, key=kind, is_listed=True, facts=facts,
    )  # fmt: skip


def series(row: Resource, namespace: str, metric: str, part: str = "") -> Series:
    """Asked for since 35 days, without a point so far."""
    return Series.objects.create(
        resource=row, namespace=namespace, metric=metric, digest=part or metric, dimensions=[],
        statistic="Sum", period=DAY, tier=Tier.DAY.value, part=part,
        begun=TODAY - 35 * DAY, mark=TODAY,
    )  # fmt: skip


def endpoint(line: Collection, created: float | None) -> Series:
    facts = {"vpc": "vpc-1", "service": "s3", "subnets": 1, "created": created}
    row = resource(line, "vpc-endpoint", facts)
    return series(row, "AWS/PrivateLinkEndpoints", "BytesProcessed")


def idle(rule: str) -> list[str]:
    return sorted(Finding.objects.filter(rule=rule, closed_at=None).values_list("part", flat=True))


@pytest.mark.parametrize(("created", "parts"), [(OLD, [""]), (YOUNG, [])])
def test_an_endpoint_without_a_point_is_idle_once_it_is_old_enough(
    line: Collection, created: int, parts: list[str]
) -> None:
    endpoint(line, created)
    judge_region(line, NOW)
    assert idle("VPCE-IDLE") == parts
    (verdict,) = (each for each in Resource.objects.get().verdicts if each["rule"] == "VPCE-IDLE")
    assert verdict["why"] == "no data point in 7 days"


def test_it_is_idle_from_when_it_was_created_and_no_more_with_the_first_bytes(
    line: Collection,
) -> None:
    row = endpoint(line, OLD)
    judge_region(line, NOW)
    finding = Finding.objects.get(rule="VPCE-IDLE")
    assert finding.opened_at == day(-30)
    points.store([(row.pk, TODAY, 5e9)], DAY)
    Series.objects.update(mark=TODAY + DAY)
    judge_region(line, NOW + DAY)
    finding.refresh_from_db()
    assert finding.closed_at == day(1)


def test_without_a_date_it_counts_from_when_it_was_seen_first(line: Collection) -> None:
    endpoint(line, None)
    judge_region(line, NOW)
    assert idle("VPCE-IDLE") == []
    Resource.objects.update(found_at=day(-20), verdicts=[])
    judge_region(line, NOW)
    assert Finding.objects.get(rule="VPCE-IDLE").opened_at == day(-20)


def test_an_attachment_without_a_point_is_idle_beside_one_with_traffic(line: Collection) -> None:
    ages = {"busy": OLD, "silent": OLD, "young": YOUNG}
    attachments = [
        {"id": id, "type": "vpc", "to": "vpc", "owner": "", "state": "available", "name": "",
         "created": created}
        for id, created in ages.items()
    ]  # fmt: skip
    row = resource(line, "transit-gateway", {"created": OLD, "attachments": attachments})
    of = {id: series(row, "AWS/TransitGateway", "BytesIn", id) for id in ages}
    points.store([(of["busy"].pk, TODAY - back * DAY, 5e9) for back in range(1, 36)], DAY)
    judge_region(line, NOW)
    assert idle("TGW-IDLE") == ["silent"]


def test_a_gateway_that_always_publishes_is_unknown_and_not_idle_without_a_point(
    line: Collection,
) -> None:
    facts = {"mode": "zonal", "az": "a", "routes": [{"subnet": "s", "az": "a"}], "addresses": 1,
             "created": OLD, "connectivity": "public", "vpc": "vpc-1"}  # fmt: skip
    row = resource(line, "nat-gateway", facts)
    series(row, "AWS/NATGateway", "BytesInFromSource")
    judge_region(line, NOW)
    assert idle("NAT-IDLE") == []
    row.refresh_from_db()
    (verdict,) = (each for each in row.verdicts if each["rule"] == "NAT-IDLE")
    assert (verdict["state"], verdict["why"]) == ("unknown", "no data point in 12 days")
