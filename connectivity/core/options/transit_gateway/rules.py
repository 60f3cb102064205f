"""What a transit gateway cannot do, what it asks for, and where it surprises."""

import numpy as np

from connectivity.core.case import Case
from connectivity.core.common_rules import ROUTES_PER_TABLE, limit_rules
from connectivity.core.overlaps import Overlap, overlaps
from connectivity.core.rule import Rule, Severity, needs
from connectivity.core.sources import (
    BEST_PRACTICES,
    TGW_ATTACHMENTS,
    TGW_QUOTAS,
    TGW_RAM,
    VPC_QUOTAS,
)
from costmodel.core.charges import Bools, Floats

ATTACHMENTS = 5_000
ROUTES_OF_A_GATEWAY = 10_000
GBPS_OF_AN_AZ = 100
NO_GROUP_REFERENCES = "use1-az3"


def _attached(case: Case) -> Bools:
    """The VPCs on a gateway: those of all flows, and those that are attached already."""
    mask = np.zeros(len(case.topology.vpcs), dtype=np.bool_)
    mask[case.flows.ends.vpc] = True
    for one in case.topology.connections:
        if one.kind == "attachment":
            mask[[case.vpc_index[vpc] for vpc in one.vpcs]] = True
    return mask


def _overlaps(case: Case) -> dict[str, Overlap]:
    return overlaps(case.vpc(vpc) for vpc in np.flatnonzero(case.once(_attached)).tolist())


def _overlapping(case: Case) -> Bools:
    clashes = case.once(_overlaps)
    return case.touching(np.array([vpc.name in clashes for vpc in case.topology.vpcs]))


def _overlap(case: Case, row: int) -> str:
    clashes = case.once(_overlaps)
    name = next(v.name for v in (case.consumer(row), case.provider(row)) if v.name in clashes)
    ends = [case.vpc(case.vpc_index[one]).region for one in (name, clashes[name].other)]
    if ends[0] != ends[1]:
        return f"{clashes[name]}: not routable between the gateways of two Regions (TGWP-02)"
    return f"{clashes[name]}: the attachment succeeds, but its routes are not propagated"


def _of_another_account(case: Case) -> Bools:
    ends, hub = case.flows, case.flows.hub
    return (ends.consumer.account != hub) | (ends.provider.account != hub)


def _share(case: Case, row: int) -> str:
    hub = case.account[case.topology.hub_account]
    ends = dict.fromkeys((case.consumer(row).account, case.provider(row).account))
    others = [case.account[one] for one in ends if one != hub.id]
    said = f"account {hub.id} shares the gateway with {_and([one.id for one in others])} by AWS RAM"
    outside = [o.id for o in others if not o.organization or o.organization != hub.organization]
    if outside:
        said += f"; allow external principals, as {_and(outside)} is not in its Organization"
    return said


def _and(words: list[str]) -> str:
    return " and ".join(words)


def _hub_counts(case: Case) -> dict[str, tuple[int, int]]:
    """By Region: attachments of its gateway, and routes over its tables, static ones too."""
    attached = [case.vpc(i) for i in np.flatnonzero(case.once(_attached)).tolist()]
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


def _table_routes(case: Case) -> Floats:
    """For every VPC, the ranges it talks with, each a route in its tables unless summarised."""
    return case.routes(case.partners)


def _many_routes(case: Case) -> Bools:
    return case.touching(case.once(_table_routes) > ROUTES_PER_TABLE)


def _summarise(case: Case, row: int) -> str:
    routes = case.once(_table_routes)
    ends = case.flows.consumer.vpc[row], case.flows.provider.vpc[row]
    vpc = max(ends, key=lambda end: routes[end])
    return (
        f"{case.vpc(vpc).name} talks with {int(routes[vpc])} ranges; a route table takes "
        f"{ROUTES_PER_TABLE}: route summaries to the gateway"
    )


def _peaks(case: Case) -> Floats:
    """For every VPC, the sum of its known peaks, in Gbps for each of its AZs."""
    peak = np.nan_to_num(case.column("peak_gbps"))
    sums = np.bincount(
        case.flows.ends.vpc, weights=np.tile(peak, 2), minlength=len(case.topology.vpcs)
    )
    return sums / np.array([len(vpc.azs) for vpc in case.topology.vpcs])


def _too_fast(case: Case) -> Bools:
    return case.touching(case.once(_peaks) > GBPS_OF_AN_AZ)


def _bandwidth(case: Case, row: int) -> str:
    peaks = case.once(_peaks)
    ends = case.flows.consumer.vpc[row], case.flows.provider.vpc[row]
    vpc = max(ends, key=lambda end: peaks[end])
    return (
        f"the peaks of {case.vpc(vpc).name} add up to {peaks[vpc]:g} Gbps in each AZ; "
        f"an attachment carries {GBPS_OF_AN_AZ} each way"
    )


def _leaves_peering(case: Case) -> Bools:
    return np.array([flow.today == "vpc-peering" for flow in case.topology.flows])


def _cut_over(case: Case, row: int) -> str:
    said = "coming from peering: an asymmetric cut-over drops sessions without an error"
    if not case.is_far(row):
        said += (
            "; the MTU falls from 9001 to 8500: change both sides together, or jumbo packets drop"
        )
    return said


