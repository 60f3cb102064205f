"""What each flow chooses by itself, and whether two VPCs can have all of it."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from connectivity.core.comparison.combined_bill import objects_together, uses_of
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.comparison.per_flow_mix import Mix
from connectivity.core.comparison.recommendation import mix_ahead, recommended
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import topology
from costmodel.core.bill import Bill
from tests.factories import document, flow, price_list, vpc


def compared(*flows: dict[str, Any], **changes: Any) -> Comparison:
    network = topology(document(*flows, **changes))
    return compare(network, price_list(), LatencySet("none", "", ()))


def chosen(comparison: Comparison) -> list[str | None]:
    return [option.key if option else None for option in comparison.mix.options]


def test_a_peering_and_an_endpoint_service_join_the_same_two_vpcs() -> None:
    """An endpoint is an address in the VPC: it needs no entry in a route table."""
    mixed = compared(flow(options=["vpc-peering"]), flow(name="g", options=["privatelink"]))
    assert chosen(mixed) == ["vpc-peering", "privatelink"]
    assert mixed.mix.is_buildable
    routed = compared(flow(options=["vpc-peering"]), flow(name="g", options=["transit-gateway"]))
    assert not routed.mix.is_buildable


def test_what_cannot_be_built_is_not_put_ahead_where_nothing_is_recommended() -> None:
    two_routes = flow(options=["vpc-peering"]), flow(name="g", options=["transit-gateway"])
    assert mix_ahead(compared(*two_routes)) is None
    buildable = flow(options=["vpc-peering"]), flow(name="g", options=["privatelink"])
    ahead = mix_ahead(compared(*buildable))
    assert ahead is not None
    assert (ahead.usd, ahead.saves_usd) == (compared(*buildable).mix.total_usd, None)


def test_an_option_that_cannot_carry_a_flow_asks_for_no_price() -> None:
    whole = compared(flow(to="orders"))
    asked = {each.option.key: each.prices_asked for each in whole.answers}
    assert asked["privatelink"] == frozenset()
    assert asked["transit-gateway"]


def test_a_mix_is_put_ahead_where_it_saves_and_only_there() -> None:
    """Little traffic takes a peering and much an endpoint; alone, each takes what all would."""
    third = vpc("third", "111111111111", "10.2.0.0/16")
    little = flow(name="little", gb_per_month=100, cross_az_share=1, **{"from": "third"})
    much = flow(name="much", gb_per_month=100_000, cross_az_share=1)
    mixed = compared(little, much, vpcs=[*document()["vpcs"], third])
    best, ahead = recommended(mixed), mix_ahead(mixed)
    assert best is not None
    assert best.total_usd is not None
    assert ahead is not None
    assert (ahead.usd, ahead.usd + (ahead.saves_usd or 0)) == (mixed.mix.total_usd, best.total_usd)
    assert ahead.usd < best.total_usd
    assert mix_ahead(compared(much)) is None


def test_a_mix_without_a_total_is_not_put_ahead() -> None:
    unpriced = flow(options=["vpc-peering"]), flow(name="g", options=["cloud-wan"])
    assert mix_ahead(compared(*unpriced)) is None


def test_operations_without_a_bill_are_no_total() -> None:
    assert Mix((None,), None, Decimal(5), is_buildable=True).total_usd is None
    priced = cast(Bill, SimpleNamespace(usd=Decimal(5)))
    assert Mix((None,), priced, None, is_buildable=True).total_usd is None


def test_where_a_flow_has_no_option_nothing_can_be_built() -> None:
    assert not compared(flow(to="orders", options=["privatelink"])).mix.is_buildable


def test_a_mix_looks_after_the_objects_of_all_its_options() -> None:
    """A peering, and an endpoint with its service; two attachments each to two kinds of hub."""
    prices = {"operations_usd_per_object": {"peering": 1, "endpoint": 5, "service": 7}}
    apart = compared(
        flow(options=["vpc-peering"]), flow(name="g", options=["privatelink"]), **prices
    )
    assert apart.mix.operations_usd == 1 + 5 + 7
    uses = uses_of([OPTIONS.by_key["transit-gateway"], OPTIONS.by_key["cloud-wan"]])
    assert uses is not None
    assert objects_together(apart.case, uses) == {"attachment": 2 + 2}


def test_a_flow_does_not_choose_a_cheaper_option_that_is_hard_for_it() -> None:
    """Both ends open connections; PrivateLink lets only the consumer do so."""
    both = ["vpc-peering", "privatelink"]
    dear = {"operations_usd_per_object": {"peering": 5_000}}
    assert chosen(compared(flow(options=both), **dear)) == ["privatelink"]
    two_ways = compared(flow(options=both, initiated_by="both"), **dear)
    assert chosen(two_ways) == ["vpc-peering"]
