"""A Site-to-Site VPN connection for each pair of VPCs: an appliance of one's own, the customer
gateway, in the one that talks with more VPCs, which it serves all, so that appliances are few and
no virtual private gateway ends many connections; a virtual private gateway in the other."""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from connectivity.core.network.cidr_overlaps import pair_overlaps
from connectivity.core.network.flow_arrays import Flows, Side
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.data_transfer import (
    PUBLIC_IPV4,
    between_public_addresses,
    codes,
)
from connectivity.core.option_parts.option import Option, Term
from connectivity.core.options.site_to_site_vpn.resources import resources
from connectivity.core.rules.aws_docs import (
    BEST_PRACTICES,
    CONNECTIVITY_OPTIONS,
    NOT_VERIFIED,
    VPN_QUOTAS,
)
from connectivity.core.rules.quotas import limit_rules
from connectivity.core.rules.rule import Rule, Severity, needs
from costmodel.core.charges import Bools, Charge, Floats, Hourly, Ints, OwnRate, PriceName

CONNECTION = PriceName("AmazonVPC", "VPN-Usage-Hours:ipsec.1", "CreateVpnConnection")
APPLIANCE = OwnRate("AmazonEC2", "BoxUsage of the appliance, whose instance type is yours")

TUNNELS = 2
GBPS_OF_A_TUNNEL = 1.25
CONNECTIONS_PER_GATEWAY = 10
IPV4_UNVERIFIED = (
    "AWS does not say how many addresses of a connection it bills; two here, one per tunnel"
)
OUR_READING = (
    "AWS's price for data transfer between public IP addresses; that it applies to the tunnels "
    "is our interpretation"
)


def _ends(flows: Flows) -> tuple[Side, Side]:
    """Of every flow, the end with the appliance and the end with the gateway."""
    is_first = flows.consumer.rank < flows.provider.rank
    return _where(is_first, flows.consumer, flows.provider), _where(
        ~is_first, flows.consumer, flows.provider
    )


def _where(mask: Bools, side: Side, other: Side) -> Side:
    columns = (np.where(mask, getattr(side, f.name), getattr(other, f.name)) for f in fields(Side))
    return Side(*columns)


def charges(flows: Flows) -> Iterator[Charge]:
    """Hours of a connection and its addresses to the gateway's end; the appliance to the other.

    GB travel between public addresses: inside a Region each account pays what it sends and what it
    receives, to another Region the sender pays.
    Source: Site-to-Site VPN pricing page, aws.amazon.com/vpn/pricing, copy of 2026-10-10, read
    2026-11-23. How many public addresses of a connection are billed, and that GB of tunnels are
    those between public addresses, is not verified.
    """
    appliance, gateway = _ends(flows)
    pair = codes(appliance.vpc, gateway.vpc)
    place = gateway.region, gateway.account
    yield Hourly("VPN connection", CONNECTION, *place, resource=pair)
    title = "Public IPv4 addresses of the tunnels"
    yield Hourly(title, PUBLIC_IPV4, *place, resource=pair, count=TUNNELS, note=IPV4_UNVERIFIED)
    there = appliance.region, appliance.account
    yield Hourly("Appliance", APPLIANCE, *there, resource=appliance.vpc)
    yield Hourly(
        "Public IPv4 address of the appliance", PUBLIC_IPV4, *there, resource=appliance.vpc
    )
    yield from between_public_addresses(flows, OUR_READING)


def _everywhere(case: Case) -> Bools:
    return np.ones(len(case.flows), dtype=np.bool_)


def _appliances(case: Case) -> Ints:
    """For every flow, the VPC with the appliance."""
    return _ends(case.flows)[0].vpc


def _appliance(case: Case, row: int) -> str:
    vpc = case.vpc(case.once(_appliances)[row]).name
    return (
        f"AWS terminates only one side of a VPN: {vpc}, which is connected to more VPCs or comes "
        "first by account ID and name, needs an appliance that you run, patch and make redundant; "
        "its instance is not priced here"
    )


