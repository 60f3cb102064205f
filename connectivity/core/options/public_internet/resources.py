"""The public internet asks for nothing between VPCs: what each side has is its own."""

from collections.abc import Iterator

from connectivity.core.terraform.part import Part
from connectivity.core.terraform.values import Note


def resources(part: Part) -> Iterator[Note]:
    """Notes alone: NAT gateways and load balancers belong to the VPCs' own code."""
    for offer in part.offers:
        service, vpc = offer.service, offer.vpc
        yield Note(
            vpc.account,
            f"{service.name}: put an internet-facing load balancer in front of it, and let its "
            f"security group accept port {service.port} from the consumers' NAT gateways alone",
        )
        for consumer in offer.consumers:
            yield Note(
                consumer.account,
                f"{consumer.name}: give it NAT gateways and default routes to them, and tell "
                f"account {vpc.account} their Elastic IP addresses",
            )
