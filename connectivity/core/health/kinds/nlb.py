"""Network Load Balancers: targets, resets, ports, and settings that work against each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectivity.core.health.docs import EC2_CONSOLE, GUIDE, NLB, NLB_TIMEOUT, NLB_TROUBLE, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, Saves, State, Way, Whose
from connectivity.core.health.resource import (
    Describe,
    Estate,
    Item,
    Resource,
    Said,
    attributes,
    seconds,
    told,
)
from connectivity.core.health.resource_type import ConfigurationRule, Kind, Usage, Use, Wanted
from connectivity.core.health.series import Tier
from costmodel.core.charges import PriceName
from costmodel.core.units import HOURS_PER_MONTH

KEY = "nlb"
HOURS = PriceName("AWSELB", "LoadBalancerUsage", "LoadBalancing:Network")
UNITS = PriceName("AWSELB", "LCUUsage", "LoadBalancing:Network")
TRACKING = "ConnectionTrackingConfiguration"
IDLE_S = 350  # of a listener that says nothing else; always of a TLS listener
ENI_IDLE_S = 432_000  # of an interface that says nothing else, before Nitro v6

RULES = (
    HealthRule(
        id="NLB-NO-TARGET", kind=KEY, metric="HealthyHostCount", statistic="Maximum", period=60,
        way=Way.BELOW, threshold=1, n=3, m=3, state=State.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; Maximum is AWS's advice: {NLB}",
        means="No target of the group is healthy on any node of the load balancer.",
        steps=("Check the target group's health reasons.", "Start or register targets."),
        effect="The target group serves traffic again.",
    ),
    HealthRule(
        id="NLB-UNHEALTHY", kind=KEY, metric="UnHealthyHostCount", statistic="Minimum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, state=State.WARNING,
        missing=Missing.UNKNOWN, whose=Whose.AWS, source=GUIDE,
        means="Every load balancer node reports at least one unhealthy target.",
        steps=(
            "Check the health status reasons of the target group.",
            "A target that turns unhealthy has its connections reset, which clients notice.",
        ),
        effect="The load is spread over all targets again.",
    ),
    HealthRule(
        id="NLB-PORTS", kind=KEY, metric="PortAllocationErrorCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=1, state=State.CRITICAL, missing=Missing.QUIET,
        whose=Whose.AWS, source=f"an AWS monitoring page; {NLB}",
        means="No source port was free for a target: new connections failed.",
        steps=(
            "Add targets; without client IP preservation each supports about 55,000 connections.",
            "Secondary IP addresses of the load balancer help; they cannot be removed again.",
        ),
        effect="New connections find a source port again.",
    ),
    HealthRule(
        id="NLB-REJECTED", kind=KEY, metric="RejectedFlowCount", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=0, n=1, m=1, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.AWS, source=f"an AWS monitoring page; {NLB}",
        means="The load balancer refused connections.",
        steps=("Check for target groups without healthy targets, and the NLB's capacity.",),
        effect="Connections are accepted again.",
    ),
    HealthRule(
        id="NLB-RESETS", kind=KEY, metric="TCP_ELB_Reset_Count", statistic="Sum", period=60,
        way=Way.ABOVE, threshold=5, n=5, m=5, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {NLB}", base=("NewFlowCount",),
        means="The load balancer resets more than 5 % of new connections.",
        steps=(
            "Compare with UnHealthyHostCount: an unhealthy target has its connections reset.",
            "Send keep-alives more often than the listener's idle timeout.",
        ),
        effect="Connections live as long as the clients expect.",
    ),
)  # fmt: skip

OF_BALANCER = ("DescribeLoadBalancers", "LoadBalancerArn", "LoadBalancerArn")
OF_GROUP = ("DescribeTargetGroups", "TargetGroupArn", "TargetGroupArn")
CALLS = (
    Describe("elbv2", "DescribeLoadBalancers", "LoadBalancers"),
    Describe("elbv2", "DescribeTargetGroups", "TargetGroups"),
    Describe("elbv2", "DescribeLoadBalancerAttributes", "Attributes", *OF_BALANCER),
    Describe("elbv2", "DescribeListeners", "Listeners", *OF_BALANCER),
    Describe(
        "elbv2", "DescribeListenerAttributes", "Attributes",
        "DescribeListeners", "ListenerArn", "ListenerArn",
    ),
    Describe("elbv2", "DescribeTargetGroupAttributes", "Attributes", *OF_GROUP),
    Describe("elbv2", "DescribeTargetHealth", "TargetHealthDescriptions", *OF_GROUP),
    Describe("ec2", "DescribeNetworkInterfaces", "NetworkInterfaces"),
    Describe("ec2", "DescribeInstances", "Reservations"),
    Describe(
        "ec2", "DescribeInstanceTypes", "InstanceTypes",
        "DescribeInstances", "InstanceTypes", "Instances.InstanceType", is_list=True,
    ),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Network Load Balancers with their listeners, groups and targets."""
    for balancer in answers["DescribeLoadBalancers"]:
        if balancer["Type"] != "network":
            continue
        arn = balancer["LoadBalancerArn"]
        own = attributes(answers["DescribeLoadBalancerAttributes"], arn)
        listeners = told(answers["DescribeListeners"], arn)
        is_crossing = own.get("load_balancing.cross_zone.enabled", "false") == "true"
        groups = [
            _group(group, answers, is_crossing)
            for group in answers["DescribeTargetGroups"]
            if arn in group.get("LoadBalancerArns", ())
        ]
        facts = {
            "arn": arn,
            "vpc": balancer.get("VpcId", ""),
            "created": seconds(balancer.get("CreatedTime")),
            "scheme": balancer.get("Scheme", ""),
            "azs": sorted(zone["ZoneName"] for zone in balancer.get("AvailabilityZones", ())),
            "is_crossing": is_crossing,
            "listeners": [_listener(item, answers) for item in listeners],
            "groups": groups,
        }
        key = "net/" + arn.split("/", 2)[2]
        yield Resource(KEY, key, balancer["LoadBalancerName"], account, region, key, facts)


