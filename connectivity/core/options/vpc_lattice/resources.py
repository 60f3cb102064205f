"""VPC Lattice as Terraform: a service network a Region, services in it, VPCs associated."""

from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.names import for_aws
from connectivity.core.terraform.part import OfferedService, Part
from connectivity.core.terraform.pieces import SharedResource, entrance, share
from connectivity.core.terraform.values import Input, Nested, Note, Resource, Value

NETWORK = "aws_vpclattice_service_network"


def resources(part: Part) -> Iterator[Resource | Note]:
    """A service network of the hub's account in each Region, and what is associated with it."""
    for region in sorted({offer.vpc.region for offer in part.offers}):
        offers = [offer for offer in part.offers if offer.vpc.region == region]
        vpcs = {vpc.name: vpc for offer in offers for vpc in offer.consumers}
        accounts = [each.account for each in (*vpcs.values(), *(o.vpc for o in offers))]
        name = f"lattice_{region.replace('-', '_')}"
        body: dict[str, Value] = {"name": for_aws(name), "auth_type": "NONE"}
        network = Resource(part.hub, NETWORK, name, body, region)
        shared = share(part, part.hub, name, region, network.at("arn"), accounts)
        yield from (network, *shared.resources)
        for offer in offers:
            yield from _service(part, offer, network, shared)
        for _, vpc in sorted(vpcs.items()):
            ports = {offer.service.port for offer in offers if vpc in offer.consumers}
            yield from _associated(part, vpc, ports, network, shared)
    yield Note(
        part.hub,
        "every VPC that is associated with a service network reaches all services in it; narrow "
        "that by auth policies, or by a service network of their own",
    )


def _service(
    part: Part, offer: OfferedService, network: Resource, shared: SharedResource
) -> Iterator[Resource | Note]:
    vpc, name = offer.vpc, f"lattice_{part.name(offer.service)}"
    body: dict[str, Value] = {"name": for_aws(name), "auth_type": "NONE"}
    if offer.service.protocol == "tls" or "private-dns" in offer.needs:
        body["custom_domain_name"] = _domain(part, offer)
        yield Note(
            vpc.account,
            f"{offer.service.name}: the VPCs that call it need a private hosted zone, in which a "
            "record leads from its domain name to the name that AWS generates",
        )
    service = Resource(vpc.account, "aws_vpclattice_service", name, body, vpc.region)
    yield service
    yield from _listener(part, offer, name, service)
    joins: dict[str, Value] = {
        "service_identifier": service.at(),
        "service_network_identifier": shared.ref(network, "arn", vpc.account),
    }
    kind = f"{NETWORK}_service_association"
    yield Resource(vpc.account, kind, name, joins, vpc.region, shared.after(vpc.account))
    yield Note(
        vpc.account,
        f"{offer.service.name}: register its targets with the target group {for_aws(name)}, and "
        f"let their security groups accept port {offer.service.port} from the managed prefix list "
        f"com.amazonaws.{vpc.region}.vpc-lattice",
    )


def _listener(
    part: Part, offer: OfferedService, name: str, service: Resource
) -> Iterator[Resource]:
    """The listener of a service, and the target group to which it leads."""
    vpc, port = offer.vpc, offer.service.port
    is_tls = offer.service.protocol == "tls"
    config: dict[str, Value] = {
        "port": port,
        "protocol": "TCP" if is_tls else "HTTP",
        "vpc_identifier": part.id(vpc),
    }
    group: dict[str, Value] = {"name": for_aws(name), "type": "IP", "config": Nested(config)}
    targets = Resource(vpc.account, "aws_vpclattice_target_group", name, group, vpc.region)
    yield targets
    forward = Nested({"target_groups": Nested({"target_group_identifier": targets.at()})})
    listener: dict[str, Value] = {
        "name": for_aws(name),
        "service_identifier": service.at(),
        "port": port,
        "protocol": "TLS_PASSTHROUGH" if is_tls else "HTTP",
        "default_action": Nested({"forward": forward}),
    }
    yield Resource(vpc.account, "aws_vpclattice_listener", name, listener, vpc.region)


def _domain(part: Part, offer: OfferedService) -> Input:
    return Input(
        f"domain_{part.name(offer.service)}",
        "string",
        f"The domain name by which clients call {offer.service.name}",
        "name.example.com",
    )


def _associated(
    part: Part, vpc: Vpc, ports: set[int], network: Resource, shared: SharedResource
) -> Iterator[Resource]:
    name, after = f"lattice_{part.name(vpc)}", shared.after(vpc.account)
    group, *rules = entrance(part, vpc, name, ports, "tcp")
    yield from (group, *rules)
    body: dict[str, Value] = {
        "vpc_identifier": part.id(vpc),
        "service_network_identifier": shared.ref(network, "arn", vpc.account),
        "security_group_ids": [group.at()],
    }
    yield Resource(vpc.account, f"{NETWORK}_vpc_association", name, body, vpc.region, after)
