"""Resource endpoints as Terraform: a resource gateway and configuration a service, shared."""

from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.names import for_aws
from connectivity.core.terraform.part import OfferedService, Part
from connectivity.core.terraform.pieces import (
    Opening,
    SharedResource,
    cidrs_of,
    entrance,
    group_of,
    port_rules,
    share,
)
from connectivity.core.terraform.values import Input, Nested, Note, Resource, Value

HAS_NAMES = "%s: private DNS needs enableDnsSupport and enableDnsHostnames of %s"


def resources(part: Part) -> Iterator[Resource | Note]:
    """For every service a gateway in its VPC, what it leads to, the share, and endpoints."""
    for offer in part.offers:
        vpc, name = offer.vpc, f"resource_{part.name(offer.service)}"
        group = group_of(part, vpc, name, "Resource gateway")
        yield group
        opening = Opening("egress", "tcp", [offer.service.port], cidrs_of(vpc))
        yield from port_rules(group, name, opening)
        gateway, configuration = _offered(part, offer, name, group)
        accounts = [consumer.account for consumer in offer.consumers]
        arn = configuration.at("arn")
        shared = share(part, vpc.account, name, vpc.region, arn, accounts)
        yield from (gateway, configuration, *shared.resources)
        for consumer in offer.consumers:
            yield from _endpoint(part, offer, consumer, configuration, shared)
            if "private-dns" in offer.needs:
                yield Note(consumer.account, HAS_NAMES % (offer.service.name, consumer.name))
        yield Note(
            vpc.account,
            f"{offer.service.name}: let its security groups accept port {offer.service.port} from "
            f"the security group {for_aws(name)} of the resource gateway, whose addresses it sees",
        )


def _offered(
    part: Part, offer: OfferedService, name: str, group: Resource
) -> tuple[Resource, Resource]:
    """The resource gateway, and the resource behind it."""
    vpc = offer.vpc
    gateway = Resource(
        vpc.account,
        "aws_vpclattice_resource_gateway",
        name,
        {
            "name": for_aws(name),
            "vpc_id": part.id(vpc),
            "subnet_ids": part.subnets(vpc, offer.service.azs),
            "security_group_ids": [group.at()],
            "resource_config_dns_resolution": "IN_VPC",  # else names are looked up in public
        },
        vpc.region,
    )
    dns = Nested({"domain_name": _domain(part, offer), "ip_address_type": "IPV4"})
    configuration: dict[str, Value] = {
        "name": for_aws(name),
        "type": "SINGLE",
        "protocol": "TCP",
        "port_ranges": [str(offer.service.port)],
        "resource_gateway_identifier": gateway.at(),
        "resource_configuration_definition": Nested({"dns_resource": dns}),
    }
    if "private-dns" in offer.needs:
        configuration["custom_domain_name"] = _domain(part, offer)
    kind = "aws_vpclattice_resource_configuration"
    return gateway, Resource(vpc.account, kind, name, configuration, vpc.region)


def _domain(part: Part, offer: OfferedService) -> Input:
    return Input(
        f"domain_{part.name(offer.service)}",
        "string",
        f"The domain name of {offer.service.name}, as its VPC {offer.vpc.name} resolves it",
        "name.example.com",
    )


def _endpoint(
    part: Part, offer: OfferedService, vpc: Vpc, configuration: Resource, shared: SharedResource
) -> Iterator[Resource]:
    name = f"resource_{part.name(vpc)}__{part.name(offer.service)}"
    group, *rules = entrance(part, vpc, name, [offer.service.port], "tcp")
    yield from (group, *rules)
    body: dict[str, Value] = {
        "vpc_endpoint_type": "Resource",
        "resource_configuration_arn": shared.ref(configuration, "arn", vpc.account),
        "vpc_id": part.id(vpc),
        "subnet_ids": part.subnets(vpc, vpc.azs),
        "security_group_ids": [group.at()],
        "tags": {"Name": offer.service.name[:255]},
    }
    if "private-dns" in offer.needs:
        body |= {"private_dns_enabled": True, "dns_options": Nested(_zone(part, offer))}
    after = shared.after(vpc.account)
    yield Resource(vpc.account, "aws_vpc_endpoint", name, body, vpc.region, after)


def _zone(part: Part, offer: OfferedService) -> dict[str, Value]:
    """The private hosted zone that AWS keeps in a consumer's VPC, for this domain alone.

    What a consumer names itself needs no verification.
    """
    return {
        "private_dns_preference": "SPECIFIED_DOMAINS_ONLY",
        "private_dns_specified_domains": [_domain(part, offer)],
    }
