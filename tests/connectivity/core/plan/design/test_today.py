"""What today's design breaks."""

from typing import Any

from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.plan.design.today import breaches
from connectivity.core.registered_document import topology
from tests.factories import document, flow, price_list, vpc
from tests.thirty_flows import estate

NO_LATENCIES = LatencySet("none", "", ())


def broken(estate: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    comparison = compare(topology(estate), price_list(), NO_LATENCIES)
    flows = comparison.case.topology.flows
    return [
        (each.rule.id, each.option.key, [flows[row].name for row in each.flows.tolist()])
        for each in breaches(comparison)
    ]


def with_today(**today: str) -> dict[str, Any]:
    given = estate()
    for each in given["flows"]:
        each["today"] = today.get(each["name"].rpartition("-")[2], each["today"])
    return given


def test_a_design_that_keeps_every_rule_breaks_none() -> None:
    assert broken(estate()) == []


def test_a_flow_that_uses_what_a_policy_forbids_is_named() -> None:
    given = with_today(**{"5": "vpc-peering", "0": "vpc-peering"})  # labs is dev, hub is prod
    assert broken(given) == [("POLICY-01", "vpc-peering", [given["flows"][5]["name"]])]


def test_a_flow_that_does_not_say_what_it_uses_breaks_nothing() -> None:
    assert broken(document(flow(to="orders", options=["vpc-peering"]))) == []
    assert [each[0] for each in broken(document(flow(to="orders", today="privatelink")))]


def test_what_rules_bound_together_is_broken_only_by_what_stands_together() -> None:
    """Two VPCs of one CIDR stand in each other's way on a hub only where both are on it."""
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "111111111111", "10.0.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
    ]

    def of(second: str) -> list[str]:
        flows = [
            flow(name="a", **{"from": "a", "to": "orders"}, today="transit-gateway"),
            flow(name="b", **{"from": "b", "to": "orders"}, today=second),
        ]
        return [each[0] for each in broken(document(*flows, vpcs=vpcs, services=[]))]

    assert of("transit-gateway") == ["TGW-05"]
    assert of("vpc-peering") == []
