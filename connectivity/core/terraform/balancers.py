"""Network Load Balancers in front of services, whose targets are registered by their owners.

UDP behind PrivateLink needs a dual-stack balancer that has an IPv6 prefix for source NAT before its
listener is made, and targets with IPv6. No health check is UDP: it goes to a TCP port of theirs.
"""

from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.names import for_aws
from connectivity.core.terraform.part import OfferedService, Part, partition
from connectivity.core.terraform.pieces import Opening, cidrs_of, group_of, port_rules
from connectivity.core.terraform.values import Input, Nested, Note, Resource, Value

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"  # the default still speaks TLS 1.0


def balancer(part: Part, offer: OfferedService, name: str) -> Iterator[Resource | Note]:
    """An internal load balancer with its listener and target group; the balancer comes first."""
    service, vpc = offer.service, offer.vpc
    group = group_of(part, vpc, name, "Network Load Balancer")
    body: dict[str, Value] = {
        "name": for_aws(name),
        "internal": True,
        "load_balancer_type": "network",
        "ip_address_type": "dualstack" if offer.needs_ipv6 else "ipv4",
        "subnets": part.subnets(vpc, service.azs),
        "security_groups": [group.at()],
        "enforce_security_group_inbound_rules_on_private_link_traffic": "off",
        "enable_cross_zone_load_balancing": service.cross_zone,
    }
    if service.protocol == "udp":
        body["enable_prefix_for_ipv6_source_nat"] = "on"
    lb = Resource(vpc.account, "aws_lb", name, body, vpc.region)
    yield from (lb, group)
    for suffix, opening in _targets(part, offer):
        yield from port_rules(group, f"{name}{suffix}", opening)
    yield from _listener(part, offer, name, lb)
    yield from _notes(offer, for_aws(name))


def _targets(part: Part, offer: OfferedService) -> Iterator[tuple[str, Opening]]:
    """What the balancer's security group lets out: to targets, and to their health checks."""
    service, vpc = offer.service, offer.vpc
    if service.protocol == "udp":
        cidrs = {6: cidrs_of(vpc)[6] or [_ipv6_cidr(part, vpc)]}
        yield "", Opening("egress", "udp", [service.port], cidrs)
        yield "_health", Opening("egress", "tcp", [_health_port(part, offer)], cidrs)
    else:
        yield "", Opening("egress", "tcp", [service.port], cidrs_of(vpc))


def _listener(part: Part, offer: OfferedService, name: str, lb: Resource) -> Iterator[Resource]:
    service, vpc = offer.service, offer.vpc
    protocol = {"udp": "UDP", "tls": "TLS"}.get(service.protocol, "TCP")
    behind: dict[str, Value] = {
        "name": for_aws(name),
        "port": service.port,
        "protocol": "UDP" if protocol == "UDP" else "TCP",
        "target_type": "ip",
        "ip_address_type": "ipv6" if protocol == "UDP" else "ipv4",
        "vpc_id": part.id(vpc),
    }
    if protocol == "UDP":
        behind["health_check"] = Nested({"protocol": "TCP", "port": _health_port(part, offer)})
    targets = Resource(vpc.account, "aws_lb_target_group", name, behind, vpc.region)
    yield targets
    body: dict[str, Value] = {
        "load_balancer_arn": lb.at("arn"),
        "port": service.port,
        "protocol": protocol,
    }
    if protocol == "TLS":
        body |= {"certificate_arn": certificate(part, offer), "ssl_policy": TLS_POLICY}
    body["default_action"] = Nested({"type": "forward", "target_group_arn": targets.at("arn")})
    yield Resource(vpc.account, "aws_lb_listener", name, body, vpc.region)


def _notes(offer: OfferedService, name: str) -> Iterator[Note]:
    service, vpc = offer.service, offer.vpc
    is_udp = service.protocol == "udp"
    health = " (UDP), and the TCP port of their health checks," if is_udp else ""
    yield Note(
        vpc.account,
        f"{service.name}: register its targets with the target group {name}, and let their "
        f"security groups accept port {service.port}{health} from the security group {name}",
    )
    if offer.needs_ipv6:
        words = "; its targets need a primary IPv6 address" if is_udp else ""
        yield Note(
            vpc.account,
            f"{service.name}: {_lacks_ipv6(vpc)}the subnets of its load balancer need an IPv6 "
            "CIDR, and their route tables and network ACLs must let IPv6 through"
            f"{words}",
        )


def _lacks_ipv6(vpc: Vpc) -> str:
    has_ipv6 = bool(cidrs_of(vpc)[6])
    return "" if has_ipv6 else f"give {vpc.name} an IPv6 CIDR before the first apply; "


def _ipv6_cidr(part: Part, vpc: Vpc) -> Input:
    return Input(
        f"ipv6_cidr_{part.name(vpc)}",
        "string",
        f"The IPv6 CIDR of VPC {vpc.name} in {vpc.region}, account {vpc.account}, which has none "
        "in the document and needs one for UDP",
        "2001:db8::/56",
    )


def _health_port(part: Part, offer: OfferedService) -> Input:
    return Input(
        f"health_check_port_{part.name(offer.service)}",
        "number",
        f"The TCP port at which targets of {offer.service.name} answer health checks: UDP has none",
        offer.service.port,
    )


def certificate(part: Part, offer: OfferedService) -> Input:
    """The certificate of a service, by its ARN."""
    vpc = offer.vpc
    return Input(
        f"certificate_{part.name(offer.service)}",
        "string",
        f"ARN of the ACM certificate of {offer.service.name} in {vpc.region}, account "
        f"{vpc.account}",
        f"arn:{partition(vpc.region)}:acm:{vpc.region}:{vpc.account}:certificate/"
        "00000000-0000-0000-0000-000000000000",
    )
