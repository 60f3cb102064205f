"""What holds for every hub that VPCs are attached to: a transit gateway, a core network."""

from collections.abc import Callable

import numpy as np

from connectivity.core.network.cidr_overlaps import Overlap, overlapping_sets, overlaps
from connectivity.core.network.planned_network import Case
from connectivity.core.rules.aws_docs import VPC_QUOTAS
from connectivity.core.rules.rule import Bounds, Members, Rule, Severity
from connectivity.core.rules.vpc_and_connection import ROUTES_PER_TABLE
from costmodel.core.charges import Bools, Floats

GBPS_OF_AN_AZ = 100


def attached(case: Case) -> Bools:
    """The VPCs on a hub: those of all flows, and those that are attached already. Shape (vpcs,)."""
    mask = case.once(attached_already).copy()
    mask[case.flows.ends.vpc] = True
    return mask


def attached_already(case: Case) -> Bools:
    """The VPCs with an attachment today. Shape (vpcs,)."""
    mask = np.zeros(len(case.topology.vpcs), dtype=np.bool_)
    for connection in case.topology.connections:
        if connection.kind == "attachment":
            mask[[case.vpc_index[vpc] for vpc in connection.vpcs]] = True
    return mask


def _overlaps(case: Case) -> dict[str, Overlap]:
    return overlaps(case.vpc(vpc) for vpc in np.flatnonzero(case.once(attached)).tolist())


def overlapping(case: Case) -> Bools:
    """The flows with an end whose ranges overlap those of any attached VPC. Shape (flows,)."""
    clashes = case.once(_overlaps)
    return case.touching(np.array([vpc.name in clashes for vpc in case.topology.vpcs]))


def not_overlapping(case: Case) -> Bounds:
    """Of VPCs that overlap each other at most one is on any hub; those attached already count."""
    existing = case.once(attached_already)
    sets = overlapping_sets(case.topology.vpcs)
    members = [
        sorted(v for v in each if existing[list(each)].sum() > 1 or not existing[v])
        for each in sets
    ]
    row = np.repeat(np.arange(len(sets)), [len(each) for each in members])
    member = np.array([vpc for each in members for vpc in each], dtype=np.int64)
    at_most = np.array([float(not existing[list(each)].any()) for each in sets])
    return Bounds(Members.VPCS, row, member, np.ones(len(member)), at_most)


def overlap_of(case: Case, row: int) -> tuple[Overlap, bool]:
    """One overlap of a flow's VPCs, and whether it is between two Regions."""
    clashes = case.once(_overlaps)
    name = next(v.name for v in (case.consumer(row), case.provider(row)) if v.name in clashes)
    regions = [case.vpc(case.vpc_index[vpc]).region for vpc in (name, clashes[name].other)]
    return clashes[name], regions[0] != regions[1]


def of_another_account(case: Case) -> Bools:
    """The flows with an end whose account does not own the hub. Shape (flows,)."""
    flows, hub = case.flows, case.flows.hub
    return (flows.consumer.account != hub) | (flows.provider.account != hub)


def shared_by_ram(case: Case, row: int, noun: str) -> str:
    """With whom the hub must be shared, in words."""
    hub = case.account[case.topology.hub_account]
    accounts = dict.fromkeys((case.consumer(row).account, case.provider(row).account))
    others = [case.account[account] for account in accounts if account != hub.id]
    words = (
        f"account {hub.id} shares the {noun} with {_and([other.id for other in others])} by AWS RAM"
    )
    outside = [o.id for o in others if not o.organization or o.organization != hub.organization]
    if outside:
        words += f"; allow external principals, as {_and(outside)} is not in its Organization"
    return words


def _and(words: list[str]) -> str:
    return " and ".join(words)


def _table_routes(case: Case) -> Floats:
    """For every VPC, the ranges it talks with, each a route in its tables unless summarised."""
    return case.routes(case.partners)


def _many_routes(case: Case) -> Bools:
    return case.touching(case.once(_table_routes) > ROUTES_PER_TABLE)


def _summarise(case: Case, row: int) -> str:
    routes = case.once(_table_routes)
    vpcs = case.flows.consumer.vpc[row], case.flows.provider.vpc[row]
    vpc = max(vpcs, key=lambda index: routes[index])
    return (
        f"{case.vpc(vpc).name} has routes to {int(routes[vpc])} CIDRs; a route table supports "
        f"{ROUTES_PER_TABLE}: route summarized prefixes to the hub"
    )


MANY_ROUTES = Rule("CMN-15", Severity.WARNING, _many_routes, _summarise, VPC_QUOTAS)


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
    vpcs = case.flows.consumer.vpc[row], case.flows.provider.vpc[row]
    vpc = max(vpcs, key=lambda index: peaks[index])
    return (
        f"the peaks of {case.vpc(vpc).name} add up to {peaks[vpc]:g} Gbps in each AZ; an "
        f"attachment supports {GBPS_OF_AN_AZ} each way"
    )


def bandwidth_rule(id: str, source: str) -> Rule:
    """Peaks above what an attachment carries in an AZ."""
    return Rule(id, Severity.WARNING, _too_fast, _bandwidth, source)


def behind_nlb(needs: Callable[[Case], Bools]) -> Callable[[Case], Bools]:
    """The flows with a need whose service is behind an NLB already.

    What it makes gives the shape (flows,).
    """

    def check(case: Case) -> Bools:
        return needs(case) & case.flows.existing_nlb

    return check


def client_ip_lost(case: Case, row: int) -> str:
    """Why the service sees another address than the client's, in words."""
    return (
        f"{case.service(row).name} is behind an NLB, which cannot preserve the client IP address "
        "for traffic that arrives through a hub; use Proxy Protocol v2"
    )
