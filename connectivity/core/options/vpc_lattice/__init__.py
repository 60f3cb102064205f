"""A VPC Lattice service in a service network with which consumers' VPCs are associated."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import MILLIONTHS, Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import services
from connectivity.core.option_parts.lattice import LATTICE_RULES, SERVICE_TIMEOUTS
from connectivity.core.option_parts.option import SERVICE_OBJECT, Objects, Option, Term
from connectivity.core.option_parts.services import HTTP, SECONDS_PER_HOUR, TLS
from connectivity.core.options.vpc_lattice.resources import resources
from connectivity.core.rules.aws_docs import BEST_PRACTICES, LATTICE_TLS, SAAS_OPTIONS
from connectivity.core.rules.rule import Rule, Severity
from costmodel.core.charges import (
    Bools,
    Capacity,
    Charge,
    Floats,
    Hourly,
    Kind,
    Metered,
    PriceName,
)
from costmodel.core.units import HOURS_PER_MONTH

SERVICE = PriceName("VpcLattice", "Service-Hours")
DATA = PriceName("VpcLattice", "Service-Bytes")
REQUESTS = PriceName("VpcLattice", "Requests")
NOT_STATED = PriceName("VpcLattice", "Requests, as requests_per_second is not given", is_input=True)

FREE_REQUESTS_PER_HOUR = 300_000  # of each service. Source: VPC Lattice pricing page, 2026-09
PER_SECOND_OF_A_MILLION = 1_000_000 * MILLIONTHS / SECONDS_PER_HOUR  # an hour, in millionths
GBPS_OF_AN_AZ, REQUESTS_OF_AN_AZ = 10, 10_000  # per second, of a service


def charges(flows: Flows) -> Iterator[Charge]:
    """Hours, GB of requests and responses, and requests, all to the owner of the service.

    300,000 requests an hour of each service are free, its traffic taken as even over the hours; of
    a TLS listener its connections are counted instead. AZs are part of the price of a GB, and
    associating a VPC costs nothing.
    Source: VPC Lattice pricing page, aws.amazon.com/vpc/lattice/pricing, copies up to 2026-09-20,
    read 2026-11-23.
    """
    owner = flows.provider.region, flows.provider.account
    yield Hourly("Lattice service", SERVICE, *owner, resource=flows.service)
    yield Metered("Data processed, requests and responses", DATA, *owner, flows.total)
    yield Capacity(
        "Requests above the free tier",
        REQUESTS,
        *owner,
        resource=flows.service,
        load=(_per_second(flows),),
        per_unit=(np.full(len(flows), PER_SECOND_OF_A_MILLION),),
        free=FREE_REQUESTS_PER_HOUR * HOURS_PER_MONTH // 1_000,
        kind=Kind.REQUESTS,
    )
    unknown = (flows.protocol == HTTP) & np.isnan(flows.requests)
    yield Metered("Requests", NOT_STATED, *owner, unknown.astype(np.int64), kind=Kind.REQUESTS)


def _per_second(flows: Flows) -> Floats:
    """What is counted as requests, in millionths: of a TLS listener, its connections."""
    requests = np.where(flows.protocol == HTTP, np.nan_to_num(flows.requests), 0)
    return np.where(flows.protocol == TLS, flows.new, requests)


def objects(flows: Flows) -> Iterator[Objects]:
    """The services of the service network."""
    yield Objects(SERVICE_OBJECT, flows.provider.account, flows.service)


def _protocol(case: Case, row: int) -> str:
    service = case.service(row)
    return (
        f"{service.name} speaks {service.protocol.upper()}; a VPC Lattice service supports HTTP, "
        "HTTPS, gRPC and TLS: offer it as a VPC resource for TCP"
    )


def _not_http(case: Case) -> Bools:
    return case.flows.to_service & ~np.isin(case.flows.protocol, (HTTP, TLS))


def _passed_through(case: Case, row: int) -> str:
    return (
        f"{case.service(row).name} terminates TLS on its load balancer, and a TLS listener of "
        "VPC Lattice passes it through to the targets, which needs a custom domain name: "
        "terminate TLS on the targets, or let VPC Lattice terminate it with an HTTPS listener"
    )


def _load(case: Case) -> Floats:
    """For every flow, how far its service is used, of what one AZ of it carries."""
    flows = case.flows
    gbps = services.by_service(case, case.column("peak_gbps"))
    requests = services.by_service(case, _per_second(flows) / MILLIONTHS)
    azs = np.maximum(services.az_counts(flows, flows.provider.azs), 1)
    return np.maximum(gbps / GBPS_OF_AN_AZ, requests / REQUESTS_OF_AN_AZ) / azs


def _busy(case: Case) -> Bools:
    return case.flows.to_service & (case.once(_load) > 1)


def _throughput(case: Case, row: int) -> str:
    return (
        f"the flows to {case.service(row).name} need {case.once(_load)[row]:.1f} times the "
        f"{GBPS_OF_AN_AZ} Gbps and {REQUESTS_OF_AN_AZ:,} requests a second that a service "
        "supports in an AZ; request a quota increase"
    )


OPTION = Option(
    key="vpc-lattice",
    name="VPC Lattice service",
    order=7,
    colour=7,
    help=Term(
        "VPC Lattice",
        "HTTP, gRPC and TLS services in a service network with which VPCs are associated; its "
        "owner pays for hours, GB and requests.",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/what-is-vpc-lattice.html",
        "VPC Lattice User Guide",
    ),
    charges=charges,
    resources=resources,
    makes=(SERVICE_OBJECT,),
    objects=objects,
    carries=services.carries,
    rules=(
        *LATTICE_RULES,
        *SERVICE_TIMEOUTS,
        Rule(
            "LTC-24",
            Severity.CONDITION,
            services.protocol(TLS),
            _passed_through,
            LATTICE_TLS,
        ),
        Rule(
            "LTC-02",
            Severity.HARD,
            _not_http,
            _protocol,
            BEST_PRACTICES,
            remedy="Offer it as a VPC resource, which supports TCP, or put HTTP in front of it.",
        ),
        Rule("LTC-07", Severity.WARNING, _busy, _throughput, SAAS_OPTIONS),
    ),
    takes_route=False,
    assumes=(
        "VPC Lattice requests are spread evenly over the hours of a month; for a TLS listener "
        "its connections are counted. Cross-AZ traffic is included in its price per GB.",
    ),
    netperf=None,
)
