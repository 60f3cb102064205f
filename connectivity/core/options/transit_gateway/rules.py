"""What a transit gateway cannot do, what it asks for, and where it surprises."""

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import hubs
from connectivity.core.rules.aws_docs import (
    BEST_PRACTICES,
    TGW_ATTACHMENTS,
    TGW_QUOTAS,
    TGW_RAM,
)
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity, needs
from costmodel.core.charges import Bools, Floats

ATTACHMENTS = 5_000
ROUTES_OF_A_GATEWAY = 10_000
NO_GROUP_REFERENCES = "use1-az3"


def _overlap(case: Case, row: int) -> str:
    overlap, is_cross_region = hubs.overlap_of(case, row)
    if is_cross_region:
        return f"{overlap}: not routable between the transit gateways of two Regions (TGWP-02)"
    return f"{overlap}: the attachment succeeds, but its routes are not propagated"


def _share(case: Case, row: int) -> str:
    return hubs.shared_by_ram(case, row, "gateway")


def _hub_counts(case: Case) -> dict[str, tuple[int, int]]:
    """By Region: attachments of its gateway, and routes over its tables, static ones too."""
    attached = [case.vpc(i) for i in np.flatnonzero(case.once(hubs.attached)).tolist()]
    flows, width = case.flows, len(case.regions)
    codes = np.unique(flows.consumer.region * width + flows.provider.region).tolist()
    talks = {(case.regions[code // width], case.regions[code % width]) for code in codes}
    counts = {}
    for region in case.regions:
        reached = (
            {region} | {b for a, b in talks if a == region} | {a for a, b in talks if b == region}
        )
        own = sum(vpc.region == region for vpc in attached)
        routes = sum(len(vpc.cidrs) for vpc in attached if vpc.region in reached)
        counts[region] = own + len(reached) - 1, routes
    return counts


def _attachments(case: Case) -> Floats:
    return np.array([case.once(_hub_counts)[v.region][0] for v in case.topology.vpcs], dtype=float)


def _gateway_routes(case: Case) -> Floats:
    return np.array([case.once(_hub_counts)[v.region][1] for v in case.topology.vpcs], dtype=float)


def _leaves_peering(case: Case) -> Bools:
    return np.array([flow.today == "vpc-peering" for flow in case.topology.flows])


def _cut_over(case: Case, row: int) -> str:
    words = "coming from peering: an asymmetric cut-over drops sessions without an error"
    if not case.is_cross_region(row):
        words += (
            "; the MTU falls from 9001 to 8500: change both sides together, or jumbo frames are "
            "dropped"
        )
    return words


def _only_there(case: Case) -> Bools:
    """The flows with an end that has no other AZ than the one without group references."""
    only = np.array([set(vpc.azs) == {NO_GROUP_REFERENCES} for vpc in case.topology.vpcs])
    return case.touching(only)


def _groups_near(case: Case) -> Bools:
    return needs("sg-reference")(case) & case.flows.same_region & ~_only_there(case)


def _groups_nowhere(case: Case) -> Bools:
    return needs("sg-reference")(case) & case.flows.same_region & _only_there(case)


def _groups_nowhere_detail(case: Case, row: int) -> str:
    return (
        f"security groups cannot be referenced in {NO_GROUP_REFERENCES}, the only AZ of one "
        "of the VPCs"
    )


def _groups(case: Case, row: int) -> str:
    words = (
        "enable security group referencing on the transit gateway and on both attachments; "
        "for inbound rules only"
    )
    vpcs = case.consumer(row), case.provider(row)
    if any(NO_GROUP_REFERENCES in vpc.azs for vpc in vpcs):
        words += f"; it does not work in {NO_GROUP_REFERENCES}"
    return words


def _cross_region(case: Case) -> Bools:
    return ~case.flows.same_region


def _no_discovery(case: Case, row: int) -> str:
    return (
        "path MTU discovery does not work over transit gateway peering: keep packets within "
        "8500 bytes"
    )


def _cross_region_peaks(case: Case) -> Floats:
    """For every flow, the known peaks between its two Regions together, in Gbps."""
    regions = case.flows.consumer.region, case.flows.provider.region
    pair = np.minimum(*regions) * len(case.regions) + np.maximum(*regions)
    sums = np.bincount(pair, weights=np.nan_to_num(case.column("peak_gbps")))
    return sums[pair]


def _too_fast_cross_region(case: Case) -> Bools:
    return _cross_region(case) & (case.once(_cross_region_peaks) > hubs.GBPS_OF_AN_AZ)


def _cross_region_bandwidth(case: Case, row: int) -> str:
    regions = case.consumer(row).region, case.provider(row).region
    peak = case.once(_cross_region_peaks)[row]
    return (
        f"the peaks between {regions[0]} and {regions[1]} add up to {peak:g} Gbps; transit gateway "
        f"peering supports {hubs.GBPS_OF_AN_AZ} each way in each AZ"
    )


def _no_ipv4(case: Case) -> Bools:
    return case.touching(
        np.array([all(c.version == 6 for c in vpc.cidrs) for vpc in case.topology.vpcs])
    )


def _no_ipv4_detail(case: Case, row: int) -> str:
    names = [
        vpc.name
        for vpc in (case.consumer(row), case.provider(row))
        if all(cidr.version == 6 for cidr in vpc.cidrs)
    ]
    return f"{' and '.join(names)}: IPv6-only, but an attachment's subnets also need IPv4"


def _groups_cross_region(case: Case) -> Bools:
    return needs("sg-reference")(case) & ~case.flows.same_region


def _groups_lost(case: Case, row: int) -> str:
    regions = case.consumer(row).region, case.provider(row).region
    return (
        f"security groups cannot be referenced over transit gateway peering ({regions[0]} and "
        f"{regions[1]})"
    )


def _zones(case: Case, row: int) -> str:
    return (
        "names of private hosted zones do not resolve through a transit gateway; Resolver rules "
        "or Route 53 Profiles are also needed"
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "TGW-05",
        Severity.HARD,
        hubs.overlapping,
        _overlap,
        TGW_ATTACHMENTS,
        remedy="Renumber one of the VPCs, or do not attach one of them to the transit gateway.",
        together=hubs.not_overlapping,
    ),
    Rule(
        "TGW-07",
        Severity.HARD,
        _no_ipv4,
        _no_ipv4_detail,
        TGW_ATTACHMENTS,
        remedy="Add an IPv4 CIDR to the VPC for the attachment's subnets.",
    ),
    Rule("TGW-02", Severity.CONDITION, hubs.of_another_account, _share, TGW_RAM),
    *limit_rules(
        "TGW-04",
        _attachments,
        ATTACHMENTS,
        None,
        "the transit gateway in the Region of {vpc} needs {count} attachments",
        TGW_QUOTAS,
        "and AWS's pages disagree on whether it can be increased",
        of_hub=True,
        remedy="Request a quota increase, or use a second transit gateway.",
    ),
    *limit_rules(
        "TGW-12",
        _gateway_routes,
        ROUTES_OF_A_GATEWAY,
        None,
        "the transit gateway in the Region of {vpc} needs {count} routes",
        TGW_QUOTAS,
        "increase only through the AWS account team",
        of_hub=True,
        remedy="Request a quota increase, or advertise fewer and wider CIDRs.",
    ),
    hubs.MANY_ROUTES,
    hubs.bandwidth_rule("TGW-13", TGW_QUOTAS),
    Rule("TGWP-05", Severity.WARNING, _too_fast_cross_region, _cross_region_bandwidth, TGW_QUOTAS),
    Rule("TGW-16", Severity.WARNING, _cross_region, _no_discovery, TGW_QUOTAS),
    Rule("TGW-17", Severity.WARNING, _leaves_peering, _cut_over, TGW_QUOTAS),
    Rule("TGW-19", Severity.CONDITION, _groups_near, _groups, TGW_ATTACHMENTS),
    Rule(
        "TGW-19",
        Severity.HARD,
        _groups_nowhere,
        _groups_nowhere_detail,
        TGW_ATTACHMENTS,
        remedy="Allow CIDRs instead of referencing security groups.",
    ),
    Rule(
        "TGWP-06",
        Severity.HARD,
        _groups_cross_region,
        _groups_lost,
        TGW_ATTACHMENTS,
        remedy="Allow CIDRs instead of referencing security groups.",
    ),
    Rule(
        "TGW-21",
        Severity.HARD,
        needs("private-dns"),
        _zones,
        TGW_ATTACHMENTS,
        remedy="Use Resolver rules or Route 53 Profiles for the names, and drop the need for "
        "private-dns.",
    ),
    Rule(
        "TGW-22",
        Severity.HARD,
        hubs.behind_nlb(needs("client-ip")),
        hubs.client_ip_lost,
        BEST_PRACTICES,
        remedy=(
            "Let the application read the Proxy Protocol header, or connect to its targets "
            "directly."
        ),
    ),
)
