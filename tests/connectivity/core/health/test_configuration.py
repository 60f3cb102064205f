"""What a configuration says without any metric, from responses as AWS gives them."""

from typing import Any

import pytest

from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import OF, Estate, Resource

NOW = 1_795_500_000.0
LB = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/orders/50dc6c495c0c9188"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/orders/73e2d6bc24d8a067"


def nat(*users: tuple[str, str], az: str = "a", **changes: Any) -> dict[str, Any]:
    subnets = [{"SubnetId": "own", "VpcId": "v", "AvailabilityZone": az}]
    tables = []
    for id, zone in users:
        subnets.append({"SubnetId": id, "VpcId": "v", "AvailabilityZone": zone})
        route = {"NatGatewayId": "nat-1"}
        tables.append({"VpcId": "v", "Associations": [{"SubnetId": id}], "Routes": [route]})
    gateway = {"NatGatewayId": "nat-1", "SubnetId": "own", "VpcId": "v"} | changes
    return {
        "DescribeNatGateways": [gateway],
        "DescribeSubnets": subnets,
        "DescribeRouteTables": tables,
    }


def nlb(
    *,
    azs: str = "ab",
    crossing: str = "false",
    own: str = "use_load_balancer_configuration",
    preserve: str | None = None,
    protocol: str = "TCP",
    idle: int = 350,
    targets: int = 1,
    eni: int | None = None,
    default: int | None = None,
) -> dict[str, Any]:
    attributes = [{"Key": "load_balancing.cross_zone.enabled", "Value": own, OF: GROUP}]
    if preserve is not None:
        attributes.append({"Key": "preserve_client_ip.enabled", "Value": preserve, OF: GROUP})
    tracking = {"TcpEstablishedTimeout": eni} if eni else {}
    defaults = {"DefaultTcpEstablishedTimeout": default} if default else {}
    listeners = [{"ListenerArn": "l", "Port": 443, "Protocol": protocol, OF: LB}]
    if protocol == "TLS":
        listeners.append({"ListenerArn": "m", "Port": 80, "Protocol": "TCP", OF: LB})
    timeout = {"Key": "tcp.idle_timeout.seconds", "Value": str(idle)}
    return {
        "DescribeLoadBalancers": [
            {
                "LoadBalancerArn": LB,
                "LoadBalancerName": "orders",
                "Type": "network",
                "AvailabilityZones": [{"ZoneName": az} for az in azs],
            },
            {"LoadBalancerArn": "x/app/web/1", "LoadBalancerName": "web", "Type": "application"},
        ],
        "DescribeLoadBalancerAttributes": [
            {"Key": "load_balancing.cross_zone.enabled", "Value": crossing, OF: LB}
        ],
        "DescribeListeners": listeners,
        "DescribeListenerAttributes": [timeout | {OF: "l"}, timeout | {OF: "m"}],
        "DescribeTargetGroups": [
            {
                "TargetGroupArn": GROUP,
                "TargetGroupName": "orders",
                "Protocol": "TCP",
                "TargetType": "instance",
                "LoadBalancerArns": [LB],
            }
        ],
        "DescribeTargetGroupAttributes": attributes,
        "DescribeTargetHealth": [{"Target": {"Id": "i-1"}, OF: GROUP}] * targets,
        "DescribeNetworkInterfaces": [
            {"Attachment": {"InstanceId": "i-1"}, "ConnectionTrackingConfiguration": tracking}
        ],
        "DescribeInstances": [{"Instances": [{"InstanceId": "i-1", "InstanceType": "m8i.large"}]}],
        "DescribeInstanceTypes": [
            {
                "InstanceType": "m8i.large",
                "NetworkInfo": {"ConnectionTrackingConfiguration": defaults},
            }
        ],
    }


def volume(**changes: Any) -> dict[str, Any]:
    ordinary = {"VolumeId": "vol-1", "VolumeType": "gp3", "Size": 100}
    return {"DescribeVolumes": [ordinary | changes]}


def accelerator(arn: str, *, preserves: bool = True, overrides: bool = False) -> dict[str, Any]:
    endpoint = {"EndpointId": arn, "ClientIPPreservationEnabled": preserves}
    group = {"EndpointDescriptions": [endpoint], "PortOverrides": [1] if overrides else [], OF: "l"}
    return {
        "ListAccelerators": [{"AcceleratorArn": "a1", "Name": "front"}],
        "ListListeners": [{"ListenerArn": "l", OF: "a1"}],
        "ListEndpointGroups": [group],
    }


ALB = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc6c495c0c9188"
ATTACHED = [{"InstanceId": "i-1"}]


