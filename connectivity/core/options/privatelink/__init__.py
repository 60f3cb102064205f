"""An endpoint service on a Network Load Balancer, interface endpoints in consumers' VPCs."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import Flows
from connectivity.core.option_parts.data_transfer import INTER_AZ, between_regions, codes
from connectivity.core.option_parts.option import (
    ENDPOINT_OBJECT,
    SERVICE_OBJECT,
    Netperf,
    Objects,
    Option,
    Term,
)
from connectivity.core.option_parts.services import (
    GB_PER_UNIT,
    NLB_NEW_PER_UNIT,
    NLB_OPEN_PER_UNIT,
    az_counts,
)
from connectivity.core.options.privatelink.endpoints import carries, endpoint_azs
from connectivity.core.options.privatelink.resources import resources
from connectivity.core.options.privatelink.rules import RULES
from costmodel.core.charges import Capacity, Charge, Hourly, Ints, Kind, Metered, PriceName

ENDPOINT = PriceName("AmazonVPC", "VpcEndpoint-Hours", "VpcEndpoint")
DATA = PriceName("AmazonVPC", "VpcEndpoint-Bytes", "VpcEndpoint")
REMOTE_REGION = PriceName("AmazonVPC", "VpcEndpoint-Service-Hours")
LOAD_BALANCER = PriceName("AWSELB", "LoadBalancerUsage", "LoadBalancing:Network")
CAPACITY_UNIT = PriceName("AWSELB", "LCUUsage", "LoadBalancing:Network")


def charges(flows: Flows) -> Iterator[Charge]:
    """Endpoint hours in each AZ and GB both ways to the consumer, the balancer to the provider.

    Between client and endpoint AZs are crossed for nothing since 2022-04; behind the load balancer
    the provider pays at both ends where it balances across zones. To a service in another Region
    the provider pays hours for each Region that reaches it, and the consumer the transfer of both
    directions.
    Source: PrivateLink pricing page, aws.amazon.com/privatelink/pricing, copies up to 2026-10-10,
    read 2026-11-23. That bytes behind the load balancer are billed behind an endpoint service, too,
    is not verified.
    """
    consumer, provider = flows.consumer, flows.provider
    endpoint = codes(consumer.vpc, flows.service)
    azs = endpoint_azs(flows)
    place = consumer.region, consumer.account
    yield Hourly("Interface endpoint, per AZ", ENDPOINT, *place, resource=endpoint, count=azs)
    yield Metered("Data processed by the endpoint", DATA, *place, flows.total)
    yield from _load_balancers(flows)
    behind = np.where(flows.cross_zone, _across_zones(flows), 0)
    title = "Cross-AZ behind the load balancer"
    yield Metered(
        title, INTER_AZ, provider.region, provider.account, behind, kind=Kind.INSIDE_REGION
    )
    rows = np.flatnonzero(~flows.same_region)
    if len(rows):
        cross_region = flows.rows(rows)
        access = codes(cross_region.service, cross_region.consumer.region)
        place = cross_region.provider.region, cross_region.provider.account
        yield Hourly("Cross-Region access", REMOTE_REGION, *place, resource=access)
        yield from between_regions(cross_region, (cross_region.consumer, cross_region.consumer))


def _load_balancers(flows: Flows) -> Iterator[Charge]:
    ours = flows if not flows.existing_nlb.any() else flows.rows(~flows.existing_nlb)
    place = ours.provider.region, ours.provider.account
    yield Hourly("Network Load Balancer", LOAD_BALANCER, *place, resource=ours.service)
    yield Capacity(
        "Load balancer capacity units",
        CAPACITY_UNIT,
        *place,
        resource=ours.service,
        load=(ours.new, ours.active, ours.total),
        per_unit=(
            NLB_NEW_PER_UNIT[ours.protocol],
            NLB_OPEN_PER_UNIT[ours.protocol],
            np.full(len(ours), GB_PER_UNIT),
        ),
    )


def _across_zones(flows: Flows) -> Ints:
    """Bytes that cross-zone balancing sends to another AZ, at both ends: 2 (n-1)/n of all."""
    azs = az_counts(flows, flows.provider.azs)
    return np.rint(2 * flows.total * (azs - 1) / azs).astype(np.int64)


def objects(flows: Flows) -> Iterator[Objects]:
    """An endpoint for each VPC and service, and the service."""
    endpoint = codes(flows.consumer.vpc, flows.service)
    yield Objects(ENDPOINT_OBJECT, flows.consumer.account, endpoint)
    yield Objects(SERVICE_OBJECT, flows.provider.account, flows.service)


OPTION = Option(
    key="privatelink",
    name="PrivateLink",
    order=5,
    colour=5,
    help=Term(
        "PrivateLink",
        "One service behind a Network Load Balancer is reached through an interface endpoint in "
        "the consumer's VPC; the VPC networks are not connected.",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/what-is-privatelink.html",
        "AWS PrivateLink Guide",
    ),
    charges=charges,
    resources=resources,
    makes=(ENDPOINT_OBJECT, SERVICE_OBJECT),
    objects=objects,
    carries=carries,
    rules=RULES,
    takes_route=False,
    assumes=(
        "Cross-AZ traffic between a client and its endpoint is not charged (AWS, April 2022), so "
        "the cross-AZ share does not change PrivateLink's bill.",
        "PrivateLink tiers are pooled over the accounts of one Organization, as for other usage; "
        "AWS's pages do not say so for them.",
        "Cross-AZ traffic between an NLB and its targets is charged as for any NLB; whether the "
        "waiver of April 2022 covers it behind an endpoint service is not verified.",
    ),
    netperf=Netperf("ENDPOINT_ADDRESS", is_behind_listeners=True),
)
