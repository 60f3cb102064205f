"""Ordinary cases; a test states only what is special."""

from decimal import Decimal
from typing import Any

from connectivity.core.network.planned_network import Case, case
from connectivity.core.network.topology import Topology
from connectivity.core.registered_document import topology
from costmodel.core.charges import PriceName
from costmodel.core.price_list import Price, PriceList, tiers

AZS = ["use1-az1", "use1-az2", "use1-az3"]

TEST_PRICES = """
AWSDataTransfer DataTransfer-Regional-Bytes - * - GB 0.01
AmazonVPC VpcPeering-Out-Bytes - * - GB 0.01
AmazonVPC VpcPeering-In-Bytes - * - GB 0.01
AmazonVPC TransitGateway-Hours TransitGatewayVPC * - hour 0.05
AmazonVPC TransitGateway-Hours TransitGatewayPeering * - hour 0.05
AmazonVPC TransitGateway-Bytes TransitGatewayVPC * - GB 0.02
AmazonVPC VpcEndpoint-Hours VpcEndpoint * - hour 0.01
AmazonVPC VpcEndpoint-Bytes VpcEndpoint * - GB 0.01 1048576:0.006 5242880:0.004
AmazonVPC VpcEndpoint-Service-Hours - * - hour 0.05
AWSELB LoadBalancerUsage LoadBalancing:Network * - hour 0.0225
AWSELB LCUUsage LoadBalancing:Network * - LCU-hour 0.006
AWSDataTransfer AWS-Out-Bytes - us-east-1 us-east-2 GB 0.01
AWSDataTransfer AWS-Out-Bytes - us-east-2 us-east-1 GB 0.01
AWSDataTransfer AWS-Out-Bytes - us-east-1 ap-northeast-1 GB 0.02
AWSDataTransfer AWS-Out-Bytes - ap-northeast-1 us-east-1 GB 0.09
AWSDataTransfer AWS-Out-Bytes - us-east-2 ap-northeast-1 GB 0.02
AWSDataTransfer AWS-Out-Bytes - ap-northeast-1 us-east-2 GB 0.09
"""


def account(id: str, **changes: Any) -> dict[str, Any]:
    return {"id": id, "name": f"account-{id}", "organization": "o-main"} | changes


def vpc(name: str, account: str, cidr: str, **changes: Any) -> dict[str, Any]:
    ordinary = {"region": "us-east-1", "cidrs": [cidr], "azs": AZS}
    return {"name": name, "account": account} | ordinary | changes


def flow(**changes: Any) -> dict[str, Any]:
    return {"name": "f", "from": "clients", "to": "api", "gb_per_month": 1000} | changes


def document(*flows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Two VPCs of two accounts in one Region, a service in the second, and one flow."""
    ordinary = {
        "version": 1,
        "name": "ordinary",
        "accounts": [account("111111111111"), account("222222222222")],
        "vpcs": [
            vpc("clients", "111111111111", "10.0.0.0/16"),
            vpc("orders", "222222222222", "10.1.0.0/16"),
        ],
        "services": [{"name": "api", "vpc": "orders", "port": 443}],
        "flows": list(flows) or [flow()],
    }
    return ordinary | changes


def topology_of(*flows: dict[str, Any], **changes: Any) -> Topology:
    return topology(document(*flows, **changes))


def case_of(*flows: dict[str, Any], **changes: Any) -> Case:
    return case(topology_of(*flows, **changes))


def price_list(text: str = TEST_PRICES) -> PriceList:
    """A price list from lines of `service usage_type operation region to_region unit rate…`."""
    return PriceList("test", "2026-01-01", tuple(map(_price, text.strip().splitlines())))


def _price(line: str) -> Price:
    service, usage_type, operation, region, to_region, unit, first, *more = line.split()
    steps = [("0", first), *(step.split(":") for step in more)]
    starts = [int(start) * 1000 for start, _ in steps]
    ranges = zip(starts, [*starts[1:], None], (Decimal(usd) for _, usd in steps), strict=True)
    return Price(
        PriceName(service, usage_type, "" if operation == "-" else operation),
        region,
        None if to_region == "-" else to_region,
        unit,
        tiers(ranges),
        "test",
        "2026-01-01",
    )
