"""Gateway endpoints of S3 and DynamoDB: free, and of use only to the route tables that name them.

What a VPC lacks of them is said of its NAT gateway, which carries that traffic instead.
"""

from collections.abc import Iterator

from connectivity.core.health.docs import CONSOLE, GATEWAY_ENDPOINTS, OURS
from connectivity.core.health.evaluation import Severity, Whose
from connectivity.core.health.resource import (
    Describe,
    Estate,
    Resource,
    Said,
    name_of,
    seconds,
    tags_of,
)
from connectivity.core.health.resource_type import ConfigurationRule, Kind

KEY = "gateway-endpoint"


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Gateway endpoints that are there, each with the route tables that lead to it."""
    for vpc_endpoint in answers["DescribeVpcEndpoints"]:
        is_there = vpc_endpoint.get("State", "available").lower() in ("available", "pending")
        if vpc_endpoint.get("VpcEndpointType") != "Gateway" or not is_there:
            continue
        id = vpc_endpoint["VpcEndpointId"]
        facts = {
            "vpc": vpc_endpoint.get("VpcId", ""),
            "service": vpc_endpoint.get("ServiceName", ""),
            "route_tables": sorted(vpc_endpoint.get("RouteTableIds", ())),
            "created": seconds(vpc_endpoint.get("CreationTimestamp")),
        }
        name, tags = name_of(vpc_endpoint, id), tags_of(vpc_endpoint)
        yield Resource(KEY, id, name, account, region, id, facts, tags=tags)


def _unrouted(resource: Resource, estate: Estate) -> str:
    if resource.facts["route_tables"]:
        return ""
    return f"no route table of {resource.facts['vpc']} leads to it"


KIND = Kind(
    key=KEY,
    one="gateway endpoint",
    many="Gateway endpoints",
    namespace="",
    identity="",
    calls=(Describe("ec2", "DescribeVpcEndpoints", "VpcEndpoints"),),
    read=read,
    unpriced="free of charge",
    configuration=(
        ConfigurationRule(
            id="GWE-NO-ROUTE", kind=KEY, severity=Severity.ADVICE, whose=Whose.OURS,
            source=f"{OURS}; {GATEWAY_ENDPOINTS}",
            means="Nothing uses it: traffic to the service takes the subnets' other routes.",
            steps=("Associate it with the route tables of the subnets that use the service.",),
            effect="Traffic to the service stays off NAT gateways, without a charge per GB.",
            check=_unrouted,
        ),
    ),
    console=CONSOLE.format("EndpointDetails:vpcEndpointId={id}"),
)  # fmt: skip
