"""The flows of a design that use one option, and what Terraform calls their ends."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from connectivity.core.network.planned_network import Case
from connectivity.core.network.topology import Service, Vpc
from connectivity.core.terraform.names import identifiers
from connectivity.core.terraform.values import Expression, Input, Value

VPC_TYPE = "object({ id = string, subnet_ids = map(string), route_table_ids = list(string) })"
VPC_CHECK = (
    'startswith(%s.id, "vpc-") && !strcontains(jsonencode(%s), "-00000000000000000") && '
    'alltrue([for id in values(%s.subnet_ids) : startswith(id, "subnet-")]) && '
    'alltrue([for id in %s.route_table_ids : startswith(id, "rtb-")])',
    "give ids of your own: vpc-…, subnet-… by AZ ID, rtb-…",
)
PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


class Pair(NamedTuple):
    """Two VPCs that talk; the first one begins the first flow between them."""

    first: Vpc
    second: Vpc
    needs: frozenset[str]


class OfferedService(NamedTuple):
    """A service, its VPC, and the VPCs that reach it."""

    service: Service
    vpc: Vpc
    consumers: tuple[Vpc, ...]
    needs: frozenset[str]

    @property
    def needs_ipv6(self) -> bool:
        """A load balancer in front of it has to be dual-stack."""
        return self.service.protocol == "udp" or any(map(has_ipv6_only, self.consumers))


def has_ipv6_only(vpc: Vpc) -> bool:
    """A VPC without addresses of IPv4."""
    return all(cidr.version == 6 for cidr in vpc.cidrs)


class Part:
    """The flows of a design that use one option."""

    CUT_OVER = "cut_over"

    def __init__(self, case: Case, rows: Iterable[int], network: Case | None = None) -> None:
        """`network` has the VPCs as they will be, where the case's become one by sharing."""
        self.case = case
        self.rows = sorted(rows)
        self._network = network or case

    @property
    def hub(self) -> str:
        """The account that owns hubs."""
        return self.case.topology.hub_account

    @cached_property
    def vpcs(self) -> tuple[Vpc, ...]:
        """Every VPC at an end, by name."""
        ends = (end for pair in self.pairs for end in (pair.first, pair.second))
        return tuple(sorted({vpc.name: vpc for vpc in ends}.values(), key=lambda vpc: vpc.name))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two VPCs that talk, by their names."""
        ends: dict[frozenset[str], tuple[Vpc, Vpc]] = {}
        needs: dict[frozenset[str], set[str]] = defaultdict(set)
        for row in self.rows:
            both = self.case.consumer(row), self.case.provider(row)
            key = frozenset(vpc.name for vpc in both)
            if len(key) == 2:  # inside one VPC nothing has to be built
                ends.setdefault(key, both)
                needs[key] |= self.case.topology.flows[row].needs
        pairs = (Pair(*both, frozenset(needs[key])) for key, both in ends.items())
        return tuple(sorted(pairs, key=lambda pair: (pair.first.name, pair.second.name)))

    @cached_property
    def offers(self) -> tuple[OfferedService, ...]:
        """Every service that is reached, by name. All flows go to services."""
        rows: dict[str, list[int]] = defaultdict(list)
        for row in self.rows:
            rows[self.case.service(row).name].append(row)
        return tuple(self._offer(rows[name]) for name in sorted(rows))

    def _offer(self, rows: list[int]) -> OfferedService:
        case = self.case
        consumers = {case.consumer(row).name: case.consumer(row) for row in rows}
        needs = frozenset[str]().union(*(case.topology.flows[row].needs for row in rows))
        ends = tuple(consumers[name] for name in sorted(consumers))
        return OfferedService(case.service(rows[0]), case.provider(rows[0]), ends, needs)

    @cached_property
    def partners(self) -> dict[str, tuple[Vpc, ...]]:
        """By name of every VPC, those that it talks with, by name."""
        partners: dict[str, dict[str, Vpc]] = defaultdict(dict)
        for first, second, _ in self.pairs:
            partners[first.name][second.name] = second
            partners[second.name][first.name] = first
        return {
            vpc: tuple(others[name] for name in sorted(others)) for vpc, others in partners.items()
        }

    @cached_property
    def ranks(self) -> dict[str, int]:
        """By name of every VPC: the fewer, the more other VPCs it talks with in the topology."""
        case, flows = self.case, self.case.flows
        ranks = {case.consumer(row).name: int(flows.consumer.rank[row]) for row in self.rows}
        return ranks | {case.provider(row).name: int(flows.provider.rank[row]) for row in self.rows}

    def name(self, thing: Vpc | Service) -> str:
        """The identifier of a VPC or service, of its own among all of them."""
        return self.case.once(_identifiers)[thing.name]

    def input(self, vpc: Vpc) -> Input:
        """The ids of a VPC, which are not in the document."""
        vpc = self._network.vpc(self._network.vpc_index[vpc.name])
        cidrs = ", ".join(str(cidr) for cidr in vpc.cidrs[:3]) + (", …" if vpc.cidrs[3:] else "")
        return Input(
            f"vpc_{self.name(vpc)}",
            VPC_TYPE,
            f"VPC {vpc.name} ({cidrs}) of account {vpc.account} in {vpc.region}: its id, a subnet "
            "by AZ ID for attachments and endpoints, and its route tables",
            {
                "id": "vpc-00000000000000000",
                "subnet_ids": dict.fromkeys(vpc.azs, "subnet-00000000000000000"),
                "route_table_ids": ["rtb-00000000000000000"],
            },
            VPC_CHECK,
        )

    @cached_property
    def cut_over(self) -> Input:
        """Whether routes lead over what is built."""
        return Input(
            self.CUT_OVER,
            "bool",
            "Whether routes lead over what is built: false builds everything beside what is used "
            "today, true switches to it",
            not any(flow.today for flow in self.case.topology.flows),
        )

    def id(self, vpc: Vpc) -> Expression:
        """The id of a VPC."""
        return Expression("%s.id", (self.input(vpc),))

    def subnets(self, vpc: Vpc, azs: Iterable[str]) -> Value:
        """A subnet of a VPC in each of some AZs, by AZ ID."""
        return [Expression("%s.subnet_ids[%s]", (self.input(vpc), az)) for az in sorted(azs)]


def _identifiers(case: Case) -> dict[str, str]:
    topology = case.topology
    return identifiers(
        [*(vpc.name for vpc in topology.vpcs), *(each.name for each in topology.services)]
    )


def partition(region: str) -> str:
    """The partition of AWS in which a Region is, as ARNs have it.

    >>> [partition(region) for region in ("eu-west-1", "cn-north-1", "us-gov-west-1")]
    ['aws', 'aws-cn', 'aws-us-gov']
    """
    return next((name for begin, name in PARTITIONS.items() if region.startswith(begin)), "aws")


def for_each(texts: Iterable[str]) -> Expression:
    """For every one of some texts a resource of its own."""
    return Expression("toset(%s)", (list(texts),))
