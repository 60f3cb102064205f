"""VPCs that VPC sharing joins are one VPC in a plan."""

from typing import Any

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.designs import can_be_built, design_of
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.registered_document import topology
from tests.factories import document, flow, price_list, vpc

VPCS = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate("abc")]
BY_KEY = {option.key: option for option in OPTIONS}


def compared(*flows: dict[str, Any], **changes: Any) -> Comparison:
    estate = document(*flows, vpcs=VPCS, services=[], **changes)
    return compare(topology(estate), price_list(), LatencySet("none", "", ()))


def planned(*flows: dict[str, Any], **changes: Any) -> Plan:
    return plan(compared(*flows, **changes))


def between(ends: str, *options: str, **changes: Any) -> dict[str, Any]:
    return flow(name=ends, **{"from": ends[0], "to": ends[1]}, options=list(options), **changes)


def chosen(*keys: str) -> list[Any]:
    return [BY_KEY[key] for key in keys]


def test_joined_vpcs_have_one_attachment() -> None:
    flows = (
        between("ab", "vpc-sharing", "vpc-peering"),
        between("ac", "transit-gateway"),
        between("bc", "transit-gateway"),
    )
    design = planned(*flows).design
    assert design is not None
    assert [option.key for option in design.options][0] == "vpc-sharing"
    assert design.objects == {"attachment": 2}
    apart = design_of(compared(*flows), chosen("vpc-peering", "transit-gateway", "transit-gateway"))
    assert apart is not None
    assert apart.objects["attachment"] == 3


def test_joined_vpcs_have_one_target_for_each_other_vpc() -> None:
    flows = (
        between("ab", "vpc-sharing"),
        between("ac", "vpc-peering"),
        between("bc", "transit-gateway"),
    )
    assert planned(*flows).design is None
    assert not can_be_built(
        compared(*flows), chosen("vpc-sharing", "vpc-peering", "transit-gateway")
    )


def test_a_flow_inside_a_joined_vpc_needs_no_peering_and_may_have_none() -> None:
    flows = (
        between("ab", "vpc-sharing"),
        between("bc", "vpc-sharing"),
        between("ac", "vpc-peering"),
    )
    assert planned(*flows).design is None
    shared = (*flows[:2], between("ac", "vpc-peering", "vpc-sharing"))
    design = planned(*shared).design
    assert design is not None
    assert [option.key for option in design.options] == ["vpc-sharing"] * 3


def test_vpcs_that_overlap_are_on_a_hub_once_they_are_one() -> None:
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "111111111111", "10.0.0.0/20"),
        vpc("c", "111111111111", "10.2.0.0/16"),
    ]
    hub = between("ac", "transit-gateway"), between("bc", "transit-gateway")
    estate = document(*hub, vpcs=vpcs, services=[])
    latencies = LatencySet("none", "", ())
    assert plan(compare(topology(estate), price_list(), latencies)).design is None
    estate = document(*hub, between("ab", "vpc-sharing"), vpcs=vpcs, services=[])
    assert plan(compare(topology(estate), price_list(), latencies)).design is not None


def test_of_equal_designs_the_plan_has_fewer_managed_resources() -> None:
    """Inside one AZ, and without a price of operations, all of these cost nothing."""
    free = between("ab", "vpc-peering", "vpc-sharing", cross_az_share=0)
    design = planned(free).design
    assert design is not None
    assert [option.key for option in design.options] == ["vpc-sharing"]
    assert design.object_count == 0
