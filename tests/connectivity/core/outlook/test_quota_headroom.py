"""When limits are full while VPCs are added."""

from itertools import combinations
from typing import Any

import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.outlook.quota_headroom import Room, headroom
from connectivity.core.registered_document import topology
from costmodel.core.price_list import PriceList
from tests.factories import account, document, flow, vpc


def mesh(count: int, **changes: Any) -> dict[str, Any]:
    """Every VPC talks with every other one."""
    owner = "111111111111"
    vpcs = [vpc(f"v{i}", owner, f"10.{i // 256}.{i % 256}.0/24") for i in range(count)]
    flows = [
        flow(name=f"{a}-{b}", **{"from": f"v{a}", "to": f"v{b}"})
        for a, b in combinations(range(count), 2)
    ]
    doc = document(*flows, accounts=[account(owner)], vpcs=vpcs)
    return {k: v for k, v in doc.items() if k != "services"} | changes


def rooms(doc: dict[str, Any], prices: PriceList, latencies: LatencySet) -> list[Room]:
    comparison: Comparison = compare(topology(doc), prices, latencies)
    return headroom(comparison)


def test_a_full_mesh_ends_at_51_vpcs_and_after_an_increase_at_126(
    prices: PriceList, latencies: LatencySet
) -> None:
    by_id = {room.limit.id: room for room in rooms(mesh(12), prices, latencies)}
    peering = by_id["PEER-07"]
    assert (peering.count, peering.allows, peering.full_at) == (11, 50, 51)
    assert (peering.most, peering.full_at_most) == (125, 126)
    assert peering.months(12, 3) == 13
    assert peering.months_at_most(54, 3) == 24
    assert peering.months(12, 0) is None


def test_the_first_to_be_full_stands_first(prices: PriceList, latencies: LatencySet) -> None:
    headrooms = rooms(mesh(4), prices, latencies)
    assert [room.full_at for room in headrooms] == sorted(room.full_at for room in headrooms)
    assert (headrooms[0].limit.id, headrooms[0].full_at) == ("CMN-12", 5)


def test_a_raised_quota_gives_room(prices: PriceList, latencies: LatencySet) -> None:
    raised = {"account": "111111111111", "rule": "PEER-07", "value": 90}
    doc = mesh(6, quotas=[raised | {"by": "Ann", "because": "case 42"}])
    by_id = {room.limit.id: room for room in rooms(doc, prices, latencies)}
    assert (by_id["PEER-07"].full_at, by_id["PEER-07"].is_raised) == (91, True)


def test_half_a_mesh_lasts_twice_as_long(prices: PriceList, latencies: LatencySet) -> None:
    """v0 talks with 5 of 10 others."""
    doc = mesh(11)
    doc["flows"] = [row for row in doc["flows"] if row["from"] == "v0"][:5]
    by_id = {room.limit.id: room for room in rooms(doc, prices, latencies)}
    assert by_id["PEER-07"].full_at == 101


@pytest.mark.parametrize("rule", ["CMN-13", "CMN-14"])
def test_what_does_not_grow_with_vpcs_is_left_out(
    rule: str, prices: PriceList, latencies: LatencySet
) -> None:
    assert rule not in {room.limit.id for room in rooms(mesh(4), prices, latencies)}
