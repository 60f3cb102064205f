"""What PrivateLink cannot do, what it asks for, and where it surprises."""

import numpy as np

from connectivity.core.network.flow_arrays import numbered
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import services
from connectivity.core.options.privatelink.endpoints import NOT_ACROSS_REGIONS, endpoint_azs
from connectivity.core.options.privatelink.idle import IDLE_RULES
from connectivity.core.rules.aws_docs import (
    BEST_PRACTICES,
    ENDPOINT_QUOTAS,
    ENDPOINT_SERVICES,
    NOT_VERIFIED,
    SAAS_OPTIONS,
    TGW_ATTACHMENTS,
    UDP_BLOG,
)
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity
from connectivity.core.rules.vpc_and_connection import not_in_one_organization
from costmodel.core.charges import Bools, Floats

ENDPOINTS_PER_VPC = 50
GBPS_BASELINE, GBPS_SCALED = 10, 100  # of an endpoint, in each AZ


def _near(case: Case) -> Bools:
    return case.flows.to_service & case.flows.same_region


def _one_way(case: Case, row: int) -> str:
    return (
        f"{case.provider(row).name} would initiate connections to {case.consumer(row).name}; "
        "only the consumer can: the reverse needs a second service or a resource endpoint"
    )


def _no_common_az(case: Case) -> Bools:
    return _near(case) & (case.flows.common_azs == 0)


def _no_place(case: Case, row: int) -> str:
    ours, service = case.consumer(row), case.service(row)
    return (
        f"{ours.name} ({', '.join(ours.azs)}) and {service.name} ({', '.join(service.azs)}) have "
        "no AZ in common, so no endpoint can be created in the VPC"
    )


def _some_azs_without(case: Case) -> Bools:
    azs = services.az_counts(case.flows, case.flows.consumer.azs)
    common = case.flows.common_azs
    return _near(case) & (common > 0) & (common < azs)


def _cross_to_endpoint(case: Case, row: int) -> str:
    ours, service = case.consumer(row), case.service(row)
    missing = sorted(set(ours.azs) - set(service.azs))
    return (
        f"{service.name} is not in {', '.join(missing)}: clients of {ours.name} there reach an "
        "endpoint cross-AZ"
    )


def _remote_azs(case: Case, *, left: bool) -> Bools:
    lists = case.flows.az_lists
    hit = np.array([bool(set(azs) & NOT_ACROSS_REGIONS) for azs in lists])
    is_asked = (endpoint_azs(case.flows) > 0) == left
    return services.cross_region(case) & hit[case.flows.consumer.azs] & is_asked


def _remote_detail(case: Case, row: int) -> str:
    vpc = case.consumer(row)
    without = sorted(set(vpc.azs) & NOT_ACROSS_REGIONS)
    reason = f"cross-Region access is not supported in {', '.join(without)} of {vpc.name}"
    return f"{reason}, {'so no' if len(without) == len(vpc.azs) else 'no'} endpoint can be there"


def _conditions(case: Case, row: int) -> str:
    azs = len(case.service(row).azs)
    few = f" {case.service(row).name} has targets in {azs} AZ only." if azs < 2 else ""
    return (
        f"the provider lists {case.consumer(row).region} as a supported Region, opt-in Regions "
        "are enabled on both sides, IAM allows vpce:AllowMultiRegion, and the service is in two "
        f"or more AZs.{few}"
    )


def _failover(case: Case, row: int) -> str:
    return "AWS fails over between AZs, not between Regions: plan for a Region failure"


def _udp_detail(case: Case, row: int) -> str:
    vpc = case.provider(row)
    has_ipv6 = any(cidr.version == 6 for cidr in vpc.cidrs)
    first = "" if has_ipv6 else f"{vpc.name} needs an IPv6 CIDR first: "
    return (
        f"{first}UDP needs a dual-stack NLB, an IPv6 target group, the prefix for IPv6 source "
        "NAT enabled, and targets with a primary IPv6 address"
    )


def _udp_cross_region(case: Case) -> Bools:
    return services.protocol(services.UDP)(case) & ~case.flows.same_region


def _udp_fragments(case: Case, row: int) -> str:
    return "datagrams must fit into one packet: fragments are not supported cross-Region"


def _icmp(case: Case, row: int) -> str:
    return "ICMP is not supported; only the NLB's listeners respond"


def _ipv6_only(case: Case) -> Bools:
    only = np.array([all(c.version == 6 for c in vpc.cidrs) for vpc in case.topology.vpcs])
    return case.flows.to_service & only[case.flows.consumer.vpc]


def _ipv6_detail(case: Case, row: int) -> str:
    return (
        f"{case.consumer(row).name} has IPv6 only: the NLB and its subnets need IPv6 (dual-stack); "
        "targets may stay on IPv4 for TCP"
    )


def _peaks(case: Case) -> Floats:
    """For every flow, Gbps in each AZ of its endpoint: the sum of the known peaks through it."""
    flows = case.flows
    code = flows.consumer.vpc * (len(case.topology.services) + 1) + flows.service + 1
    _, endpoint = numbered(code)
    sums = np.bincount(endpoint, weights=np.nan_to_num(case.column("peak_gbps")))
    return sums[endpoint] / np.maximum(endpoint_azs(flows), 1)


def _fast(case: Case) -> Bools:
    return case.flows.to_service & (case.once(_peaks) > GBPS_BASELINE)


def _bandwidth(case: Case, row: int) -> str:
    peak = case.once(_peaks)[row]
    load = f"peaks through the endpoint add up to {peak:g} Gbps in each AZ, above {GBPS_BASELINE}"
    if peak > GBPS_SCALED:
        return f"{load} and above the {GBPS_SCALED} to which it scales: use several endpoints"
    return f"{load}; it scales automatically to {GBPS_SCALED}, not at once"