@pytest.mark.parametrize(
    ("kind", "responses", "expected"),
    [
        ("nat-gateway", nat(("s", "a")), {}),
        ("nat-gateway", nat(("s", "a"), ("t", "b")), {"NAT-OTHER-AZ": "1 subnet in b use it"}),
        ("nat-gateway", nat(("s", "b"), ("t", "c")), {"NAT-OTHER-AZ": "2 subnets in b, c use it"}),
        ("nat-gateway", nat(("t", "b"), AvailabilityMode="regional"), {}),
        ("nat-gateway", nat(), {"NAT-NO-ROUTE": "no route table sends traffic"}),
        ("nat-gateway", nat(State="deleted"), None),
        ("nlb", nlb(), {}),
        ("nlb", nlb(crossing="true"), {"NLB-MIXED-UP": "are both on for orders"}),
        ("nlb", nlb(crossing="true", preserve="false"), {}),
        ("nlb", nlb(crossing="true", own="false"), {}),
        ("nlb", nlb(own="true"), {"NLB-MIXED-UP": "are both on for orders"}),
        ("nlb", nlb(azs="a", crossing="true"), {"NLB-ONE-AZ": "it is in a alone"}),
        ("nlb", nlb(idle=3_600), {}),
        ("nlb", nlb(idle=3_600, eni=1_800), {"NLB-IDLE-ENI": "stops tracking them after 1,800 s"}),
        ("nlb", nlb(idle=3_600, default=350), {"NLB-IDLE-ENI": "stops tracking them after 350 s"}),
        ("nlb", nlb(idle=3_600, default=350, eni=3_600), {}),
        ("nlb", nlb(protocol="TLS", idle=3_600), {"NLB-TLS-IDLE": "TLS listener 443 ends"}),
        ("nlb", nlb(targets=0), {"NLB-EMPTY": "no target is registered in orders"}),
        ("ebs-volume", volume(Attachments=ATTACHED), {}),
        ("ebs-volume", volume(), {"EBS-UNATTACHED": "100 GiB of gp3"}),
        ("ebs-volume", volume(VolumeType="gp2", Attachments=ATTACHED), {"EBS-GP2": "100 GiB"}),
        ("accelerator", accelerator(ALB), {"GA-MIXED": "web preserves client IP addresses"}),
        ("accelerator", accelerator(ALB, preserves=False), {}),
        ("accelerator", accelerator(ALB, overrides=True), {}),
    ],
)
def test_what_is_said(
    kind: str, responses: dict[str, Any], expected: dict[str, str] | None
) -> None:
    resources = list(KINDS[kind].read(responses, "111122223333", "us-east-1"))
    if expected is None:
        assert resources == []
        return
    (resource,) = resources
    estate = Estate((resource,), NOW)
    texts = {rule.id: rule.check(resource, estate) for rule in KINDS[kind].configuration}
    spoken = {id: text for id, text in texts.items() if text}
    assert spoken.keys() == expected.keys()
    assert all(words in spoken[id] for id, words in expected.items())


def test_accelerators_are_looked_at_together() -> None:
    endpoints = [{"arn": LB, "preserves_client_ip": True, "has_overrides": False}]
    first, second = (
        Resource("accelerator", id, id, "1", "us-west-2", id, {"endpoints": endpoints})
        for id in ("a1", "a2")
    )
    balancer = Resource("nlb", "n", "n", "1", "us-east-1", "n", {"arn": LB, "is_crossing": True})
    estate = Estate((first, second, balancer), NOW)
    rules = {rule.id: rule for rule in KINDS["accelerator"].configuration}
    assert "endpoint of a2 too" in rules["GA-TWICE"].check(first, estate)
    assert "cross-zone load balancing on" in rules["GA-CROSS-ZONE"].check(first, estate)
    assert rules["GA-TWICE"].check(first, Estate((first,), NOW)) == ""


@pytest.mark.parametrize(
    ("is_listed", "days", "speaks"), [(False, 20, True), (False, 3, False), (True, 20, False)]
)
def test_an_endpoint_that_cloudwatch_no_longer_lists_is_unused(
    is_listed: bool, days: int, speaks: bool
) -> None:
    facts = {"created": NOW - days * 86_400}
    endpoint = Resource("vpc-endpoint", "vpce-1", "e", "1", "us-east-1", "vpce-1", facts, is_listed)
    (rule,) = KINDS["vpc-endpoint"].configuration
    assert bool(rule.check(endpoint, Estate((endpoint,), NOW))) is speaks


def test_a_gateway_that_is_shared_is_its_owners_alone() -> None:
    responses = {
        "DescribeTransitGateways": [
            {"TransitGatewayId": "tgw-own", "OwnerId": "111122223333"},
            {"TransitGatewayId": "tgw-shared", "OwnerId": "444455556666"},
            {"TransitGatewayId": "tgw-unsaid"},
        ],
        "DescribeTransitGatewayAttachments": [],
    }
    read = KINDS["transit-gateway"].read
    ids = {
        account: [resource.id for resource in read(responses, account, "us-east-1")]
        for account in ("111122223333", "444455556666")
    }
    assert ids == {
        "111122223333": ["tgw-own", "tgw-unsaid"],
        "444455556666": ["tgw-shared", "tgw-unsaid"],
    }
