"""Transfer between AZs and between Regions: lines that several options have."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import Flows, Side, numbered
from costmodel.core.charges import Ints, Kind, Metered, PriceName
from costmodel.core.usage_types import INTER_REGION

INTER_AZ = PriceName("AWSDataTransfer", "DataTransfer-Regional-Bytes")
"""GB between AZs of one Region, or between its public addresses, billed at both ends."""

PUBLIC_IPV4 = PriceName("AmazonVPC", "PublicIPv4:InUseAddress")
"""Hours of a public IPv4 address in use; the same in every Region."""


def between_azs(flows: Flows) -> Iterator[Metered]:
    """Crossing GB, paid by the account at each end.

    AZs are told apart by their IDs; the same bytes are billed as sent and as received.
    Source: EC2 On-Demand Pricing, "Data Transfer within the same AWS Region",
    aws.amazon.com/ec2/pricing/on-demand, read 2026-11-25.
    """
    for name, side in (("consumer", flows.consumer), ("provider", flows.provider)):
        title = f"Cross-AZ, at the {name}"
        yield Metered(
            title, INTER_AZ, side.region, side.account, flows.crossing, kind=Kind.INSIDE_REGION
        )


def crossing_sent(flows: Flows) -> tuple[Ints, Ints]:
    """What crosses AZs, by direction: consumer to provider, provider to consumer.

    Two of the shape (flows,), in thousandths of a GB.
    """
    if not flows.crossing.any():
        return flows.crossing, flows.crossing
    response = np.rint(flows.crossing * (flows.response / np.maximum(flows.total, 1)))
    response = response.astype(np.int64)
    return flows.crossing - response, response


def between_regions(flows: Flows, payers: tuple[Side, Side], note: str = "") -> Iterator[Metered]:
    """What each side sends to another Region, at the rate from its own; inbound is free.

    `payers` are the ends whose accounts pay for the request and for the response. The rate is that
    of the pair; a pair that the list lacks is a gap.
    Source: EC2 On-Demand Pricing, "Data Transfer OUT From Amazon EC2 To",
    aws.amazon.com/ec2/pricing/on-demand, by price files of 2026-09-25, read 2026-11-25.
    """
    cross_region = ~flows.same_region
    if not cross_region.any():
        return
    ways = (
        ("Request", flows.consumer, flows.provider, flows.request, payers[0]),
        ("Response", flows.provider, flows.consumer, flows.response, payers[1]),
    )
    for name, here, there, sent, payer in ways:
        yield Metered(
            f"{name}, cross-Region",
            INTER_REGION,
            here.region,
            payer.account,
            np.where(cross_region, sent, 0),
            to_region=np.where(cross_region, there.region, -1),
            note=note,
            kind=Kind.BETWEEN_REGIONS,
        )


def between_public_addresses(flows: Flows, note: str) -> Iterator[Metered]:
    """GB that leave one public address of AWS for another.

    Inside a Region every account pays what it sends and what it receives; to another Region the
    sender pays, at the rate of the pair. The internet's own rates are for what leaves AWS.

    Source: EC2 On-Demand Pricing, "Data Transfer within the same AWS Region",
    aws.amazon.com/ec2/pricing/on-demand, read 2026-11-25.
    """
    near = np.where(flows.same_region, flows.total, 0)
    for name, side in (("consumer", flows.consumer), ("provider", flows.provider)):
        title = f"To and from public IP addresses in the Region, at the {name}"
        yield Metered(
            title, INTER_AZ, side.region, side.account, near, note=note, kind=Kind.INSIDE_REGION
        )
    yield from between_regions(flows, (flows.consumer, flows.provider), note)


def codes(*columns: Ints) -> Ints:
    """One whole number from 0 for every different row of several columns. Shape (rows,)."""
    code = columns[0]
    for column in columns[1:]:
        code = code * (int(column.max(initial=0)) + 1) + column
    return numbered(code)[1]
