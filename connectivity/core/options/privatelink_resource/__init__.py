"""A service as a VPC resource: a resource gateway in its VPC, resource endpoints in consumers'."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.aws_figures import PORTS_OF_ADDRESS
from connectivity.core.network.flow_arrays import Flows, numbered
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import services
from connectivity.core.option_parts.data_transfer import codes
from connectivity.core.option_parts.lattice import LATTICE_RULES
from connectivity.core.option_parts.option import (
    ENDPOINT_OBJECT,
    SERVICE_OBJECT,
    Netperf,
    Objects,
    Option,
    Term,
)
from connectivity.core.options.privatelink_resource.resources import resources
from connectivity.core.rules.aws_docs import BEST_PRACTICES, ENDPOINT_QUOTAS, RESOURCE_GATEWAYS
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity
from costmodel.core.charges import Bools, Charge, Floats, Hourly, Metered, PriceName

ENDPOINT = PriceName("AmazonVPC", "VpcEndpoint-Resource-Hours", "VpcResourceConsumer")
DATA = PriceName("AmazonVPC", "VpcEndpoint-Resource-Bytes", "VpcResourceConsumer")
PROVIDER_DATA = PriceName("AmazonVPC", "VpcResource-Provider-Bytes")

ENDPOINTS_PER_VPC = 200
ADDRESSES = 16  # of a gateway's interface by default


def charges(flows: Flows) -> Iterator[Charge]:
    """Hours and GB of an endpoint to the consumer, GB of the resource gateway to the provider.

    GB are those of both directions. Crossing AZs is not billed beside them.
    Source: PrivateLink pricing page, "VPC resources", aws.amazon.com/privatelink/pricing, copies of
    2026-10-10, read 2026-11-23. That an endpoint is billed once, not for each AZ, is our reading of
    a page that names no AZ: not verified.
    """
    consumer = flows.consumer.region, flows.consumer.account
    endpoint = codes(flows.consumer.vpc, flows.service)
    yield Hourly("Resource endpoint", ENDPOINT, *consumer, resource=endpoint)
    yield Metered("Data processed by the resource endpoint", DATA, *consumer, flows.total)
    provider = flows.provider.region, flows.provider.account
    yield Metered("Data processed by the resource gateway", PROVIDER_DATA, *provider, flows.total)


def objects(flows: Flows) -> Iterator[Objects]:
    """An endpoint for each VPC and service, and the service."""
    yield Objects(ENDPOINT_OBJECT, flows.consumer.account, codes(flows.consumer.vpc, flows.service))
    yield Objects(SERVICE_OBJECT, flows.provider.account, flows.service)


def _subnets(case: Case, row: int) -> str:
    return (
        "the resource gateway needs a free, contiguous /28 in each of its subnets in "
        f"{case.provider(row).name}; AWS recommends /26"
    )


def _open(case: Case) -> Floats:
    return services.by_service(case, services.open_connections(case))


def _many_connections(case: Case) -> Bools:
    return case.once(_open) > PORTS_OF_ADDRESS


def _ports(case: Case, row: int) -> str:
    return (
        f"{case.once(_open)[row]:,.0f} connections are open to {case.service(row).name}; a "
        f"gateway supports about {PORTS_OF_ADDRESS:,} for each address and destination: "
        "give it more "
        f"addresses ({ADDRESSES} by default) when you create it; that cannot be changed later"
    )


def _endpoints(case: Case) -> Floats:
    """For every VPC, its resource endpoints: one for each service that it reaches."""
    flows = case.flows.rows(case.flows.to_service)
    services = len(case.topology.services)
    reached, _ = numbered(flows.consumer.vpc * services + flows.service)
    vpcs = reached // max(1, services)
    return np.bincount(vpcs, minlength=len(case.topology.vpcs)).astype(float)


OPTION = Option(
    key="privatelink-resource",
    name="PrivateLink resource endpoint",
    order=6,
    colour=6,
    help=Term(
        "PrivateLink resource endpoint",
        "A database or other TCP resource is reached through a resource gateway in its VPC, "
        "without a load balancer.",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-resources.html",
        "PrivateLink guide",
    ),
    charges=charges,
    resources=resources,
    makes=(ENDPOINT_OBJECT, SERVICE_OBJECT),
    objects=objects,
    carries=services.carries,
    rules=(
        *LATTICE_RULES,
        *limit_rules(
            "LTC-09",
            _endpoints,
            ENDPOINTS_PER_VPC,
            None,
            "{vpc} needs {count} resource endpoints",
            ENDPOINT_QUOTAS,
            remedy="Request a quota increase, or use one service network endpoint for several "
            "resources.",
        ),
        Rule(
            "LTC-13",
            Severity.CONDITION,
            lambda case: case.flows.to_service,
            _subnets,
            RESOURCE_GATEWAYS,
        ),
        Rule("LTC-12", Severity.WARNING, _many_connections, _ports, BEST_PRACTICES),
    ),
    takes_route=False,
    assumes=(
        "A resource endpoint is billed once, however many AZs it spans, as AWS's pricing page "
        "names no AZ; cross-AZ traffic to and from it is not charged.",
    ),
    netperf=Netperf("ENDPOINT_ADDRESS", is_behind_listeners=True),
)
