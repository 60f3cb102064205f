"""What the kinds of load balancers share: calls, target groups, and the parts that are told apart.

A set of dimensions is asked for only where it decides something. An AZ does in a target group whose
cross-zone load balancing is off: its targets alone then serve what comes in there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from connectivity.core.aws_figures import ENI_IDLE_S
from connectivity.core.health.evaluation import HealthRule
from connectivity.core.health.resource import (
    Describe,
    Estate,
    Item,
    Resource,
    Said,
    attributes,
    seconds,
    tags_of,
    told,
)
from connectivity.core.health.resource_type import DAY, Part

AZ, GROUP = "AvailabilityZone", "TargetGroup"  # dimensions
CROSSING = "load_balancing.cross_zone.enabled"
TRACKING = "ConnectionTrackingConfiguration"
LISTED_DAYS = 14  # for which CloudWatch lists a metric without data


def is_network(balancer: Item) -> bool:
    """Whether it is a Network Load Balancer."""
    return balancer.get("Type") == "network"


def is_application(balancer: Item) -> bool:
    """Whether it is an Application Load Balancer."""
    return balancer.get("Type") == "application"


# What details are asked of: a Gateway Load Balancer's group speaks GENEVE, one of Lambda nothing.
WATCHED = ("Type", ("network", "application"))
SPEAKS = ("TCP", "UDP", "TCP_UDP", "TLS", "QUIC", "TCP_QUIC", "HTTP", "HTTPS")
USED = ("Protocol", SPEAKS)
OF_BALANCER = ("DescribeLoadBalancers", "LoadBalancerArn", "LoadBalancerArn")
OF_GROUP = ("DescribeTargetGroups", "TargetGroupArn", "TargetGroupArn")
CALLS = (
    Describe("elbv2", "DescribeLoadBalancers", "LoadBalancers"),
    Describe("elbv2", "DescribeTargetGroups", "TargetGroups"),
    Describe(
        "elbv2", "DescribeLoadBalancerAttributes", "Attributes", *OF_BALANCER, only=WATCHED
    ),
    Describe("elbv2", "DescribeTargetGroupAttributes", "Attributes", *OF_GROUP, only=USED),
    Describe(
        "elbv2", "DescribeTargetHealth", "TargetHealthDescriptions", *OF_GROUP, only=USED
    ),
    Describe("ec2", "DescribeSubnets", "Subnets"),
    Describe("ec2", "DescribeNetworkInterfaces", "NetworkInterfaces"),
    Describe("ec2", "DescribeInstances", "Reservations"),
    Describe(
        "ec2", "DescribeInstanceTypes", "InstanceTypes",
        "DescribeInstances", "InstanceTypes", "Instances.InstanceType", in_a_list=100,
    ),
    Describe(
        "elbv2", "DescribeTags", "TagDescriptions",
        "DescribeLoadBalancers", "ResourceArns", "LoadBalancerArn", in_a_list=20, only=WATCHED,
        is_needed=False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Surroundings:
    """What load balancers refer to, by what they refer to it: each answer is gone through once.

    Only when it is needed, since whoever goes through an answer misses what of it is unread.
    """

    answers: Said

    @cached_property
    def az_ids(self) -> Mapping[str, str]:
        """By an AZ's name in this account."""
        subnets = self.answers["DescribeSubnets"]
        return {each.get("AvailabilityZone", ""): _zone_id(each) for each in subnets}

    @cached_property
    def groups(self) -> Mapping[str, Sequence[Item]]:
        """Watched target groups, by the ARN of their load balancer."""
        groups: dict[str, list[Item]] = defaultdict(list)
        for group in self.answers["DescribeTargetGroups"]:
            for arn in group.get("LoadBalancerArns", ()) if group.get("Protocol") in SPEAKS else ():
                groups[arn].append(group)
        return groups

    @cached_property
    def tags(self) -> Mapping[str, Mapping[str, str]] | None:
        """By ARN; None: they could not be read."""
        own = self.answers.get("DescribeTags")
        return None if own is None else {each.get("ResourceArn", ""): tags_of(each) for each in own}

    def idle_s(self, target: str) -> int:
        """For how long the target's interface remembers an idle connection.

        AWS's default if nothing is said.
        """
        interface = self._interfaces.get(target)
        if interface is None:
            return ENI_IDLE_S
        own = interface.get(TRACKING, {}).get("TcpEstablishedTimeout")
        return int(own or self._default_idle_s.get(_instance_of(interface), ENI_IDLE_S))

    @cached_property
    def _interfaces(self) -> Mapping[str, Item]:
        """By address and by instance, the first of them."""
        interfaces: dict[str, Item] = {}
        for interface in self.answers["DescribeNetworkInterfaces"]:
            for target in (_instance_of(interface), interface.get("PrivateIpAddress")):
                if target:
                    interfaces.setdefault(target, interface)
        return interfaces

    @cached_property
    def _default_idle_s(self) -> Mapping[str | None, int]:
        """By instance, as its type has it."""
        by_type = {
            each["InstanceType"]: each.get("NetworkInfo", {}).get(TRACKING, {})
            for each in self.answers["DescribeInstanceTypes"]
        }
        return {
            each["InstanceId"]: int(
                by_type.get(each["InstanceType"], {}).get("DefaultTcpEstablishedTimeout")
                or ENI_IDLE_S
            )
            for reservation in self.answers["DescribeInstances"]
            for each in reservation.get("Instances", ())
        }


