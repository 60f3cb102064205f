"""Why there is no design, in as few flows and rules as possible."""

from decimal import Decimal
from typing import Any

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.option_parts import hubs
from connectivity.core.plan.design.candidates import candidates
from connectivity.core.plan.formulation.model import RowCause
from connectivity.core.plan.formulation.parts import Requirements
from connectivity.core.plan.search.cheapest import Limits
from connectivity.core.plan.why.conflict import Conflict, conflict
from connectivity.core.plan.why.conflict_words import reasons
from connectivity.core.plan.why.lifting import Lift, lifts
from connectivity.core.registered_document import topology
from tests.factories import document, flow, price_list, vpc

NO_LATENCIES = LatencySet("none", "", ())


def conflict_of(estate: dict[str, Any], max_objects: int | None = None) -> Conflict:
    return _conflict(compare(topology(estate), price_list(), NO_LATENCIES), max_objects)


def _conflict(comparison: Comparison, max_objects: int | None = None) -> Conflict:
    able = candidates(comparison.case, comparison.answers)
    return conflict(comparison.case, comparison.prices, comparison.answers, able, max_objects)


def lifted(estate: dict[str, Any], max_objects: int | None = None) -> list[Lift]:
    """What each part of the conflict would cost without it."""
    comparison = compare(topology(estate), price_list(), NO_LATENCIES)
    limits = Limits(Requirements(max_objects))
    return lifts(comparison, _conflict(comparison, max_objects), limits)


def test_a_flow_that_nothing_carries_is_named_with_the_rule_of_every_option() -> None:
    whole = flow(name="whole", to="orders", options=["privatelink", "vpc-lattice"])
    result = conflict_of(document(flow(), whole))
    assert result.flows == (1,)
    assert {each.option.key for each in result.blocked} == {"privatelink", "vpc-lattice"}
    assert all(each.rule.remedy for each in result.blocked)


def test_two_routed_options_between_two_vpcs_are_the_conflict_and_nothing_else_is() -> None:
    flows = (
        flow(name="free"),
        flow(name="peered", options=["vpc-peering"]),
        flow(name="hub", options=["transit-gateway"]),
        flow(name="free too"),
    )
    result = conflict_of(document(*flows))
    assert result.flows == (1, 2)
    assert result.causes == (RowCause.ONE_TARGET,)


def test_overlapping_vpcs_that_need_a_hub_are_the_conflict() -> None:
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "111111111111", "10.0.0.0/20"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
    ]
    flows = [
        flow(name=f"from-{name}", **{"from": name, "to": "orders"}, options=["transit-gateway"])
        for name in ("a", "b")
    ]
    result = conflict_of(document(*flows, vpcs=vpcs, services=[]))
    assert result.flows == (0, 1)
    assert result.causes == (hubs.not_overlapping,)


def test_too_few_managed_resources_are_the_conflict() -> None:
    result = conflict_of(document(flow(options=["transit-gateway"])), max_objects=1)
    assert result.flows == (0,)
    assert result.causes == (RowCause.MAX_OBJECTS,)


def test_every_rule_of_a_conflict_has_its_remedy_and_what_a_design_costs_without_it() -> None:
    policies = [{"forbid": "vpc-peering", "between": ["prod", "dev"], "because": "kept apart"}]
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16", environment="prod"),
        vpc("orders", "222222222222", "10.1.0.0/16", environment="dev"),
    ]
    both = flow(cross_az_share=1, options=["vpc-peering", "vpc-lattice"], to="orders")
    first, *others = lifted(document(both, vpcs=vpcs, policies=policies))
    assert first.blocked is not None
    assert (first.rules[0].id, first.blocked.option.key) == ("POLICY-01", "vpc-peering")
    assert first.total_usd == Decimal("20.00")
    assert all(lift.total_usd is None and lift.remedy for lift in others)


def test_what_flows_may_not_have_together_can_be_lifted() -> None:
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "111111111111", "10.0.0.0/20"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
    ]
    flows = [
        flow(name=name, **{"from": name, "to": "orders"}, options=["transit-gateway"])
        for name in ("a", "b")
    ]
    (lift,) = lifted(document(*flows, vpcs=vpcs, services=[]))
    assert {rule.together for rule in lift.rules} == {hubs.not_overlapping}
    assert lift.remedy
    assert lift.total_usd == Decimal("149.50")


def test_more_resources_or_the_same_options_lift_a_conflict_too() -> None:
    (few,) = lifted(document(flow(options=["transit-gateway"])), max_objects=1)
    assert few.total_usd == Decimal("93.00")
    apart = flow(name="p", options=["vpc-peering"]), flow(name="t", options=["transit-gateway"])
    (same,) = lifted(document(*apart))
    assert same.total_usd is not None
    assert "route" in same.remedy


def test_a_flow_inside_vpcs_that_must_be_joined_is_the_conflict() -> None:
    vpcs = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate("abc")]
    flows = [
        flow(name=ends, **{"from": ends[0], "to": ends[1]}, options=[option])
        for ends, option in (("ab", "vpc-sharing"), ("bc", "vpc-sharing"), ("ac", "vpc-peering"))
    ]
    estate = document(*flows, vpcs=vpcs, services=[])
    result = conflict_of(estate)
    assert (result.flows, result.causes) == ((0, 1, 2), (RowCause.JOINED,))
    (lift,) = lifted(estate)
    assert lift.total_usd == Decimal("40.00")


def test_what_is_in_the_way_and_what_is_lifted_have_the_same_remedies() -> None:
    two = (flow(options=["vpc-peering"]), flow(name="g", to="orders", options=["transit-gateway"]))
    for estate, most in ((document(*two), None), (document(flow()), 0)):
        comparison = compare(topology(estate), price_list(), NO_LATENCIES)
        clash = _conflict(comparison, most)
        told = {each.remedy for each in reasons(comparison.case, comparison.answers, clash, most)}
        assert {each.remedy for each in lifted(estate, most)} == told
