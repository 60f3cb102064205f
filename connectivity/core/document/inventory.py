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
from connectivity.core.network.topology import PROTOCOLS, Account, Network, Service, Vpc
from connectivity.core.problems import did_you_mean

MAX_AZS = 10
ACCOUNT_ID = re.compile(r"[0-9]{12}")
ZEROS = ": without quotes YAML takes it for a number, whose leading zeros are lost"
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
        for one in top.items("accounts", required=True):
            self._account(one)
        for one in top.items("vpcs", required=True):
            self._vpc(one)
        for one in top.items("services"):
            self._service(one)

    def _account(self, one: Fields) -> None:
        made = Account(
            self._account_id(one),
            one.text("name", required=True) or "",
            one.text("organization"),
        )
        if made.name and made.name in self.account_names:
            one.note("name", f"{made.name!r} is another account's name already")
        self.account_names.add(made.name)
        keep(one, "id", made.id, made, self.accounts)

    def _account_id(self, one: Fields) -> str:
        value = one.values.get("id")
        if isinstance(value, int | float) and not isinstance(value, bool):
            one.get("id")
            one.note("id", f"is {kind(value)}, not text; write its 12 digits in quotes{ZEROS}")
            return ""
        text = one.text("id", required=True) or ""
        if text and not ACCOUNT_ID.fullmatch(text):
            one.note("id", f"is {text!r}; an AWS account id has 12 digits{ZEROS}")
        return text

    def _vpc(self, one: Fields) -> None:
        region = one.text("region", required=True, among=AZ_PREFIXES)
        cidrs = self._cidrs(one)
        azs = self._azs(one, region)
        made = Vpc(
            name=one.text("name", required=True) or "",
            account=reference(one, "account", self.accounts, "account", required=True) or "",
            region=region or "",
            cidrs=tuple(cidrs.networks),
            azs=azs,
            subnets=sum(1 for subnet in one.items("subnets") if self._subnet(subnet, cidrs, azs)),
            environment=one.text("environment"),
        )
        if made.environment:
            self.environments.add(made.environment)
        keep(one, "name", made.name, made, self.vpcs)

    def _cidrs(self, one: Fields) -> "_Apart":
        one.texts("cidrs", required=True)
        apart = _Apart()
        for place, text in one.places("cidrs"):
            network = _network(one, place, text)
            if network is None:
                continue
            clash = next((n for n in apart.beside(network) if network.overlaps(n)), None)
            if clash:
                one.note(place, f"{network} overlaps {clash} of the same VPC")
            else:
                apart.add(network)
        return apart

    def _azs(self, one: Fields, region: str | None) -> tuple[str, ...]:
        azs = one.texts("azs", required=True) or ()
        for place, az in one.places("azs"):
            if region and (problem := az_problem(az, region)):
                one.note(place, problem)
        if len(azs) > MAX_AZS:
            one.note("azs", f"names {len(azs)} AZs; no Region has more than {MAX_AZS}")
        return azs

    def _subnet(self, one: Fields, cidrs: "_Apart", azs: tuple[str, ...]) -> bool:
        az = one.text("az", required=True)
        if az and azs and az not in azs:
            one.note("az", f"{az!r} is not among the VPC's azs", partial(did_you_mean, az, azs))
        text = one.text("cidr", required=True)
        network = _network(one, "cidr", text) if text else None
        if network and cidrs.networks and not cidrs.hold(network):
            one.note("cidr", f"{network} is outside the VPC's cidrs")
        one.done()
        return True

    def _service(self, one: Fields) -> None:
        vpc = reference(one, "vpc", self.vpcs, "VPC", required=True)
        own = self.vpcs[vpc].azs if vpc else ()
        azs = one.texts("azs") or own
        for place, az in one.places("azs"):
            if vpc and az not in own:
                near = partial(did_you_mean, az, own)
                one.note(place, f"{az!r} is not an AZ of VPC {vpc!r}", near)
        made = Service(
            name=one.text("name", required=True) or "",
            vpc=vpc or "",
            protocol=one.text("protocol", among=PROTOCOLS) or "tcp",
            port=self._port(one),
            azs=azs,
            cross_zone=one.flag("cross_zone"),
            existing_nlb=one.flag("existing_nlb"),
        )
        if made.name in self.vpcs:
            one.note("name", f"{made.name!r} is a VPC's name; a service needs one of its own")
        keep(one, "name", made.name, made, self.services)

    def _port(self, one: Fields) -> int:
        port = one.number("port", required=True, least=1, most=65535)
        if port is not None and port != int(port):
            one.note("port", f"is {port}; a port is a whole number")
        return int(port or 0)


class _Apart:
    """Networks of which no two overlap."""

    def __init__(self) -> None:
        self.networks: list[Network] = []
        self._sorted: list[tuple[tuple[int, int], Network]] = []

    def beside(self, network: Network) -> list[Network]:
        """Those before and after it: if any overlaps it, one of these does."""
        at = self._place(network)
        return [one for _, one in self._sorted[max(0, at - 1) : at + 1]]

    def hold(self, network: Network) -> bool:
        return any(_within(network, one) for one in self.beside(network))

    def add(self, network: Network) -> None:
        self.networks.append(network)
        self._sorted.insert(self._place(network), (_start(network), network))

    def _place(self, network: Network) -> int:
        return bisect_left(self._sorted, _start(network), key=itemgetter(0))


def _start(network: Network) -> tuple[int, int]:
    return network.version, int(network.network_address)


def reference(
    one: Fields, key: str, known: Iterable[str], what: str, *, required: bool = False
) -> str | None:
    """The name that a field gives, if it is known; a problem if it is not."""
    name = one.text(key, required=required)
    if name is None or name in known:
        return name
    one.note(key, f"no {what} is called {name!r}", partial(did_you_mean, name, known))
    return None


def keep(
    one: Fields, key: str, name: str, made: Any, kept: dict[str, Any], *, done: bool = True
) -> None:
    """Keep what was read under its name, and finish its mapping; names are unique."""
    if name in kept:
        one.note(key, f"{name!r} is in the list already; names are unique")
    elif name:
        kept[name] = made
    if done:
        one.done()


def _network(one: Fields, key: str, text: str) -> Network | None:
    if not CIDR.fullmatch(text):
        one.note(key, f"{text!r} is not a CIDR such as 10.0.0.0/16 or 2001:db8::/56")
        return None
    try:
        return ip_network(text)
    except ValueError as error:
        try:
            reason = f"has host bits set; the network is {ip_network(text, strict=False)}"
        except ValueError:
            reason = str(error).removeprefix(text).strip()
        one.note(key, f"{text!r} is not a CIDR: {reason}")
        return None


def _within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
