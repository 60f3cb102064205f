"""A core network as Terraform: its policy with an edge in each Region, every VPC attached."""

from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.part import Part, partition
from connectivity.core.terraform.pieces import SharedResource, Target, doors, routes, share
from connectivity.core.terraform.values import Expression, Nested, Note, Resource, Value

NAME = "core"
SEGMENT = "connected"
SHARED_FROM = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The Region in which AWS RAM has shares of what is global; outside `aws` it is not verified."""


def resources(part: Part) -> Iterator[Resource | Note]:
    """The core network of the hub's account, its share, and attachments with their routes."""
    regions = sorted({vpc.region for vpc in part.vpcs})
    network, core = _networks(part)
    policy = Resource(
        part.hub,
        "aws_networkmanager_core_network_policy_attachment",
        NAME,
        {
            "core_network_id": core.at(),
            "policy_document": Expression("jsonencode(%s)", (_policy(part, regions),)),
        },
    )
    accounts = [vpc.account for vpc in part.vpcs]
    home = SHARED_FROM[partition(regions[0])]
    shared = share(part, part.hub, "core_network", home, core.at("arn"), accounts)
    yield from (network, core, policy, *shared.resources)
    for vpc in part.vpcs:
        yield from _attached(part, vpc, core, policy, shared)
    yield from doors(part)
    yield Note(
        part.hub,
        f"all VPCs are in the segment {SEGMENT} of the core network, which reaches all of them; "
        "which VPCs talk is decided by the routes of the VPCs and by security groups",
    )


def _networks(part: Part) -> tuple[Resource, Resource]:
    words = "Network of the hub"
    network = Resource(part.hub, "aws_networkmanager_global_network", NAME, {"description": words})
    core = Resource(
        part.hub,
        "aws_networkmanager_core_network",
        NAME,
        {"global_network_id": network.at(), "description": words},
    )
    return network, core


def _has_groups(part: Part) -> bool:
    return any("sg-reference" in pair.needs for pair in part.pairs)


def _policy(part: Part, regions: list[str]) -> Value:
    configuration: dict[str, Value] = {
        "asn-ranges": ["64512-65534"],
        "edge-locations": [{"location": region} for region in regions],
    }
    if _has_groups(part):
        configuration["security-group-referencing-support"] = True
    return {
        "version": "2021.12",
        "core-network-configuration": configuration,
        "segments": [{"name": SEGMENT, "require-attachment-acceptance": False}],
        "attachment-policies": [
            {
                "rule-number": 100,
                "conditions": [{"type": "any"}],
                "action": {"association-method": "constant", "segment": SEGMENT},
            }
        ],
    }


def _attached(
    part: Part, vpc: Vpc, core: Resource, policy: Resource, shared: SharedResource
) -> Iterator[Resource]:
    name = f"core_{part.name(vpc)}"
    arn = f"arn:{partition(vpc.region)}:ec2:{vpc.region}:{vpc.account}"
    subnets = [
        Expression(f'"{arn}:subnet/${{%s.subnet_ids[%s]}}"', (part.input(vpc), az))
        for az in sorted(vpc.azs)
    ]
    attachment = Resource(
        vpc.account,
        "aws_networkmanager_vpc_attachment",
        name,
        {
            "core_network_id": shared.ref(policy, "core_network_id", vpc.account),
            "vpc_arn": Expression(f'"{arn}:vpc/${{%s.id}}"', (part.input(vpc),)),
            "subnet_arns": list[Value](subnets),
            "options": Nested(_switches(part, vpc)),
            "tags": {"Name": vpc.name[:255]},
        },
        after=shared.after(vpc.account),
    )
    yield attachment
    cidrs = [cidr for other in part.partners[vpc.name] for cidr in other.cidrs]
    target = Target("core_network_arn", core.at("arn"), (attachment,))
    yield from routes(part, vpc, name, cidrs, target)


def _switches(part: Part, vpc: Vpc) -> dict[str, Value]:
    return {
        "ipv6_support": any(cidr.version == 6 for cidr in vpc.cidrs),
        "security_group_referencing_support": _has_groups(part),
    }
