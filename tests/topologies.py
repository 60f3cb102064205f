"""Random topologies in which options come close to each other, always the same ones by seed."""

import hashlib
import random
from decimal import Decimal
from functools import lru_cache
from typing import Any

from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.regions import has_choice
from connectivity.core.options import OPTIONS
from connectivity.core.registered_document import topology
from costmodel.core.charges import PriceName
from costmodel.core.price_list import Price, PriceList, Tier
from tests.factories import account, document, flow, vpc

AZS = {
    "us-east-1": ["use1-az1", "use1-az2", "use1-az3", "use1-az6"],
    "us-east-2": ["use2-az1", "use2-az2", "use2-az3"],
    "ap-northeast-1": ["apne1-az1", "apne1-az2", "apne1-az4"],
}
BUDGETS = (100, 250, 460, 463, 500, 650, 700, 900, 1_300, 3_000, 20_000, 200_000)
PROTOCOLS = ("tcp", "udp", "tls", "http", "http")
NEEDS = ("client-ip", "sg-reference", "private-dns", "icmp")

Document = dict[str, Any]


def many_connections(seed: int) -> Document:
    """Up to three Regions, eight flows, and thousands of connections a second."""
    dice = random.Random(seed)  # noqa: S311  not a secret
    regions = {
        "us-east-1": ["use1-az1", "use1-az2"],
        "us-east-2": ["use2-az1", "use2-az2"],
        "ap-northeast-1": ["apne1-az1", "apne1-az4"],
    }
    accounts = [account(f"{i:012d}", organization=dice.choice(["o-a", "o-b"])) for i in range(3)]
    vpcs = []
    for i in range(dice.randrange(2, 6)):
        region = dice.choice(sorted(regions)) if seed % 2 else "us-east-1"
        owner = dice.choice(accounts)["id"]
        vpcs.append(vpc(f"v{i}", owner, f"10.{i}.0.0/16", region=region, azs=regions[region]))
    services = [{"name": f"s{i}", "vpc": vpc["name"], "port": 443} for i, vpc in enumerate(vpcs)]
    flows = []
    for i in range(dice.randrange(1, 9)):
        consumer, provider = dice.sample(range(len(vpcs)), 2)
        flows.append(
            flow(
                name=f"f{i}",
                **{"from": f"v{consumer}"},
                to=f"s{provider}",
                gb_per_month=dice.randrange(10**6),
                connections_per_second=dice.randrange(5000),
                connection_seconds=dice.randrange(300),
                today=dice.choice(["vpc-peering", "transit-gateway"]),
            )
        )
    prices = {"peering": dice.randrange(100), "endpoint": dice.randrange(100)}
    more = {"operations_usd_per_object": prices} if seed % 3 else {}
    return document(*flows, accounts=accounts, vpcs=vpcs, services=services, **more)


def random_document(seed: int) -> Document:
    """One to three Regions, lists of consumers, budgets, needs, policies, operations."""
    dice = random.Random(seed)  # noqa: S311  not a secret
    accounts = _accounts(dice)
    vpcs = _vpcs(dice, accounts)
    services = _services(dice, vpcs)
    flows = [_flow(dice, i, vpcs, services) for i in range(dice.choice((1, 1, 1, 2, 2, 3, 5, 9)))]
    drawn: Document = {
        "version": 1,
        "name": f"random {seed}",
        "accounts": accounts,
        "vpcs": vpcs,
        "services": services,
        "flows": flows,
    }
    kinds = [kind for kind in OPTIONS.vocabulary.objects if dice.random() < 0.3]
    if kinds:
        prices = {kind: dice.choice((0, 5, 25.5, 60.05, 100, 300)) for kind in kinds}
        drawn["operations_usd_per_object"] = prices
    if dice.random() < 0.15:
        drawn["p99_budget_us"] = dice.choice(BUDGETS)
    if dice.random() < 0.1:
        forbid = dice.choice(OPTIONS.vocabulary.options[2:])
        drawn["policies"] = [{"forbid": forbid, "between": ["prod", "dev"], "because": "apart"}]
    if dice.random() < 0.3:
        drawn["hub_account"] = dice.choice(accounts)["id"]
    return drawn


def _accounts(dice: random.Random) -> list[Document]:
    organizations = dice.choice(([None], ["o-main"], ["o-main"], ["o-main", "o-other", None]))
    accounts = []
    for i in range(dice.randint(1, 4)):
        entry = {"id": str(i + 1) * 12, "name": f"account {i}"}
        organization = dice.choice(organizations)
        accounts.append(entry | ({"organization": organization} if organization else {}))
    return accounts


def _vpcs(dice: random.Random, accounts: list[Document]) -> list[Document]:
    regions = dice.sample(sorted(AZS), dice.choice((1, 1, 1, 2, 2, 3)))
    vpcs = []
    for i in range(dice.randint(max(2, len(regions)), 6)):
        region = regions[i % len(regions)]
        azs = dice.sample(AZS[region], dice.randint(1, 3))
        number = i if dice.random() > 0.03 else 0
        entry = {
            "name": f"v{i}",
            "account": dice.choice(accounts)["id"],
            "region": region,
            "cidrs": [f"10.{number}.0.0/16"],
            "azs": azs,
        }
        if dice.random() < 0.3:
            entry["environment"] = dice.choice(("prod", "dev"))
        vpcs.append(entry)
    dice.shuffle(vpcs)
    return vpcs