def _endpoints(case: Case) -> Floats:
    """For every VPC, its endpoints: one for each service that it reaches, and those it has."""
    flows = case.flows.rows(case.flows.to_service)
    names = [service.name for service in case.topology.services]
    reached = numbered(flows.consumer.vpc * len(names) + flows.service)[0].tolist()
    pairs: set[tuple[int, str | None]] = {
        (vpc, names[service]) for vpc, service in (divmod(code, len(names)) for code in reached)
    }
    existing = [
        connection for connection in case.topology.connections if connection.kind == "endpoint"
    ]
    pairs |= {
        (case.vpc_index[endpoint.vpcs[0]], endpoint.service or endpoint.id) for endpoint in existing
    }
    return np.bincount([vpc for vpc, _ in pairs], minlength=len(case.topology.vpcs)).astype(float)


def _client_ip(case: Case, row: int) -> str:
    return (
        f"{case.service(row).name} would see the NLB's IP address; only Proxy Protocol v2 "
        "carries the client's, and the application must read it"
    )


def _groups(case: Case, row: int) -> str:
    return "security groups of the other VPC cannot be referenced through an endpoint"


def _dns(case: Case, row: int) -> str:
    return (
        "the provider verifies the domain of the private DNS name and the consumer opts in; until "
        "then the application uses the endpoint's own name"
    )


def _cross_zone(case: Case) -> Bools:
    return case.flows.cross_zone & case.flows.to_service


def _cross_zone_detail(case: Case, row: int) -> str:
    return (
        f"the NLB of {case.service(row).name} uses cross-zone load balancing: cross-AZ traffic "
        "is charged, and the failure of an AZ affects the others"
    )


def _of_strangers(case: Case) -> Bools:
    return case.flows.to_service & not_in_one_organization(case)


def _principals(case: Case, row: int) -> str:
    ours, theirs = case.consumer(row).account, case.provider(row).account
    return (
        f"account {theirs} allows account {ours} as a principal of the endpoint service, and "
        "accepts its endpoint unless acceptance is not required; the two accounts are not in "
        "one Organization in the document"
    )


RULES: tuple[Rule, ...] = (
    Rule("PLN-03", Severity.CONDITION, _of_strangers, _principals, ENDPOINT_SERVICES),
    Rule(
        "PLN-04",
        Severity.HARD,
        services.whole_vpc,
        services.only_listeners,
        ENDPOINT_SERVICES,
        remedy="Name the service that the flow goes to; an endpoint cannot expose a whole VPC.",
    ),
    Rule(
        "PLN-01",
        Severity.HARD,
        services.provider_initiates,
        _one_way,
        SAAS_OPTIONS,
        remedy="Let the consumer initiate, or also offer a service in the other direction.",
    ),
    Rule(
        "PLN-05",
        Severity.HARD,
        _no_common_az,
        _no_place,
        ENDPOINT_SERVICES,
        remedy=(
            "Run targets in an AZ that the consumer uses, or add a subnet in the service's AZ to "
            "the consumer."
        ),
    ),
    Rule("PLN-05", Severity.WARNING, _some_azs_without, _cross_to_endpoint, ENDPOINT_SERVICES),
    Rule(
        "PLN-22",
        Severity.HARD,
        lambda case: _remote_azs(case, left=False),
        _remote_detail,
        ENDPOINT_SERVICES,
        remedy="Put the consumer's network interfaces into another AZ.",
    ),
    Rule(
        "PLN-22",
        Severity.WARNING,
        lambda case: _remote_azs(case, left=True),
        _remote_detail,
        ENDPOINT_SERVICES,
    ),
    Rule(
        "PLN-09",
        Severity.HARD,
        services.needed("icmp"),
        _icmp,
        NOT_VERIFIED,
        remedy="Use an option that routes, or drop the need for ICMP.",
    ),
    Rule(
        "PLN-15",
        Severity.HARD,
        services.needed("client-ip"),
        _client_ip,
        BEST_PRACTICES,
        remedy=(
            "Let the application read the Proxy Protocol header, or use an option that routes."
        ),
    ),
    Rule(
        "PLN-16",
        Severity.HARD,
        services.needed("sg-reference"),
        _groups,
        TGW_ATTACHMENTS,
        remedy=(
            "Allow the endpoint's or the load balancer's IP addresses instead of referencing "
            "security groups."
        ),
    ),
    *limit_rules(
        "PLN-13",
        _endpoints,
        ENDPOINTS_PER_VPC,
        None,
        "{vpc} needs {count} endpoints",
        ENDPOINT_QUOTAS,
        remedy="Request a quota increase, or put several services behind one load balancer.",
    ),
    Rule("PLN-19", Severity.CONDITION, services.cross_region, _conditions, ENDPOINT_SERVICES),
    Rule("PLN-08", Severity.CONDITION, services.protocol(services.UDP), _udp_detail, UDP_BLOG),
    Rule("PLN-21", Severity.CONDITION, _udp_cross_region, _udp_fragments, ENDPOINT_SERVICES),
    Rule("PLN-10", Severity.CONDITION, _ipv6_only, _ipv6_detail, ENDPOINT_SERVICES),
    Rule("PLN-17", Severity.CONDITION, services.needed("private-dns"), _dns, ENDPOINT_SERVICES),
    *IDLE_RULES,
    Rule("PLN-12", Severity.WARNING, _fast, _bandwidth, ENDPOINT_QUOTAS),
    Rule("PLN-18", Severity.WARNING, _cross_zone, _cross_zone_detail, ENDPOINT_SERVICES),
    Rule("PLN-24", Severity.WARNING, services.cross_region, _failover, ENDPOINT_SERVICES),
)
