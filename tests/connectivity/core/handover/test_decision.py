"""What a decision rests on: risks of the options in use, and the slowest flow."""

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.handover.decision import risks, slowest
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.designs import Design, design_of
from connectivity.core.registered_document import topology
from tests.factories import document, flow, price_list, vpc

NO_LATENCIES = LatencySet("none", "", ())
SIXTY = range(1, 61)


def star() -> Comparison:
    """60 VPCs that talk to a service of one, which may peer with 50 before a quota is raised."""
    vpcs = [vpc(f"v{i}", "111111111111", f"10.{i}.0.0/16") for i in range(61)]
    flows = [flow(name=f"f{i}", **{"from": f"v{i}"}) for i in SIXTY]
    services = [{"name": "api", "vpc": "v0", "port": 443}]
    given = document(*flows, vpcs=vpcs, services=services)
    return compare(topology(given), price_list(), NO_LATENCIES)


def peered(comparison: Comparison, count: int) -> Design:
    keys = ["vpc-peering" if i <= count else "privatelink" for i in SIXTY]
    design = design_of(comparison, [OPTIONS.by_key[key] for key in keys])
    assert design
    return design


def test_a_quota_counts_only_the_flows_that_use_the_option() -> None:
    comparison = star()
    quotas = [
        {risk.rule: risk.flows for risk in risks(comparison, peered(comparison, count))}
        for count in (30, 60)
    ]
    assert "PEER-07" not in quotas[0]
    assert quotas[1]["PEER-07"] == 60


def test_risks_are_also_what_rules_of_connections_say() -> None:
    given = document(flow(p99_budget_us=5_000), flow(name="g"))
    comparison = compare(topology(given), price_list(), NO_LATENCIES)
    design = design_of(comparison, [OPTIONS.by_key["vpc-peering"]] * 2)
    assert design
    known = {risk.rule: risk for risk in risks(comparison, design)}
    assert known["LAT-01"].flows == 1
    assert "cannot be checked" in known["LAT-01"].sentence


def test_the_slowest_flow_is_of_those_whose_p99_is_known() -> None:
    comparison = star()
    nothing = slowest(comparison, peered(comparison, 60))
    assert (nothing.reading, nothing.unknown) == (None, 60)
