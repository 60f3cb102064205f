"""One peering connection for each pair of VPCs."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.cidr_overlaps import Overlap, all_overlaps, overlaps, pair_overlaps
from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.data_transfer import between_regions, codes, crossing_sent
from connectivity.core.option_parts.option import PEERING_OBJECT, Objects, Option, Term
from connectivity.core.options.vpc_peering.resources import resources
from connectivity.core.rules.aws_docs import BEST_PRACTICES, MULTI_VPC, PEERING, VPC_QUOTAS
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Growth, Rule, Severity, needs
from connectivity.core.rules.vpc_and_connection import ROUTES_CEILING, ROUTES_PER_TABLE
from costmodel.core.charges import Bools, Charge, Floats, Kind, Metered, PriceName

OUT = PriceName("AmazonVPC", "VpcPeering-Out-Bytes")
IN = PriceName("AmazonVPC", "VpcPeering-In-Bytes")

PEERINGS, PEERINGS_CEILING = 50, 125
OUTSTANDING_REQUESTS = 25
MANY_PEERINGS = 45  # a full mesh of ten VPCs; AWS's whitepaper advises peering for fewer
ROUTES_IN_OLDER_COPIES = 50


def charges(flows: Flows) -> Iterator[Charge]:
    """GB that cross AZs, each side for what it sends and for what it receives.

    A peering connection has no hours, and inside an AZ no GB since 2021-05. Since 2025-04 AZs are
    crossed under usage types of peering's own, at the Region's rate between AZs. To another Region
    the sender pays the rate of the pair, and what comes in is free.
    Source: EC2 On-Demand Pricing, "VPC Peering connections across Availability Zones",
    aws.amazon.com/ec2/pricing/on-demand, and the AWS Networking blog, "Demystifying Amazon VPC
    peering charges" (2025), read 2026-11-25.
    """
    sent = crossing_sent(flows)
    for side, out, inward in (
        (flows.consumer, sent[0], sent[1]),
        (flows.provider, sent[1], sent[0]),
    ):
        yield Metered(
            "Cross-AZ over peering, sent",
            OUT,
            side.region,
            side.account,
            out,
            kind=Kind.INSIDE_REGION,
        )
        yield Metered(
            "Cross-AZ over peering, received",
            IN,
            side.region,
            side.account,
            inward,
            kind=Kind.INSIDE_REGION,
        )
    yield from between_regions(flows, (flows.consumer, flows.provider))


def objects(flows: Flows) -> Iterator[Objects]:
    """A peering for each pair of VPCs, whichever way flows go; its consumer's account looks
    after it."""
    vpcs = flows.consumer.vpc, flows.provider.vpc
    yield Objects(
        PEERING_OBJECT, flows.consumer.account, codes(np.minimum(*vpcs), np.maximum(*vpcs))
    )


def _overlapping(case: Case) -> Bools:
    return np.isin(case.pair, list(case.once(pair_overlaps)))


def _overlap(case: Case, row: int) -> str:
    return f"{case.once(pair_overlaps)[int(case.pair[row])]}: creating the peering fails"


def _peer_overlaps(case: Case) -> dict[tuple[int, int], Overlap]:
    """By VPC and peer: that peer overlaps another peer of the VPC."""
    if not case.once(all_overlaps):
        return {}
    return {
        (vpc, case.vpc_index[peer]): overlap
        for vpc, peers in case.peers.items()
        for peer, overlap in overlaps(case.vpc(vpc) for vpc in sorted(peers)).items()
    }


def _ambiguous(case: Case) -> Bools:
    clashes = case.once(_peer_overlaps)
    width = len(case.topology.vpcs)
    codes = [min(pair) * width + max(pair) for pair in clashes]
    return np.isin(case.pair, codes)


def _ambiguity(case: Case, row: int) -> str:
    clashes = case.once(_peer_overlaps)
    vpcs = int(case.flows.consumer.vpc[row]), int(case.flows.provider.vpc[row])
    pair = vpcs if vpcs in clashes else (vpcs[1], vpcs[0])
    return (
        f"{case.vpc(pair[0]).name} peers with two VPCs with overlapping CIDRs ({clashes[pair]}): "
        "replies may go to the wrong one; add more specific routes"
    )


def _no_family_in_common(case: Case) -> Bools:
    families = [{cidr.version for cidr in vpc.cidrs} for vpc in case.topology.vpcs]
    width = len(families)
    pairs = [a * width + b for a, b in case.pairs if not families[a] & families[b]]
    return np.isin(case.pair, pairs)


def _families(case: Case, row: int) -> str:
    vpcs = case.consumer(row), case.provider(row)
    ranges = (f"{vpc.name} has {', '.join(map(str, vpc.cidrs[:2]))}" for vpc in vpcs)
    return f"no address family in common: {' and '.join(ranges)}"


def _peerings(case: Case) -> Floats:
    vpcs = range(len(case.topology.vpcs))
    return np.array([len(case.peers.get(vpc, ())) for vpc in vpcs], dtype=np.float64)


def _routes(case: Case) -> Floats:
    return case.routes(case.peers)


def _one_each(case: Case) -> tuple[Floats, ...]:
    return (np.ones(len(case.topology.vpcs)),)


def _cidrs_by_family(case: Case) -> tuple[Floats, ...]:
    vpcs = case.topology.vpcs
    counts = [[sum(c.version == version for c in vpc.cidrs) for vpc in vpcs] for version in (4, 6)]
    return tuple(np.array(counts, dtype=np.float64))


def _routes_in_doubt(case: Case) -> Bools:
    routes = case.once(_routes)
    return case.touching((routes > ROUTES_IN_OLDER_COPIES) & (routes <= ROUTES_PER_TABLE))


def _doubt(case: Case, row: int) -> str:
    routes = case.once(_routes)
    vpcs = case.flows.consumer.vpc[row], case.flows.provider.vpc[row]
    vpc = max(vpcs, key=lambda index: routes[index])
    return (
        f"{case.vpc(vpc).name} needs {int(routes[vpc])} routes to its peers; AWS's page allows "
        f"{ROUTES_PER_TABLE} in a route table since 2026, older copies {ROUTES_IN_OLDER_COPIES}: "
        "look at the account's quota"
    )


def _new_peerings(case: Case) -> Floats:
    """For every VPC, the peerings that it has not yet."""
    vpcs = range(len(case.topology.vpcs))
    existing = [
        frozenset(connection.vpcs)
        for connection in case.topology.connections
        if connection.kind == "peering"
    ]
    counts = [len(case.partners.get(vpc, ())) for vpc in vpcs]
    for pair in set(existing):
        ends = [case.vpc_index[name] for name in pair]
        if len(ends) == 2 and ends[1] in case.partners.get(ends[0], ()):
            for end in ends:
                counts[end] -= 1
    return np.array(counts, dtype=np.float64)


def _many_requests(case: Case) -> Bools:
    return case.touching(case.once(_new_peerings) > OUTSTANDING_REQUESTS)


def _requests(case: Case, row: int) -> str:
    count = case.once(_new_peerings)
    vpcs = case.flows.consumer.vpc[row], case.flows.provider.vpc[row]
    vpc = max(vpcs, key=lambda index: count[index])
    return (
        f"{case.vpc(vpc).name} needs {int(count[vpc])} new peerings; {OUTSTANDING_REQUESTS} "
        "requests may be outstanding at a time: create and accept them in batches"
    )


def _many_unpaid(case: Case) -> Bools:
    is_stated = "peering" in case.topology.operations_usd
    are_many = len(case.pairs) > MANY_PEERINGS and not is_stated
    return np.full(len(case.flows), are_many, dtype=np.bool_)


def _unpaid(case: Case, row: int) -> str:
    return (
        f"{len(case.pairs):,} peerings are needed, each accepted and routed at both ends; the "
        "operational cost of each is not stated (operations_usd_per_object), and counted as 0"
    )


def _groups_cross_region(case: Case) -> Bools:
    return needs("sg-reference")(case) & ~case.flows.same_region


def _groups(case: Case, row: int) -> str:
    regions = case.consumer(row).region, case.provider(row).region
    return (
        f"a peer's security groups can be referenced within one Region only, not {regions[0]} to "
        f"{regions[1]}"
    )


def _dns(case: Case, row: int) -> str:
    return (
        "private DNS names resolve only when DNS resolution is enabled on the peering, in "
        "both directions"
    )


OPTION = Option(
    key="vpc-peering",
    name="VPC peering",
    order=3,
    colour=3,
    help=Term(
        "VPC peering",
        "A direct route between exactly two VPCs; peering is not transitive.",
        "https://docs.aws.amazon.com/vpc/latest/peering/what-is-vpc-peering.html",
        "VPC Peering Guide",
    ),
    charges=charges,
    resources=resources,
    makes=(PEERING_OBJECT,),
    objects=objects,
    rules=(
        Rule(
            "PEER-03",
            Severity.HARD,
            _overlapping,
            _overlap,
            PEERING,
            remedy=(
                "Renumber one of the two VPCs, or use an option that does not route between them."
            ),
        ),
        Rule(
            "PEER-13",
            Severity.HARD,
            _no_family_in_common,
            _families,
            PEERING,
            remedy="Add a CIDR of the missing address family to one of the VPCs.",
        ),
        Rule("PEER-04", Severity.WARNING, _ambiguous, _ambiguity, PEERING),
        *limit_rules(
            "PEER-07",
            _peerings,
            PEERINGS,
            PEERINGS_CEILING,
            "{vpc} needs {count} peerings",
            VPC_QUOTAS,
            growth=Growth.PEERS,
            per_peer=_one_each,
            remedy="Request a quota increase, or connect some of the VPCs through a transit "
            "gateway.",
        ),
        *limit_rules(
            "PEER-09",
            _routes,
            ROUTES_PER_TABLE,
            ROUTES_CEILING,
            "{vpc} needs {count} routes to its peers in a route table",
            VPC_QUOTAS,
            growth=Growth.PEERS,
            per_peer=_cidrs_by_family,
            remedy="Request a quota increase, or give the peers fewer and wider CIDRs.",
        ),
        Rule("PEER-08", Severity.WARNING, _many_requests, _requests, VPC_QUOTAS),
        Rule("PEER-19", Severity.WARNING, _many_unpaid, _unpaid, MULTI_VPC),
        Rule("CMN-15", Severity.WARNING, _routes_in_doubt, _doubt, VPC_QUOTAS),
        Rule(
            "PEER-14",
            Severity.HARD,
            _groups_cross_region,
            _groups,
            BEST_PRACTICES,
            remedy="Allow CIDRs instead of referencing security groups.",
        ),
        Rule("PEER-15", Severity.CONDITION, needs("private-dns"), _dns, PEERING),
    ),
)
