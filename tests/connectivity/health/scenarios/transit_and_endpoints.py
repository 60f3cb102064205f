"""Scenarios of transit gateways and PrivateLink: what is dropped, reset, or carries nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime

from connectivity.core.health.docs import ALARMS, GATEWAY_ENDPOINTS, GUIDE
from connectivity.core.health.series import Metric, metric
from tests.connectivity.health.scenarios.model import (
    ACCOUNT,
    DAY,
    REGION,
    Facts,
    Scenario,
    Value,
)
from tests.estate import NOW

CREATED = datetime.fromtimestamp(NOW - 100 * DAY, UTC)
TRANSIT = "docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-cloudwatch-metrics.html"
PRIVATELINK = "docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html"
TRANSIT_WELL: dict[str, Value] = {
    "PacketsIn": 100_000,
    "PacketDropCountBlackhole": 0,
    "PacketDropCountNoRoute": 0,
}


def transit_gateway(
    name: str, daily: Iterable[float | None] | None = None, **minutes: Value
) -> Facts:
    """A transit gateway with the attachment of a VPC, and what differs from one that is well."""
    id, attachment = f"tgw-{name}", f"tgw-attach-{name}"

    def measured(metric_name: str) -> Metric:
        dimensions = {"TransitGateway": id, "TransitGatewayAttachment": attachment}
        return metric("AWS/TransitGateway", metric_name, **dimensions)

    return Facts(
        id,
        {
            "DescribeTransitGateways": [
                {"TransitGatewayId": id, "OwnerId": ACCOUNT, "CreationTime": CREATED}
            ],
            "DescribeTransitGatewayAttachments": [
                {
                    "TransitGatewayAttachmentId": attachment,
                    "TransitGatewayId": id,
                    "ResourceType": "vpc",
                    "ResourceId": f"vpc-{name}",
                    "ResourceOwnerId": ACCOUNT,
                    "State": "available",
                    "CreationTime": CREATED,
                }
            ],
        },
        minutes={measured(key): value for key, value in (TRANSIT_WELL | minutes).items()},
        days={measured("BytesIn"): [1e9] * 30 if daily is None else daily},
    )


def endpoint(
    name: str,
    daily: Iterable[float | None] | None = None,
    *,
    is_measured: bool = True,
    **minutes: Value,
) -> Facts:
    """An interface endpoint, and what differs from one that is well."""
    id, vpc, service = f"vpce-{name}", f"vpc-{name}", "com.amazonaws.vpce.us-west-2.vpce-svc-1"
    own = {"PacketsDropped": 0.0, "RstPacketsReceived": 0.0}

    def measured(metric_name: str) -> Metric:
        dimensions = {
            "Endpoint Type": "Interface", "Service Name": service,
            "VPC Endpoint Id": id, "VPC Id": vpc,
        }  # fmt: skip
        return metric("AWS/PrivateLinkEndpoints", metric_name, **dimensions)

    return Facts(
        id,
        {
            "DescribeVpcEndpoints": [
                {
                    "VpcEndpointId": id,
                    "VpcEndpointType": "Interface",
                    "VpcId": vpc,
                    "ServiceName": service,
                    "State": "available",
                    "SubnetIds": ["subnet-1"],
                    "CreationTimestamp": CREATED,
                }
            ]
        },
        minutes={measured(k): value for k, value in (own | minutes).items()} if is_measured else {},
        days={measured("BytesProcessed"): [1e9] * 30 if daily is None else daily}
        if is_measured
        else {},
    )


def service(name: str, resets: float) -> Facts:
    """An endpoint service, and how many connections it resets a minute."""
    id = f"vpce-svc-{name}"
    return Facts(
        id,
        {
            "DescribeVpcEndpointServiceConfigurations": [
                {"ServiceId": id, "ServiceState": "Available"}
            ]
        },
        minutes={metric("AWS/PrivateLinkServices", "RstPacketsSent", **{"Service Id": id}): resets},
    )


def gateway_endpoint(name: str, tables: tuple[str, ...]) -> Facts:
    """A gateway endpoint of S3, and the route tables that lead to it."""
    return Facts(
        f"vpce-{name}",
        {
            "DescribeVpcEndpoints": [
                {
                    "VpcEndpointId": f"vpce-{name}",
                    "VpcEndpointType": "Gateway",
                    "VpcId": f"vpc-{name}",
                    "ServiceName": f"com.amazonaws.{REGION}.s3",
                    "State": "available",
                    "RouteTableIds": list(tables),
                }
            ]
        },
    )


SCENARIOS = (
    Scenario(
        "A transit gateway with nothing wrong", transit_gateway("well"), "ok", source=TRANSIT
    ),
    Scenario(
        "2 % of the packets match a blackhole route",
        transit_gateway("hole", PacketDropCountBlackhole=2_000),
        "warning", {"TGW-BLACKHOLE": "warning"}, GUIDE,
    ),
    Scenario(
        "2 % of the packets match no route",
        transit_gateway("lost", PacketDropCountNoRoute=2_000),
        "warning", {"TGW-NO-ROUTE": "warning"}, GUIDE,
    ),
    Scenario(
        "1 of 900 packets a minute matches no route",
        transit_gateway("lost-1", PacketsIn=900, PacketDropCountNoRoute=1), "ok",
    ),
    Scenario(
        "An attachment has no data point for seven days",
        transit_gateway("silent", [None] * 9 + [1e9] * 20),
        "ok", {"TGW-IDLE": "advice"},
    ),
    Scenario(
        "An interface endpoint with nothing wrong", endpoint("well"), "ok", source=PRIVATELINK
    ),
    Scenario(
        "An interface endpoint drops 500 packets a minute",
        endpoint("drops", PacketsDropped=500), "warning", {"VPCE-DROPS": "warning"}, ALARMS,
    ),
    Scenario(
        "20 connections a second are reset by the service",
        endpoint("resets", RstPacketsReceived=1_200),
        "warning", {"VPCE-RESETS": "warning"}, PRIVATELINK,
    ),
    Scenario(
        "An interface endpoint has no data point for seven days",
        endpoint("silent", [None] * 9 + [1e9] * 20), "ok", {"VPCE-IDLE": "advice"},
    ),
    Scenario(
        "An interface endpoint that CloudWatch does not list",
        endpoint("forgotten", is_measured=False), "unknown", {"VPCE-UNUSED": "advice"},
    ),
    Scenario("An endpoint service with nothing wrong", service("well", 0), "ok", source=ALARMS),
    Scenario(
        "An endpoint service resets 20 connections a second",
        service("resets", 1_200), "warning", {"VPCS-RESETS": "warning"}, ALARMS,
    ),
    Scenario(
        "A gateway endpoint of a route table", gateway_endpoint("led", ("rtb-1",)), "ok",
        source=GATEWAY_ENDPOINTS,
    ),
    Scenario(
        "A gateway endpoint to which no route table leads",
        gateway_endpoint("unled", ()), "ok", {"GWE-NO-ROUTE": "advice"}, GATEWAY_ENDPOINTS,
    ),
)  # fmt: skip
