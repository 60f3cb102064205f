"""Watched accounts for tests: an AWS in memory, and what an account of it has."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from botocore.session import get_session
from botocore.validate import ParamValidator
from django.utils import timezone

from connectivity.clients.sessions import AccountAccess
from connectivity.core.health.series import metric
from connectivity.health.accounts.aws_access import Asking
from connectivity.health.accounts.aws_accounts import Wish, add_account
from connectivity.health.lifecycle import incidents
from connectivity.models import AwsAccount, Collection, Finding, FindingEvent, Resource
from tests.doubles.cloudwatch import CloudWatch, refused

REGION = "us-east-1"
NOW = 1_795_500_000 // 86_400 * 86_400 + 10 * 3_600 + 7 * 60  # ten past ten, UTC
NETWORK = "AWS/NetworkELB"
NAT_METRICS = (
    "ErrorPortAllocation",
    "PacketsDropCount",
    "PacketsInFromSource",
    "PacketsInFromDestination",
    "PeakBytesPerSecond",
    "PeakPacketsPerSecond",
    "ConnectionAttemptCount",
    "ConnectionEstablishedCount",
    "BytesInFromSource",
    "BytesInFromDestination",
    "ActiveConnectionCount",
    "IdleTimeoutCount",
)


class NoLimit:
    """A limiter that remembers what it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def wait(self, key: str) -> None:
        self.keys.append(key)


@dataclass
class Aws:
    """Many accounts: what Describe calls find, CloudWatch, and what each refuses."""

    clock: float = NOW
    clouds: dict[str, CloudWatch] = field(default_factory=lambda: defaultdict(CloudWatch))
    found: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    denied: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    broken: dict[str, ClientError] = field(default_factory=dict)  # by account
    asked: set[str] = field(default_factory=set)  # operations
    calls: Counter[str] = field(default_factory=Counter)  # of accounts that are broken
    limiter: NoLimit = field(default_factory=NoLimit)

    @property
    def asking(self) -> Asking:
        return Asking(self.client, self.limiter, lambda: self.clock)  # type: ignore[arg-type]

    def client(self, access: AccountAccess, service: str, region: str) -> Any:
        if access.account in self.broken:
            raise_ = self.broken[access.account]
            return _Broken(raise_, self, access.account)
        return (
            self.clouds[access.account]
            if service == "cloudwatch"
            else _Api(self, access.account, service)
        )


