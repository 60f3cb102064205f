"""Which VPCs' address ranges overlap."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import Network, Vpc

Owner = TypeVar("Owner", str, int)

FEW = 100  # pairs of ranges that are looked at one by one


class Overlap(NamedTuple):
    """Two ranges that cannot both be routed to."""

    vpc: str
    cidr: Network
    other: str
    other_cidr: Network

    def __str__(self) -> str:
        return f"{self.vpc} {self.cidr} overlaps {self.other} {self.other_cidr}"


def overlaps(vpcs: Iterable[Vpc]) -> dict[str, Overlap]:
    """For every VPC that overlaps another one: one such overlap.

    CIDRs either nest or are apart, so one pass over them, sorted by their first address and widest
    first, with the ranges that are still open on a stack, finds every VPC that is concerned.
    """
    ranges = _sorted((cidr, vpc.name) for vpc in vpcs for cidr in vpc.cidrs)
    overlaps: dict[str, Overlap] = {}
    stack: list[tuple[Network, str]] = []
    for cidr, name in ranges:
        while stack and not _inside(cidr, stack[-1][0]):
            stack.pop()
        enclosing = next((entry for entry in reversed(stack) if entry[1] != name), None)
        if enclosing:
            overlap = Overlap(name, cidr, enclosing[1], enclosing[0])
            overlaps.setdefault(name, overlap)
            for wide, other in reversed(stack):
                if other in overlaps:
                    break  # and so is everything that encloses it, but for this VPC's own ranges
                if other != name:
                    overlaps[other] = Overlap(other, wide, name, cidr)
        stack.append((cidr, name))
    return overlaps


def overlapping_sets(vpcs: Sequence[Vpc]) -> list[set[int]]:
    """Sets of VPCs, by index, that overlap each other one by one; every overlap is in one of them.

    CIDRs either nest or are apart, so the ranges that enclose one another are such a set. Sets
    within others are left out.
    """
    ranges = _sorted((cidr, index) for index, vpc in enumerate(vpcs) for cidr in vpc.cidrs)
    sets: list[set[int]] = []
    stack: list[tuple[Network, int]] = []
    is_deeper = False
    for cidr, index in ranges:
        while stack and not _inside(cidr, stack[-1][0]):
            if is_deeper:
                sets.append({enclosing for _, enclosing in stack})
            is_deeper = False
            stack.pop()
        stack.append((cidr, index))
        is_deeper = True
    sets.append({enclosing for _, enclosing in stack})
    return [each for each in sets if len(each) > 1]


def pair_overlaps(case: Case) -> dict[int, Overlap]:
    """By code of the pair: the overlap of two VPCs that talk."""
    width = len(case.topology.vpcs)
    concerned = case.once(all_overlaps)
    pairs = ((vpc, other, case.vpc(vpc), case.vpc(other)) for vpc, other in case.pairs)
    return {
        vpc * width + other: overlap
        for vpc, other, ours, theirs in pairs
        if ours.name in concerned and (overlap := _overlap_of(ours, theirs))
    }


def all_overlaps(case: Case) -> dict[str, Overlap]:
    """For every VPC that overlaps another one, whether or not they talk: one such overlap."""
    return overlaps(case.topology.vpcs)


def _overlap_of(vpc: Vpc, other: Vpc) -> Overlap | None:
    """An overlap between two VPCs, told from the first one's side."""
    if len(vpc.cidrs) * len(other.cidrs) > FEW:
        return overlaps([vpc, other]).get(vpc.name)
    for cidr in vpc.cidrs:
        for other_cidr in other.cidrs:
            if cidr.overlaps(other_cidr):
                return Overlap(vpc.name, cidr, other.name, other_cidr)
    return None


def _sorted(ranges: Iterable[tuple[Network, Owner]]) -> list[tuple[Network, Owner]]:
    """By their first address, widest first."""
    return sorted(
        ranges,
        key=lambda entry: (entry[0].version, int(entry[0].network_address), entry[0].prefixlen),
    )


def _inside(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