def _services(dice: random.Random, vpcs: list[Document]) -> list[Document]:
    services = []
    for i in range(dice.randint(1, 4)):
        vpc = dice.choice(vpcs)
        entry = {
            "name": f"s{i}",
            "vpc": vpc["name"],
            "protocol": dice.choice(PROTOCOLS),
            "port": 443,
            "cross_zone": dice.random() < 0.3,
            "existing_nlb": dice.random() < 0.2,
        }
        if dice.random() < 0.2:
            entry["azs"] = dice.sample(vpc["azs"], dice.randint(1, len(vpc["azs"])))
        services.append(entry)
    return services


def _flow(dice: random.Random, i: int, vpcs: list[Document], services: list[Document]) -> Document:
    service = dice.choice(services) if dice.random() < 0.85 else None
    provider = service["vpc"] if service else dice.choice(vpcs)["name"]
    others = [vpc["name"] for vpc in vpcs if vpc["name"] != provider]
    consumers = dice.sample(others, min(len(others), dice.choice((1, 1, 1, 2, 3))))
    is_list = len(consumers) > 1 or dice.random() < 0.1
    gb = dice.choice((0, 1, 10 ** dice.uniform(1, 4), 10 ** dice.uniform(2, 5.5), 102_400, 2e6))
    entry: Document = {
        "name": f"f{i}",
        "from": consumers if is_list else consumers[0],
        "to": service["name"] if service else provider,
        "gb_per_month": round(gb, 2),
    }
    return entry | _load(dice, service) | _wishes(dice) | _crossing(dice, entry, vpcs, services)


def _load(dice: random.Random, service: Document | None) -> Document:
    load: Document = {}
    if dice.random() < 0.6:
        load["response_share"] = dice.choice((0, 0.01, 0.13, 0.5, 0.9, 1))
    if dice.random() < 0.5:
        load["connections_per_second"] = dice.choice((0, 1, 10, 16.6667, 500, 3_000))
        load["connection_seconds"] = dice.choice((0, 1, 60, 120, 600))
    if service and service["protocol"] == "http" and dice.random() < 0.85:
        load["requests_per_second"] = dice.choice((0, 10, 80, 100, 200, 5_000))
    if dice.random() < 0.2:
        load["max_idle_seconds"] = dice.choice((10, 100, 400))
    if dice.random() < 0.1:
        load["peak_gbps"] = dice.choice((0.5, 3, 20))
    return load


def _wishes(dice: random.Random) -> Document:
    wishes: Document = {}
    if dice.random() < 0.07:
        wishes["needs"] = dice.sample(NEEDS, dice.choice((1, 1, 2)))
    if dice.random() < 0.07:
        wishes["initiated_by"] = dice.choice(("provider", "both"))
    if dice.random() < 0.3:
        wishes["p99_budget_us"] = dice.choice(BUDGETS)
    if dice.random() < 0.07:
        wishes["options"] = dice.sample(OPTIONS.vocabulary.options[1:], dice.randint(2, 8))
    if dice.random() < 0.2:
        wishes["today"] = dice.choice(("vpc-peering", "transit-gateway"))
    return wishes


def _crossing(
    dice: random.Random, flow: Document, vpcs: list[Document], services: list[Document]
) -> Document:
    """A share that is possible for every consumer; mostly one, as a comparison turns on it."""
    if dice.random() < 0.4:
        return {}
    azs = {vpc["name"]: vpc["azs"] for vpc in vpcs}
    azs |= {service["name"]: service.get("azs") or azs[service["vpc"]] for service in services}
    consumers = flow["from"] if isinstance(flow["from"], list) else [flow["from"]]
    theirs = azs[flow["to"]]
    near = [
        azs[consumer]
        for consumer in consumers
        if azs[consumer][0].split("-")[0] == theirs[0].split("-")[0]
    ]
    if not all(has_choice(ours, theirs) for ours in near):
        return {}
    return {"cross_az_share": dice.choice((0, 0, 0.005, 0.01, 0.3, 0.5, 0.66, 0.9, 1))}


@lru_cache(maxsize=4)
def completed(listed: PriceList) -> PriceList:
    """A price list with made-up rates for whatever these topologies might ask for and it lacks."""
    added: list[Price] = []
    for name in sorted(_names(listed)):
        units = next((price.unit for price in listed.prices if price.name == name), "unit")
        pairs = {price.to_region is not None for price in listed.prices if price.name == name}
        for region in AZS:
            for to in [other for other in AZS if other != region] if pairs == {True} else [None]:
                if listed.find(name, region, to) is None:
                    added.append(_made_up(name, region, to, units))
    return PriceList(f"{listed.name}, completed", listed.as_of, (*listed.prices, *added))


def _names(listed: PriceList) -> set[PriceName]:
    """What the list has anywhere, and what options need that it has nowhere."""
    names = {price.name for price in listed.prices}
    none = LatencySet("none", "", ())
    for seed in range(12):
        comparison = compare(topology(random_document(seed)), listed, none, OPTIONS)
        gaps = [gap for answer in comparison.answers if answer.bill for gap in answer.bill.gaps]
        names |= {gap.price for gap in gaps if "is not given" not in gap.price.usage_type}
    return names


def _made_up(name: PriceName, region: str, to: str | None, unit: str) -> Price:
    digest = hashlib.sha256(f"{name} {region} {to}".encode()).digest()
    factor = Decimal(digest[0] % 20 + 1)
    usd = factor / (Decimal(200) if unit.startswith("hour") or unit == "unit" else Decimal(1000))
    return Price(name, region, to, unit, (Tier(0, None, usd),), "made up", "2026-01-01")
