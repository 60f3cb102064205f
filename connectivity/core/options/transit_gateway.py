"""A transit gateway in each Region, every VPC attached once, gateways of two Regions peered."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.columns import Case, Flows
from connectivity.core.common_rules import limit_rules
from connectivity.core.option import Objects, Option
from connectivity.core.overlaps import Overlap, overlaps
from connectivity.core.rule import Rule, Severity, needs
from connectivity.core.sources import (
    BEST_PRACTICES,
    SAAS_OPTIONS,
    TGW_ATTACHMENTS,
    TGW_QUOTAS,
    VPC_QUOTAS,
)
from connectivity.core.transfer import between_regions, codes
from costmodel.core.charges import Bools, Charge, Floats, Hourly, Ints, Metered, PriceName

ATTACHMENT = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")
PEERING = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayPeering")
PROCESSING = PriceName("AmazonVPC", "TransitGateway-Bytes", "TransitGatewayVPC")
PAYER_UNVERIFIED = "who pays for transfer between peered gateways is not verified"

ATTACHMENTS = 5_000
ROUTES_OF_A_GATEWAY = 10_000
ROUTES_OF_A_TABLE = 500
GBPS_OF_AN_AZ = 100
NO_GROUP_REFERENCES = "use1-az3"


def charges(flows: Flows) -> Iterator[Charge]:
    ends = flows.ends
    yield Hourly("VPC attachment", ATTACHMENT, ends.region, ends.account, thing=ends.vpc)
    for sender, sent in ((flows.consumer, flows.request), (flows.provider, flows.response)):
        yield Metered("Sent into the gateway", PROCESSING, sender.region, sender.account, sent)
    apart = np.flatnonzero(~flows.same_region)
    if len(apart):
        far = flows.rows(apart)
        for region in _two_regions(far):
            yield Hourly("Peering attachment", PEERING, region, far.hub, thing=_peering(far))
    payers = (flows.consumer, flows.provider)
    yield from between_regions(flows, payers, note=PAYER_UNVERIFIED)


def objects(flows: Flows) -> Iterator[Objects]:
    yield Objects("attachment", flows.ends.account, flows.ends.vpc)
    far = flows.rows(np.flatnonzero(~flows.same_region))
    yield Objects("region-peering", far.hub, _peering(far))


def _two_regions(far: Flows) -> tuple[Ints, Ints]:
    ends = far.consumer.region, far.provider.region
    return np.minimum(*ends), np.maximum(*ends)


def _peering(far: Flows) -> Ints:
    return codes(far.hub, *_two_regions(far))


def _attached(case: Case) -> Bools:
    mask = np.zeros(len(case.topology.vpcs), dtype=np.bool_)
    mask[case.flows.ends.vpc] = True
    return mask


def _overlaps(case: Case) -> dict[str, Overlap]:
    return overlaps(case.vpc(vpc) for vpc in np.flatnonzero(case.once(_attached)).tolist())


def _overlapping(case: Case) -> Bools:
    clashes = case.once(_overlaps)
    return case.touching(np.array([vpc.name in clashes for vpc in case.topology.vpcs]))


def _overlap(case: Case, row: int) -> str:
    clashes = case.once(_overlaps)
    name = next(v.name for v in (case.consumer(row), case.provider(row)) if v.name in clashes)
    return f"{clashes[name]}: the attachment succeeds, but its routes are not propagated"


def _of_another_account(case: Case) -> Bools:
    ends, hub = case.flows, case.flows.hub
    return (ends.consumer.account != hub) | (ends.provider.account != hub)


def _share(case: Case, row: int) -> str:
    accounts = {one.id: one for one in case.topology.accounts}
    hub = accounts[case.topology.hub_account]
    ends = dict.fromkeys((case.consumer(row).account, case.provider(row).account))
    others = [accounts[one] for one in ends if one != hub.id]
    said = f"account {hub.id} shares the gateway with {_and([one.id for one in others])} by AWS RAM"
    outside = [o.id for o in others if not o.organization or o.organization != hub.organization]
    if outside:
        said += f"; {_and(outside)} is outside its Organization: allow external principals"
    return said


def _and(words: list[str]) -> str:
    return " and ".join(words)


def _hub_counts(case: Case) -> dict[str, tuple[int, int]]:
    """By Region: attachments of its gateway, and routes over its tables (static ones too)."""
    attached = [case.vpc(i) for i in np.flatnonzero(case.once(_attached)).tolist()]
    routes = sum(len(vpc.cidrs) for vpc in attached)
    return {
        region: (sum(1 for vpc in attached if vpc.region == region), routes)
        for region in case.regions
    }


def _attachments(case: Case) -> Floats:
    return np.array([case.once(_hub_counts)[v.region][0] for v in case.topology.vpcs], dtype=float)


def _gateway_routes(case: Case) -> Floats:
    return np.array([case.once(_hub_counts)[v.region][1] for v in case.topology.vpcs], dtype=float)


def _table_routes(case: Case) -> Floats:
    """For every VPC, the ranges it talks with, each a route in its tables unless summarised."""
    partners = (case.neighbours.get(i, ()) for i in range(len(case.topology.vpcs)))
    return np.array([sum(len(case.vpc(p).cidrs) for p in some) for some in partners], dtype=float)


def _many_routes(case: Case) -> Bools:
    return case.touching(case.once(_table_routes) > ROUTES_OF_A_TABLE)


def _summarise(case: Case, row: int) -> str:
    routes = case.once(_table_routes)
    ends = case.flows.consumer.vpc[row], case.flows.provider.vpc[row]
    vpc = max(ends, key=lambda end: routes[end])
    return (
        f"{case.vpc(vpc).name} talks with {int(routes[vpc])} ranges; a route table takes "
        f"{ROUTES_OF_A_TABLE}: route summaries to the gateway"
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
    return (
        "coming from peering: the MTU falls from 9001 to 8500 and jumbo packets drop unless both "
        "sides change together; an asymmetric cut-over drops sessions without an error"
    )


def _groups_near(case: Case) -> Bools:
    return needs("sg-reference")(case) & case.flows.same_region


def _groups(case: Case, row: int) -> str:
    said = "enable security group referencing on the gateway and on both attachments; inbound only"
    ends = case.consumer(row), case.provider(row)
    if any(NO_GROUP_REFERENCES in vpc.azs for vpc in ends):
        said += f"; it does not work in {NO_GROUP_REFERENCES}"
    return said


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


OPTION = Option(
    key="transit-gateway",
    name="Transit Gateway",
    charges=charges,
    objects=objects,
    rules=(
        Rule("TGW-05", Severity.HARD, _overlapping, _overlap, TGW_ATTACHMENTS),
        Rule("TGW-02", Severity.CONDITION, _of_another_account, _share, SAAS_OPTIONS),
        *limit_rules(
            "TGW-04",
            _attachments,
            ATTACHMENTS,
            None,
            "the gateway in the Region of {vpc} needs {count} attachments",
            TGW_QUOTAS,
        ),
        *limit_rules(
            "TGW-12",
            _gateway_routes,
            ROUTES_OF_A_GATEWAY,
            None,
            "the gateway in the Region of {vpc} needs {count} routes",
            TGW_QUOTAS,
        ),
        Rule("CMN-15", Severity.WARNING, _many_routes, _summarise, VPC_QUOTAS),
        Rule("TGW-13", Severity.WARNING, _too_fast, _bandwidth, TGW_QUOTAS),
        Rule("TGW-17", Severity.WARNING, _leaves_peering, _cut_over, TGW_QUOTAS),
        Rule("TGW-19", Severity.CONDITION, _groups_near, _groups, TGW_ATTACHMENTS),
        Rule("TGWP-06", Severity.HARD, _groups_far, _groups_lost, TGW_ATTACHMENTS),
        Rule("TGW-21", Severity.HARD, needs("private-dns"), _zones, TGW_ATTACHMENTS),
        Rule("TGW-22", Severity.HARD, _client_ip_behind_nlb, _client_ip, BEST_PRACTICES),
    ),
)
