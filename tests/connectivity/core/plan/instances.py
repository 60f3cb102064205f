"""Small random estates in which every kind of constraint is at work."""

import random
from typing import Any

from tests.factories import TEST_PRICES, account, document, vpc

OPTIONS = (
    "vpc-peering",
    "transit-gateway",
    "privatelink",
    "vpc-lattice",
    "cloud-wan",
    "public-internet",
    "vpc-sharing",
)
PRICES = (
    TEST_PRICES
    + """\
AWSCloudWAN CoreNetworkEdge-Hours - * - hour 0.5
AWSCloudWAN CloudWAN-Attachment-Hours CloudWANVPC * - hour 0.065
AWSCloudWAN CloudWAN-Bytes CloudWANVPC * - GB 0.018 2048:0.011
VpcLattice Service-Hours - * - hour 0.025
VpcLattice Service-Bytes - * - GB 0.025
VpcLattice Requests - * - million 0.1
AmazonEC2 NatGateway-Hours NatGateway * - hour 0.045
AmazonEC2 NatGateway-Bytes NatGateway * - GB 0.045 4096:0.05
AmazonVPC PublicIPv4:InUseAddress - * - hour 0.005
AWSELB LoadBalancerUsage LoadBalancing:Application * - hour 0.0225
AWSELB LCUUsage LoadBalancing:Application * - LCU-hour 0.008
"""
)
REGIONS = {
    "us-east-1": ["use1-az1", "use1-az2", "use1-az3"],
    "us-east-2": ["use2-az1", "use2-az2"],
}
SIZES = (0, 10, 900, 5_000, 40_000, 900_000, 3_000_000)


def instance(seed: int, flows: int = 8, options: int = 4) -> dict[str, Any]:
    """A document of up to so many flows, each of which may use up to so many options."""
    dice = random.Random(seed)  # noqa: S311  not a secret
    accounts = [
        account(f"{i:012d}", organization=dice.choice(["o-one", "o-two", None])) for i in range(3)
    ]
    vpcs = [_vpc(dice, i, accounts) for i in range(dice.randint(3, 5))]
    services = _services(dice, vpcs)
    planned = [
        _flow(dice, i, *dice.sample(vpcs, 2), options) for i in range(dice.randint(1, flows))
    ]
    return _estate(dice, accounts, vpcs, services, planned)


def large_instance(seed: int, flows: int, vpcs: int) -> dict[str, Any]:
    """A document of so many flows and VPCs; every second flow goes to the same VPC, which may not
    have so many peers."""
    dice = random.Random(seed)  # noqa: S311  not a secret
    accounts = [account(f"{i:012d}", organization=f"o-{i % 2}") for i in range(6)]
    owners = [_vpc(dice, i, accounts) for i in range(vpcs)]
    services = _services(dice, owners)
    planned = []
    for i in range(flows):
        consumer, provider = dice.sample(owners, 2)
        if i % 2 and consumer is not owners[1]:
            provider = owners[1]
        flow = _flow(dice, i, consumer, provider, len(OPTIONS))
        planned.append({key: value for key, value in flow.items() if key != "needs"})
    return _estate(dice, accounts, owners, services, planned)


def _services(dice: random.Random, vpcs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"s-{owner['name']}",
            "vpc": owner["name"],
            "port": 443,
            "protocol": dice.choice(["tcp", "udp", "tls", "http"]),
            "cross_zone": dice.random() < 0.3,
            "existing_nlb": dice.random() < 0.3,
        }
        for owner in vpcs
    ]


def _estate(
    dice: random.Random,
    accounts: list[dict[str, Any]],
    vpcs: list[dict[str, Any]],
    services: list[dict[str, Any]],
    flows: list[dict[str, Any]],
) -> dict[str, Any]:
    kinds = "peering", "attachment", "endpoint", "service", "region-peering"
    return document(
        *flows,
        accounts=accounts,
        vpcs=vpcs,
        services=services,
        operations_usd_per_object={kind: dice.choice([0, 0, 5, 40, 300]) for kind in kinds},
        policies=_policies(dice),
        connections=_connections(dice, vpcs),
    )


def _vpc(dice: random.Random, i: int, accounts: list[dict[str, Any]]) -> dict[str, Any]:
    region = dice.choice(["us-east-1", "us-east-1", "us-east-2"])
    azs = REGIONS[region][: dice.randint(1, len(REGIONS[region]))]
    cidr = f"10.{i if dice.random() < 0.9 else 0}.0.0/16"
    owner = dice.choice(accounts)["id"]
    stage = dice.choice(["prod", "dev"])
    return vpc(f"v{i}", owner, cidr, region=region, azs=azs, environment=stage)


def _flow(
    dice: random.Random, i: int, consumer: dict[str, Any], provider: dict[str, Any], options: int
) -> dict[str, Any]:
    flow = {
        "name": f"f{i}",
        "from": consumer["name"],
        "to": f"s-{provider['name']}",
        "gb_per_month": dice.choice(SIZES),
        "response_share": dice.choice([0, 0.3, 0.5, 1]),
        "connections_per_second": dice.choice([0, 0, 10, 900, 6_000]),
        "connection_seconds": dice.choice([0, 1, 100]),
        "requests_per_second": dice.choice([10, 50, 400]),
        "options": dice.sample(OPTIONS, dice.choice([1, options - 1, options, options, options])),
    }
    if dice.random() < 0.1:
        flow["p99_budget_us"] = dice.choice([300, 1_000, 100_000])
    if dice.random() < 0.1:
        flow["needs"] = [dice.choice(["client-ip", "sg-reference"])]
    return flow


def _policies(dice: random.Random) -> list[dict[str, Any]]:
    if dice.random() < 0.7:
        return []
    return [{"forbid": dice.choice(OPTIONS), "between": ["prod", "dev"], "because": "kept apart"}]


def _connections(dice: random.Random, vpcs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"kind": "attachment", "id": f"tgw-attach-{each['name']}", "vpc": each["name"]}
        for each in vpcs
        if dice.random() < 0.1
    ]
