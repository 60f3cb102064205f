"""Scenarios of NAT gateways: ports, drops, connections, AZs, and what CloudWatch leaves out."""

from datetime import UTC, datetime
from typing import Any

from connectivity.core.health.docs import (
    ALARMS,
    GATEWAY_ENDPOINTS,
    GUIDE,
    NAT,
    NAT_BASICS,
    NAT_TROUBLE,
)
from connectivity.core.health.series import Metric, metric
from tests.connectivity.health.scenarios.model import AZS, DAY, REGION, Facts, Scenario, Value
from tests.estate import NOW

MISSING = "docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
REGIONAL = "docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html"
STATUS = "docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html"
WELL: dict[str, Value] = {
    "ErrorPortAllocation": 0,
    "PacketsDropCount": 0,
    "PacketsInFromSource": 100_000,
    "PacketsInFromDestination": 100_000,
    "PeakBytesPerSecond": 1e8,
    "PeakPacketsPerSecond": 1e5,
    "ConnectionAttemptCount": 500,
    "ConnectionEstablishedCount": 500,
    "ActiveConnectionCount": 900,
    "IdleTimeoutCount": 2,
}
CREATED = datetime.fromtimestamp(NOW - 100 * DAY, UTC)


def measured(name: str, metric_name: str, **more: str) -> Metric:
    return metric("AWS/NATGateway", metric_name, NatGatewayId=f"nat-{name}", **more)


def gateway(
    name: str,
    *,
    azs: tuple[str, ...] = AZS[:1],
    addresses: int = 1,
    is_regional: bool = False,
    is_routed: bool = True,
    services: tuple[str, ...] = ("s3", "dynamodb"),
    daily: float = 1e9,
    weekly: float | None = None,
    statuses: dict[str, str] | None = None,
    **minutes: Value,
) -> Facts:
    """A gateway in the first AZ, the AZs whose subnets use it, and what differs from a well one."""
    vpc, table = f"vpc-{name}", f"rtb-{name}"
    subnets = {az: f"subnet-{name}-{az}" for az in dict.fromkeys((AZS[0], *azs))}
    where: dict[str, Any] = (
        {"AvailabilityMode": "regional"} if is_regional else {"SubnetId": subnets[AZS[0]]}
    )
    routes = [{"NatGatewayId": f"nat-{name}"}] if is_routed else []
    zones = [{"AvailabilityZone": az} for az in azs] if is_regional else [{}]
    return Facts(
        f"nat-{name}",
        {
            "DescribeNatGateways": [
                {
                    "NatGatewayId": f"nat-{name}",
                    "VpcId": vpc,
                    "State": "available",
                    "ConnectivityType": "public",
                    "CreateTime": CREATED,
                    "NatGatewayAddresses": [{"PublicIp": f"192.0.2.{i}"} for i in range(addresses)],
                    **where,
                }
            ],
            "DescribeSubnets": [
                {"SubnetId": id, "VpcId": vpc, "AvailabilityZone": az} for az, id in subnets.items()
            ],
            "DescribeRouteTables": [
                {
                    "RouteTableId": table,
                    "VpcId": vpc,
                    "Associations": [{"SubnetId": subnets[az]} for az in azs],
                    "Routes": routes,
                }
            ],
            "DescribeVpcEndpoints": [
                {
                    "VpcEndpointId": f"vpce-{service}-{name}",
                    "VpcEndpointType": "Gateway",
                    "VpcId": vpc,
                    "ServiceName": f"com.amazonaws.{REGION}.{service}",
                    "State": "available",
                    "RouteTableIds": [table],
                }
                for service in services
            ],
        },
        minutes={
            measured(name, id, **zone): value
            for id, value in (WELL | minutes).items()
            for zone in zones
        },
        days={
            measured(name, id, **zone): [daily] * 30
            for id in ("BytesInFromSource", "BytesInFromDestination")
            for zone in zones
        },
        weeks={} if weekly is None else {measured(name, "IdleTimeoutCount"): weekly},
        statuses={measured(name, id): status for id, status in (statuses or {}).items()},
    )


def last(minutes: int, value: float, otherwise: float = 0) -> Value:
    """A value for so many minutes up to now."""
    return lambda before: value if before < minutes else otherwise


def only(first: int, end: int, value: float) -> Value:
    """A value from so many to so many minutes ago, and zero around it."""
    return lambda before: value if end <= before < first else 0


PORTS = {"NAT-PORTS": "critical", "NAT-PORTS-NOW": "warning"}
GROWN = {"NAT-IDLE-TIMEOUTS": "warning"}

