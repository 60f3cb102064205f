"""What bytes cost between AZs and between Regions, flow by flow."""

from decimal import Decimal
from typing import Any

import pytest

from connectivity.core.network.planned_network import case
from connectivity.core.option_parts.data_transfer import crossing_sent
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import topology
from costmodel.core.bill import bill
from tests.factories import document, flow, price_list, topology_of, vpc

OHIO = {"region": "us-east-2", "azs": ["use2-az1", "use2-az2"]}
NEAR = flow(cross_az_share=0.5)
FAR = flow(name="g", to="far", gb_per_month=700, response_share=0.25)


def lines(option: str, *flows: dict[str, Any]) -> dict[tuple[str, str, str], Decimal]:
    """USD by what, sending Region and receiving Region."""
    doc = document(
        *flows,
        vpcs=[*document()["vpcs"], vpc("ohio", "222222222222", "10.2.0.0/16", **OHIO)],
        services=[*document()["services"], {"name": "far", "vpc": "ohio", "port": 443}],
    )
    network = case(topology(doc))
    charges = OPTIONS.by_key[option].charges(network.flows)
    billed = bill(charges, price_list(), network.regions, network.pools)
    assert billed.gaps == ()
    return {
        (line.description, line.region, line.to_region or ""): line.usd for line in billed.lines
    }


def test_what_goes_to_another_region_is_billed_beside_what_stays_in_one() -> None:
    """Requests at the rate of us-east-1 to us-east-2, responses at that of the way back."""
    both = lines("vpc-peering", NEAR, FAR)
    assert both == lines("vpc-peering", NEAR) | lines("vpc-peering", FAR)
    assert both["Request, cross-Region", "us-east-1", "us-east-2"] == Decimal("5.25")
    assert both["Response, cross-Region", "us-east-2", "us-east-1"] == Decimal("1.75")


@pytest.mark.parametrize("option", ["vpc-peering", "transit-gateway", "privatelink"])
def test_what_stays_in_a_region_is_not_billed_between_regions(option: str) -> None:
    assert not [to for _, _, to in lines(option, NEAR) if to]


@pytest.mark.parametrize(("share", "sent"), [(1, (0, 1)), (0, (1, 0))])
def test_even_the_smallest_crossing_flow_has_the_direction_that_it_says(
    share: int, sent: tuple[int, int]
) -> None:
    """A thousandth of a GB, all request or all response."""
    little = flow(gb_per_month=0.001, cross_az_share=1, response_share=share)
    request, response = crossing_sent(case(topology_of(little)).flows)
    assert (request.tolist(), response.tolist()) == ([sent[0]], [sent[1]])
