"""A transit gateway in each Region, every VPC attached once, gateways of two Regions peered."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import Flows
from connectivity.core.option_parts.data_transfer import between_regions, codes
from connectivity.core.option_parts.option import (
    ATTACHMENT_OBJECT,
    REGION_PEERING_OBJECT,
    Objects,
    Option,
    Term,
)
from connectivity.core.options.transit_gateway.resources import resources
from connectivity.core.options.transit_gateway.rules import RULES
from costmodel.core.charges import Charge, Hourly, Ints, Metered, PriceName

ATTACHMENT = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")
PEERING = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayPeering")
PROCESSING = PriceName("AmazonVPC", "TransitGateway-Bytes", "TransitGatewayVPC")
PAYER_UNVERIFIED = (
    "which account pays for data transfer between peered transit gateways is not verified"
)


def charges(flows: Flows) -> Iterator[Charge]:
    """Hours of every attachment to its VPC's owner; GB once, to who sends them into the gateway.

    Nothing is billed where bytes leave a gateway, nor for crossing AZs on the way since 2022-04.
    Between Regions both gateways have an attachment of the peering, billed to the gateways' owner,
    and the sender pays transfer; bytes are processed where they enter first, once.
    Source: Transit Gateway pricing page and its examples, aws.amazon.com/transit-gateway/pricing,
    copies of 2026-09-20, read 2026-11-23. That the gateways' owner pays for the peering, and who
    pays for transfer over it, is not verified.
    """
    ends = flows.ends
    yield Hourly("VPC attachment", ATTACHMENT, ends.region, ends.account, resource=ends.vpc)
    for sender, sent in ((flows.consumer, flows.request), (flows.provider, flows.response)):
        yield Metered(
            "Data processed by the transit gateway", PROCESSING, sender.region, sender.account, sent
        )
    rows = np.flatnonzero(~flows.same_region)
    if len(rows):
        cross_region = flows.rows(rows)
        for region in _two_regions(cross_region):
            yield Hourly(
                "Peering attachment",
                PEERING,
                region,
                cross_region.hub,
                resource=_peering(cross_region),
            )
    payers = (flows.consumer, flows.provider)
    yield from between_regions(flows, payers, note=PAYER_UNVERIFIED)


def objects(flows: Flows) -> Iterator[Objects]:
    """An attachment for each VPC, and a peering for each pair of Regions."""
    yield Objects(ATTACHMENT_OBJECT, flows.ends.account, flows.ends.vpc)
    cross_region = flows.rows(np.flatnonzero(~flows.same_region))
    yield Objects(REGION_PEERING_OBJECT, cross_region.hub, _peering(cross_region))


def _two_regions(flows: Flows) -> tuple[Ints, Ints]:
    regions = flows.consumer.region, flows.provider.region
    return np.minimum(*regions), np.maximum(*regions)


def _peering(flows: Flows) -> Ints:
    return codes(flows.hub, *_two_regions(flows))


OPTION = Option(
    key="transit-gateway",
    name="Transit Gateway",
    order=4,
    colour=4,
    help=Term(
        "Transit Gateway",
        "A Regional hub that routes between VPCs, each of which is attached once.",
        "https://docs.aws.amazon.com/vpc/latest/tgw/what-is-transit-gateway.html",
        "Transit Gateway guide",
    ),
    charges=charges,
    resources=resources,
    makes=(ATTACHMENT_OBJECT, REGION_PEERING_OBJECT),
    objects=objects,
    rules=RULES,
)
