"""A validated topology: small frozen values, as the document states them."""

from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from typing import Any, NamedTuple

Network = IPv4Network | IPv6Network

PROTOCOLS = ("tcp", "udp", "tls", "http")

OBJECT_KINDS = ("peering", "attachment", "endpoint", "service", "region-peering")
"""The kinds of objects that people look after, and that may have a price of operations."""

OPTION_KEYS = (
    "single-vpc",
    "vpc-sharing",
    "vpc-peering",
    "transit-gateway",
    "privatelink",
    "privatelink-resource",
    "vpc-lattice",
    "cloud-wan",
    "site-to-site-vpn",
    "public-internet",
)
"""Every key that a document may name, in the contract's order, which settles ties."""

USUAL_OPTIONS = frozenset(OPTION_KEYS) - {"single-vpc", "vpc-sharing"}


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
    options: frozenset[str] = USUAL_OPTIONS
    today: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Options that may not join two environments, either way round."""

    forbid: frozenset[str]
    between: frozenset[str]
    because: str


QUOTAS = (
    "CMN-12",
    "CMN-13",
    "CMN-14",
    "CWAN-02",
    "INET-12",
    "LTC-09",
    "LTC-10",
    "PEER-07",
    "PEER-09",
    "PLN-13",
    "SHR-03",
    "SHR-04",
    "TGW-04",
    "TGW-12",
    "VPN-12",
)
"""The rules about limits that AWS raises on request, by id."""


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