@dataclass
class _Api:
    """Answers, which AWS's own model must allow."""

    aws: Aws
    account: str
    service: str

    def can_paginate(self, name: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        operation = "".join(part.capitalize() for part in name.split("_"))

        def call(**asked: Any) -> dict[str, Any]:
            self.aws.asked.add(operation)
            if operation in self.aws.denied[self.account]:
                raise refused("UnauthorizedOperation", "no", operation, 403)
            answer = self.aws.found[self.account].get(operation, {})
            answer = answer(**asked) if callable(answer) else answer
            report = ParamValidator().validate(answer, _model(self.service, operation))
            assert not report.has_errors(), f"{operation}: {report.generate_report()}"
            return answer

        return call


@cache
def _model(service: str, operation: str) -> Any:
    return get_session().get_service_model(service).operation_model(operation).output_shape


@dataclass
class _Broken:
    error: ClientError
    aws: Aws
    account: str

    def can_paginate(self, name: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        def call(**asked: Any) -> None:
            self.aws.calls[self.account] += 1
            raise self.error

        return call


def nat_gateways(aws: Aws, account: str, count: int = 1, *, hours: int = 4) -> CloudWatch:
    """NAT gateways of an account, with a sample a minute of every metric, up to now."""
    cloud = aws.clouds[account]
    aws.found[account]["DescribeNatGateways"] = {
        "NatGateways": [
            {"NatGatewayId": f"nat-{i}", "VpcId": "vpc-1", "SubnetId": "subnet-1"}
            for i in range(count)
        ]
    }
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1a"}
    aws.found[account]["DescribeSubnets"] = {"Subnets": [subnet]}
    routes = [{"NatGatewayId": f"nat-{i}"} for i in range(count)]
    table = {"VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": routes}
    aws.found[account]["DescribeRouteTables"] = {"RouteTables": [table]}
    for i in range(count):
        for name in NAT_METRICS:
            value = 0.0 if name in ("ErrorPortAllocation", "PacketsDropCount") else 100.0
            series = metric("AWS/NATGateway", name, NatGatewayId=f"nat-{i}")
            for minute in range(60 * hours):
                cloud.put(series, int(aws.clock) - 60 * minute, value)
    return cloud


ELB = "arn:aws:elasticloadbalancing:us-east-1:{account}:{name}"
BALANCER, GROUP = "net/orders/50dc6c495c0c9188", "targetgroup/orders/73e2d6bc24d8a067"
BALANCER_METRICS = {  # a minute, of one that is well
    "TCP_ELB_Reset_Count": 0.0,
    "TCP_Client_Reset_Count": 6.0,
    "TCP_Target_Reset_Count": 6.0,
    "PortAllocationErrorCount": 0.0,
    "RejectedFlowCount": 0.0,
}


def network_balancer(
    aws: Aws,
    account: str,
    *,
    healthy: dict[str, int],
    unhealthy: dict[str, int] | None = None,
    crossing: str = "use_load_balancer_configuration",
    flows: dict[str, int] | None = None,
    new: float = 600,
    days: int = 30,
) -> CloudWatch:
    """A Network Load Balancer with one group: targets and flows by AZ, new ones a minute, its age.

    With cross-zone load balancing on each node sees the targets of all AZs, else those of its own.
    What it publishes is listed by every set of dimensions that AWS's page has.
    """
    arn, group = (
        ELB.format(account=account, name=name) for name in (f"loadbalancer/{BALANCER}", GROUP)
    )
    aws.found[account] |= {
        "DescribeLoadBalancers": {
            "LoadBalancers": [
                {
                    "LoadBalancerArn": arn,
                    "LoadBalancerName": "orders",
                    "Type": "network",
                    "Scheme": "internal",
                    "VpcId": "vpc-1",
                    "CreatedTime": datetime.fromtimestamp(NOW - days * 86_400, UTC),
                    "AvailabilityZones": [{"ZoneName": az} for az in healthy],
                }
            ]
        },
        "DescribeTargetGroups": {
            "TargetGroups": [
                {
                    "TargetGroupArn": group,
                    "TargetGroupName": "orders",
                    "Protocol": "TCP",
                    "TargetType": "instance",
                    "LoadBalancerArns": [arn],
                }
            ]
        },
        "DescribeLoadBalancerAttributes": {
            "Attributes": [{"Key": "load_balancing.cross_zone.enabled", "Value": "false"}]
        },
        "DescribeTargetGroupAttributes": {
            "Attributes": [{"Key": "load_balancing.cross_zone.enabled", "Value": crossing}]
        },
        "DescribeTargetHealth": {
            "TargetHealthDescriptions": [
                {"Target": {"Id": f"i-{i}"}, "TargetHealth": {"State": "healthy"}} for i in range(4)
            ]
        },
        "DescribeListeners": {
            "Listeners": [{"ListenerArn": f"{arn}/l", "Port": 443, "Protocol": "TCP"}]
        },
        "DescribeListenerAttributes": {
            "Attributes": [{"Key": "tcp.idle_timeout.seconds", "Value": "350"}]
        },
        "DescribeSubnets": {
            "Subnets": [
                {
                    "SubnetId": f"subnet-{az}",
                    "VpcId": "vpc-1",
                    "AvailabilityZone": az,
                    "AvailabilityZoneId": f"use1-{id}",
                }
                for az, id in zip(sorted(healthy), ("az4", "az6", "az1"), strict=False)
            ]
        },
    }
    cloud = aws.clouds[account]
    bad = unhealthy or dict.fromkeys(healthy, 0)
    is_crossing = crossing == "true"
    carried = metric(NETWORK, "ProcessedBytes", LoadBalancer=BALANCER)
    for day in range(days):
        cloud.put(carried, NOW - 86_400 * day, 1e9)
    for minute in range(60 * 4):
        moment = int(aws.clock) - 60 * minute
        for az in healthy:
            seen = sum(healthy.values()) if is_crossing else healthy[az]
            lost = sum(bad.values()) if is_crossing else bad[az]
            zonal = {"AvailabilityZone": az, "LoadBalancer": BALANCER}
            whole = {"LoadBalancer": BALANCER}
            for dimensions in (whole, zonal):
                of_group = dimensions | {"TargetGroup": GROUP}
                cloud.put(metric(NETWORK, "HealthyHostCount", **of_group), moment, seen)
                cloud.put(metric(NETWORK, "UnHealthyHostCount", **of_group), moment, lost)
                cloud.put(metric(NETWORK, "ZonalHealthStatus", **dimensions), moment, seen > 0)
                few = (flows or {}).get(az, 900)
                cloud.put(metric(NETWORK, "ActiveFlowCount", **dimensions), moment, few)
                counts = BALANCER_METRICS | {"NewFlowCount": new}
                for name, value in counts.items():
                    cloud.put(metric(NETWORK, name, **dimensions), moment, value / len(healthy))
    return cloud


def watched(team_id: int, account: str = "111122223333") -> AwsAccount:
    row = add_account(team_id, Wish(account, f"account {account[:4]}", (REGION,)), uses_own=True)
    Collection.objects.filter(account=row).update(due_at=datetime.fromtimestamp(NOW, UTC))
    return row


def health_finding(team_id: int) -> Finding:
    """An open finding of a NAT gateway in a watched account."""
    row = add_account(team_id, Wish("111122223333", "network", ("eu-west-1",)))
    resource = Resource.objects.create(
        team_id=team_id,
        account=row,
        region="eu-west-1",
        kind="nat-gateway",
        aws_id="nat-1",
        key="nat-1",
        name="egress",
        facts={
            "mode": "zonal",
            "az": "eu-west-1a",
            "routes": [],
            "addresses": 1,
            "created": None,
            "connectivity": "public",
        },
    )
    now = timezone.now()
    finding = Finding.objects.create(
        team_id=team_id,
        resource=resource,
        rule="NAT-PORTS",
        severity="critical",
        why="15 of the last 15 data points are above 0",
        opened_at=now,
    )
    FindingEvent.objects.create(finding=finding, at=now, what="opened", detail=finding.why)
    incidents.follow({resource.pk: resource.kind}, [finding], now)
    return finding