SCENARIOS = (
    Scenario("A NAT gateway with traffic and nothing wrong", gateway("well"), "ok", source=NAT),
    Scenario(
        "Port allocation errors in 15 of 15 minutes",
        gateway("ports-15", ErrorPortAllocation=last(40, 3)),
        "critical", PORTS, ALARMS,
    ),
    Scenario(
        "A port allocation error in one of five minutes",
        gateway("ports-1", ErrorPortAllocation=only(10, 9, 1)),
        "warning", {"NAT-PORTS-NOW": "warning"}, GUIDE,
    ),
    Scenario(
        "Port allocation errors that ended an hour ago",
        gateway("ports-past", ErrorPortAllocation=only(90, 60, 3)), "ok", source=ALARMS,
    ),
    Scenario(
        "0.02 % of the packets are dropped",
        gateway("drops", PacketsDropCount=last(60, 40)),
        "warning", {"NAT-DROPS": "warning"}, ALARMS,
    ),
    Scenario(
        "1 of 900 packets a minute is dropped",
        gateway("drop-1", PacketsDropCount=1, PacketsInFromSource=450,
                PacketsInFromDestination=450),
        "ok",
    ),
    Scenario(
        "One connection attempt in five minutes gets no answer",
        gateway("unanswered-1", ConnectionAttemptCount=lambda before: float(before % 5 == 0),
                ConnectionEstablishedCount=0),
        "ok",
    ),
    Scenario(
        "Half of the connection attempts get no answer",
        gateway("unanswered", ConnectionEstablishedCount=250),
        "warning", {"NAT-NO-ANSWER": "warning"}, NAT,
    ),
    Scenario(
        "54,000 of 55,000 connections of one address",
        gateway("full", ActiveConnectionCount=54_000),
        "warning", {"NAT-CONNECTIONS": "warning"}, NAT_BASICS,
    ),
    Scenario(
        "55,000 of 55,000 connections of one address",
        gateway("fuller", ActiveConnectionCount=55_000),
        "critical",
        {"NAT-CONNECTIONS": "warning", "NAT-CONNECTIONS-FULL": "critical"}, NAT_BASICS,
    ),
    Scenario(
        "54,000 connections of two addresses",
        gateway("roomy", ActiveConnectionCount=54_000, addresses=2), "ok", source=NAT_BASICS,
    ),
    Scenario(
        "Peaks of 88 Gbps",
        gateway("peak", PeakBytesPerSecond=11e9),
        "warning", {"NAT-PEAK-BYTES": "warning"}, NAT_BASICS,
    ),
    Scenario(
        "Idle timeouts grow from 2 to 6,000 a minute",
        gateway("timeouts", IdleTimeoutCount=last(120, 6_000, 2), weekly=2),
        "warning", GROWN, NAT_TROUBLE,
    ),
    Scenario(
        "6,000 idle timeouts a minute, as in the weeks before",
        gateway("timeouts-ever", IdleTimeoutCount=6_000, weekly=6_000), "ok",
    ),
    Scenario(
        "No traffic for seven days", gateway("silent", daily=0), "ok", {"NAT-IDLE": "advice"},
    ),
    Scenario(
        "Subnets of another AZ use the gateway",
        gateway("far", azs=AZS[:2]), "ok", {"NAT-OTHER-AZ": "advice"}, NAT_BASICS,
    ),
    Scenario(
        "A regional gateway is used from three AZs, and measured in each",
        gateway("regional", azs=AZS, is_regional=True), "ok", source=REGIONAL,
    ),
    Scenario(
        "A regional gateway has port allocation errors",
        gateway("regional-ports", azs=AZS, is_regional=True, ErrorPortAllocation=last(40, 3)),
        "critical", PORTS, REGIONAL,
    ),
    Scenario(
        "A VPC with a gateway, and without gateway endpoints",
        gateway("costly", services=()), "ok", {"NAT-NO-ENDPOINT": "advice"}, GATEWAY_ENDPOINTS,
        says="S3 and DynamoDB",
    ),
    Scenario(
        "A VPC with a gateway, and an endpoint of S3 alone",
        gateway("costly-db", services=("s3",)), "ok", {"NAT-NO-ENDPOINT": "advice"},
        GATEWAY_ENDPOINTS, says="traffic to DynamoDB",
    ),
    Scenario(
        "No route leads to the gateway",
        gateway("unrouted", is_routed=False), "ok", {"NAT-NO-ROUTE": "advice"},
    ),
    Scenario(
        "The newest data points are late, and nothing is wrong",
        gateway("late", ErrorPortAllocation=lambda before: None if before < 10 else 0),
        "ok", source=MISSING,
    ),
    Scenario(
        "Port allocation errors in all minutes but one without a data point",
        gateway("hole", ErrorPortAllocation=lambda before: None if before == 15 else 3),
        "critical", PORTS, MISSING,
    ),
    Scenario(
        "CloudWatch denies access to a metric",
        gateway("denied", statuses={"ErrorPortAllocation": "Forbidden"}),
        "unknown", source=STATUS, unknown=("NAT-PORTS", "NAT-PORTS-NOW"),
    ),
    Scenario(
        "CloudWatch fails for a metric",
        gateway("failed", statuses={"PacketsDropCount": "InternalError"}),
        "unknown", source=STATUS, unknown=("NAT-DROPS",),
    ),
    Scenario(
        "CloudWatch's answer lacks a metric's result",
        gateway("lacking", statuses={"ErrorPortAllocation": ""}),
        "unknown", unknown=("NAT-PORTS", "NAT-PORTS-NOW"),
    ),
)  # fmt: skip
