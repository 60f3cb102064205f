"""A topology together with its columns: what checks of rules and comparisons look at."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from connectivity.core.network.flow_arrays import (
    MILLIONTHS,
    NO_SERVICE,
    Flows,
    Sets,
    Side,
    bools,
    floats,
    ints,
    numbered,
    sets,
)
from connectivity.core.network.topology import (
    PROTOCOLS,
    Account,
    Policy,
    Quota,
    Service,
    Topology,
    Vpc,
)
from costmodel.core.charges import Bools, Floats, Ints
from costmodel.core.units import THOUSANDTHS

Column = TypeVar("Column", Ints, Bools)
Found = TypeVar("Found")

TRAFFIC = ("gb", "response_share", "cross_az_share")  # numbers that the columns of traffic rest on


@dataclass(frozen=True)
class Case:
    """A topology together with its columns, and what indices mean."""

    topology: Topology
    flows: Flows
    regions: tuple[str, ...]
    pools: Ints  # per account: accounts of one Organization are billed together
    _found: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)
    numbers: dict[str, Floats] = field(default_factory=dict, compare=False, repr=False)
    """Numbers of every flow that were asked for, by name."""

    def vpc(self, index: int) -> Vpc:
        """The VPC with an index."""
        return self.topology.vpcs[index]

    def consumer(self, row: int) -> Vpc:
        """The VPC in which a flow begins, by the flow's index."""
        return self._consumers[row]

    def provider(self, row: int) -> Vpc:
        """The VPC to which a flow goes, by the flow's index."""
        return self._providers[row]

    def is_cross_region(self, row: int) -> bool:
        """Its ends are in two Regions."""
        return self.consumer(row).region != self.provider(row).region

    def service(self, row: int) -> Service:
        """The service to which a flow goes, by the flow's index; it must have one."""
        return self.topology.services[self.flows.service[row]]

    @cached_property
    def _consumers(self) -> list[Vpc]:
        return [self.topology.vpcs[i] for i in self.flows.consumer.vpc.tolist()]

    @cached_property
    def _providers(self) -> list[Vpc]:
        return [self.topology.vpcs[i] for i in self.flows.provider.vpc.tolist()]

    @cached_property
    def options(self) -> Sets:
        """What each flow may use."""
        return sets(flow.options for flow in self.topology.flows)

    @cached_property
    def needs(self) -> Sets:
        """What every flow needs."""
        return sets(flow.needs for flow in self.topology.flows)

    @cached_property
    def vpc_index(self) -> dict[str, int]:
        """The index of every VPC, by name."""
        return {vpc.name: i for i, vpc in enumerate(self.topology.vpcs)}

    @cached_property
    def pair(self) -> Ints:
        """A code for the two VPCs of every flow, whichever way round. Shape (flows,)."""
        consumer, other = self.flows.consumer.vpc, self.flows.provider.vpc
        return np.minimum(consumer, other) * len(self.topology.vpcs) + np.maximum(consumer, other)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of VPCs between which anything flows."""
        codes = numbered(self.pair)[0].tolist()
        return [divmod(code, len(self.topology.vpcs)) for code in codes]

    @cached_property
    def partners(self) -> dict[int, set[int]]:
        """For every VPC, those it talks with."""
        return _both_ways(self.pairs)

    @cached_property
    def peered(self) -> dict[int, set[int]]:
        """For every VPC, those it already peers with."""
        joined = [each.vpcs for each in self.topology.connections if each.kind == "peering"]
        return _both_ways([(self.vpc_index[vpc], self.vpc_index[other]) for vpc, other in joined])

    @cached_property
    def peers(self) -> dict[int, set[int]]:
        """For every VPC, those it talks with or already peers with."""
        both = self.partners.keys() | self.peered.keys()
        return {vpc: self.partners.get(vpc, set()) | self.peered.get(vpc, set()) for vpc in both}

    @cached_property
    def policies(self) -> dict[frozenset[str | None], list[Policy]]:
        """By the environments that they keep apart."""
        policies: dict[frozenset[str | None], list[Policy]] = defaultdict(list)
        for policy in self.topology.policies:
            policies[policy.between].append(policy)
        return dict(policies)

    @cached_property
    def quotas(self) -> dict[tuple[str, str], Quota]:
        """What was raised, by rule and account."""
        return {(quota.rule, quota.account): quota for quota in self.topology.quotas}

    @cached_property
    def account(self) -> dict[str, Account]:
        """Every account, by id."""
        return {account.id: account for account in self.topology.accounts}

    def routes(self, partners: dict[int, set[int]]) -> Floats:
        """For every VPC, its routes to these VPCs: the larger of IPv4 and IPv6, counted apart.

        Shape (vpcs,).
        """
        sizes = np.array(
            [[sum(c.version == v for c in vpc.cidrs) for v in (4, 6)] for vpc in self.topology.vpcs]
        )
        return np.array(
            [
                sizes[sorted(partners.get(vpc, ()))].sum(axis=0).max(initial=0)
                for vpc in range(len(sizes))
            ],
            dtype=np.float64,
        )

    def once(self, find: Callable[["Case"], Found]) -> Found:
        """What a function finds in this case, asked only once."""
        if find not in self._found:
            self._found[find] = find(self)
        return cast("Found", self._found[find])

    def with_numbers(self, **columns: Floats) -> "Case":
        """The same flows with other numbers, by the names that `column` takes."""
        other = replace(self, _found={}, numbers=self.numbers | columns)
        if columns.keys().isdisjoint(TRAFFIC):
            return other
        gb, response, crossing = (other.column(name) for name in TRAFFIC)
        traffic = _traffic(gb, response, crossing, self.flows.same_region)
        return replace(other, flows=replace(self.flows, **traffic))

    def touching(self, vpcs: Bools) -> Bools:
        """The flows with an end in any of these VPCs (a mask over VPCs). Shape (flows,)."""
        return vpcs[self.flows.consumer.vpc] | vpcs[self.flows.provider.vpc]

    def column(self, name: str) -> Floats:
        """A number of every flow as the document states it; NaN where it is unknown.

        Shape (flows,).
        """
        if name not in self.numbers:
            values = [getattr(flow, name) for flow in self.topology.flows]
            self.numbers[name] = np.array(values, dtype=np.float64)
        return self.numbers[name]


def _both_ways(pairs: list[tuple[int, int]]) -> dict[int, set[int]]:
    peers: dict[int, set[int]] = defaultdict(set)
    for vpc, other in pairs:
        peers[vpc].add(other)
        peers[other].add(vpc)
    return dict(peers)


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
    vpc_azs = ints([lists.setdefault(vpc.azs, len(lists)) for vpc in topology.vpcs])
    service_azs = ints([lists.setdefault(service.azs, len(lists)) for service in topology.services])
    rows = topology.flows
    service = ints([NO_SERVICE if f.service is None else index.service[f.service] for f in rows])
    to_service = service != NO_SERVICE
    rank = _ranks(topology)
    consumer = _side(topology, index, vpc_azs, rank, [flow.consumer for flow in rows])
    provider = _side(topology, index, vpc_azs, rank, [flow.provider for flow in rows])
    azs = np.where(to_service, _of_service(service_azs, service), provider.azs)
    new = floats([flow.connections_per_second for flow in rows])
    seconds = floats([flow.connection_seconds for flow in rows])
    requests = np.array([flow.requests_per_second for flow in rows], dtype=np.float64)
    protocols = ints([PROTOCOLS.index(service.protocol) for service in topology.services])
    return Flows(
        consumer=consumer,
        provider=replace(provider, azs=azs),
        hub=np.full(len(rows), index.account[topology.hub_account]),
        service=service,
        protocol=_of_service(protocols, service),
        cross_zone=_of_service(bools([s.cross_zone for s in topology.services]), service),
        existing_nlb=_of_service(bools([s.existing_nlb for s in topology.services]), service),
        **_traffic(
            floats([flow.gb for flow in rows]),
            floats([flow.response_share for flow in rows]),
            floats([flow.cross_az_share for flow in rows]),
            consumer.region == provider.region,
        ),
        new=np.rint(new * MILLIONTHS),
        active=np.rint(new * seconds * MILLIONTHS),
        requests=np.rint(requests * MILLIONTHS),
        az_lists=tuple(lists),
    )


def _traffic(
    gb: Floats, response_share: Floats, crossing_share: Floats, is_inside: Bools
) -> dict[str, Any]:
    """The columns of traffic, in whole thousandths of a GB."""
    total = np.rint(gb * THOUSANDTHS)
    response = np.rint(total * response_share)
    crossing = np.where(is_inside, np.rint(total * crossing_share), 0)
    return {
        "request": (total - response).astype(np.int64),
        "response": response.astype(np.int64),
        "crossing": crossing.astype(np.int64),
    }


def _ranks(topology: Topology) -> Ints:
    """Of every VPC, whatever the order in which the document names them."""
    partners: dict[str, set[str]] = {vpc.name: set() for vpc in topology.vpcs}
    for flow in topology.flows:
        partners[flow.consumer].add(flow.provider)
        partners[flow.provider].add(flow.consumer)
    keys = [(-len(partners[vpc.name]), vpc.account, vpc.name) for vpc in topology.vpcs]
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return ranks


def _side(topology: Topology, index: _Indices, azs: Ints, rank: Ints, names: list[str]) -> Side:
    vpc = ints([index.vpc[name] for name in names])
    accounts = ints([index.account[vpc.account] for vpc in topology.vpcs])
    regions = ints([index.region[vpc.region] for vpc in topology.vpcs])
    return Side(vpc, accounts[vpc], regions[vpc], azs[vpc], rank[vpc])


def _of_service(values: Column, service: Ints) -> Column:
    """The value of each flow's service; zero for a flow to a VPC."""
    return np.append(values, values.dtype.type(0))[service]
