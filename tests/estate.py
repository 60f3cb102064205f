"""Watched accounts for tests: an AWS in memory, and what an account of it has."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from django.utils import timezone

from connectivity.clients.sessions import AccountAccess
from connectivity.core.health.series import metric
from connectivity.health.aws_access import Asking
from connectivity.health.aws_accounts import Wish, add_account
from connectivity.models import AwsAccount, Collection, Finding, FindingEvent, Resource
from tests.doubles.cloudwatch import CloudWatch, refused

REGION = "us-east-1"
NOW = 1_795_500_000 // 86_400 * 86_400 + 10 * 3_600 + 7 * 60  # ten past ten, UTC
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
    limiter: NoLimit = field(default_factory=NoLimit)

    @property
    def asking(self) -> Asking:
        return Asking(self.client, self.limiter, lambda: self.clock)  # type: ignore[arg-type]

    def client(self, access: AccountAccess, service: str, region: str) -> Any:
        if access.account in self.broken:
            raise_ = self.broken[access.account]
            return _Broken(raise_)
        return (
            self.clouds[access.account] if service == "cloudwatch" else _Api(self, access.account)
        )


@dataclass
class _Api:
    aws: Aws
    account: str

    def can_paginate(self, name: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        operation = "".join(part.capitalize() for part in name.split("_"))

        def call(**asked: Any) -> dict[str, Any]:
            self.aws.asked.add(operation)
            if operation in self.aws.denied[self.account]:
                raise refused("UnauthorizedOperation", "no", operation, 403)
            answer = self.aws.found[self.account].get(operation, {})
            return answer(**asked) if callable(answer) else answer

        return call


@dataclass
class _Broken:
    error: ClientError

    def can_paginate(self, name: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        def call(**asked: Any) -> None:
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
        state="critical",
        why="15 of the last 15 data points are above 0",
        opened_at=now,
    )
    FindingEvent.objects.create(finding=finding, at=now, what="opened", detail=finding.why)
    return finding
