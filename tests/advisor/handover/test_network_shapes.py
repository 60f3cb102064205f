"""A network as shapes: the same places whatever draws them, hubs where VPCs are attached."""

from math import dist

import pytest

from advisor.handover.network_shapes import MAX_VPCS, Shapes, can_be_drawn, shapes
from connectivity.core.network.planned_network import Case
from connectivity.core.options import OPTIONS
from tests.factories import case_of, flow
from tests.thirty_flows import estate

CENTRE, RADIUS = (100.0, 50.0), 40.0


def acme() -> Case:
    network = estate()
    return case_of(*network.pop("flows"), **network)


def drawn(case: Case, *keys: str) -> Shapes:
    """All flows over each of some options in turn."""
    options = [OPTIONS.by_key[keys[row % len(keys)]] for row in range(len(case.flows))]
    return shapes(case, options, CENTRE, RADIUS, room=7)


def test_every_vpc_stands_on_the_circle_and_its_region_s_beside_each_other() -> None:
    case = acme()
    nodes = drawn(case, "vpc-peering").nodes
    assert len({node.place for node in nodes}) == len(case.topology.vpcs)
    for node in nodes:
        assert dist(node.place, CENTRE) == pytest.approx(RADIUS)
        assert dist(node.beside, CENTRE) == pytest.approx(RADIUS + 7)
    stands = zip(case.topology.vpcs, nodes, strict=True)
    right = {vpc.region for vpc, node in stands if node.place[0] > CENTRE[0]}
    assert len(right) == 1


def test_a_hub_has_a_line_to_each_vpc_that_it_serves_and_to_the_other_hub() -> None:
    case = acme()
    both = drawn(case, "transit-gateway")
    hubs = [node.place for node in both.nodes if node.hub is not None]
    assert len(hubs) == 2
    ends = [{stroke.begin, stroke.end} for stroke in both.strokes]
    assert ends.count(set(hubs)) == 1
    assert len(ends) == len(case.topology.vpcs) + 1
    assert all(each & set(hubs) for each in ends)


def test_hubs_of_two_options_stand_apart() -> None:
    both = drawn(acme(), "transit-gateway", "cloud-wan")
    hubs = [node.place for node in both.nodes if node.hub is not None]
    assert len(set(hubs)) == 4


def test_two_vpcs_that_talk_have_one_line_an_option() -> None:
    case = acme()
    ends = case.flows.consumer.vpc.tolist(), case.flows.provider.vpc.tolist()
    pairs = {tuple(sorted(pair)) for pair in zip(*ends, strict=True)}
    assert len(drawn(case, "privatelink").strokes) == len(pairs)
    nothing = shapes(case, [None] * len(case.flows), CENTRE, RADIUS, room=7)
    assert nothing.strokes == []


def test_more_vpcs_than_can_be_told_apart_are_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    few = case_of(flow())
    assert can_be_drawn(few)
    monkeypatch.setattr("advisor.handover.network_shapes.MAX_VPCS", 1)
    assert MAX_VPCS > 100
    assert not can_be_drawn(few)
