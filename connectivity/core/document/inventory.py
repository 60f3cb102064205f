"""The estate of a document: its accounts, VPCs and services, by name."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_network
from operator import itemgetter
from typing import Any

from connectivity.core.document.fields import Fields, kind
from connectivity.core.network.regions import AZ_PREFIXES, az_problem
from connectivity.core.network.topology import (
    PROTOCOLS,
    REVIEWS,
    Account,
    Network,
    Service,
    Vpc,
)
from connectivity.core.problems import did_you_mean

MAX_AZS = 10
ACCOUNT_ID = re.compile(r"[0-9]{12}")
ZEROS = ": without quotes YAML reads it as a number and drops its leading zeros"
CIDR = re.compile(r"[0-9a-fA-F.:]+/[0-9]{1,3}")


@dataclass
class Estate:
    """Reads accounts, VPCs and services, and remembers them for whoever refers to them."""

    accounts: dict[str, Account] = field(default_factory=dict)
    vpcs: dict[str, Vpc] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    account_names: set[str] = field(default_factory=set)
    environments: set[str] = field(default_factory=set)

    def read(self, top: Fields) -> None:
        """Read accounts, VPCs and services, in this order: each refers to those before it."""
        for entry in top.items("accounts", required=True):
            self._account(entry)
        for entry in top.items("vpcs", required=True):
            self._vpc(entry)
        for entry in top.items("services"):
            self._service(entry)

    def _account(self, entry: Fields) -> None:
        account = Account(
            self._account_id(entry),
            entry.text("name", required=True) or "",
            entry.text("organization"),
        )
        if account.name and account.name in self.account_names:
            entry.note("name", f"{account.name!r} is already the name of another account")
        self.account_names.add(account.name)
        keep(entry, "id", account.id, account, self.accounts)

    def _account_id(self, entry: Fields) -> str:
        value = entry.values.get("id")
        if isinstance(value, int | float) and not isinstance(value, bool):
            entry.get("id")
            entry.note("id", f"is {kind(value)}, not text; write its 12 digits in quotes{ZEROS}")
            return ""
        text = entry.text("id", required=True) or ""
        if text and not ACCOUNT_ID.fullmatch(text):
            entry.note("id", f"is {text!r}; an AWS account id has 12 digits{ZEROS}")
        return text

    def _vpc(self, entry: Fields) -> None:
        region = entry.text("region", required=True, among=AZ_PREFIXES)
        cidrs = self._cidrs(entry)
        azs = self._azs(entry, region)
        vpc = Vpc(
            name=entry.text("name", required=True) or "",
            account=reference(entry, "account", self.accounts, "account", required=True) or "",
            region=region or "",
            cidrs=tuple(cidrs.networks),
            azs=azs,
            subnets=sum(1 for subnet in entry.items("subnets") if self._subnet(subnet, cidrs, azs)),
            environment=entry.text("environment"),
        )
        if vpc.environment:
            self.environments.add(vpc.environment)
        keep(entry, "name", vpc.name, vpc, self.vpcs)

    def _cidrs(self, entry: Fields) -> "_Disjoint":
        entry.texts("cidrs", required=True)
        disjoint = _Disjoint()
        for place, text in entry.places("cidrs"):
            network = _network(entry, place, text)
            if network is None:
                continue
            clash = next((n for n in disjoint.beside(network) if network.overlaps(n)), None)
            if clash:
                entry.note(place, f"{network} overlaps {clash} of the same VPC")
            else:
                disjoint.add(network)
        return disjoint

    def _azs(self, entry: Fields, region: str | None) -> tuple[str, ...]:
        azs = entry.texts("azs", required=True) or ()
        for place, az in entry.places("azs"):
            if region and (problem := az_problem(az, region)):
                entry.note(place, problem)
        if len(azs) > MAX_AZS:
            entry.note("azs", f"names {len(azs)} AZs; no Region has more than {MAX_AZS}")
        return azs

    def _subnet(self, entry: Fields, cidrs: "_Disjoint", azs: tuple[str, ...]) -> bool:
        az = entry.text("az", required=True)
        if az and azs and az not in azs:
            entry.note("az", f"{az!r} is not among the VPC's azs", partial(did_you_mean, az, azs))
        text = entry.text("cidr", required=True)
        network = _network(entry, "cidr", text) if text else None
        if network and cidrs.networks and not cidrs.hold(network):
            entry.note("cidr", f"{network} is outside the VPC's cidrs")
        entry.done()
        return True

    def _service(self, entry: Fields) -> None:
        vpc = reference(entry, "vpc", self.vpcs, "VPC", required=True)
        own = self.vpcs[vpc].azs if vpc else ()
        azs = entry.texts("azs") or own
        for place, az in entry.places("azs"):
            if vpc and az not in own:
                near = partial(did_you_mean, az, own)
                entry.note(place, f"{az!r} is not an AZ of VPC {vpc!r}", near)
        entry.get(REVIEWS)
        service = Service(
            name=entry.text("name", required=True) or "",
            vpc=vpc or "",
            protocol=entry.text("protocol", among=PROTOCOLS) or "tcp",
            port=self._port(entry),
            azs=azs,
            cross_zone=entry.flag("cross_zone"),
            existing_nlb=entry.flag("existing_nlb"),
        )
        if service.name in self.vpcs:
            entry.note(
                "name", f"{service.name!r} is the name of a VPC; a service needs a different name"
            )
        keep(entry, "name", service.name, service, self.services)

    def _port(self, entry: Fields) -> int:
        port = entry.number("port", required=True, least=1, most=65535)
        if port is not None and port != int(port):
            entry.note("port", f"is {port}; a port is a whole number")
        return int(port or 0)


class _Disjoint:
    """Networks of which no two overlap."""

    def __init__(self) -> None:
        self.networks: list[Network] = []
        self._sorted: list[tuple[tuple[int, int], Network]] = []

    def beside(self, network: Network) -> list[Network]:
        """Those before and after it: if any overlaps it, one of these does."""
        at = self._place(network)
        return [network for _, network in self._sorted[max(0, at - 1) : at + 1]]

    def hold(self, network: Network) -> bool:
        return any(_within(network, near) for near in self.beside(network))

    def add(self, network: Network) -> None:
        self.networks.append(network)
        self._sorted.insert(self._place(network), (_start(network), network))

    def _place(self, network: Network) -> int:
        return bisect_left(self._sorted, _start(network), key=itemgetter(0))


def _start(network: Network) -> tuple[int, int]:
    return network.version, int(network.network_address)


def reference(
    entry: Fields, key: str, known: Iterable[str], kind: str, *, required: bool = False
) -> str | None:
    """The name that a field gives, if it is known; a problem if it is not."""
    name = entry.text(key, required=required)
    if name is None or name in known:
        return name
    entry.note(key, f"no {kind} is called {name!r}", partial(did_you_mean, name, known))
    return None


def keep(
    entry: Fields, key: str, name: str, value: Any, kept: dict[str, Any], *, done: bool = True
) -> None:
    """Keep what was read under its name, and finish its mapping; names are unique."""
    if name in kept:
        entry.note(key, f"{name!r} is in the list already; names are unique")
    elif name:
        kept[name] = value
    if done:
        entry.done()


def _network(entry: Fields, key: str, text: str) -> Network | None:
    if not CIDR.fullmatch(text):
        entry.note(key, f"{text!r} is not a CIDR such as 10.0.0.0/16 or 2001:db8::/56")
        return None
    try:
        return ip_network(text)
    except ValueError as error:
        try:
            reason = f"has host bits set; the network is {ip_network(text, strict=False)}"
        except ValueError:
            reason = str(error).removeprefix(text).strip()
        entry.note(key, f"{text!r} is not a CIDR: {reason}")
        return None


def _within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
