"""A flip is true: applied a little beyond its threshold it gives what it says, a little before it
what is recommended today, whatever budgets, ties and unknown latencies do."""

from itertools import product
from typing import Any

import pytest

from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.outlook.levers import ABOVE, BELOW, percent
from connectivity.core.outlook.tipping_points import flips
from connectivity.core.registered_document import topology
from costmodel.core.price_list import PriceList
from tests.factories import TEST_PRICES, document, flow, price_list, vpc
from tests.profiles import sample
from tests.topologies import completed, random_document
from tests.truth import Truth, World, check_flips

BOTH = ["privatelink", "transit-gateway"]


def told(
    doc: dict[str, Any], prices: PriceList, latencies: LatencySet
) -> tuple[str, dict[str, str]]:
    """What is recommended, and the flips, all of them checked."""
    world = World(doc, prices, latencies)
    comparison, truth = world.compared(), Truth()
    check_flips(world, comparison, truth)
    assert truth.differences == []
    return world.best(), {flip.when: flip.to for flip in flips(comparison)}


def one_account(protocol: str, *flows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    doc = document(*flows, **changes)
    for row in doc["vpcs"]:
        row |= {"account": "111111111111", "azs": ["use1-az1", "use1-az2"]}
    doc["services"][0]["protocol"] = protocol
    return doc


def test_a_share_at_which_the_recommended_option_breaks_its_own_budget(
    prices: PriceList, latencies: LatencySet
) -> None:
    """From 1 % on peering's p99 is one between AZs; by cost alone it would stay until 66 %."""
    busy = flow(cross_az_share=0, p99_budget_us=100, requests_per_second=10)
    doc = one_account("http", busy, operations_usd_per_object={"peering": 30})
    best, changes = told(doc, prices, latencies)
    assert best == "vpc-peering"
    assert changes["cross-AZ share of the GB above 1.0%"] == "vpc-lattice"


def test_a_share_at_which_an_option_begins_to_keep_its_budget(latencies: LatencySet) -> None:
    """A gateway would cost less all along, and is fast enough where less than 1 % cross."""
    busy = flow(gb_per_month=60_000, cross_az_share=0.5, p99_budget_us=700)
    doc = document(
        busy | {"options": ["vpc-peering", "transit-gateway"]},
        operations_usd_per_object={"peering": 2_000},
    )
    best, changes = told(doc, price_list(), latencies)
    assert best == "vpc-peering"
    assert changes["cross-AZ share of the GB below 1.0%"] == "transit-gateway"


def test_below_a_budget_an_option_of_unknown_p99_may_win(
    prices: PriceList, latencies: LatencySet
) -> None:
    busy = flow(cross_az_share=0, requests_per_second=200)
    doc = one_account("http", busy, operations_usd_per_object={"peering": 100})
    best, changes = told(doc, prices, latencies)
    assert best == "privatelink"
    when = "a p99 budget below 654 µs (VPC Lattice service has flows whose p99 is not known)"
    assert changes[when] == "vpc-lattice"


def test_a_budget_means_the_same_for_flows_that_have_their_own(latencies: LatencySet) -> None:
    """Where it depends on the sense of the words what wins, nothing is told."""
    flows = [
        flow(cross_az_share=0, options=[*BOTH, "vpc-peering"], p99_budget_us=400),
        flow(name="g", cross_az_share=0, options=[*BOTH, "vpc-peering"]),
    ]
    _, changes = told(document(*flows), price_list(), latencies)
    assert not [when for when in changes if "budget" in when]
    _, changes = told(document(*flows[1:]), price_list(), latencies)
    assert not [when for when in changes if "budget" in when]  # nothing is faster than peering


def test_at_a_tie_a_price_must_fall_by_a_cent(latencies: LatencySet) -> None:
    """Peering and sharing cost the same today: sharing has fewer objects and is recommended. Only
    a lower price of peering's own changes that, by as much as a cent."""
    doc = document(flow(cross_az_share=1, options=["vpc-sharing", "vpc-peering"]))
    best, changes = told(doc, price_list(), latencies)
    assert best == "vpc-sharing"
    price = (
        "price of DataTransfer-Regional-Bytes in all commercial Regions above 0.01001 USD per GB"
    )
    assert changes == {price: "vpc-peering"}


def test_an_option_that_loses_the_tie_is_not_named() -> None:
    """Dearer peering gives way to what costs the same as another and has fewer objects."""
    doc = document(
        flow(gb_per_month=0, options=["vpc-peering", *BOTH]),
        operations_usd_per_object={"attachment": 0, "service": 17.335, "endpoint": 17.335},
    )
    none = LatencySet("none", "", ())
    _, changes = told(doc, price_list(), none)
    totals = {
        candidate.option.key: str(candidate.total_usd)
        for candidate in compare(topology(doc), price_list(), none).candidates
    }
    assert totals["privatelink"] == totals["transit-gateway"] == "73.00"
    assert changes["operations of one peering above 73.00 USD a month"] == "transit-gateway"


def test_a_rate_of_two_tiers_is_told_for_both(latencies: LatencySet) -> None:
    text = TEST_PRICES.replace("5242880:0.004", "5242880:0.006")
    doc = document(flow(gb_per_month=6_000_000, cross_az_share=1))
    _, changes = told(doc, price_list(text), latencies)
    assert changes


def test_consumers_that_have_no_choice_keep_their_share(latencies: LatencySet) -> None:
    doc = document(
        flow(
            **{"from": ["clients", "forced", "inside"]},
            gb_per_month=30_000,
            options=["vpc-peering", "transit-gateway", "privatelink"],
        ),
        operations_usd_per_object={"peering": 80},
    )
    doc["vpcs"] += [
        vpc("forced", "111111111111", "10.2.0.0/16", azs=["use1-az6"]),
        vpc("inside", "111111111111", "10.3.0.0/16", azs=["use1-az2"]),
    ]
    _, changes = told(doc, price_list(), latencies)
    assert [when for when in changes if "share of the GB" in when]


@pytest.mark.parametrize("seed", sample(range(20), 6))
def test_flips_of_random_topologies_are_true(
    seed: int, prices: PriceList, latencies: LatencySet
) -> None:
    doc = random_document(seed)
    for listed in (prices, completed(prices)):
        told(doc, listed, latencies)


def test_random_topologies_have_flips_of_every_kind(
    prices: PriceList, latencies: LatencySet
) -> None:
    missing = {"operations", "gb", "crossing", "price", "gap", "budget"}
    for seed, listed in product(range(40), (completed(prices), prices)):
        comparison = compare(topology(random_document(seed)), listed, latencies)
        missing -= {flip.kind for flip in flips(comparison)}
        if not missing:
            break
    assert missing == set()


@pytest.mark.parametrize("seed", [5523, 5703, 5993, 9022])
def test_of_one_usage_type_with_several_operations_it_says_which(
    seed: int, prices: PriceList, latencies: LatencySet
) -> None:
    """A gateway's VPC and VPN attachments have one usage type, and so have the units of an NLB and
    an ALB: whoever changed the other one saw the flip fail."""
    for listed in (prices, completed(prices)):
        told(random_document(seed), listed, latencies)


def test_a_share_is_rounded_to_one_that_can_be_exceeded() -> None:
    shares = [percent(0, share, ABOVE) for share in (0.66241, 0.01, 0.99897, 0.998999)]
    assert shares == ["66.3%", "1.0%", "99.9%", "99.9%"]
    shares = [percent(1, share, BELOW) for share in (0.66241, 0.01, 0.00032, 0.00000221)]
    assert shares == ["66.2%", "1.0%", "0.03%", "0.000221%"]
    assert percent(0.8225, 0.8222, BELOW) == "82.22%"  # 82.2 % is what it is today


def test_a_flip_that_cannot_be_gone_beyond_is_not_told(latencies: LatencySet) -> None:
    """Peering stays the cheapest until 99.97 % cross: nothing lies a thousandth beyond."""
    both = ["vpc-peering", "transit-gateway"]
    doc = document(
        flow(gb_per_month=10_000, cross_az_share=0.5, options=both),
        operations_usd_per_object={"peering": 73.06},
    )
    best, changes = told(doc, price_list(), latencies)
    assert best == "vpc-peering"
    assert not [when for when in changes if "share" in when]
    doc["operations_usd_per_object"]["peering"] = 75
    _, changes = told(doc, price_list(), latencies)
    assert changes["cross-AZ share of the GB above 99.1%"] == "transit-gateway"
