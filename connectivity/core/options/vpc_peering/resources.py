"""Peering connections as Terraform: one for each pair of VPCs, accepted, routed from both ends."""

from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.part import Pair, Part
from connectivity.core.terraform.pieces import Target, doors, routes
from connectivity.core.terraform.values import Nested, Note, Ref, Resource, Value

DNS = Nested({"allow_remote_vpc_dns_resolution": True})


def resources(part: Part) -> Iterator[Resource | Note]:
    """A peering that is not there yet, its acceptance, DNS where it is needed, and routes."""
    for pair in part.pairs:
        name = f"peering_{part.name(pair.first)}__{part.name(pair.second)}"
        ends = frozenset((pair.first.name, pair.second.name))
        there = _existing(part).get(ends)
        connection = [] if there else list(_connection(part, pair, name))
        yield from connection
        peering: str | Ref = there or connection[-1].at()
        if "private-dns" in pair.needs:
            yield from _dns(pair, name, peering)
        for ours, theirs in ((pair.first, pair.second), (pair.second, pair.first)):
            target = Target("vpc_peering_connection_id", peering)
            yield from routes(part, ours, _way(part, ours, theirs), theirs.cidrs, target)
    yield from doors(part)


def _way(part: Part, ours: Vpc, theirs: Vpc) -> str:
    return f"peering_{part.name(ours)}__{part.name(theirs)}"


def _existing(part: Part) -> dict[frozenset[str], str]:
    connections = part.case.topology.connections
    return {frozenset(each.vpcs): each.id for each in connections if each.kind == "peering"}


def _connection(part: Part, pair: Pair, name: str) -> Iterator[Resource]:
    """The connection, and its acceptance where another account or Region has to give it."""
    first, second, _ = pair
    is_near = first.region == second.region
    is_own = first.account == second.account
    body: dict[str, Value] = {"vpc_id": part.id(first), "peer_vpc_id": part.id(second)}
    if not is_own:
        body["peer_owner_id"] = second.account
    if not is_near:
        body["peer_region"] = second.region
    if is_own and is_near:
        body["auto_accept"] = True
    tags: Value = {"Name": f"{first.name} to {second.name}"[:255]}
    connection = Resource(
        first.account, "aws_vpc_peering_connection", name, body | {"tags": tags}, first.region
    )
    yield connection
    if not (is_own and is_near):
        accepting: dict[str, Value] = {
            "vpc_peering_connection_id": connection.at(),
            "auto_accept": True,
        }
        yield Resource(
            second.account, "aws_vpc_peering_connection_accepter", name, accepting, second.region
        )


def _dns(pair: Pair, name: str, peering: str | Ref) -> Iterator[Resource]:
    """Names of either VPC resolve to private addresses in the other; each side says so itself."""
    kind = "aws_vpc_peering_connection_options"
    body: dict[str, Value] = {"vpc_peering_connection_id": peering}
    first, second, _ = pair
    if (first.account, first.region) == (second.account, second.region):
        both = body | {"accepter": DNS, "requester": DNS}
        yield Resource(first.account, kind, name, both, first.region)
        return
    yield Resource(first.account, kind, f"{name}_from", body | {"requester": DNS}, first.region)
    yield Resource(second.account, kind, f"{name}_to", body | {"accepter": DNS}, second.region)
