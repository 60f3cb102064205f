"""The estate of a mid-sized company: 30 flows, of which no single option is the cheapest."""

from typing import Any

from tests.factories import account, document, flow, vpc

US = ["use1-az1", "use1-az2", "use1-az4"]
EU = ["euw1-az1", "euw1-az2", "euw1-az3"]
ACCOUNTS = ("platform", "shop", "payments", "data", "eu", "labs")
VPCS = (
    # name, account, Region, environment
    ("hub-us", 0, "us-east-1", "prod"),
    ("shop-us", 1, "us-east-1", "prod"),
    ("pay-us", 2, "us-east-1", "prod"),
    ("data-us", 3, "us-east-1", "prod"),
    ("web-us", 1, "us-east-1", "prod"),
    ("labs-us", 5, "us-east-1", "dev"),
    ("hub-eu", 0, "eu-west-1", "prod"),
    ("shop-eu", 4, "eu-west-1", "prod"),
    ("pay-eu", 2, "eu-west-1", "prod"),
    ("data-eu", 3, "eu-west-1", "prod"),
    ("web-eu", 4, "eu-west-1", "prod"),
    ("labs-eu", 5, "eu-west-1", "dev"),
)
SERVICES = ("hub-us", "pay-us", "data-us", "shop-us", "hub-eu", "pay-eu", "data-eu", "shop-eu")
OPERATIONS = {"peering": 12, "attachment": 6, "endpoint": 3, "service": 10, "region-peering": 12}


def estate(*, overlap: bool = False) -> dict[str, Any]:
    """The document; with `overlap` two of its VPCs have one CIDR, so that no hub takes both."""
    return document(
        *map(_flow, range(30)),
        name="acme",
        accounts=[
            account(_account(i), name=name, organization="o-acme")
            for i, name in enumerate(ACCOUNTS)
        ],
        vpcs=[_vpc(i, overlap=overlap) for i in range(len(VPCS))],
        services=[{"name": f"{name}-api", "vpc": name, "port": 443} for name in SERVICES],
        operations_usd_per_object=OPERATIONS,
        policies=[{"forbid": "vpc-peering", "between": ["prod", "dev"], "because": "audit"}],
    )


def _vpc(i: int, *, overlap: bool) -> dict[str, Any]:
    name, owner, region, environment = VPCS[i]
    cidr = "10.4.0.0/16" if overlap and name == "labs-us" else f"10.{i}.0.0/16"
    azs = US if region == "us-east-1" else EU
    return vpc(name, _account(owner), cidr, region=region, azs=azs, environment=environment)


def _account(i: int) -> str:
    return f"{i + 1:012d}"


def _flow(i: int) -> dict[str, Any]:
    """From each VPC in turn to a service of another one, from 40 GB to 150 TB a month."""
    consumer = VPCS[i % len(VPCS)][0]
    others = [name for name in SERVICES if name != consumer]
    provider = others[(i * 5 + i // len(VPCS)) % len(others)]
    return flow(
        name=f"{consumer}-{provider}-{i}",
        **{"from": consumer, "to": f"{provider}-api"},
        gb_per_month=(40, 900, 6_000, 25_000, 150_000)[i % 5],
        connections_per_second=10 * (i % 4),
        today="transit-gateway",
    )
