"""What else would do, with both prices; and what cannot take a resource's place is not offered."""

from decimal import Decimal
from typing import Any

import pytest

from advisor.models import User
from connectivity import points
from connectivity.health.accounts.aws_accounts import Wish, add_account
from connectivity.health.money.cheaper_options import alternatives, choices
from connectivity.models import HourPoint, Resource, Series
from tests.estate import NOW

pytestmark = pytest.mark.django_db
GIB = 2**30
ROUTES = [{"subnet": f"subnet-{az}", "az": f"us-east-1{az}", "table": f"rtb-{az}"} for az in "abc"]
GATEWAY = {
    "mode": "zonal", "az": "us-east-1a", "routes": ROUTES, "addresses": 1,
    "connectivity": "public", "created": None, "vpc": "vpc-1",
    "endpoint_tables": {"s3": [], "dynamodb": []},
}  # fmt: skip


def row_of(user: User, kind: str, facts: dict[str, Any], usd: str = "100") -> Resource:
    account = add_account(user.team_id, Wish("111122223333", "network", ("us-east-1",)))
    return Resource.objects.create(
        team_id=user.team_id, account=account, region="us-east-1", kind=kind, aws_id="x-1",
        key="x-1", name="x", facts=facts, usd=Decimal(usd),
        bill=[{"what": "Data processed", "amount": "1000.000", "usd": "10", "gap": ""},
              {"what": "Data processed from type vpc", "amount": "1000.000", "usd": "20",
               "gap": ""}],
    )  # fmt: skip


def metered(row: Resource, metric: str, gb_per_hour: float) -> None:
    series = Series.objects.create(
        resource=row, namespace="AWS/NATGateway", metric=metric, dimensions=[], digest=metric,
        statistic="Sum", period=3_600, tier="daily", mark=NOW, begun=NOW - 30 * 86_400,
    )  # fmt: skip
    hours = [NOW // 3_600 * 3_600 - i * 3_600 for i in range(1, 721)]
    points.make_partitions(HourPoint._meta.db_table, hours)
    HourPoint.objects.bulk_create(
        HourPoint(series_id=series.pk, at=at, n=1, low=0, high=0, total=gb_per_hour * GIB)
        for at in hours
    )


@pytest.mark.parametrize(
    ("gib", "now_usd", "as_fast", "fast_usd", "included_usd"),
    [
        (100, 10, "3,000 IOPS and 128 MiB/s", 8.12, 8),  # 100 x 0.08 + 3/1024 x 40.96
        (200, 20, "3,000 IOPS and 250 MiB/s", 21, 16),  # as fast as gp2 it costs more
        (2_000, 200, "6,000 IOPS and 250 MiB/s", 180, 160),  # 160 + 3,000 x 0.005 + 5
    ],
)
def test_gp2_as_gp3_with_both_prices(
    user: User, gib: int, now_usd: float, as_fast: str, fast_usd: float, included_usd: float
) -> None:
    facts = {"type": "gp2", "gib": gib, "iops": 300, "throughput_mib_s": None}
    priced = choices(row_of(user, "ebs-volume", facts), NOW)
    assert {each.choice.name: float(each.then_usd or 0) for each in priced} == {
        f"gp3 with {as_fast}": fast_usd,
        "gp3 with 3,000 IOPS and 125 MiB/s": included_usd,
    }
    assert {float(each.now_usd or 0) for each in priced} == {now_usd}


def test_other_volumes_have_no_other_form(user: User) -> None:
    facts = {"type": "st1", "gib": 500, "iops": None, "throughput_mib_s": None}
    assert choices(row_of(user, "ebs-volume", facts), NOW) == []


def test_a_gateway_in_each_az_against_crossing(user: User) -> None:
    row = row_of(user, "nat-gateway", GATEWAY)
    metered(row, "BytesInFromSource", 1.0)
    metered(row, "BytesInFromDestination", 2.0)
    crossing, endpoint = choices(row, NOW)
    # 3 GB an hour, 0.01 at each side; two gateways more, with an address each
    assert float(crossing.now_usd or 0) == pytest.approx(43.8, rel=0.005)
    assert crossing.then_usd == 2 * 730 * (Decimal("0.045") + Decimal("0.005"))
    assert crossing.choice.name.startswith("a NAT gateway also in us-east-1b, us-east-1c")
    assert (endpoint.now_usd, endpoint.then_usd) == (Decimal("0.045"), 0)
    assert "how many go there" in endpoint.choice.note


def test_what_was_not_metered_is_not_known(user: User) -> None:
    crossing, _ = choices(row_of(user, "nat-gateway", GATEWAY), NOW)
    assert (crossing.now_usd, crossing.then_usd) == (None, Decimal(73))


def test_a_gateway_that_its_own_az_uses_and_endpoints_relieve_needs_no_other(user: User) -> None:
    tables = {"s3": ["rtb-a"], "dynamodb": ["rtb-a"]}
    facts = GATEWAY | {"routes": ROUTES[:1], "endpoint_tables": tables}
    assert choices(row_of(user, "nat-gateway", facts), NOW) == []


ENDPOINT = {"vpc": "vpc-1", "subnets": 3, "created": None}
PROVIDED = "com.amazonaws.vpce.us-east-1.vpce-svc-1"


@pytest.mark.parametrize(
    ("kind", "facts", "is_offered"),
    [
        ("nat-gateway", GATEWAY, False),
        ("vpc-endpoint", ENDPOINT | {"service": "com.amazonaws.us-east-1.sqs"}, False),
        ("vpc-endpoint", ENDPOINT | {"service": PROVIDED}, True),
        ("transit-gateway", {"attachments": [{"id": "a", "type": "vpc"}]}, True),
        ("transit-gateway", {"attachments": [{"id": "a", "type": "vpn"}]}, False),
    ],
)
def test_only_what_connects_vpcs_can_be_replaced_by_what_does(
    user: User, kind: str, facts: dict[str, Any], is_offered: bool
) -> None:
    row = row_of(user, kind, facts)
    assert (alternatives(row) is not None) is is_offered


@pytest.mark.parametrize("kind", ["ebs-volume", "nat-gateway"])
def test_a_configuration_that_cannot_be_read_has_no_other_form(user: User, kind: str) -> None:
    assert choices(row_of(user, kind, {}), NOW) == []
