"""A validated topology: small frozen values, as the document states them."""

from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from typing import Any, NamedTuple

Network = IPv4Network | IPv6Network

PROTOCOLS = ("tcp", "udp", "tls", "http")
REVIEWS = "reviews"
"""Key of a service or flow: what is reviewed of it; `reviewed_document` reads that."""


class Vocabulary(NamedTuple):
    """What a document may name that it does not define: what is registered."""

    options: tuple[str, ...]  # every key, in the options' order
    offered: tuple[str, ...]  # those that a flow may allow
    usual: frozenset[str]  # those that a flow allows where it names none
    objects: tuple[str, ...]  # kinds of objects that may have a price of operations
    quotas: tuple[str, ...]  # rules about limits that AWS raises on request


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    organization: str | None


@dataclass(frozen=True, slots=True)
class Vpc:
    name: str
    account: str
    region: str
    cidrs: tuple[Network, ...]
    azs: tuple[str, ...]  # AZ IDs
    subnets: int
    environment: str | None


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    vpc: str
    protocol: str  # tcp, udp, tls or http
    port: int
    azs: tuple[str, ...]  # AZ IDs with targets
    cross_zone: bool
    existing_nlb: bool


class Flow(NamedTuple):
    """Traffic from a consumer VPC to a service or VPC, per month.

    A tuple: a hundred thousand of them are made in half of the time.
    """

    name: str
    consumer: str  # a VPC
    provider: str  # a VPC
    service: str | None
    gb: float  # both directions together
    response_share: float
    cross_az_share: float
    connections_per_second: float
    connection_seconds: float
    max_idle_seconds: float | None = None
    requests_per_second: float | None = None
    peak_gbps: float | None = None
    needs: frozenset[str] = frozenset()
    initiated_by: str = "consumer"  # consumer, provider or both
    p99_budget_us: float | None = None
    options: frozenset[str] = frozenset()
    today: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Options that may not join two environments, either way round."""

    forbid: frozenset[str]
    between: frozenset[str]
    because: str


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit that AWS raised for an account; who had it raised, and why."""

    account: str
    rule: str
    value: int
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What exists already."""

    kind: str
    id: str
    vpcs: tuple[str, ...]
    service: str | None


@dataclass(frozen=True, slots=True)
class Topology:
    """Accounts, VPCs, services and flows, and the document they came from."""

    name: str
    accounts: tuple[Account, ...]
    vpcs: tuple[Vpc, ...]
    services: tuple[Service, ...]
    flows: tuple[Flow, ...]
    connections: tuple[Connection, ...]
    policies: tuple[Policy, ...]
    quotas: tuple[Quota, ...]
    hub_account: str
    operations_usd: dict[str, Decimal]  # a month, per object of each kind
    document: dict[str, Any] = field(repr=False)


def single_flows(document: Any) -> int:
    """How many flows the entries of a document make: a list of consumers makes one for each.

    >>> single_flows({"flows": [{"from": "a"}, {"from": ["a", "b"]}]})
    3
    """
    entries = document.get("flows") if isinstance(document, dict) else None
    consumers = (entry.get("from") if isinstance(entry, dict) else None for entry in _list(entries))
    return sum(len(consumer) if isinstance(consumer, list) else 1 for consumer in consumers)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
