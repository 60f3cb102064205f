"""What a configuration says without any metric, from responses as AWS gives them."""

from typing import Any

import pytest

from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource import OF, Estate, Resource

NOW = 1_795_500_000.0
LB = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/orders/50dc6c495c0c9188"
ALB = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc6c495c0c9188"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/orders/73e2d6bc24d8a067"


def nat(*users: tuple[str, str], az: str = "a", **changes: Any) -> dict[str, Any]:
    subnets = [{"SubnetId": "own", "VpcId": "v", "AvailabilityZone": az}]
    tables = []
    for id, zone in users:
        subnets.append({"SubnetId": id, "VpcId": "v", "AvailabilityZone": zone})
        route = {"NatGatewayId": "nat-1"}
        tables.append(
            {
                "RouteTableId": f"rtb-{id}",
                "VpcId": "v",
                "Associations": [{"SubnetId": id}],
                "Routes": [route],
            }
        )
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
    states: tuple[str, ...] = ("healthy", "healthy"),
    eni: int | None = None,
    default: int | None = None,
    target: str = "i-1",
) -> dict[str, Any]:
    health = [{"Target": {"Id": target}, "TargetHealth": {"State": state}} for state in states]
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
            {"LoadBalancerArn": "x/gwy/f/1", "LoadBalancerName": "firewall", "Type": "gateway"},
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
        "DescribeTargetHealth": [each | {OF: GROUP} for each in health],
        "DescribeSubnets": [],
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


def leads(service: str, *tables: str, type: str = "Gateway") -> dict[str, Any]:
    return {
        "VpcEndpointId": f"vpce-{service}",
        "VpcEndpointType": type,
        "VpcId": "v",
        "ServiceName": f"com.amazonaws.us-east-1.{service}",
        "RouteTableIds": list(tables),
    }