def _zone_id(subnet: Item) -> str:
    return str(subnet.get("AvailabilityZoneId") or "")


def _instance_of(interface: Item) -> str | None:
    return interface.get("Attachment", {}).get("InstanceId")


def facts_of(balancer: Item, around: Surroundings, *, crosses: bool) -> dict[str, Any]:
    """What every load balancer has; `crosses` is its own cross-zone load balancing."""
    arn = balancer["LoadBalancerArn"]
    zones = sorted(zone["ZoneName"] for zone in balancer.get("AvailabilityZones", ()))
    return {
        "arn": arn,
        "vpc": balancer.get("VpcId", ""),
        "created": seconds(balancer.get("CreatedTime")),
        "scheme": balancer.get("Scheme", ""),
        "azs": zones,
        "az_ids": {zone: around.az_ids[zone] for zone in zones if around.az_ids.get(zone)},
        "is_crossing": crosses,
        "groups": [_group(group, around, crosses) for group in around.groups.get(arn, ())],
    }


def tags(balancer: Item, around: Surroundings) -> Mapping[str, str] | None:
    """The tags of a load balancer; None: they could not be read."""
    return None if around.tags is None else around.tags.get(balancer["LoadBalancerArn"], {})


def _group(group: Item, around: Surroundings, balancer_crosses: bool) -> dict[str, Any]:
    arn = group["TargetGroupArn"]
    own = attributes(around.answers["DescribeTargetGroupAttributes"], arn)
    crossing = own.get(CROSSING, "use_load_balancer_configuration")
    is_plain = group.get("TargetType") == "ip" and group.get("Protocol") in ("TCP", "TLS")
    preserves = own.get("preserve_client_ip.enabled") or ("false" if is_plain else "true")
    targets = told(around.answers["DescribeTargetHealth"], arn)
    ids = [target["Target"]["Id"] for target in targets]
    states = [target.get("TargetHealth", {}).get("State", "") for target in targets]
    return {
        "name": group["TargetGroupName"],
        "key": arn.rpartition(":")[2],
        "is_crossing": {"true": True, "false": False}.get(crossing, balancer_crosses),
        "preserves_client_ip": preserves == "true",
        "targets": len(targets),
        "healthy": states.count("healthy"),
        "balancers": [id for id in ids if ":loadbalancer/" in id],
        "eni_idle_s": min(map(around.idle_s, ids), default=None),
    }


def key_of(type: str, arn: str) -> str:
    """How CloudWatch names a load balancer: its type, name and ID, which end its ARN.

    >>> key_of("net", "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/orders/50dc6c495c")
    'net/orders/50dc6c495c'
    """
    return f"{type}/{arn.split('/', 2)[2]}"


def split(resource: Resource, rule: HealthRule) -> Iterator[Part]:
    """The parts that a rule tells apart: groups, AZs where there are two, or AZs within a group.

    Within a group an AZ decides only where cross-zone load balancing is off for it: its targets
    alone serve what comes in there. Flows are compared where there is such a group.
    """
    facts = resource.facts
    groups = [group for group in facts["groups"] if "key" in group]  # older facts have none
    zones = facts["azs"] if len(facts["azs"]) > 1 else []
    if rule.by == (GROUP,):
        yield from (Part({GROUP: group["key"]}, group["name"]) for group in groups)
    elif rule.by == (AZ,):
        if not rule.spread or not all(group["is_crossing"] for group in groups):
            yield from (Part({AZ: zone}, _named(resource, zone)) for zone in zones)
    else:
        for zone, group in product(zones, groups):
            if not group["is_crossing"]:
                dimensions = {AZ: zone, GROUP: group["key"]}
                yield Part(dimensions, f"{group['name']} in {_named(resource, zone)}")


def _named(resource: Resource, zone: str) -> str:
    """An AZ by its name in this account, with its ID, which is the same in every account."""
    id = resource.facts.get("az_ids", {}).get(zone)
    return f"{zone} ({id})" if id else zone


def empty(resource: Resource) -> str:
    """Its groups, where none of them has a target: with one that has, it is of use."""
    groups = resource.facts["groups"]
    if any(group["targets"] for group in groups) or not groups:
        return ""
    return f"no target is registered in {', '.join(group['name'] for group in groups)}"


def alone(resource: Resource) -> str:
    """Which of its groups serve with one healthy target."""
    names = [group["name"] for group in resource.facts["groups"] if group.get("healthy") == 1]
    return f"one target is healthy in {', '.join(names)}" if names else ""


def unlisted(resource: Resource, estate: Estate) -> str:
    """Whether CloudWatch has forgotten it, which it does two weeks after the last metric."""
    created = resource.facts["created"]
    is_young = created is None or estate.now - created < LISTED_DAYS * DAY
    if resource.is_listed is not False or is_young:
        return ""
    return "CloudWatch has listed no metric for it for two weeks, so it carried no traffic"


def outlived(resource: Resource, idle_s: int, keeper: str) -> str:
    """Where a target's interface forgets an idle connection that the load balancer keeps."""
    for group in resource.facts["groups"]:
        eni_s = group["eni_idle_s"]
        if eni_s is not None and idle_s > eni_s:
            return (
                f"{keeper} keeps idle connections {idle_s:,} s, "
                f"a target's ENI in {group['name']} stops tracking them after {eni_s:,} s"
            )
    return ""