def _listener(listener: Item, answers: Said) -> dict[str, Any]:
    own = attributes(answers["DescribeListenerAttributes"], listener["ListenerArn"])
    protocol = listener["Protocol"]
    idle = int(own.get("tcp.idle_timeout.seconds") or IDLE_S)
    return {
        "port": listener["Port"],
        "protocol": protocol,
        "idle_s": {"TLS": IDLE_S, "UDP": 120}.get(protocol, idle),
    }


def _group(group: Item, answers: Said, balancer_crosses: bool) -> dict[str, Any]:
    arn = group["TargetGroupArn"]
    own = attributes(answers["DescribeTargetGroupAttributes"], arn)
    crossing = own.get("load_balancing.cross_zone.enabled", "use_load_balancer_configuration")
    is_plain = group.get("TargetType") == "ip" and group["Protocol"] in ("TCP", "TLS")
    preserves = own.get("preserve_client_ip.enabled") or ("false" if is_plain else "true")
    targets = [health["Target"]["Id"] for health in told(answers["DescribeTargetHealth"], arn)]
    return {
        "name": group["TargetGroupName"],
        "is_crossing": {"true": True, "false": False}.get(crossing, balancer_crosses),
        "preserves_client_ip": preserves == "true",
        "targets": len(targets),
        "eni_idle_s": min((_idle_of(target, answers) for target in targets), default=None),
    }


def _idle_of(target: str, answers: Said) -> int:
    """For how long the target's interface remembers an idle connection; AWS's default if unsaid."""
    for interface in answers["DescribeNetworkInterfaces"]:
        instance = interface.get("Attachment", {}).get("InstanceId")
        if target in (instance, interface.get("PrivateIpAddress")):
            own = interface.get(TRACKING, {}).get("TcpEstablishedTimeout")
            return int(own or _default_idle(instance, answers))
    return ENI_IDLE_S


def _default_idle(instance: str | None, answers: Said) -> int:
    types: Mapping[str, Any] = {
        each["InstanceId"]: each["InstanceType"]
        for reservation in answers["DescribeInstances"]
        for each in reservation.get("Instances", ())
    }
    for instance_type in answers["DescribeInstanceTypes"]:
        if instance_type["InstanceType"] == types.get(instance or ""):
            tracking = instance_type.get("NetworkInfo", {}).get(TRACKING, {})
            return int(tracking.get("DefaultTcpEstablishedTimeout") or ENI_IDLE_S)
    return ENI_IDLE_S


def _mixes(resource: Resource, estate: Estate) -> str:
    if len(resource.facts["azs"]) < 2:
        return ""
    groups = resource.facts["groups"]
    where = ", ".join(g["name"] for g in groups if g["is_crossing"] and g["preserves_client_ip"])
    both = "cross-zone load balancing and client IP preservation are both on for"
    return f"{both} {where}" if where else ""


def _outlives(resource: Resource, estate: Estate) -> str:
    listeners = [each for each in resource.facts["listeners"] if each["protocol"] == "TCP"]
    for group in resource.facts["groups"]:
        eni = group["eni_idle_s"]
        longer = [each for each in listeners if eni is not None and each["idle_s"] > eni]
        if longer:
            return (
                f"listener {longer[0]['port']} keeps idle connections {longer[0]['idle_s']:,} s, "
                f"a target's ENI in {group['name']} stops tracking them after {eni:,} s"
            )
    return ""


