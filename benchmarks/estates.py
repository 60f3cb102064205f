"""Made-up estates of any size, always the same ones."""

import random
from typing import Any

AZS = ["use1-az1", "use1-az2", "use1-az3"]


def document(flows: int, vpcs: int) -> dict[str, Any]:
    """A topology document: every VPC has an account and a service, flows join random pairs."""
    dice = random.Random(20261123)  # noqa: S311  not a secret
    accounts = [
        {"id": f"{i:012d}", "name": f"account-{i}", "organization": f"o-{i % 3}"}
        for i in range(vpcs)
    ]
    vpc_documents = [
        {
            "name": f"vpc-{i}",
            "account": f"{i:012d}",
            "region": "us-east-1",
            "cidrs": [f"10.{i // 256}.{i % 256}.0/24"],
            "azs": AZS,
        }
        for i in range(vpcs)
    ]
    services = [{"name": f"service-{i}", "vpc": f"vpc-{i}", "port": 443} for i in range(vpcs)]
    return {
        "version": 1,
        "name": f"{flows} flows",
        "accounts": accounts,
        "vpcs": vpc_documents,
        "services": services,
        "flows": [_flow(i, dice, vpcs) for i in range(flows)],
    }


def _flow(i: int, dice: random.Random, vpcs: int) -> dict[str, Any]:
    consumer, provider = dice.sample(range(vpcs), 2)
    return {
        "name": f"flow-{i}",
        "from": f"vpc-{consumer}",
        "to": f"service-{provider}",
        "gb_per_month": dice.randrange(20_000),
        "response_share": dice.randrange(101) / 100,
        "connections_per_second": dice.randrange(100),
        "connection_seconds": dice.randrange(300),
    }
