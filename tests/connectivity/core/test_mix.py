"""What each flow chooses by itself, and whether two VPCs can have all of it."""

from typing import Any

from connectivity.core.compare import Comparison, compare
from connectivity.core.latency import LatencySet
from connectivity.core.registered import topology
from tests.factories import document, flow, price_list


def compared(*flows: dict[str, Any], **changes: Any) -> Comparison:
    made = topology(document(*flows, **changes))
    return compare(made, price_list(), LatencySet("none", "", ()))


def chosen(comparison: Comparison) -> list[str | None]:
    return [option.key if option else None for option in comparison.mix.options]


def test_a_peering_and_an_endpoint_service_join_the_same_two_vpcs() -> None:
    """An endpoint is an address in the VPC: it needs no entry in a route table."""
    mixed = compared(flow(options=["vpc-peering"]), flow(name="g", options=["privatelink"]))
    assert chosen(mixed) == ["vpc-peering", "privatelink"]
    assert mixed.mix.is_buildable
    routed = compared(flow(options=["vpc-peering"]), flow(name="g", options=["transit-gateway"]))
    assert not routed.mix.is_buildable


def test_a_flow_does_not_choose_a_cheaper_option_that_is_hard_for_it() -> None:
    """Both ends open connections; PrivateLink lets only the consumer do so."""
    both = ["vpc-peering", "privatelink"]
    dear = {"operations_usd_per_object": {"peering": 5_000}}
    assert chosen(compared(flow(options=both), **dear)) == ["privatelink"]
    two_ways = compared(flow(options=both, initiated_by="both"), **dear)
    assert chosen(two_ways) == ["vpc-peering"]