def _only_there(case: Case) -> Bools:
    """The flows with an end that has no other AZ than the one without group references."""
    only = np.array([set(vpc.azs) == {NO_GROUP_REFERENCES} for vpc in case.topology.vpcs])
    return case.touching(only)


def _groups_near(case: Case) -> Bools:
    return needs("sg-reference")(case) & case.flows.same_region & ~_only_there(case)


def _groups_nowhere(case: Case) -> Bools:
    return needs("sg-reference")(case) & case.flows.same_region & _only_there(case)


def _groups_nowhere_detail(case: Case, row: int) -> str:
    return f"security groups cannot be referenced in {NO_GROUP_REFERENCES}, the only AZ of an end"


def _groups(case: Case, row: int) -> str:
    said = "enable security group referencing on the gateway and on both attachments; inbound only"
    ends = case.consumer(row), case.provider(row)
    if any(NO_GROUP_REFERENCES in vpc.azs for vpc in ends):
        said += f"; it does not work in {NO_GROUP_REFERENCES}"
    return said


def _far(case: Case) -> Bools:
    return ~case.flows.same_region


def _no_discovery(case: Case, row: int) -> str:
    return "the path MTU is not discovered over gateway peering: keep packets within 8500 bytes"


def _far_peaks(case: Case) -> Floats:
    """For every flow, the known peaks between its two Regions together, in Gbps."""
    ends = case.flows.consumer.region, case.flows.provider.region
    pair = np.minimum(*ends) * len(case.regions) + np.maximum(*ends)
    sums = np.bincount(pair, weights=np.nan_to_num(case.column("peak_gbps")))
    return sums[pair]


def _too_fast_far(case: Case) -> Bools:
    return _far(case) & (case.once(_far_peaks) > GBPS_OF_AN_AZ)


def _far_bandwidth(case: Case, row: int) -> str:
    ends = case.consumer(row).region, case.provider(row).region
    peak = case.once(_far_peaks)[row]
    return (
        f"the peaks between {ends[0]} and {ends[1]} add up to {peak:g} Gbps; gateway peering "
        f"carries {GBPS_OF_AN_AZ} each way in each AZ"
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
    return f"{_and(names)}: IPv6 only, but an attachment's subnets need IPv4 too"


def _groups_far(case: Case) -> Bools:
    return needs("sg-reference")(case) & ~case.flows.same_region


def _groups_lost(case: Case, row: int) -> str:
    ends = case.consumer(row).region, case.provider(row).region
    return f"security groups cannot be referenced over gateway peering ({ends[0]} and {ends[1]})"


def _zones(case: Case, row: int) -> str:
    return (
        "names of private hosted zones do not resolve across the gateway; Resolver rules or Route "
        "53 Profiles are needed beside it"
    )


def _client_ip_behind_nlb(case: Case) -> Bools:
    return needs("client-ip")(case) & case.flows.existing_nlb


def _client_ip(case: Case, row: int) -> str:
    return (
        f"{case.service(row).name} is behind an NLB, which cannot preserve the client's address "
        "for traffic that comes through a gateway; use Proxy Protocol v2"
    )


RULES: tuple[Rule, ...] = (
    Rule("TGW-05", Severity.HARD, _overlapping, _overlap, TGW_ATTACHMENTS),
    Rule("TGW-07", Severity.HARD, _no_ipv4, _no_ipv4_detail, TGW_ATTACHMENTS),
    Rule("TGW-02", Severity.CONDITION, _of_another_account, _share, TGW_RAM),
    *limit_rules(
        "TGW-04",
        _attachments,
        ATTACHMENTS,
        None,
        "the gateway in the Region of {vpc} needs {count} attachments",
        TGW_QUOTAS,
        "and AWS's pages disagree whether more can be had",
    ),
    *limit_rules(
        "TGW-12",
        _gateway_routes,
        ROUTES_OF_A_GATEWAY,
        None,
        "the gateway in the Region of {vpc} needs {count} routes",
        TGW_QUOTAS,
        "more only through the AWS account team",
    ),
    Rule("CMN-15", Severity.WARNING, _many_routes, _summarise, VPC_QUOTAS),
    Rule("TGW-13", Severity.WARNING, _too_fast, _bandwidth, TGW_QUOTAS),
    Rule("TGWP-05", Severity.WARNING, _too_fast_far, _far_bandwidth, TGW_QUOTAS),
    Rule("TGW-16", Severity.WARNING, _far, _no_discovery, TGW_QUOTAS),
    Rule("TGW-17", Severity.WARNING, _leaves_peering, _cut_over, TGW_QUOTAS),
    Rule("TGW-19", Severity.CONDITION, _groups_near, _groups, TGW_ATTACHMENTS),
    Rule("TGW-19", Severity.HARD, _groups_nowhere, _groups_nowhere_detail, TGW_ATTACHMENTS),
    Rule("TGWP-06", Severity.HARD, _groups_far, _groups_lost, TGW_ATTACHMENTS),
    Rule("TGW-21", Severity.HARD, needs("private-dns"), _zones, TGW_ATTACHMENTS),
    Rule("TGW-22", Severity.HARD, _client_ip_behind_nlb, _client_ip, BEST_PRACTICES),
)
