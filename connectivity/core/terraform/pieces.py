"""Entries of VPCs' route tables, security groups of what stands in a VPC, shares by AWS RAM."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from connectivity.core.network.topology import Network, Vpc
from connectivity.core.terraform.names import for_aws
from connectivity.core.terraform.part import Part, for_each
from connectivity.core.terraform.values import Expression, Note, Ref, Resource, Value

FAMILIES = (
    (4, "destination_cidr_block", "cidr_ipv4"),
    (6, "destination_ipv6_cidr_block", "cidr_ipv6"),
)
PAIRS = '{ for pair in setproduct(%s, %s) : "${pair[0]} ${pair[1]}" => pair }'
"""Every two values of two lists, each with a key of its own."""
MAX_NAMED = 20  # CIDRs in one note


class Target(NamedTuple):
    """Where routes lead: the argument that names it, and what must be there first."""

    argument: str
    value: Value
    after: tuple[Resource, ...] = ()


def routes(
    part: Part, vpc: Vpc, name: str, cidrs: Iterable[Network], target: Target
) -> Iterator[Resource]:
    """A route to some CIDRs in every route table of a VPC."""
    kept = list(dict.fromkeys(cidrs))
    for version, argument, _ in FAMILIES:
        destinations = [str(cidr) for cidr in kept if cidr.version == version]
        if destinations:
            yield Resource(
                vpc.account,
                "aws_route",
                name if version == 4 else f"{name}_ipv6",
                {
                    "for_each": _each_table(part, vpc, destinations),
                    "route_table_id": Expression("each.value[0]"),
                    argument: Expression("each.value[1]"),
                    target.argument: target.value,
                },
                vpc.region,
                target.after,
            )


def _each_table(part: Part, vpc: Vpc, destinations: Sequence[str]) -> Expression:
    words = PAIRS.replace("=> pair }", "=> pair if %s }") % ("%s.route_table_ids", "%s", "%s")
    return Expression(words, (part.input(vpc), list(destinations), part.cut_over))


class Opening(NamedTuple):
    """What a security group lets in or out: ports from or to addresses."""

    way: str  # ingress or egress
    protocol: str
    ports: Sequence[Value]
    cidrs: Mapping[int, Sequence[Value]]  # by the version of IP


def cidrs_of(vpc: Vpc) -> dict[int, Sequence[Value]]:
    """The CIDRs of a VPC by their version of IP."""
    return {
        version: [str(cidr) for cidr in vpc.cidrs if cidr.version == version]
        for version, *_ in FAMILIES
    }


def group_of(part: Part, vpc: Vpc, name: str, words: str) -> Resource:
    """A security group in a VPC. Other words would replace it: they name no port."""
    body: dict[str, Value] = {
        "name": for_aws(name),
        "description": words,
        "vpc_id": part.id(vpc),
    }
    return Resource(vpc.account, "aws_security_group", name, body, vpc.region)


def entrance(
    part: Part, vpc: Vpc, name: str, ports: Iterable[int], protocol: str
) -> Iterator[Resource]:
    """A security group that lets a VPC's own addresses reach ports; the group comes first."""
    group = group_of(part, vpc, name, "Lets its VPC in")
    yield group
    yield from port_rules(group, name, Opening("ingress", protocol, sorted(ports), cidrs_of(vpc)))


def port_rules(group: Resource, name: str, opening: Opening) -> Iterator[Resource]:
    """Rules of a security group: each port and each CIDR has one."""
    way, protocol, ports, known = opening
    for version, _, argument in FAMILIES:
        if cidrs := known.get(version):
            body: dict[str, Value] = {
                "for_each": Expression(PAIRS, (list(cidrs), list(ports))),
                "security_group_id": group.at(),
                argument: Expression("each.value[0]"),
                "ip_protocol": protocol,
                "from_port": Expression("each.value[1]"),
                "to_port": Expression("each.value[1]"),
            }
            kind = f"aws_vpc_security_group_{way}_rule"
            whole_name = name if version == 4 else f"{name}_ipv6"
            yield Resource(group.account, kind, whole_name, body, group.region)


def doors(part: Part) -> Iterator[Note]:
    """What the security groups of providers have to let in, where whole VPCs are routed to."""
    sources: dict[tuple[str, str, str], dict[str, None]] = {}
    case = part.case
    for row in part.rows:
        ours, vpc = case.consumer(row), case.provider(row)
        flow = case.topology.flows[row]
        reached = vpc.name
        if flow.service is not None:
            service = case.service(row)
            protocol = "UDP" if service.protocol == "udp" else "TCP"
            reached = f"{service.name}, {protocol} port {service.port}"
        key = vpc.account, vpc.name, reached
        sources.setdefault(key, {}).update(dict.fromkeys(map(str, ours.cidrs)))
    for (account, vpc_name, reached), cidrs in sorted(sources.items()):
        named = ", ".join(sorted(cidrs)[:MAX_NAMED]) + (", …" if len(cidrs) > MAX_NAMED else "")
        yield Note(account, f"security groups in {vpc_name}: let {named} reach {reached}")


class SharedResource(NamedTuple):
    """A resource that is shared with accounts: what makes it so, and what its user waits for."""

    owner: str
    resources: tuple[Resource, ...]
    shared: tuple[Resource, ...]  # of the owner
    accepters: dict[str, Resource]  # by account outside the owner's Organization

    def ref(self, thing: Resource, attribute: str, account: str) -> Ref:
        """An attribute that other accounts are given once it is shared with them."""
        return thing.at(attribute, () if account == self.owner else self.shared)

    def after(self, account: str) -> tuple[Resource, ...]:
        """What has to be there in an account before it uses what is shared."""
        return (self.accepters[account],) if account in self.accepters else ()


def share(
    part: Part, owner: str, name: str, region: str, arn: Value, accounts: Iterable[str]
) -> SharedResource:
    """Share a resource by AWS RAM with other accounts; nothing where there are none."""
    others = sorted(set(accounts) - {owner})
    if not others:
        return SharedResource(owner, (), (), {})
    outside = [account for account in others if not _in_one_organization(part, owner, account)]
    body: dict[str, Value] = {"name": for_aws(name), "allow_external_principals": bool(outside)}
    whole = Resource(owner, "aws_ram_resource_share", name, body, region)
    at_share: dict[str, Value] = {"resource_share_arn": whole.at("arn")}
    thing = Resource(
        owner, "aws_ram_resource_association", name, {"resource_arn": arn} | at_share, region
    )
    principals = {"for_each": for_each(others), "principal": Expression("each.value")} | at_share
    whom = Resource(owner, "aws_ram_principal_association", name, principals, region)
    accepters = {
        account: Resource(
            account,
            "aws_ram_resource_share_accepter",
            name,
            {"share_arn": whole.at("arn", (whom,))},
            region,
        )
        for account in outside
    }
    return SharedResource(
        owner, (whole, thing, whom, *accepters.values()), (thing, whom), accepters
    )


def _in_one_organization(part: Part, account: str, other: str) -> bool:
    ours, theirs = (part.case.account[each].organization for each in (account, other))
    return ours is not None and ours == theirs
