"""VPCs that VPC sharing joins: one VPC, for everything else that a design has."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from connectivity.core.network.flow_arrays import NO_SERVICE, AzList, Side
from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import Network, Service, Topology, Vpc
from connectivity.core.option_parts.option import Option
from costmodel.core.charges import Ints

Pair = tuple[int, int]


def joining_pairs(case: Case, options: Sequence[Option | None]) -> frozenset[Pair]:
    """The pairs of VPCs that a design joins: one of their flows keeps no VPC of its own."""
    width = len(case.topology.vpcs)
    codes = case.pair.tolist()
    return frozenset(
        divmod(code, width)
        for code, option in zip(codes, options, strict=True)
        if option is not None and not option.keeps_vpcs
    )


def roots(case: Case, pairs: Iterable[Pair]) -> Ints:
    """For every VPC, the first of those that become one with it. Shape (vpcs,)."""
    root = list(range(len(case.topology.vpcs)))

    def first(vpc: int) -> int:
        while root[vpc] != vpc:
            vpc = root[vpc]
        return vpc

    for vpc, other in pairs:
        ends = first(vpc), first(other)
        root[max(ends)] = min(ends)
    return np.array([first(vpc) for vpc in range(len(root))], dtype=np.int64)


def inside(case: Case) -> Ints:
    """The flows that do not leave their VPC, once VPCs are joined.

    Shape (flows,), of those flows.
    """
    return np.flatnonzero(case.flows.consumer.vpc == case.flows.provider.vpc)


def joined(case: Case, pairs: Iterable[Pair]) -> Case:
    """The same flows between VPCs of which some have become one.

    A VPC of several has the AZs and subnets of all, and their CIDRs: where these overlap the wider
    one, as addresses change. It has the index of the first, and the others have nothing left. Every
    account goes on paying for its own traffic.

    Source: the product's contract, section 2.
    """
    root = roots(case, pairs)
    if np.array_equal(root, np.arange(len(root))):
        return case
    topology = _topology(case.topology, root)
    lists = {azs: number for number, azs in enumerate(case.flows.az_lists)}
    azs = np.array([lists.setdefault(vpc.azs, len(lists)) for vpc in topology.vpcs])
    consumer, provider = (_side(side, root) for side in (case.flows.consumer, case.flows.provider))
    of_service = case.flows.service != NO_SERVICE
    flows = replace(
        case.flows,
        consumer=replace(consumer, azs=azs[consumer.vpc]),
        provider=replace(
            provider, azs=np.where(of_service, provider.azs, azs[provider.vpc])
        ),
        az_lists=tuple(lists),
    )  # fmt: skip
    return replace(case, topology=topology, flows=flows, _found={})


def merged_vpcs(case: Case, pairs: Iterable[Pair]) -> Case:
    """The same flows, each with its own AZs, where VPCs that may be joined share what they have:
    it costs at most what it does in any design that joins only some of them."""
    root = roots(case, pairs)
    consumer, provider = (_side(side, root) for side in (case.flows.consumer, case.flows.provider))
    flows = replace(case.flows, consumer=consumer, provider=provider)
    return replace(case, flows=flows, _found={})


def _side(side: Side, root: Ints) -> Side:
    vpc = root[side.vpc]
    rank = np.full(len(root), np.iinfo(np.int64).max)
    np.minimum.at(rank, vpc, side.rank)
    return replace(side, vpc=vpc, rank=rank[vpc])


def _topology(topology: Topology, root: Ints) -> Topology:
    members: dict[int, list[Vpc]] = {}
    for vpc, first in zip(topology.vpcs, root.tolist(), strict=True):
        members.setdefault(first, []).append(vpc)
    names = {
        vpc.name: topology.vpcs[first].name
        for vpc, first in zip(topology.vpcs, root.tolist(), strict=True)
    }
    return replace(
        topology,
        vpcs=tuple(
            _one(members[index]) if index in members else replace(vpc, cidrs=(), subnets=0)
            for index, vpc in enumerate(topology.vpcs)
        ),
        services=tuple(_moved(service, names) for service in topology.services),
        connections=tuple(
            replace(each, vpcs=vpcs)
            for each in topology.connections
            if len(vpcs := tuple(dict.fromkeys(names[vpc] for vpc in each.vpcs)))
            == len(set(each.vpcs))
        ),
    )


def _moved(service: Service, names: dict[str, str]) -> Service:
    return replace(service, vpc=names[service.vpc])


def _one(vpcs: Sequence[Vpc]) -> Vpc:
    if len(vpcs) == 1:
        return vpcs[0]
    azs: AzList = tuple(sorted({az for vpc in vpcs for az in vpc.azs}))
    subnets = sum(vpc.subnets for vpc in vpcs)
    return replace(vpcs[0], azs=azs, cidrs=_widest(vpcs), subnets=subnets)


def _widest(vpcs: Sequence[Vpc]) -> tuple[Network, ...]:
    """Two CIDRs that overlap are nested: in their order the wider one comes first, and nothing
    between them but what lies in it, too."""
    every = dict.fromkeys(cidr for vpc in vpcs for cidr in vpc.cidrs)
    wide: list[Network] = []
    for cidr in sorted(every, key=lambda cidr: (cidr.version, int(cidr[0]), cidr.prefixlen)):
        if not wide or not cidr.overlaps(wide[-1]):
            wide.append(cidr)
    is_wide = set(wide)
    ordered = sorted(every, key=lambda cidr: cidr.prefixlen)
    return tuple(cidr for cidr in ordered if cidr in is_wide)