def _overlapping(case: Case) -> Bools:
    return np.isin(case.pair, list(case.once(pair_overlaps)))


def _overlap(case: Case, row: int) -> str:
    return f"{case.once(pair_overlaps)[int(case.pair[row])]}: the managed service has no NAT"


def _ipv6_only(case: Case) -> Bools:
    only = [all(cidr.version == 6 for cidr in vpc.cidrs) for vpc in case.topology.vpcs]
    return case.touching(np.array(only))


def _ipv4_inside(case: Case, row: int) -> str:
    return "one of the VPCs is IPv6-only, and a virtual private gateway supports IPv4 only"


def _peaks(case: Case) -> Floats:
    """For every flow, the known peaks between its two VPCs together, in Gbps."""
    _, pair = np.unique(case.pair, return_inverse=True)
    sums = np.bincount(pair, weights=np.nan_to_num(case.column("peak_gbps")))
    return sums[pair].astype(np.float64)


def _too_fast(case: Case) -> Bools:
    return case.once(_peaks) > GBPS_OF_A_TUNNEL


def _bandwidth(case: Case, row: int) -> str:
    return (
        f"the peaks between the two VPCs add up to {case.once(_peaks)[row]:g} Gbps; a standard "
        f"tunnel supports {GBPS_OF_A_TUNNEL}, and a virtual private gateway does not support "
        "ECMP over two"
    )


def _connections(case: Case) -> Floats:
    """For every VPC, the connections of its gateway: one for each VPC with an appliance."""
    _, gateway = _ends(case.flows)
    one_each = np.unique(case.pair, return_index=True)[1]
    return np.bincount(gateway.vpc[one_each], minlength=len(case.topology.vpcs)).astype(np.float64)


def _mtu(case: Case, row: int) -> str:
    return (
        "the tunnel MTU is at most 1446 bytes, and path MTU discovery does not work: clamp the MSS"
    )


def _groups(case: Case, row: int) -> str:
    return "security groups of the other VPC cannot be referenced through a tunnel"


def _dns(case: Case, row: int) -> str:
    return "private DNS names of the other VPC also need Resolver endpoints and rules"


OPTION = Option(
    key="site-to-site-vpn",
    name="Site-to-Site VPN",
    order=9,
    colour=9,
    help=Term(
        "Site-to-Site VPN",
        "Two encrypted tunnels to an AWS gateway; between VPCs the other end is an appliance "
        "that you run.",
        "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html",
        "Site-to-Site VPN User Guide",
    ),
    charges=charges,
    resources=resources,
    rules=(
        Rule(
            "VPN-08",
            Severity.HARD,
            _overlapping,
            _overlap,
            NOT_VERIFIED,
            remedy="Renumber one of the two VPCs, or configure NAT on the appliance.",
        ),
        Rule(
            "VPN-05",
            Severity.HARD,
            _ipv6_only,
            _ipv4_inside,
            BEST_PRACTICES,
            remedy=(
                "Add an IPv4 CIDR to both VPCs, or terminate the tunnels on a gateway that "
                "supports IPv6."
            ),
        ),
        Rule(
            "VPN-14",
            Severity.HARD,
            needs("sg-reference"),
            _groups,
            NOT_VERIFIED,
            remedy="Allow CIDRs instead of referencing security groups.",
        ),
        *limit_rules(
            "VPN-12",
            _connections,
            CONNECTIONS_PER_GATEWAY,
            None,
            "the virtual private gateway of {vpc} needs {count} connections",
            VPN_QUOTAS,
            remedy="Request a quota increase, or terminate the connections on a transit gateway.",
        ),
        Rule("VPN-11", Severity.CONDITION, _everywhere, _appliance, NOT_VERIFIED),
        Rule("VPN-15", Severity.CONDITION, needs("private-dns"), _dns, NOT_VERIFIED),
        Rule("VPN-01", Severity.WARNING, _too_fast, _bandwidth, CONNECTIVITY_OPTIONS),
        Rule("VPN-09", Severity.WARNING, _everywhere, _mtu, CONNECTIVITY_OPTIONS),
    ),
)
