"""What a resource costs, and that it follows the prices that are in force."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.models import User
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import Resource as Found
from connectivity.health.accounts.aws_accounts import add_demo
from connectivity.health.money import resource_cost
from connectivity.health.rounds import scheduling
from connectivity.models import Collection, Resource
from costmodel import ingest
from costmodel.core.overrides import Override
from costmodel.core.price_list import PriceList
from costmodel.models import PriceOverride
from tests.offers import offer, product

VOLUME = {"gib": 100, "iops": None, "throughput_mib_s": None}


def cost(prices: PriceList, **facts: object) -> resource_cost.MonthlyCost:
    resource = Resource(pk=1, kind="ebs-volume", region="us-east-1", facts=VOLUME | facts)
    (monthly_cost,) = resource_cost.monthly_costs([resource], {1: {}}, prices)
    return monthly_cost


@pytest.mark.parametrize(
    ("facts", "usd"),
    [
        ({"type": "gp3"}, "8"),  # 100 GiB at 0.08
        # 3,000 IOPS and 125 MiB/s are within; 375 MiB/s of a GiB/s at 40.96
        ({"type": "gp3", "iops": 3_000, "throughput_mib_s": 500}, "23"),
        ({"type": "gp3", "iops": 4_000, "throughput_mib_s": 126}, "13.04"),
        ({"type": "gp2"}, "10"),
        ({"type": "st1", "gib": 500}, "22.5"),
        ({"type": "io1", "iops": 1_000}, "77.5"),  # 100 x 0.125 + 1,000 x 0.065
        # 32,000 x 0.065 + 8,000 x 0.0455, and above 64,000 at 0.03185
        ({"type": "io2", "gib": 1_000, "iops": 40_000}, "2569"),
        ({"type": "io2", "gib": 1_000, "iops": 64_100}, "3664.185"),
        ({"type": "io2", "iops": 32_000}, "2092.5"),
    ],
)
def test_volumes_cost_what_aws_asks_for_them(
    prices: PriceList, facts: dict[str, object], usd: str
) -> None:
    assert cost(prices, **facts).usd == Decimal(usd).quantize(Decimal("0.0001"))


def test_a_magnetic_volume_is_a_named_gap(prices: PriceList) -> None:
    monthly_cost = cost(prices, type="standard")
    assert monthly_cost.usd is None
    assert [line["gap"] for line in monthly_cost.lines] == [
        "the price list has no price for EBS:VolumeUsage here",
        "less than a day of usage data",
    ]


@pytest.mark.parametrize(
    ("gib", "words"),
    [
        (100, "3,000 IOPS and 128 MiB/s"),
        (170, "3,000 IOPS and 128 MiB/s"),
        (171, "3,000 IOPS and 250 MiB/s"),
        (2_000, "6,000 IOPS and 250 MiB/s"),
        (16_000, "16,000 IOPS and 250 MiB/s"),
    ],
)
def test_gp2_says_what_it_needs_as_gp3(gib: int, words: str) -> None:
    facts = VOLUME | {"gib": gib, "type": "gp2"}
    volume = Found("ebs-volume", "vol-1", "vol-1", "111122223333", "us-east-1", "vol-1", facts)
    rule = next(rule for rule in KINDS["ebs-volume"].configuration if rule.id == "EBS-GP2")
    assert words in rule.check(volume, None)  # type: ignore[arg-type]


GIB = 2**30
HUB = [
    {"id": "a", "type": "vpc", "state": "available"},
    {"id": "b", "type": "vpc", "state": "available"},
    {"id": "c", "type": "vpn", "state": "available"},
    {"id": "d", "type": "peering", "state": "available"},
    {"id": "e", "type": "connect", "state": "available"},
    {"id": "f", "type": "direct-connect-gateway", "state": "available"},
    {"id": "g", "type": "vpc", "state": "pendingAcceptance"},
]


def hub_cost(prices: PriceList, attachments: list[dict[str, str]]) -> resource_cost.MonthlyCost:
    hub = Resource(
        pk=1, kind="transit-gateway", region="us-east-1", facts={"attachments": attachments}
    )
    usage = {f"BytesIn of {each['id']}": 1_000.0 * GIB for each in attachments}
    (monthly_cost,) = resource_cost.monthly_costs([hub], {1: usage}, prices)
    return monthly_cost


def test_every_attachment_has_hours_and_what_peers_bring_is_not_processed_again(
    prices: PriceList,
) -> None:
    lines = {line["what"]: line["amount"] for line in hub_cost(prices, HUB).lines}
    assert lines == {
        "Attachments of type connect": "730.000",
        "Attachments of type direct-connect-gateway": "730.000",
        "Attachments of type peering": "730.000",
        "Attachments of type vpc": "1460.000",
        "Attachments of type vpn": "730.000",
        "Data processed from type vpc": "2000.000",
        "Data processed from type vpn": "1000.000",
        "Data processed from type direct-connect-gateway": "1000.000",
    }


def test_hours_of_two_vpcs_and_what_they_send(prices: PriceList) -> None:
    assert hub_cost(prices, HUB[:2]).usd == Decimal("113")  # 2 x 730 x 0.05 + 2,000 x 0.02


def test_an_attachment_of_a_type_without_a_price_is_a_named_gap(prices: PriceList) -> None:
    monthly_cost = hub_cost(prices, [{"id": "a", "type": "client-vpn", "state": "available"}])
    assert monthly_cost.usd is None
    assert [line["gap"] for line in monthly_cost.lines] == [
        "the price list has no price for TransitGateway-Hours here"
    ]


@pytest.mark.parametrize(("days", "marked"), [(2.0, "2.0"), (30.0, None)])
def test_what_is_scaled_up_says_over_how_many_days_it_was_metered(
    prices: PriceList, days: float, marked: str | None
) -> None:
    facts = {"mode": "zonal", "routes": [], "connectivity": "private", "addresses": 1}
    row = Resource(pk=1, kind="nat-gateway", region="us-east-1", facts=facts)
    usage = {"BytesInFromSource": 1.0 * GIB, "BytesInFromDestination": 0.0, "days": days}
    (monthly_cost,) = resource_cost.monthly_costs([row], {1: usage}, prices)
    assert {line["what"]: line.get("days") for line in monthly_cost.lines} == {
        "Hours": None,
        "Through it": marked,
    }


@pytest.fixture
def gateway(user: User) -> Resource:
    """A NAT gateway of the made-up estate, collected and priced."""
    add_demo(user.team_id)
    scheduling.run_all(user.team_id)
    gateway = (
        Resource.objects.filter(team=user.team_id, kind="nat-gateway").exclude(usd=None).first()
    )
    assert gateway is not None
    return gateway


def usd_of(resource: Resource) -> Decimal | None:
    resource.refresh_from_db()
    return resource.usd


def half(usage_type: str = "") -> Override:
    return Override("AmazonEC2", usage_type, "", Decimal(-50), None, "contract")


def test_costs_follow_a_teams_own_price_at_once(gateway: Resource, user: User) -> None:
    before = gateway.usd
    assert before is not None
    ingest.add_override(user.team_id, half(), user.pk)
    lower = usd_of(gateway)
    assert lower is not None
    address = next(Decimal(line["usd"]) for line in gateway.bill if "IPv4" in line["what"])
    halved = (before - address) / 2 + address
    assert abs(lower - halved) <= Decimal("0.0001")  # four decimals are stored
    uid = PriceOverride.objects.get().uid
    ingest.end_override(user.team_id, uid, user.pk)
    assert usd_of(gateway) == before


def test_costs_follow_an_import(gateway: Resource, tmp_path: Path) -> None:
    before = gateway.usd
    assert before is not None
    hours = product(
        "NGWH", "NatGateway-Hours", "1.0000000000", operation="NatGateway",
        region=gateway.region,
    )  # fmt: skip
    path = tmp_path / "offer.json"
    path.write_text(json.dumps(offer("AmazonEC2", [hours], publicationDate="2027-01-01T00:00:00Z")))
    row = ingest.import_prices([path])
    after = usd_of(gateway)
    assert after is not None
    hour = next(Decimal(line["usd"]) for line in gateway.bill if line["what"] == "Hours")
    assert (hour, after > before) == (Decimal(730), True)
    priced = Collection.objects.filter(task="daily", region=gateway.region)
    assert set(priced.values_list("price_list", flat=True)) == {row.name}


def test_what_is_too_much_at_once_is_priced_with_the_next_round(
    gateway: Resource, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gateway.usd
    monkeypatch.setattr(resource_cost.follow_prices, "__defaults__", (None, 0))
    ingest.add_override(user.team_id, half(), user.pk)
    assert usd_of(gateway) == before
    monkeypatch.undo()
    scheduling.look_after(0)
    after = usd_of(gateway)
    assert after is not None
    assert before is not None
    assert after < before
    assert resource_cost.follow_prices() == 0  # nothing is left


def test_an_own_price_of_another_team_changes_nothing(
    gateway: Resource, stranger: User, user: User
) -> None:
    before = gateway.usd
    ingest.add_override(stranger.team_id, half(), stranger.pk)
    assert usd_of(gateway) == before
