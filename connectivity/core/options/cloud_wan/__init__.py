"""A Cloud WAN core network: an edge in each Region, every VPC attached once."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts import hubs
from connectivity.core.option_parts.data_transfer import between_regions, codes
from connectivity.core.option_parts.option import ATTACHMENT_OBJECT, Objects, Option, Term
from connectivity.core.options.cloud_wan.resources import resources
from connectivity.core.rules.aws_docs import (
    BEST_PRACTICES,
    CLOUD_WAN_GROUPS,
    CLOUD_WAN_QUOTAS,
    NOT_VERIFIED,
)
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Bounds, Members, Rule, Severity, needs
from costmodel.core.charges import Bools, Charge, Floats, Hourly, Metered, PriceName

EDGE = PriceName("AWSCloudWAN", "CoreNetworkEdge-Hours")
ATTACHMENT = PriceName("AWSCloudWAN", "CloudWAN-Attachment-Hours", "CloudWANVPC")
PROCESSING = PriceName("AWSCloudWAN", "CloudWAN-Bytes", "CloudWANVPC")
PAYER_UNVERIFIED = "which account pays on a core network shared between accounts is not verified"
TRANSFER_UNVERIFIED = (
    "that core network edges are billed the standard cross-Region rate is not verified"
)

ATTACHMENTS = 5_000
ROUTES = 10_000


def charges(flows: Flows) -> Iterator[Charge]:
    """Hours of an edge in every Region and of every attachment; GB once, to who sends them in.

    Between Regions the sender pays the usual transfer.
    Source: Cloud WAN pricing page, aws.amazon.com/cloud-wan/pricing, rates in AWS's price files of
    2024-11 and a copy of 2026-10-10, read 2026-11-23. Who pays on a shared core network, and that
    edges pay the usual rate between Regions, is not verified.
    """
    ends = flows.ends
    hub = np.tile(flows.hub, 2)
    edge = codes(hub, ends.region)
    yield Hourly("Core network edge", EDGE, ends.region, hub, resource=edge, note=PAYER_UNVERIFIED)
    yield Hourly(
        "VPC attachment",
        ATTACHMENT,
        ends.region,
        ends.account,
        resource=ends.vpc,
        note=PAYER_UNVERIFIED,
    )
    for sender, sent in ((flows.consumer, flows.request), (flows.provider, flows.response)):
        place = sender.region, sender.account
        title = "Data processed by the core network"
        yield Metered(title, PROCESSING, *place, sent, note=PAYER_UNVERIFIED)
    yield from between_regions(flows, (flows.consumer, flows.provider), note=TRANSFER_UNVERIFIED)


def objects(flows: Flows) -> Iterator[Objects]:
    """An attachment for each VPC."""
    yield Objects(ATTACHMENT_OBJECT, flows.ends.account, flows.ends.vpc)


def _overlap(case: Case, row: int) -> str:
    return f"{hubs.overlap_of(case, row)[0]}: a core network cannot route to both"


def _everywhere(case: Case) -> Bools:
    return np.ones(len(case.flows), dtype=np.bool_)


def _edges(case: Case, row: int) -> str:
    regions = dict.fromkeys((case.consumer(row).region, case.provider(row).region))
    return f"the core network has an edge in {' and '.join(regions)}; each is billed by the hour"


def _share(case: Case, row: int) -> str:
    return hubs.shared_by_ram(case, row, "core network")


def _attachments(case: Case) -> Floats:
    count = int(case.once(hubs.attached).sum())
    return np.full(len(case.topology.vpcs), count, dtype=np.float64)


def _routes(case: Case) -> Bools:
    attached = np.flatnonzero(case.once(hubs.attached)).tolist()
    routes = sum(len(case.vpc(vpc).cidrs) for vpc in attached)
    return np.full(len(case.flows), routes > ROUTES, dtype=np.bool_)


def _within_routes(case: Case) -> Bounds:
    """The CIDRs of all attached VPCs add up to the routes of a core network; at most."""
    existing = case.once(hubs.attached_already)
    counts = np.array([len(vpc.cidrs) for vpc in case.topology.vpcs], dtype=np.float64)
    left = ROUTES - counts[existing].sum()
    members = np.flatnonzero(~existing if left >= 0 else np.ones(len(existing), dtype=np.bool_))
    row = np.zeros(len(members), dtype=np.int64)
    return Bounds(Members.VPCS, row, members, counts[members], np.array([max(left, 0.0)]))


def _too_many_routes(case: Case, row: int) -> str:
    return f"the attached VPCs have more than the {ROUTES:,} routes that a core network supports"


def _groups_near(case: Case) -> Bools:
    return needs("sg-reference")(case) & case.flows.same_region


def _groups(case: Case, row: int) -> str:
    return (
        "enable security group referencing (SecurityGroupReferencingSupport) in the core "
        "network's policy and on both attachments; for inbound rules only"
    )


def _groups_cross_region(case: Case) -> Bools:
    return needs("sg-reference")(case) & ~case.flows.same_region


def _groups_lost(case: Case, row: int) -> str:
    regions = case.consumer(row).region, case.provider(row).region
    return (
        f"security groups can be referenced within an edge's Region only, not {regions[0]} to "
        f"{regions[1]}"
    )


def _try_first(case: Case, row: int) -> str:
    return (
        "private-dns over a core network is not verified; test it, or ask AWS, before you rely "
        "on it"
    )


OPTION = Option(
    key="cloud-wan",
    name="Cloud WAN",
    order=8,
    colour=8,
    help=Term(
        "Cloud WAN",
        "A core network with an edge in each Region, routed by one policy; every VPC is attached "
        "once.",
        "https://docs.aws.amazon.com/network-manager/latest/cloudwan/what-is-cloudwan.html",
        "Cloud WAN User Guide",
    ),
    charges=charges,
    resources=resources,
    makes=(ATTACHMENT_OBJECT,),
    objects=objects,
    rules=(
        Rule(
            "CWAN-14",
            Severity.HARD,
            hubs.overlapping,
            _overlap,
            NOT_VERIFIED,
            remedy="Renumber one of the VPCs, or do not attach one of them to the core network.",
            together=hubs.not_overlapping,
        ),
        Rule(
            "CWAN-05",
            Severity.HARD,
            _routes,
            _too_many_routes,
            CLOUD_WAN_QUOTAS,
            remedy="Give the VPCs fewer and wider CIDRs; this quota cannot be increased.",
            together=_within_routes,
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
        *limit_rules(
            "CWAN-02",
            _attachments,
            ATTACHMENTS,
            None,
            "the core network to which {vpc} belongs needs {count} attachments",
            CLOUD_WAN_QUOTAS,
            of_hub=True,
            remedy="Request a quota increase, or use a second core network.",
        ),
        Rule("CWAN-01", Severity.CONDITION, _everywhere, _edges, CLOUD_WAN_QUOTAS),
        Rule("CWAN-20", Severity.CONDITION, hubs.of_another_account, _share, NOT_VERIFIED),
        Rule(
            "CWAN-17",
            Severity.HARD,
            _groups_cross_region,
            _groups_lost,
            CLOUD_WAN_GROUPS,
            remedy="Allow CIDRs instead of referencing security groups.",
        ),
        Rule("CWAN-17", Severity.CONDITION, _groups_near, _groups, CLOUD_WAN_GROUPS),
        Rule("CWAN-21", Severity.CONDITION, needs("private-dns"), _try_first, NOT_VERIFIED),
        hubs.MANY_ROUTES,
        hubs.bandwidth_rule("CWAN-07", CLOUD_WAN_QUOTAS),
    ),
)
