"""A topology as columns: row i of every array is flow i, values are indices into its lists.

One flow and a million flows are then the same code.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from connectivity.core.topology import PROTOCOLS, Service, Topology, Vpc
from costmodel.core.charges import Bools, Floats, Ints
from costmodel.core.units import THOUSANDTHS

MILLIONTHS = 1_000_000
NO_SERVICE = -1
AzList = tuple[str, ...]
Column = TypeVar("Column", Ints, Bools)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Side:
    """One end of every flow."""

    vpc: Ints
    account: Ints
    region: Ints
    azs: Ints  # an index into `Flows.az_lists`

    def rows(self, which: Ints | Bools) -> "Side":
        return Side(*(getattr(self, one.name)[which] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Flows:
    """Every flow, shape (flows,). Traffic is in thousandths of a GB a month."""

    consumer: Side
    provider: Side
    hub: Ints  # the account that owns the hubs
    service: Ints  # NO_SERVICE for a flow to a whole VPC
    protocol: Ints  # an index into PROTOCOLS
    cross_zone: Bools
    existing_nlb: Bools
    request: Ints  # consumer to provider
    response: Ints  # provider to consumer
    crossing: Ints  # of both directions, what crosses AZs; 0 between Regions
    new: Floats  # millionths of a connection a second, whole
    active: Floats  # millionths of an open connection, whole
    az_lists: tuple[AzList, ...]

    def __len__(self) -> int:
        return len(self.service)

    @property
    def total(self) -> Ints:
        return self.request + self.response

    @property
    def ends(self) -> Side:
        """Both ends, one after the other: twice as many rows."""
        pairs = (
            (getattr(self.consumer, f.name), getattr(self.provider, f.name)) for f in fields(Side)
        )
        return Side(*map(np.concatenate, pairs))

    @property
    def same_region(self) -> Bools:
        return self.consumer.region == self.provider.region

    @property
    def to_service(self) -> Bools:
        return self.service != NO_SERVICE

    @property
    def common_azs(self) -> Ints:
        """How many AZs both ends have."""
        return self.count_azs(lambda ours, theirs: len(set(ours) & set(theirs)))

    def count_azs(self, count: Callable[[AzList, AzList], int]) -> Ints:
        """`count` of the AZ lists of both ends, asked once per pair of lists."""
        width = len(self.az_lists)
        codes, rows = np.unique(self.consumer.azs * width + self.provider.azs, return_inverse=True)
        pairs = (divmod(code, width) for code in codes.tolist())
        counts = [count(self.az_lists[ours], self.az_lists[theirs]) for ours, theirs in pairs]
        return np.array(counts, dtype=np.int64)[rows]

    def rows(self, which: Ints | Bools) -> "Flows":
        """Some of the flows."""
        kept: dict[str, Any] = {
            one.name: value.rows(which) if isinstance(value, Side) else value[which]
            for one in fields(self)
            if not isinstance(value := getattr(self, one.name), tuple)
        }
        return Flows(**kept, az_lists=self.az_lists)

    def alone(self) -> "Flows":
        """Every flow in a world of its own: nothing is shared; accounts 3i, 3i+1 and 3i+2."""
        row = np.arange(len(self))
        return replace(
            self,
            consumer=replace(self.consumer, vpc=2 * row, account=3 * row),
            provider=replace(self.provider, vpc=2 * row + 1, account=3 * row + 1),
            hub=3 * row + 2,
            service=np.where(self.to_service, row, NO_SERVICE),
        )


@dataclass(frozen=True)
class Case:
    """A topology together with its columns, and what indices mean."""

    topology: Topology
    flows: Flows
    regions: tuple[str, ...]
    pools: Ints  # per account: accounts of one Organization are billed together
    _found: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def vpc(self, index: int) -> Vpc:
        return self.topology.vpcs[index]

    def consumer(self, row: int) -> Vpc:
        return self.topology.vpcs[self.flows.consumer.vpc[row]]

    def provider(self, row: int) -> Vpc:
        return self.topology.vpcs[self.flows.provider.vpc[row]]

    def service(self, row: int) -> Service:
        return self.topology.services[self.flows.service[row]]

    @cached_property
    def vpc_index(self) -> dict[str, int]:
        return {vpc.name: i for i, vpc in enumerate(self.topology.vpcs)}

    @cached_property
    def pair(self) -> Ints:
        """A code for the two VPCs of every flow, whichever way round."""
        one, other = self.flows.consumer.vpc, self.flows.provider.vpc
        return np.minimum(one, other) * len(self.topology.vpcs) + np.maximum(one, other)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of VPCs between which anything flows."""
        return [divmod(code, len(self.topology.vpcs)) for code in np.unique(self.pair).tolist()]

    @cached_property
    def neighbours(self) -> dict[int, set[int]]:
        """For every VPC, those it talks with or already peers with."""
        found: dict[int, set[int]] = defaultdict(set)
        peerings = (
            (self.vpc_index[one.vpcs[0]], self.vpc_index[one.vpcs[1]])
            for one in self.topology.connections
            if one.kind == "peering" and len(one.vpcs) == 2
        )
        for one, other in (*self.pairs, *peerings):
            found[one].add(other)
            found[other].add(one)
        return dict(found)

    def once(self, find: Callable[["Case"], Found]) -> Found:
        """What a function finds in this case, asked only once."""
        if find not in self._found:
            self._found[find] = find(self)
        return cast("Found", self._found[find])

    def touching(self, vpcs: Bools) -> Bools:
        """The flows with an end in any of these VPCs (a mask over VPCs)."""
        return vpcs[self.flows.consumer.vpc] | vpcs[self.flows.provider.vpc]

    def column(self, name: str) -> Floats:
        """A number of every flow as the document states it; NaN where it is unknown."""
        return np.array([getattr(flow, name) for flow in self.topology.flows], dtype=np.float64)


