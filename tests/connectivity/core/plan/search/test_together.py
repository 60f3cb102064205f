"""What rules allow when only some flows use an option."""

from dataclasses import replace

import pytest

from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.planned_network import case
from connectivity.core.options import OPTIONS
from connectivity.core.plan.search.plan import plan
from connectivity.core.registered_document import topology
from connectivity.core.rules.rule import Severity
from tests.connectivity.core.plan.instances import instance
from tests.factories import account, document, flow, price_list, vpc

NO_LATENCIES = LatencySet("none", "", ())


@pytest.mark.parametrize("seed", range(12))
def test_a_hard_rule_looks_at_each_flow_by_itself_or_says_what_it_bounds(seed: int) -> None:
    whole = topology(instance(seed))
    rules = [rule for rule in OPTIONS.rules if rule.severity is Severity.HARD]
    every = {rule: rule.check(case(whole)) for rule in rules if rule.together is None}
    for row, each in enumerate(whole.flows):
        alone = case(replace(whole, flows=(each,)))
        for rule, mask in every.items():
            assert bool(rule.check(alone)[0]) == bool(mask[row]), rule.id


def test_a_vpc_has_at_most_as_many_peerings_as_aws_allows() -> None:
    """124 peerings are there already: one more flow may have one, the second may not."""
    old = [vpc(f"old{i}", "111111111111", f"10.200.{i}.0/24") for i in range(124)]
    new = [vpc(f"new{i}", "222222222222", f"10.{i + 1}.0.0/16") for i in range(2)]
    hub = vpc("hub", "111111111111", "10.0.0.0/16")
    peerings = [
        {"kind": "peering", "id": f"pcx-{i}", "between": ["hub", f"old{i}"]} for i in range(124)
    ]
    services = [{"name": f"s{i}", "vpc": f"new{i}", "port": 443} for i in range(2)]
    flows = [flow(name=f"f{i}", **{"from": "hub", "to": f"s{i}"}) for i in range(2)]
    estate = document(*flows, vpcs=[hub, *old, *new], services=services, connections=peerings)
    planned = plan(compare(topology(estate), price_list(), NO_LATENCIES))
    assert planned.design is not None
    assert planned.is_proven
    assert sorted(option.key for option in planned.design.options) != ["vpc-peering"] * 2
    assert "vpc-peering" in {option.key for option in planned.design.options}


def test_vpcs_that_overlap_are_not_on_hubs_together() -> None:
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "111111111111", "10.0.0.0/20"),
        vpc("shared", "222222222222", "10.1.0.0/16"),
    ]
    services = [{"name": "api", "vpc": "shared", "port": 443}]
    hubs = ["transit-gateway", "privatelink"]
    flows = [
        flow(name=f"from-{name}", **{"from": name, "to": "api"}, options=hubs, gb_per_month=10)
        for name in ("a", "b")
    ]
    estate = document(
        *flows, vpcs=vpcs, services=services,
        operations_usd_per_object={"endpoint": 1_000, "service": 1_000},
    )  # fmt: skip
    planned = plan(compare(topology(estate), price_list(), NO_LATENCIES))
    assert planned.design is not None
    keys = [option.key for option in planned.design.options]
    assert sorted(keys) == ["privatelink", "transit-gateway"]


def test_accounts_are_billed_together_as_their_organizations_say() -> None:
    """Tiers add up in an Organization: two flows that reach a tier together take the endpoint."""
    accounts = [account("111111111111"), account("222222222222"), account("333333333333")]
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "333333333333", "10.2.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
    ]
    share = {"cross_az_share": 0.45, "gb_per_month": 3_000_000}
    flows = [flow(name=name, **{"from": name, "to": "api"}, **share) for name in ("a", "b")]
    options = ["vpc-peering", "privatelink"]
    both = [each | {"options": options} for each in flows]
    services = [{"name": "api", "vpc": "orders", "port": 443, "existing_nlb": True}]
    estate = document(*both, accounts=accounts, vpcs=vpcs, services=services)
    planned = plan(compare(topology(estate), price_list(), NO_LATENCIES))
    alone = document(both[0], accounts=accounts, vpcs=vpcs, services=services)
    by_itself = plan(compare(topology(alone), price_list(), NO_LATENCIES))
    assert planned.design is not None
    assert by_itself.design is not None
    assert planned.design.total_usd < 2 * by_itself.design.total_usd