def nat_with(*endpoints: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return nat(("s", "a"), **changes) | {"DescribeVpcEndpoints": list(endpoints)}


def volume(**changes: Any) -> dict[str, Any]:
    ordinary = {"VolumeId": "vol-1", "VolumeType": "gp3", "Size": 100}
    return {"DescribeVolumes": [ordinary | changes]}


def alb(*, idle: int = 60, **changes: Any) -> dict[str, Any]:
    """The same behind an Application Load Balancer, with its own protocol and attributes."""
    responses = nlb(**changes)
    balancer = responses["DescribeLoadBalancers"][0]
    group = responses["DescribeTargetGroups"][0]
    timeout = {"Key": "idle_timeout.timeout_seconds", "Value": str(idle), OF: ALB}
    return responses | {
        "DescribeLoadBalancers": [balancer | {"LoadBalancerArn": ALB, "Type": "application"}],
        "DescribeLoadBalancerAttributes": [timeout],
        "DescribeTargetGroups": [group | {"LoadBalancerArns": [ALB], "Protocol": "HTTP"}],
    }


def accelerator(
    arn: str, *, preserves: bool = True, overrides: bool = False, **endpoint: str
) -> dict[str, Any]:
    endpoints = [{"EndpointId": arn, "ClientIPPreservationEnabled": preserves} | endpoint]
    group = {"EndpointDescriptions": endpoints, "PortOverrides": [1] if overrides else [], OF: "l"}
    return {
        "ListAccelerators": [{"AcceleratorArn": "a1", "Name": "front"}],
        "ListListeners": [{"ListenerArn": "l", OF: "a1"}],
        "ListEndpointGroups": [group],
    }


ATTACHED = [{"InstanceId": "i-1"}]


@pytest.mark.parametrize(
    ("kind", "responses", "expected"),
    [
        ("nat-gateway", nat(("s", "a")), {}),
        ("nat-gateway", nat(("s", "a"), ("t", "b")), {"NAT-OTHER-AZ": "1 subnet in b uses it"}),
        ("nat-gateway", nat(("s", "b"), ("t", "c")), {"NAT-OTHER-AZ": "2 subnets in b, c use it"}),
        ("nat-gateway", nat(("t", "b"), AvailabilityMode="regional"), {}),
        ("nat-gateway", nat(), {"NAT-NO-ROUTE": "no route table sends traffic"}),
        ("nat-gateway", nat(State="deleted"), None),
        ("nat-gateway", nat_with(), {"NAT-NO-ENDPOINT": "rtb-s of v: traffic to S3 and Dyna"}),
        ("nat-gateway", nat_with(leads("s3", "rtb-s"), leads("dynamodb", "rtb-s")), {}),
        (
            "nat-gateway",
            nat_with(leads("s3", "rtb-s"), leads("dynamodb")),
            {"NAT-NO-ENDPOINT": "traffic to DynamoDB goes through it"},
        ),
        (
            "nat-gateway",
            nat_with(leads("s3", type="Interface"), leads("dynamodb", "rtb-other")),
            {"NAT-NO-ENDPOINT": "S3 and DynamoDB"},
        ),
        ("nat-gateway", nat_with(ConnectivityType="private"), {}),
        ("gateway-endpoint", nat_with(leads("s3", "rtb-s")), {}),
        ("gateway-endpoint", nat_with(leads("s3")), {"GWE-NO-ROUTE": "no route table of v leads"}),
        ("gateway-endpoint", nat_with(leads("s3", type="Interface")), None),
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
        ("nlb", nlb(states=()), {"NLB-EMPTY": "no target is registered in orders"}),
        ("nlb", nlb(states=("healthy",)), {"NLB-ONE-TARGET": "one target is healthy in orders"}),
        ("nlb", nlb(states=("healthy", "unhealthy")), {"NLB-ONE-TARGET": "healthy in orders"}),
        ("nlb", nlb(states=("unhealthy", "unhealthy")), {}),  # which its metrics tell
        ("alb", nlb(), None),
        ("nlb", alb(), None),
        ("alb", alb(), {}),
        ("alb", alb(states=()), {"ALB-EMPTY": "no target is registered in orders"}),
        ("alb", alb(states=("healthy",)), {"ALB-ONE-TARGET": "one target is healthy in orders"}),
        ("alb", alb(idle=900), {}),
        ("alb", alb(idle=900, eni=600), {"ALB-IDLE-ENI": "stops tracking them after 600 s"}),
        ("alb", alb(idle=350, default=350), {}),
        ("alb", alb(idle=351, default=350), {"ALB-IDLE-ENI": "it keeps idle connections 351 s"}),
        ("ebs-volume", volume(Attachments=ATTACHED), {}),
        ("ebs-volume", volume(), {"EBS-UNATTACHED": "100 GiB of gp3"}),
        ("ebs-volume", volume(VolumeType="gp2", Attachments=ATTACHED), {"EBS-GP2": "100 GiB"}),
        ("accelerator", accelerator(ALB), {"GA-MIXED": "web preserves client IP addresses"}),
        ("accelerator", accelerator(ALB, preserves=False), {}),
        ("accelerator", accelerator(ALB, overrides=True), {}),
        ("accelerator", accelerator("i-1", HealthState="HEALTHY"), {}),
        ("accelerator", accelerator("i-1", HealthState="INITIAL"), {}),
        (
            "accelerator",
            accelerator("i-1", HealthState="UNHEALTHY", HealthReason="timeout"),
            {"GA-UNHEALTHY": "1 of 1 unhealthy: i-1 (timeout)"},
        ),
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


@pytest.mark.parametrize(
    ("idle", "listener", "words"),
    [
        (400, 350, "it keeps idle connections 400 s, listener 443 of orders in front of it 350 s"),
        (400, 400, ""),
        (60, 350, ""),
    ],
)
def test_a_load_balancer_in_front_that_ends_idle_connections_first(
    idle: int, listener: int, words: str
) -> None:
    (front,) = KINDS["nlb"].read(nlb(idle=listener, target=ALB), "1", "us-east-1")
    (behind,) = KINDS["alb"].read(alb(idle=idle), "1", "us-east-1")
    (other,) = KINDS["nlb"].read(nlb(idle=listener), "1", "us-east-1")
    rules = {rule.id: rule for rule in KINDS["alb"].configuration}
    assert rules["ALB-IDLE-NLB"].check(behind, Estate((front, behind), NOW)) == words
    assert rules["ALB-IDLE-NLB"].check(behind, Estate((other, behind), NOW)) == ""


@pytest.mark.parametrize("kind", ["nlb", "alb"])
@pytest.mark.parametrize(
    ("is_listed", "days", "speaks"),
    [(False, 20, True), (False, 3, False), (True, 20, False), (None, 20, False)],
)
def test_a_load_balancer_that_cloudwatch_no_longer_lists_is_unused(
    kind: str, is_listed: bool | None, days: int, speaks: bool
) -> None:
    facts = {"created": NOW - days * 86_400}
    balancer = Resource(kind, "b", "b", "1", "us-east-1", "b", facts, is_listed)
    (rule,) = (each for each in KINDS[kind].configuration if each.id.endswith("-UNUSED"))
    assert bool(rule.check(balancer, Estate((balancer,), NOW))) is speaks


def test_a_group_of_functions_is_not_empty() -> None:
    """Lambda functions are no registered targets; the group says no protocol."""
    responses = alb(states=())
    group = responses["DescribeTargetGroups"][0]
    del group["Protocol"]
    (resource,) = KINDS["alb"].read(responses, "1", "us-east-1")
    assert [
        rule.id for rule in KINDS["alb"].configuration if rule.check(resource, Estate((), NOW))
    ] == []


def test_accelerators_are_looked_at_together() -> None:
    endpoints = [{"arn": LB, "preserves_client_ip": True, "has_overrides": False, "health": ""}]
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


def gateway(*attachments: dict[str, Any], parts: set[str], is_listed: bool = True) -> Resource:
    facts = {"created": NOW - 90 * 86_400, "attachments": list(attachments)}
    return Resource(
        "transit-gateway", "tgw-1", "hub", "1", "us-east-1", "tgw-1", facts, is_listed,
        frozenset(parts),
    )  # fmt: skip


def attachment(id: str, days: int = 30, state: str = "available") -> dict[str, Any]:
    created = NOW - days * 86_400
    return {
        "id": id, "type": "vpc", "to": f"vpc-{id}", "owner": "444455556666", "state": state,
        "created": created,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (gateway(attachment("a"), attachment("b"), parts={"a", "b"}), ""),
        (
            gateway(attachment("a"), attachment("b"), parts={"a"}),
            "no metric is listed of b (vpc vpc-b of 444455556666)",
        ),
        (gateway(attachment("b", days=3), parts={"a"}), ""),
        (gateway(attachment("b", state="pendingAcceptance"), parts={"a"}), ""),
        (gateway(attachment("b"), parts={""}), ""),  # listed as a whole alone
        (gateway(attachment("b"), parts=set(), is_listed=False), "no metric is listed of b"),
        (
            gateway(*(attachment(f"{i}") for i in range(5)), parts={"a"}),
            "2 (vpc vpc-2 of 444455556666) and 2 more",
        ),
    ],
)
def test_an_attachment_that_cloudwatch_does_not_list_is_named(
    subject: Resource, words: str
) -> None:
    (rule,) = KINDS["transit-gateway"].configuration
    text = rule.check(subject, Estate((subject,), NOW))
    assert words in text
    assert bool(text) is bool(words)
