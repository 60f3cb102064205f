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


REGIONS = {
    "us-east-1": ("use1-az1", "use1-az2", "use1-az4"),
    "eu-west-1": ("euw1-az1", "euw1-az2", "euw1-az3"),
    "ap-northeast-1": ("apne1-az1", "apne1-az2", "apne1-az4"),
}
OPERATIONS = {
    "peering": 12,
    "attachment": 6,
    "endpoint": 3,
    "service": 10,
    "region-peering": 12,
}  # USD a month; assumed, as nobody publishes what an object costs to look after


def company(flows: int, vpcs: int, seed: int = 20261126) -> dict[str, Any]:
    """A large company: three Regions, VPCs of a few platform teams with which most others talk,
    two VPCs in a hundred that overlap another, traffic from megabytes to petabytes."""
    dice = random.Random(seed)  # noqa: S311  not a secret
    accounts = max(1, vpcs // 3)
    regions = dice.choices(list(REGIONS), weights=(6, 3, 1), k=vpcs)
    vpc_documents = [
        {
            "name": f"vpc-{i}",
            "account": f"{i % accounts:012d}",
            "region": region,
            "cidrs": [f"10.{j // 256}.{j % 256}.0/24"],
            "azs": list(REGIONS[region]),
            "environment": dice.choice(("prod", "prod", "dev")),
        }
        for i, region in enumerate(regions)
        for j in [dice.randrange(vpcs) if dice.random() < 0.02 else i]
    ]
    popular = [max(1, vpcs // (i + 1)) for i in range(vpcs)]
    providers = dice.choices(range(vpcs), weights=popular, k=flows)
    return {
        "version": 1,
        "name": f"{flows} flows of a company",
        "accounts": [
            {"id": f"{i:012d}", "name": f"account-{i}", "organization": "o-company"}
            for i in range(accounts)
        ],
        "vpcs": vpc_documents,
        "services": [
            {"name": f"service-{i}", "vpc": f"vpc-{i}", "port": 443, "protocol": "tcp"}
            for i in range(vpcs)
        ],
        "operations_usd_per_object": OPERATIONS,
        "flows": [_flow_to(i, provider, dice, vpcs) for i, provider in enumerate(providers)],
    }


def _flow_to(i: int, provider: int, dice: random.Random, vpcs: int) -> dict[str, Any]:
    consumer = (provider + dice.randrange(1, vpcs)) % vpcs
    return {
        "name": f"flow-{i}",
        "from": f"vpc-{consumer}",
        "to": f"service-{provider}",
        "gb_per_month": round(dice.lognormvariate(5, 2.5), 3),
        "response_share": dice.randrange(101) / 100,
        "connections_per_second": dice.randrange(100),
        "connection_seconds": dice.randrange(300),
    }