def _tls(resource: Resource, estate: Estate) -> str:
    ports = [str(each["port"]) for each in resource.facts["listeners"] if each["protocol"] == "TLS"]
    other = next((each for each in resource.facts["listeners"] if each["idle_s"] > IDLE_S), None)
    if not ports or not other:
        return ""
    ends = f"TLS listener {', '.join(ports)} ends idle connections after {IDLE_S} s"
    return f"{ends}, while listener {other['port']} waits {other['idle_s']:,} s"


def _one_az(resource: Resource, estate: Estate) -> str:
    azs = resource.facts["azs"]
    return f"it is in {azs[0]} alone" if len(azs) == 1 else ""


def _empty(resource: Resource, estate: Estate) -> str:
    empty = [group["name"] for group in resource.facts["groups"] if not group["targets"]]
    if not resource.facts["groups"]:
        return "it has no target group"
    return f"no target is registered in {', '.join(empty)}" if empty else ""


def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
    """Hours, and capacity units as CloudWatch counts them.

    Source: Elastic Load Balancing pricing page, aws.amazon.com/elasticloadbalancing/pricing,
    copy of 2026-09-20, read 2026-11-23.
    """
    yield Use("Hours", HOURS, HOURS_PER_MONTH)
    yield Use("Capacity units", UNITS, usage.get("ConsumedLCUs"))


CONFIGURATION = (
    ConfigurationRule(
        id="NLB-MIXED-UP", kind=KEY, state=State.WARNING, whose=Whose.AWS, source=NLB_TROUBLE,
        means="A client's source port can reach one target through two load balancer addresses, "
            "with the same 5-tuple: connections stall or fail intermittently.",
        steps=(
            "Turn off cross-zone load balancing for the group, or client IP preservation (Proxy "
            "Protocol v2 then carries the client's address).",
            "Where neither is possible, let clients use more source ports.",
        ),
        effect="Connections no longer fail because of a duplicate 5-tuple.", check=_mixes,
    ),
    ConfigurationRule(
        id="NLB-IDLE-ENI", kind=KEY, state=State.WARNING, whose=Whose.OURS,
        source=f"{OURS}; {NLB_TIMEOUT}; the EC2 API model (Nitro v6 instances: 350 s)",
        means="The target's network interface stops tracking an idle connection before the "
            "listener times it out: the next packet is dropped.",
        steps=(
            "Raise TcpEstablishedTimeout of the targets' interfaces to the idle timeout.",
            "Or send keep-alives more often than the shorter of the two.",
        ),
        effect="Idle connections are tracked until the listener's timeout.", check=_outlives,
    ),
    ConfigurationRule(
        id="NLB-TLS-IDLE", kind=KEY, state=State.WARNING, whose=Whose.AWS, source=NLB_TIMEOUT,
        means="The idle timeout of a TLS listener is fixed at 350 seconds, unlike that of TCP "
            "listeners.",
        steps=("Send keep-alives more often than every 350 seconds on TLS connections.",),
        effect="Idle TLS connections stay open.", check=_tls,
    ),
    ConfigurationRule(
        id="NLB-ONE-AZ", kind=KEY, state=State.WARNING, whose=Whose.OURS, source=OURS,
        means="When its AZ fails, the service fails.",
        steps=("Add subnets of other AZs, with targets in them.",),
        effect="The service survives the failure of an AZ.", check=_one_az,
    ),
    ConfigurationRule(
        id="NLB-EMPTY", kind=KEY, state=State.WARNING, whose=Whose.OURS, source=OURS,
        means="It is billed, and has no target to send connections to.",
        steps=("Register targets, or delete it.",),
        effect=Saves.WHOLE_COST, check=_empty,
    ),
)  # fmt: skip

KIND = Kind(
    key=KEY,
    one="Network Load Balancer",
    many="Network Load Balancers",
    namespace="AWS/NetworkELB",
    identity="LoadBalancer",
    calls=CALLS,
    read=read,
    rules=RULES,
    configuration=CONFIGURATION,
    wanted=(
        Wanted("ConsumedLCUs"),
        Wanted("ProcessedBytes"),
        Wanted("ActiveFlowCount", "Average", 300, Tier.HOUR),
        Wanted("TCP_Client_Reset_Count", "Sum", 300, Tier.HOUR),
        Wanted("TCP_Target_Reset_Count", "Sum", 300, Tier.HOUR),
    ),
    parts=("TargetGroup",),
    uses=uses,
    is_quiet=True,
    console=EC2_CONSOLE.format("LoadBalancers:"),
)
