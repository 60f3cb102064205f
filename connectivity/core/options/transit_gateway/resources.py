"""Transit gateways as Terraform: one a Region, shared, every VPC attached, peered, routed."""

from collections.abc import Iterator
from itertools import combinations

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.part import Part, for_each
from connectivity.core.terraform.pieces import SharedResource, Target, doors, routes, share
from connectivity.core.terraform.values import Expression, Note, Resource, Value


def resources(part: Part) -> Iterator[Resource | Note]:
    """A gateway in each Region, then what is attached to it, then peerings between gateways."""
    hubs = {region: _Hub(part, region) for region in sorted({vpc.region for vpc in part.vpcs})}
    for hub in hubs.values():
        yield from hub.resources()
    for first, second in combinations(hubs.values(), 2):
        if first.remote_cidrs(second):
            yield from _peering(first, second)
    yield from doors(part)
    yield Note(
        part.hub,
        "the route table of a transit gateway reaches every VPC that is attached to it; which "
        "VPCs talk is decided by the routes of the VPCs and by security groups",
    )


class _Hub:
    """The gateway of a Region, and the VPCs attached to it."""

    def __init__(self, part: Part, region: str) -> None:
        self.part, self.region = part, region
        self.name = f"tgw_{region.replace('-', '_')}"
        self.vpcs = [vpc for vpc in part.vpcs if vpc.region == region]
        self.has_groups = any("sg-reference" in pair.needs for pair in part.pairs)
        self.gateway = self._make("aws_ec2_transit_gateway", self.name, self._switches())
        table: dict[str, Value] = {"transit_gateway_id": self.gateway.at()}
        self.table = self._make("aws_ec2_transit_gateway_route_table", self.name, table)
        accounts = [vpc.account for vpc in self.vpcs]
        self.share: SharedResource = share(
            part, part.hub, self.name, region, self.gateway.at("arn"), accounts
        )

    def _make(self, kind: str, name: str, body: dict[str, Value], *after: Resource) -> Resource:
        return Resource(self.part.hub, kind, name, body, self.region, after)

    def _switches(self) -> dict[str, Value]:
        return {
            "description": f"Hub of {self.region}",
            "auto_accept_shared_attachments": "enable",
            "default_route_table_association": "disable",
            "default_route_table_propagation": "disable",
            "security_group_referencing_support": "enable" if self.has_groups else "disable",
        }

    def resources(self) -> Iterator[Resource]:
        """The gateway, its route table, its share, and an attachment and routes for each VPC."""
        yield from (self.gateway, self.table, *self.share.resources)
        for vpc in self.vpcs:
            yield from self._attached(vpc)

    def _attached(self, vpc: Vpc) -> Iterator[Resource]:
        part, gateway = self.part, self.share.ref(self.gateway, "id", vpc.account)
        name = f"tgw_{part.name(vpc)}"
        body: dict[str, Value] = {
            "transit_gateway_id": gateway,
            "vpc_id": part.id(vpc),
            "subnet_ids": part.subnets(vpc, vpc.azs),
        }
        if any(cidr.version == 6 for cidr in vpc.cidrs):
            body["ipv6_support"] = "enable"
        if self.has_groups:
            body["security_group_referencing_support"] = "enable"
        if vpc.account == part.hub:
            body["transit_gateway_default_route_table_association"] = False
            body["transit_gateway_default_route_table_propagation"] = False
        body["tags"] = {"Name": vpc.name[:255]}
        kind = "aws_ec2_transit_gateway_vpc_attachment"
        after = self.share.after(vpc.account)
        attachment = Resource(vpc.account, kind, name, body, vpc.region, after)
        yield attachment
        yield from self.joined(name, attachment, propagates=True)
        cidrs = [cidr for other in part.partners[vpc.name] for cidr in other.cidrs]
        yield from routes(
            part, vpc, name, cidrs, Target("transit_gateway_id", gateway, (attachment,))
        )

    def joined(
        self, name: str, attachment: Resource, *after: Resource, propagates: bool
    ) -> Iterator[Resource]:
        """An attachment uses the gateway's route table, and is in it."""
        body: dict[str, Value] = {
            "transit_gateway_attachment_id": attachment.at(),
            "transit_gateway_route_table_id": self.table.at(),
        }
        yield self._make("aws_ec2_transit_gateway_route_table_association", name, body, *after)
        if propagates:
            yield self._make("aws_ec2_transit_gateway_route_table_propagation", name, body, *after)

    def remote_cidrs(self, other: "_Hub") -> list[str]:
        """The CIDRs behind another gateway with which VPCs of this one talk."""
        cidrs = {
            str(cidr)
            for vpc in self.vpcs
            for partner in self.part.partners[vpc.name]
            if partner.region == other.region
            for cidr in partner.cidrs
        }
        return sorted(cidrs)

    def routed(self, other: "_Hub", attachment: Resource, *after: Resource) -> Iterator[Resource]:
        """Static routes to another gateway: over a peering none are propagated."""
        name = f"{self.name}__{other.name}"
        yield from self.joined(name, attachment, *after, propagates=False)
        body: dict[str, Value] = {
            "for_each": for_each(self.remote_cidrs(other)),
            "destination_cidr_block": Expression("each.value"),
            "transit_gateway_attachment_id": attachment.at(),
            "transit_gateway_route_table_id": self.table.at(),
        }
        yield self._make("aws_ec2_transit_gateway_route", name, body, *after)


def _peering(first: _Hub, second: _Hub) -> Iterator[Resource]:
    """A peering of the gateways of two Regions, asked for in the first, accepted in the second."""
    part, name = first.part, f"{first.name}__{second.name}"
    peering = Resource(
        part.hub,
        "aws_ec2_transit_gateway_peering_attachment",
        name,
        {
            "transit_gateway_id": first.gateway.at(),
            "peer_transit_gateway_id": second.gateway.at(),
            "peer_account_id": part.hub,
            "peer_region": second.region,
        },
        first.region,
    )
    accepter = Resource(
        part.hub,
        "aws_ec2_transit_gateway_peering_attachment_accepter",
        name,
        {"transit_gateway_attachment_id": peering.at()},
        second.region,
    )
    yield from (peering, accepter)
    yield from first.routed(second, peering, accepter)
    yield from second.routed(first, accepter)
