"""NAT gateways in the consumers' VPCs, a public load balancer in front of each service."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from connectivity.core.aws_figures import NAT_IDLE_S, PORTS_OF_ADDRESS
from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import services
from connectivity.core.option_parts.data_transfer import (
    PUBLIC_IPV4,
    between_public_addresses,
    codes,
)
from connectivity.core.option_parts.option import SERVICE_OBJECT, Netperf, Objects, Option, Term
from connectivity.core.option_parts.services import (
    ALB_NEW_PER_UNIT,
    ALB_OPEN_PER_UNIT,
    GB_PER_UNIT,
    HTTP,
    NLB_NEW_PER_UNIT,
    NLB_OPEN_PER_UNIT,
    az_counts,
)
from connectivity.core.options.public_internet.resources import resources
from connectivity.core.rules.aws_docs import ALB_SUBNETS, BEST_PRACTICES, MTU, NAT_NOTES, VPC_QUOTAS
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity
from costmodel.core.charges import Bools, Capacity, Charge, Floats, Hourly, Metered, PriceName

NAT = PriceName("AmazonEC2", "NatGateway-Hours", "NatGateway")
NAT_DATA = PriceName("AmazonEC2", "NatGateway-Bytes", "NatGateway")

GBPS_BASELINE, GBPS_SCALED = 5, 100  # of a NAT gateway
ALB_IDLE_S = 60
ADDRESSES_PER_REGION = 5  # of an account
MIN_AZS = np.array([1, 1, 1, 2])  # of a load balancer, by protocol; of an ALB two
NEW_PER_UNIT = np.append(NLB_NEW_PER_UNIT[:HTTP], ALB_NEW_PER_UNIT)
OPEN_PER_UNIT = np.append(NLB_OPEN_PER_UNIT[:HTTP], ALB_OPEN_PER_UNIT)
OUR_READING = (
    "AWS's price for data transfer between public IP addresses; that it applies from a NAT "
    "gateway to a public load balancer is our interpretation"
)


def charges(flows: Flows) -> Iterator[Charge]:
    """NAT gateways to the consumer, a public load balancer to the provider, both with their IPv4.

    A NAT gateway has hours in each AZ and processes GB of both directions; a load balancer has
    hours and capacity units, by its busiest dimension. GB between public addresses of one Region
    are billed to each account for what it sends and what it receives.
    Source: VPC pricing page, aws.amazon.com/vpc/pricing, and Elastic Load Balancing pricing page,
    aws.amazon.com/elasticloadbalancing/pricing, copies of 2026-09-20, read 2026-11-23. That the
    rate between public addresses holds from a NAT gateway to a load balancer is not verified.
    """
    yield from _gateways(flows)
    is_http = flows.protocol == HTTP
    yield from _load_balancers(flows.rows(~is_http), "Network")
    yield from _load_balancers(flows.rows(is_http), "Application")
    yield from between_public_addresses(flows, OUR_READING)


def _gateways(flows: Flows) -> Iterator[Charge]:
    consumer = flows.consumer
    place = consumer.region, consumer.account
    azs = az_counts(flows, consumer.azs)
    yield Hourly("NAT gateway, per AZ", NAT, *place, resource=consumer.vpc, count=azs)
    yield Metered("Data processed by the NAT gateway", NAT_DATA, *place, flows.total)
    title = "Public IPv4 addresses of the NAT gateways"
    yield Hourly(title, PUBLIC_IPV4, *place, resource=consumer.vpc, count=azs)


def _load_balancers(flows: Flows, kind: str) -> Iterator[Charge]:
    place = flows.provider.region, flows.provider.account
    operation = f"LoadBalancing:{kind}"
    hours = PriceName("AWSELB", "LoadBalancerUsage", operation)
    units = PriceName("AWSELB", "LCUUsage", operation)
    yield Hourly(f"Public {kind} Load Balancer", hours, *place, resource=flows.service)
    yield Capacity(
        "Load balancer capacity units",
        units,
        *place,
        resource=flows.service,
        load=(flows.new, flows.active, flows.total),
        per_unit=(
            NEW_PER_UNIT[flows.protocol],
            OPEN_PER_UNIT[flows.protocol],
            np.full(len(flows), GB_PER_UNIT),
        ),
    )
    azs = np.maximum(az_counts(flows, flows.provider.azs), MIN_AZS[flows.protocol])
    title = "Public IPv4 addresses of the load balancer"
    yield Hourly(title, PUBLIC_IPV4, *place, resource=flows.service, count=azs)


def objects(flows: Flows) -> Iterator[Objects]:
    """The services that are published."""
    yield Objects(SERVICE_OBJECT, flows.provider.account, flows.service)


def _one_way(case: Case, row: int) -> str:
    return (
        f"{case.provider(row).name} would initiate connections to {case.consumer(row).name}, "
        "which has no internet-facing load balancer"
    )


def _icmp(case: Case, row: int) -> str:
    return "ICMP does not reach targets behind a load balancer"


def _client_ip(case: Case, row: int) -> str:
    return f"{case.service(row).name} sees the NAT gateway's IP address, not the client's"


def _groups(case: Case, row: int) -> str:
    return "security groups of the other VPC cannot be referenced over the internet"


def _names(case: Case, row: int) -> str:
    return f"the name of {case.service(row).name} must resolve in public DNS"


def _public(case: Case, row: int) -> str:
    return (
        f"{case.service(row).name} is exposed to the internet: protect it, and check that no "
        "policy and no VPC Block Public Access denies it"
    )


def _ports(case: Case) -> Floats:
    """For every flow, open connections to its service for each NAT address of its VPC."""
    flows = case.flows
    pair = codes(flows.consumer.vpc, flows.service + 1)
    sums = np.bincount(pair, weights=services.open_connections(case))[pair]
    return sums / az_counts(flows, flows.consumer.azs)


def _exhausted(case: Case) -> Bools:
    return case.flows.to_service & (case.once(_ports) > PORTS_OF_ADDRESS)


def _more_addresses(case: Case, row: int) -> str:
    return (
        f"{case.once(_ports)[row]:,.0f} open connections to one destination for each NAT gateway "
        f"address; an address supports {PORTS_OF_ADDRESS:,}: add addresses (2 by "
        "default, 8 at most)"
    )


def _silent(case: Case) -> Bools:
    cut = np.where(case.flows.protocol == HTTP, ALB_IDLE_S, NAT_IDLE_S)
    silence = case.column("max_idle_seconds")
    return case.flows.to_service & (np.isnan(silence) | (silence > cut))


def _idle(case: Case, row: int) -> str:
    silence = case.topology.flows[row].max_idle_seconds
    is_http = case.flows.protocol[row] == HTTP
    cuts = f"an ALB closes idle connections after {ALB_IDLE_S} s by default, " if is_http else ""
    idle = "max_idle_seconds is not known here" if silence is None else f"idle up to {silence:g} s"
    return f"{idle}; {cuts}a NAT gateway after {NAT_IDLE_S} s (fixed): send keep-alives"


def _peaks(case: Case) -> Floats:
    """For every flow, Gbps through each NAT gateway of its VPC: the sum of the known peaks."""
    flows = case.flows
    sums = np.bincount(flows.consumer.vpc, weights=np.nan_to_num(case.column("peak_gbps")))
    return sums[flows.consumer.vpc] / az_counts(flows, flows.consumer.azs)


def _fast(case: Case) -> Bools:
    return case.flows.to_service & (case.once(_peaks) > GBPS_BASELINE)


def _bandwidth(case: Case, row: int) -> str:
    peak = case.once(_peaks)[row]
    load = f"{peak:g} Gbps through each NAT gateway, above {GBPS_BASELINE}"
    if peak > GBPS_SCALED:
        return f"{load} and above the {GBPS_SCALED} to which it scales: use several"
    return f"{load}; it scales automatically to {GBPS_SCALED}, not at once"


def _addresses(case: Case) -> Floats:
    """For every VPC, the elastic addresses of all NAT gateways of its account and Region."""
    counts: Counter[tuple[str, str]] = Counter()
    for vpc in map(case.vpc, set(case.flows.consumer.vpc.tolist())):
        counts[vpc.account, vpc.region] += len(vpc.azs)
    return np.array([counts[v.account, v.region] for v in case.topology.vpcs], dtype=np.float64)


def _mtu(case: Case, row: int) -> str:
    return "the MTU over an internet gateway is 1500 bytes"


def _one_az_alb(case: Case) -> Bools:
    few = np.array([len(vpc.azs) < MIN_AZS[HTTP] for vpc in case.topology.vpcs])
    return services.protocol(HTTP)(case) & few[case.flows.provider.vpc]


def _second_az(case: Case, row: int) -> str:
    vpc = case.provider(row)
    return (
        f"{vpc.name} is in {vpc.azs[0]} alone, and an Application Load Balancer needs subnets in "
        f"at least {MIN_AZS[HTTP]} AZs: add one in another"
    )


def _to_service(case: Case) -> Bools:
    return case.flows.to_service


OPTION = Option(
    key="public-internet",
    name="Public internet",
    order=10,
    colour=10,
    help=Term(
        "Public internet",
        "Egress through NAT gateways, ingress through an internet-facing load balancer: only the "
        "encrypted content of your connections is private.",
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
        "Amazon VPC User Guide",
    ),
    charges=charges,
    resources=resources,
    makes=(SERVICE_OBJECT,),
    objects=objects,
    carries=services.carries,
    rules=(
        Rule(
            "INET-15",
            Severity.HARD,
            services.whole_vpc,
            services.only_listeners,
            BEST_PRACTICES,
            remedy="Name the service that the flow goes to; a whole VPC cannot be exposed.",
        ),
        Rule(
            "INET-03",
            Severity.HARD,
            services.provider_initiates,
            _one_way,
            BEST_PRACTICES,
            remedy="Let the consumer initiate, or also expose a service in the other direction.",
        ),
        Rule(
            "INET-07",
            Severity.HARD,
            services.needed("icmp"),
            _icmp,
            BEST_PRACTICES,
            remedy="Use an option that routes, or drop the need for ICMP.",
        ),
        Rule(
            "INET-09",
            Severity.HARD,
            services.needed("client-ip"),
            _client_ip,
            BEST_PRACTICES,
            remedy="Let the client send its IP address in a header, or use an option that routes.",
        ),
        Rule(
            "INET-16",
            Severity.HARD,
            services.needed("sg-reference"),
            _groups,
            BEST_PRACTICES,
            remedy="Allow the NAT gateways' public addresses instead of security groups.",
        ),
        Rule("INET-01", Severity.CONDITION, _to_service, _public, BEST_PRACTICES),
        Rule("INET-18", Severity.CONDITION, _one_az_alb, _second_az, ALB_SUBNETS),
        Rule("INET-17", Severity.CONDITION, services.needed("private-dns"), _names, BEST_PRACTICES),
        *limit_rules(
            "INET-12",
            _addresses,
            ADDRESSES_PER_REGION,
            None,
            "the NAT gateways of the account of {vpc} need {count} Elastic IP addresses in its "
            "Region",
            VPC_QUOTAS,
            remedy="Request a quota increase, or use a regional NAT gateway or fewer AZs.",
        ),
        Rule("INET-04", Severity.WARNING, _fast, _bandwidth, NAT_NOTES),
        Rule("INET-05", Severity.WARNING, _exhausted, _more_addresses, NAT_NOTES),
        Rule("INET-06", Severity.WARNING, _silent, _idle, NAT_NOTES),
        Rule("INET-08", Severity.WARNING, _to_service, _mtu, MTU),
    ),
    takes_route=False,
    assumes=(
        "Over the public internet every consumer VPC has a zonal NAT gateway in each of its AZs; "
        "a regional one costs the same for each AZ that it spans, in every Region for which both "
        "prices were read.",
        "An Application Load Balancer evaluates at most ten rules, which are free, and is in at "
        "least two AZs, with a public IP address in each.",
    ),
    netperf=Netperf("LOAD_BALANCER_ADDRESS", is_behind_listeners=True),
)
