"""PrivateLink as Terraform: an endpoint service a service, an endpoint a consumer VPC."""

from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.options.privatelink.endpoints import standing
from connectivity.core.terraform.balancers import balancer
from connectivity.core.terraform.part import (
    OfferedService,
    Part,
    for_each,
    has_ipv6_only,
    partition,
)
from connectivity.core.terraform.pieces import entrance
from connectivity.core.terraform.values import Expression, Input, Note, Resource, Value


def resources(part: Part) -> Iterator[Resource | Note]:
    """For every service its load balancer, unless it has one, who may connect, and endpoints."""
    for offer in part.offers:
        name = f"nlb_{part.name(offer.service)}"
        blocks = [] if offer.service.existing_nlb else list(balancer(part, offer, name))
        yield from blocks
        lb: Value = _existing(part, offer)
        if blocks and isinstance(blocks[0], Resource):
            lb = blocks[0].at("arn")
        service, allowed = _service(part, offer, lb)
        yield from (service, allowed)
        for vpc in offer.consumers:
            yield from _endpoint(part, offer, vpc, service, allowed)
        if "private-dns" in offer.needs:
            yield Note(
                offer.vpc.account,
                f"{offer.service.name}: for private DNS set private_dns_name of the endpoint "
                "service, verify the domain, then set private_dns_enabled of the endpoints",
            )


def _existing(part: Part, offer: OfferedService) -> Input:
    vpc = offer.vpc
    return Input(
        f"nlb_{part.name(offer.service)}",
        "string",
        f"ARN of the {_kind(offer)}Network Load Balancer of {offer.service.name} in {vpc.region}, "
        f"account {vpc.account}{_prefix(offer)}",
        f"arn:{partition(vpc.region)}:elasticloadbalancing:{vpc.region}:{vpc.account}:"
        "loadbalancer/net/name/0000000000000000",
    )


def _kind(offer: OfferedService) -> str:
    return "dual-stack " if offer.needs_ipv6 else ""


def _prefix(offer: OfferedService) -> str:
    is_udp = offer.service.protocol == "udp"
    return ", whose prefix for IPv6 source NAT is on" if is_udp else ""


def _service(part: Part, offer: OfferedService, lb: Value) -> tuple[Resource, Resource]:
    """The endpoint service, and who may connect to it."""
    vpc, name = offer.vpc, part.name(offer.service)
    body: dict[str, Value] = {
        "acceptance_required": False,
        "network_load_balancer_arns": [lb],
    }
    regions = {consumer.region for consumer in offer.consumers}
    if regions != {vpc.region}:
        body["supported_regions"] = list[Value](sorted(regions | {vpc.region}))
    if any(map(has_ipv6_only, offer.consumers)):
        body["supported_ip_address_types"] = ["ipv4", "ipv6"]
    body["tags"] = {"Name": offer.service.name[:255]}
    service = Resource(vpc.account, "aws_vpc_endpoint_service", name, body, vpc.region)
    accounts = sorted({consumer.account for consumer in offer.consumers})
    roots = [f"arn:{partition(vpc.region)}:iam::{account}:root" for account in accounts]
    allowed = Resource(
        vpc.account,
        "aws_vpc_endpoint_service_allowed_principal",
        name,
        {
            "for_each": for_each(roots),
            "vpc_endpoint_service_id": service.at(),
            "principal_arn": Expression("each.value"),
        },
        vpc.region,
    )
    return service, allowed


def _endpoint(
    part: Part, offer: OfferedService, vpc: Vpc, service: Resource, allowed: Resource
) -> Iterator[Resource]:
    name = f"endpoint_{part.name(vpc)}__{part.name(offer.service)}"
    protocol = "udp" if offer.service.protocol == "udp" else "tcp"
    group, *rules = entrance(part, vpc, name, [offer.service.port], protocol)
    yield from (group, *rules)
    body: dict[str, Value] = {
        "vpc_endpoint_type": "Interface",
        "service_name": service.at("service_name", (allowed,)),
        "vpc_id": part.id(vpc),
        "subnet_ids": part.subnets(vpc, standing(vpc.azs, offer.service.azs)),
        "security_group_ids": [group.at()],
    }
    if vpc.region != offer.vpc.region:
        body["service_region"] = offer.vpc.region
    if has_ipv6_only(vpc):
        body["ip_address_type"] = "ipv6"
    body["tags"] = {"Name": offer.service.name[:255]}
    yield Resource(vpc.account, "aws_vpc_endpoint", name, body, vpc.region)