class _Indices(NamedTuple):
    vpc: dict[str, int]
    account: dict[str, int]
    region: dict[str, int]
    service: dict[str, int]


def case(topology: Topology) -> Case:
    """The columns of a topology.

    Quantities are rounded to thousandths of a GB once per flow and direction, so that request
    and response add up to the flow's traffic.
    """
    regions = tuple(sorted({vpc.region for vpc in topology.vpcs}))
    index = _Indices(
        {vpc.name: i for i, vpc in enumerate(topology.vpcs)},
        {account.id: i for i, account in enumerate(topology.accounts)},
        {region: i for i, region in enumerate(regions)},
        {service.name: i for i, service in enumerate(topology.services)},
    )
    return Case(topology, _flows(topology, index), regions, _pools(topology))


def _pools(topology: Topology) -> Ints:
    codes: dict[str, int] = {}
    keys = (
        f"o {account.organization}" if account.organization else f"a {account.id}"
        for account in topology.accounts
    )
    return np.array([codes.setdefault(key, len(codes)) for key in keys], dtype=np.int64)


def _flows(topology: Topology, index: _Indices) -> Flows:
    lists: dict[tuple[str, ...], int] = {}
    vpc_azs = _ints([lists.setdefault(vpc.azs, len(lists)) for vpc in topology.vpcs])
    service_azs = _ints([lists.setdefault(one.azs, len(lists)) for one in topology.services])
    rows = topology.flows
    service = _ints([NO_SERVICE if f.service is None else index.service[f.service] for f in rows])
    to_service = service != NO_SERVICE
    consumer = _side(topology, index, vpc_azs, [flow.consumer for flow in rows])
    provider = _side(topology, index, vpc_azs, [flow.provider for flow in rows])
    azs = np.where(to_service, _of_service(service_azs, service), provider.azs)
    total = np.rint(_floats([flow.gb for flow in rows]) * THOUSANDTHS)
    response = np.rint(total * _floats([flow.response_share for flow in rows]))
    crossing = np.rint(total * _floats([flow.cross_az_share for flow in rows]))
    inside = consumer.region == provider.region
    new = _floats([flow.connections_per_second for flow in rows])
    seconds = _floats([flow.connection_seconds for flow in rows])
    protocols = _ints([PROTOCOLS.index(one.protocol) for one in topology.services])
    return Flows(
        consumer=consumer,
        provider=replace(provider, azs=azs),
        hub=np.full(len(rows), index.account[topology.hub_account]),
        service=service,
        protocol=_of_service(protocols, service),
        cross_zone=_of_service(_bools([s.cross_zone for s in topology.services]), service),
        existing_nlb=_of_service(_bools([s.existing_nlb for s in topology.services]), service),
        request=(total - response).astype(np.int64),
        response=response.astype(np.int64),
        crossing=np.where(inside, crossing, 0).astype(np.int64),
        new=np.rint(new * MILLIONTHS),
        active=np.rint(new * seconds * MILLIONTHS),
        az_lists=tuple(lists),
    )


def _side(topology: Topology, index: _Indices, azs: Ints, names: list[str]) -> Side:
    vpc = _ints([index.vpc[name] for name in names])
    accounts = _ints([index.account[one.account] for one in topology.vpcs])
    regions = _ints([index.region[one.region] for one in topology.vpcs])
    return Side(vpc, accounts[vpc], regions[vpc], azs[vpc])


def _of_service(values: Column, service: Ints) -> Column:
    """The value of each flow's service; zero for a flow to a VPC."""
    return np.append(values, values.dtype.type(0))[service]


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _floats(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _bools(values: list[bool]) -> Bools:
    return np.array(values, dtype=np.bool_)
