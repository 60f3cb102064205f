"""Changes of a topology's document: what can be changed, and how each is done."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from connectivity.core.network.regions import has_choice, may_have
from connectivity.core.network.topology import Topology
from connectivity.core.problems import DocumentRefused, Problem, Problems
from connectivity.core.registered_document import topology as validated

Document = dict[str, Any]


class Input(NamedTuple):
    """Something that can be changed."""

    label: str
    unit: str
    most: float


INPUTS = {
    "azs": Input("AZs of a VPC, at most", "AZs", 10),
    "gb": Input("Traffic", "GB a month", 1e12),
    "crossing": Input("Cross-AZ share", "% of the GB", 100),
    "connections": Input("New connections", "a second", 1e8),
    "operations": Input("Operational cost of a resource", "USD a month", 1e9),
}
"""What can be changed, as a form shows it."""

SCALED = {"gb": "gb_per_month", "connections": "connections_per_second"}

MAX_TRIES = 2  # to read a document whose changes are refused
PLACE = re.compile(r"flows\[(?P<entry>[0-9]+)\]\.(?P<key>[a-z_]+)")
CHANGED_BY = {
    "gb_per_month": "gb",
    "cross_az_share": "crossing",
    "connections_per_second": "connections",
    "connection_seconds": "connections",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One changed input: of all flows, of one flow, or of one kind of object."""

    what: str  # a key of INPUTS
    of: str  # the name of a flow or a kind of object; empty for all
    value: float
    was: float

    @property
    def key(self) -> str:
        """As it stands in an address: `gb`, `gb:clients-to-orders`, `operations:peering`."""
        return f"{self.what}:{self.of}" if self.of else self.what

    @property
    def label(self) -> str:
        """What is changed, in words."""
        label = INPUTS[self.what]
        return f"{label.label}, {self.of}" if self.of else label.label

    @property
    def unit(self) -> str:
        """Of the value."""
        return INPUTS[self.what].unit


def _scale(document: Document, change: Change) -> Document:
    key = SCALED[change.what]
    if change.of:
        return _with_flow(document, change.of, {key: change.value})
    total = change.was
    entries = document["flows"]
    count = sum(len(_consumers(entry)) for entry in entries)

    def scaled(document: Document) -> float:
        return (
            float(document.get(key) or 0) * change.value / total if total else change.value / count
        )

    return document | {"flows": [entry | {key: scaled(entry)} for entry in entries]}


def _cross(document: Document, change: Change) -> Document:
    share, azs = change.value / 100, _azs(document)
    flows: list[Document] = []
    for flow in document["flows"]:
        is_asked = change.of in ("", flow["name"])
        has_any = any(has_choice(azs[each], azs[flow["to"]]) for each in _consumers(flow))
        if is_asked and has_any:
            flows += _possible(flow | {"cross_az_share": share}, azs)
        else:
            flows.append(flow)
    return document | {"flows": flows}


def _azs(document: Document) -> dict[str, list[str]]:
    """The AZs of every VPC and service."""
    azs = {vpc["name"]: vpc["azs"] for vpc in document["vpcs"]}
    of_services = (
        (service["name"], service.get("azs") or azs[service["vpc"]])
        for service in _services(document)
    )
    return azs | dict(of_services)


def _services(document: Document) -> list[Document]:
    return document.get("services") or []


def _consumers(flow: Document) -> list[str]:
    return flow["from"] if isinstance(flow["from"], list) else [flow["from"]]


def _possible(flow: Document, azs: Mapping[str, list[str]]) -> list[Document]:
    """A flow with a share that crosses AZs; consumers that cannot have it get entries of their
    own, without one, under the names that their flows have anyway."""
    share, theirs = flow.get("cross_az_share"), azs[flow["to"]]
    consumers = _consumers(flow)
    cannot = (
        consumer
        for consumer in consumers
        if share is not None and not may_have(share, azs[consumer], theirs)
    )
    excluded = dict.fromkeys(cannot)
    if not excluded:
        return [flow]
    bare = {key: value for key, value in flow.items() if key != "cross_az_share"}
    if len(excluded) == len(consumers):
        return [bare]
    kept = flow | {"from": [consumer for consumer in consumers if consumer not in excluded]}
    return [kept, *(bare | {"name": f"{flow['name']}/{vpc}", "from": vpc} for vpc in excluded)]


