"""VPN connections as Terraform: a virtual private gateway here, an appliance of one's own there."""

from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.part import Part, for_each
from connectivity.core.terraform.pieces import Target, doors, routes
from connectivity.core.terraform.values import Expression, Input, Note, Resource, Value


def resources(part: Part) -> Iterator[Resource | Note]:
    """A virtual private gateway a VPC, a connection a pair, and routes.

    AWS has one customer gateway for an address in an account and Region (a second one is given the
    ID of the first), so connections of an appliance share it.
    """
    gateways: dict[str, Resource] = {}
    customers: dict[tuple[str, str, str], Resource] = {}
    for first, second, _ in part.pairs:
        is_first = part.ranks[first.name] < part.ranks[second.name]
        appliance, vpc = (first, second) if is_first else (second, first)
        if vpc.name not in gateways:
            name = f"vpn_{part.name(vpc)}"
            body: dict[str, Value] = {"vpc_id": part.id(vpc), "tags": {"Name": vpc.name[:255]}}
            gateways[vpc.name] = Resource(vpc.account, "aws_vpn_gateway", name, body, vpc.region)
            yield gateways[vpc.name]
            yield _propagation(part, vpc, name, gateways[vpc.name])
        place = appliance.name, vpc.account, vpc.region
        if place not in customers:
            customers[place] = _customer(part, appliance, vpc)
            yield customers[place]
        yield from _connection(part, appliance, vpc, gateways[vpc.name], customers[place])
        yield Note(
            appliance.account,
            f"configure the appliance of {appliance.name} for the two tunnels to {vpc.name}, "
            "switch off its source/destination check, and clamp the MSS to 1406 bytes",
        )
    yield from doors(part)


def _propagation(part: Part, vpc: Vpc, name: str, gateway: Resource) -> Resource:
    """Static routes of connections reach every route table of the VPC."""
    words = "toset(%s ? %s.route_table_ids : [])"
    tables = Expression(words, (part.cut_over, part.input(vpc)))
    body: dict[str, Value] = {
        "for_each": tables,
        "route_table_id": Expression("each.value"),
        "vpn_gateway_id": gateway.at(),
    }
    return Resource(vpc.account, "aws_vpn_gateway_route_propagation", name, body, vpc.region)


def _customer(part: Part, appliance: Vpc, vpc: Vpc) -> Resource:
    body: dict[str, Value] = {
        "type": "ipsec.1",
        "bgp_asn": "65000",
        "ip_address": Expression("%s.public_ip", (_appliance(part, appliance),)),
        "tags": {"Name": appliance.name[:255]},
    }
    name = f"vpn_{part.name(appliance)}__{vpc.region.replace('-', '_')}"
    return Resource(vpc.account, "aws_customer_gateway", name, body, vpc.region)


def _connection(
    part: Part, appliance: Vpc, vpc: Vpc, gateway: Resource, customer: Resource
) -> Iterator[Resource]:
    name = f"vpn_{part.name(appliance)}__{part.name(vpc)}"
    box = _appliance(part, appliance)
    place = vpc.account, vpc.region
    connection = Resource(
        place[0],
        "aws_vpn_connection",
        name,
        {
            "type": "ipsec.1",
            "static_routes_only": True,
            "customer_gateway_id": customer.at(),
            "vpn_gateway_id": gateway.at(),
        },
        place[1],
    )
    yield connection
    cidrs: dict[str, Value] = {
        "for_each": for_each(str(cidr) for cidr in appliance.cidrs if cidr.version == 4),
        "destination_cidr_block": Expression("each.value"),
        "vpn_connection_id": connection.at(),
    }
    yield Resource(place[0], "aws_vpn_connection_route", name, cidrs, place[1])
    target = Target("network_interface_id", Expression("%s.network_interface_id", (box,)))
    ipv4 = [cidr for cidr in vpc.cidrs if cidr.version == 4]
    yield from routes(part, appliance, name, ipv4, target)


def _appliance(part: Part, vpc: Vpc) -> Input:
    example: dict[str, Value] = {
        "public_ip": "192.0.2.1",
        "network_interface_id": "eni-00000000000000000",
    }
    return Input(
        f"appliance_{part.name(vpc)}",
        "object({ public_ip = string, network_interface_id = string })",
        f"The VPN appliance in {vpc.name}: its public IP address and its network interface",
        example,
    )
