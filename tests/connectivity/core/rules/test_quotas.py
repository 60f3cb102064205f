"""Whose raised quota counts, and what is counted against it."""

from typing import Any

from connectivity.core.network.planned_network import case
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import topology
from connectivity.core.rules.quotas import allowed
from connectivity.core.rules.rule import Limit
from tests.factories import document, flow, vpc

HUB, SPOKE = "111111111111", "222222222222"


def limit_of(rule: str) -> Limit:
    return next(
        each.limit
        for option in OPTIONS
        for each in option.rules
        if each.id == rule and each.limit is not None
    )


def counted(rule: str, doc: dict[str, Any]) -> dict[str, int]:
    """By VPC, what a limit counts."""
    case_ = case(topology(doc))
    counts = limit_of(rule).counts(case_).tolist()
    return {each.name: int(count) for each, count in zip(case_.topology.vpcs, counts, strict=True)}


def raised(account: str) -> dict[str, Any]:
    quota = {"account": account, "rule": "TGW-04", "value": 6_000, "by": "Ann", "because": "42"}
    return document(hub_account=HUB, quotas=[quota])


def test_a_gateways_quota_is_that_of_the_account_that_owns_it() -> None:
    """Raised in a spoke's account it changes nothing, not even for the spoke's own VPCs."""
    limit = limit_of("TGW-04")
    assert allowed(case(topology(raised(HUB))), limit).tolist() == [6_000, 6_000]
    assert allowed(case(topology(raised(SPOKE))), limit).tolist() == [5_000, 5_000]


def three_regions() -> dict[str, Any]:
    """us-east-1 talks with us-east-2, which talks with Tokyo; two VPCs in us-east-1."""
    ohio = {"region": "us-east-2", "azs": ["use2-az1"]}
    tokyo = {"region": "ap-northeast-1", "azs": ["apne1-az1"]}
    return document(
        flow(),
        flow(name="g", **{"from": "second"}),
        flow(name="h", **{"from": "tokyo"}),
        vpcs=[
            vpc("clients", HUB, "10.0.0.0/16", cidrs=["10.0.0.0/16", "10.8.0.0/16"]),
            vpc("second", HUB, "10.2.0.0/16"),
            vpc("orders", SPOKE, "10.1.0.0/16", **ohio),
            vpc("tokyo", HUB, "10.3.0.0/16", **tokyo),
        ],
    )


def test_a_gateways_attachments_are_its_vpcs_and_its_peerings_with_other_regions() -> None:
    assert counted("TGW-04", three_regions()) == {
        "clients": 2 + 1,
        "second": 2 + 1,
        "orders": 1 + 2,
        "tokyo": 1 + 1,
    }


def test_a_gateways_routes_are_those_of_every_region_that_it_reaches() -> None:
    """Static ones lead to the VPCs behind a peering; Tokyo and us-east-1 do not talk."""
    assert counted("TGW-12", three_regions()) == {
        "clients": 3 + 1,
        "second": 3 + 1,
        "orders": 1 + 3 + 1,
        "tokyo": 1 + 1,
    }


def test_a_service_network_offers_only_services_that_a_flow_uses() -> None:
    services = [{"name": name, "vpc": "orders", "port": 443} for name in ("api", "idle")]
    assert counted("LTC-10", document(services=services)) == {"clients": 1, "orders": 1}