def _with_flow(document: Document, name: str, values: Document) -> Document:
    flows = [flow | values if flow["name"] == name else flow for flow in document["flows"]]
    return document | {"flows": flows}


def _keep_azs(document: Document, change: Change) -> Document:
    """Every VPC and service keeps its first AZs, those first that most VPCs have; a share of bytes
    that can no longer cross AZs, or not cross them, is left out."""
    counts: dict[str, int] = {}
    for vpc in document["vpcs"]:
        for az in vpc["azs"]:
            counts[az] = counts.get(az, 0) + 1

    def kept(azs: Iterable[str]) -> list[str]:
        return sorted(sorted(azs, key=lambda az: (-counts[az], az))[: int(change.value)])

    vpcs = [vpc | {"azs": kept(vpc["azs"])} for vpc in document["vpcs"]]
    own = {vpc["name"]: set(vpc["azs"]) for vpc in vpcs}
    vpcs = [_without_lost_subnets(vpc, own[vpc["name"]]) for vpc in vpcs]
    services = []
    for service in _services(document):
        kept_azs = set(service.get("azs") or ()) & own[service["vpc"]]
        services.append({k: v for k, v in service.items() if k != "azs"})
        if kept_azs:
            services[-1]["azs"] = sorted(kept_azs)
    document = document | {"vpcs": vpcs} | ({"services": services} if services else {})
    left = _azs(document)
    return document | {
        "flows": [entry for flow in document["flows"] for entry in _possible(flow, left)]
    }


def _without_lost_subnets(vpc: Document, azs: set[str]) -> Document:
    if not vpc.get("subnets"):
        return vpc
    return vpc | {"subnets": [subnet for subnet in vpc["subnets"] if subnet["az"] in azs]}


def _operate(document: Document, change: Change) -> Document:
    prices = document.get("operations_usd_per_object") or {}
    return document | {"operations_usd_per_object": {**prices, change.of: change.value}}


_APPLY: dict[str, Callable[[Document, Change], Document]] = {
    "gb": _scale,
    "connections": _scale,
    "crossing": _cross,
    "azs": _keep_azs,
    "operations": _operate,
}


def applied(document: Document, change: Change) -> Document:
    """A document with one input changed; whether it holds together is for its own checks to say."""
    return _APPLY[change.what](document, change)


def held(
    topology: Topology, changes: list[Change], problems: Problems
) -> tuple[Topology, list[Change]]:
    """The topology after those changes that its document allows: without the refused ones it is
    read once more, however many there are, and then without any."""
    for _ in range(MAX_TRIES):
        if not changes:
            break
        document: Document = dict(topology.document)
        for change in changes:
            document = applied(document, change)
        try:
            return validated(document, is_plain=True), changes
        except DocumentRefused as error:
            wrong = _refused(changes, error.problems, document)
        problems.extend(Problem(f"{change.key}, {at}", reason) for change, (at, reason) in wrong)
        refused = {change for change, _ in wrong}
        changes = [change for change in changes if change not in refused]
    return topology, []


def _refused(
    changes: list[Change], problems: list[Problem], document: Document
) -> list[tuple[Change, Problem]]:
    """The changes that problems of the changed document speak of, each with its problem."""
    pairs = [
        (change, problem)
        for problem in problems
        for change in changes
        if _concerns(change, problem.path, document)
    ]
    return pairs or [(change, problems[0]) for change in changes]


def _concerns(change: Change, path: str, document: Document) -> bool:
    place = PLACE.match(path)
    if place is None:
        return change.what == "gb" and path == "flows"  # all of them together
    name = document["flows"][int(place["entry"])]["name"]
    is_of = change.of in ("", name, name.rpartition("/")[0])
    return is_of and change.what == CHANGED_BY.get(place["key"], change.what)
