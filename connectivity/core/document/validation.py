"""From a document's plain values to a `Topology`, or to every problem in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from connectivity.core.document.fields import Fields, kind, plain_problems
from connectivity.core.document.inventory import Estate, keep, reference
from connectivity.core.network.regions import az_problem, may_have
from connectivity.core.network.topology import (
    REVIEWS,
    Connection,
    Flow,
    Policy,
    Quota,
    Topology,
    Vocabulary,
    single_flows,
)
from connectivity.core.problems import DocumentRefused, Problems, did_you_mean
from costmodel.core.units import figure

VERSION = 1
NEEDS = ("client-ip", "sg-reference", "private-dns", "icmp")
ENDS = ("consumer", "provider", "both")
CONNECTIONS = ("peering", "transit-gateway", "attachment", "endpoint", "endpoint-service")
NEEDED = {
    "peering": ("between",),
    "attachment": ("vpc",),
    "endpoint": ("vpc",),
    "endpoint-service": ("service",),
}  # what a connection of each kind must name
MAX_POLICIES = 1_000
MAX_FLOWS = 1_000_000  # up to which sums stay exact; some 2 GB of memory
MAX_TOTAL_GB = 1e12  # up to which money stays exact
MAX_REQUESTS = 1e9  # a second
MAX_CONNECTIONS_PER_SECOND = 1e8
MAX_SECONDS = 1e8
MAX_OPEN_CONNECTIONS = 1e9  # of one flow; a million flows stay exact


def rarely(names: Vocabulary) -> dict[str, Callable[[Fields], Any]]:
    """What most flows do not state, and how it is read where one does."""
    return {
        "max_idle_seconds": lambda flow: flow.number("max_idle_seconds"),
        "requests_per_second": lambda flow: flow.number("requests_per_second", most=MAX_REQUESTS),
        "peak_gbps": lambda flow: flow.number("peak_gbps"),
        "needs": lambda flow: flow.chosen("needs", among=NEEDS),
        "initiated_by": lambda flow: flow.text("initiated_by", among=ENDS) or "consumer",
        "options": lambda flow: flow.chosen("options", among=names.offered) or names.usual,
        "today": lambda flow: flow.text("today", among=names.options),
    }


def topology(document: Any, names: Vocabulary, *, is_plain: bool = False) -> Topology:
    """The topology that plain values describe.

    Args:
        document: what JSON or YAML gave.
        names: what it may name that it does not define.
        is_plain: it was stored or made from a stored one, so that no value in it is impossible
            (repeated keys, NaN, texts that cannot be stored); only its meaning is checked.

    Raises:
        DocumentRefused: with its problems at once, each with its path.
    """
    problems = Problems() if is_plain else plain_problems(document)
    described = _Reader(problems, names).topology(Fields(document, "", problems))
    if problems:
        raise DocumentRefused(problems)
    return described


@dataclass
class _Reader:
    """Reads a document from top to bottom, and remembers the names it has met."""

    problems: Problems
    names: Vocabulary
    estate: Estate = field(default_factory=Estate)
    flows: dict[str, Flow] = field(default_factory=dict)
    entries: set[str] = field(default_factory=set)  # names of flows as the document has them

    def __post_init__(self) -> None:
        self.rarely = rarely(self.names)

    def topology(self, top: Fields) -> Topology:
        self._version(top)
        name = top.text("name", required=True) or ""
        self.estate.read(top)
        budget = top.number("p99_budget_us", least=1)
        for entry in self._entries(top):
            self._flow(entry, budget)
        if sum(flow.gb for flow in self.flows.values()) > MAX_TOTAL_GB:
            top.note("flows", f"add up to more than {figure(MAX_TOTAL_GB)} GB a month")
        connections = tuple(self._connection(entry) for entry in top.items("connections"))
        policies = tuple(self._policy(entry) for entry in top.items("policies", most=MAX_POLICIES))
        quotas = self._quotas(top)
        hub = reference(top, "hub_account", self.estate.accounts, "account")
        topology = Topology(
            name=name,
            accounts=tuple(self.estate.accounts.values()),
            vpcs=tuple(self.estate.vpcs.values()),
            services=tuple(self.estate.services.values()),
            flows=tuple(self.flows.values()),
            connections=connections,
            policies=policies,
            quotas=quotas,
            hub_account=hub or next(iter(self.estate.accounts), ""),
            operations_usd=self._operations(top),
            document=top.values,
        )
        top.done()
        return topology

    def _entries(self, top: Fields) -> Iterator[Fields]:
        """The entries of flows; none where they make too many."""
        count = single_flows(top.values)
        if count <= MAX_FLOWS:
            yield from top.items("flows", required=True)
            return
        top.get("flows")
        why = f"expand to {count:,} flows, one for each VPC in a list; at most {MAX_FLOWS:,} are"
        top.note("flows", f"{why} read: merge flows between the same two VPCs")

    def _version(self, top: Fields) -> None:
        version = top.get("version", required=True)
        if version is not None and (isinstance(version, bool) or version != VERSION):
            top.note("version", f"is {kind(version)}; this release reads version {VERSION}")

    def _flow(self, entry: Fields, budget: float | None) -> None:
        provider, service = self._provider(entry)
        consumers = self._consumers(entry, provider)
        gb = entry.number("gb_per_month", required=True)
        crossing = entry.number("cross_az_share", most=1)
        response = entry.number("response_share", most=1)
        per_second, seconds = self._connections(entry)
        common: dict[str, Any] = {
            "provider": provider or "",
            "service": service,
            "gb": gb or 0.0,
            "response_share": 0.5 if response is None else response,
            "connections_per_second": per_second,
            "connection_seconds": seconds,
            "p99_budget_us": entry.number("p99_budget_us", least=1) or budget,
            "options": self.names.usual,
            **entry.stated(self.rarely),
        }
        one_each = isinstance(entry.values.get("from"), list)
        name = entry.text("name", required=True) or ""
        if name in self.entries and (one_each or name not in self.flows):
            entry.note("name", f"{name!r} is in the list already; names are unique")
        self.entries.add(name)
        for consumer in consumers:
            share = self._crossing(entry, crossing, consumer, provider, service)
            full_name = f"{name}/{consumer}" if one_each else name
            flow = Flow(full_name, consumer, cross_az_share=share, **common)
            keep(entry, "name", flow.name, flow, self.flows, done=False)
        entry.done(REVIEWS)

    def _connections(self, entry: Fields) -> tuple[float, float]:
        """New connections a second, and how many seconds one lives."""
        per_second = entry.number("connections_per_second", most=MAX_CONNECTIONS_PER_SECOND) or 0.0
        seconds = entry.number("connection_seconds", most=MAX_SECONDS) or 0.0
        if per_second * seconds > MAX_OPEN_CONNECTIONS:
            makes = f"makes {figure(per_second * seconds, 3)} open connections, more than"
            why = f"times connections_per_second {makes} {figure(MAX_OPEN_CONNECTIONS)}"
            entry.note("connection_seconds", why)
        return per_second, seconds

    def _provider(self, entry: Fields) -> tuple[str | None, str | None]:
        """The VPC and the service that a flow goes to."""
        to = entry.text("to", required=True)
        if to is None:
            return None, None
        if to in self.estate.services:
            return self.estate.services[to].vpc or None, to
        if to not in self.estate.vpcs:
            known = chain(self.estate.services, self.estate.vpcs)
            near = partial(did_you_mean, to, known)
            entry.note("to", f"no service or VPC is called {to!r}", near)
            return None, None
        return to, None

    def _consumers(self, entry: Fields, provider: str | None) -> list[str]:
        value = entry.get("from", required=True)
        if isinstance(value, list):
            entry.texts("from")
            named = entry.places("from")
        else:
            name = entry.text("from")
            named = [("from", name)] if name else []
        known = []
        for place, name in named:
            if name not in self.estate.vpcs:
                near = partial(did_you_mean, name, self.estate.vpcs)
                entry.note(place, f"no VPC is called {name!r}", near)
            elif name == provider:
                entry.note(place, f"{name!r} is the VPC that the flow goes to; give another one")
            else:
                known.append(name)
        return known

    def _crossing(
        self,
        entry: Fields,
        stated: float | None,
        consumer: str,
        provider: str | None,
        service: str | None,
    ) -> float:
        """The share of the bytes that cross AZs: as stated, else as if spread evenly."""
        if not provider or not self.estate.vpcs[consumer].azs:
            return 0.0
        ours, theirs = self.estate.vpcs[consumer], self.estate.vpcs[provider]
        target = self.estate.services[service].azs if service else theirs.azs
        common = _in_common(ours.azs, target)
        if stated is None:
            return 1 - common / (len(ours.azs) * max(1, len(target)))
        if may_have(stated, ours.azs, target):
            return stated
        if not any(az_problem(az, ours.region) for az in (*ours.azs, *theirs.azs)):
            forced = 0 if common else 1
            why = _forced(entry, stated, forced, consumer, service or provider)
            entry.note("cross_az_share", why)
        return stated

    def _connection(self, entry: Fields) -> Connection:
        kind = entry.text("kind", required=True, among=CONNECTIONS) or ""
        needed = NEEDED.get(kind, ())
        for key in needed:
            entry.get(key, required=True)
        reference(entry, "account", self.estate.accounts, "account")
        vpc = reference(entry, "vpc", self.estate.vpcs, "VPC")
        service = reference(entry, "service", self.estate.services, "service")
        between = entry.texts("between", among=self.estate.vpcs) or ()
        if kind == "peering" and len(between) != 2 and "between" in entry.values:
            entry.note("between", "a peering joins two VPCs; name both")
        connection = Connection(kind, entry.text("id", required=True) or "", between, service)
        entry.done()
        if kind == "peering" or not vpc:
            return connection
        return Connection(kind, connection.id, (vpc,), service)

    def _policy(self, entry: Fields) -> Policy:
        if isinstance(entry.values.get("forbid"), list):
            forbid = entry.texts("forbid", among=self.names.options) or ()
        else:
            forbid = (entry.text("forbid", required=True, among=self.names.options) or "",)
        between = entry.texts("between", required=True, repeat=True) or ()
        if len(between) != 2 and isinstance(entry.values.get("between"), list):
            entry.note("between", "name two environments; they may be the same")
        known = self.estate.environments
        for place, end in entry.places("between"):
            if end not in known and (offer := did_you_mean(end, known)):
                entry.note(place, f"no VPC has the environment {end!r}{offer}")
        because = entry.text("because") or ""
        entry.done()
        return Policy(frozenset(forbid), frozenset(between), because)

    def _quotas(self, top: Fields) -> tuple[Quota, ...]:
        """Raised limits; of an account and rule there is one."""
        kept: dict[str, Quota] = {}
        for entry in top.items("quotas"):
            account = reference(entry, "account", self.estate.accounts, "account", required=True)
            rule = entry.text("rule", required=True, among=self.names.quotas)
            value = entry.number("value", required=True, least=1, most=1e9)
            if value is not None and value != int(value):
                entry.note("value", f"is {value}; a quota is a whole number")
            texts = (entry.text(key, required=True) or "" for key in ("by", "because"))
            quota = Quota(account or "", rule or "", int(value or 0), *texts)
            keep(entry, "rule", f"{quota.account} {quota.rule}".strip(), quota, kept)
        return tuple(kept.values())

    def _operations(self, top: Fields) -> dict[str, Decimal]:
        value = top.get("operations_usd_per_object")
        if value is None:
            return {}
        prices = Fields(value, top.at("operations_usd_per_object"), self.problems)
        read = {kind: prices.number(kind) for kind in self.names.objects}
        prices.done()
        return {kind: Decimal(repr(usd)) for kind, usd in read.items() if usd is not None}


def _forced(entry: Fields, stated: float, forced: int, consumer: str, provider: str) -> str:
    """Why a share of bytes that cross AZs cannot be, and what to do."""
    problem = f"is {stated:g}, but {consumer!r} and {provider!r}"
    where = "have no AZ in common: all" if forced else "are in the same AZ: no"
    why = f"{where} traffic is cross-AZ"
    if not isinstance(entry.values.get("from"), list):
        return f"{problem} {why}, so leave it out or write {forced}"
    return f"{problem} {why}, so leave it out, or give {consumer!r} an entry of its own"


@lru_cache(maxsize=1024)
def _in_common(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    return len(set(ours) & set(theirs))
