"""Changes of a topology's document: what can be changed, and how each is done."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Document = dict[str, Any]


class Input(NamedTuple):
    """Something that can be changed."""

    label: str
    unit: str
    most: float


INPUTS = {
    "azs": Input("AZs of a VPC, at most", "AZs", 10),
    "gb": Input("Traffic", "GB a month", 1e12),
    "crossing": Input("Crossing AZs", "% of the GB", 100),
    "connections": Input("New connections", "a second", 1e8),
    "operations": Input("Operations of one", "USD a month", 1e9),
}
"""What can be changed, in the order in which it is done."""

SCALED = {"gb": "gb_per_month", "connections": "connections_per_second"}


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
        said = INPUTS[self.what]
        return f"{said.label}, {self.of}" if self.of else said.label

    @property
    def unit(self) -> str:
        return INPUTS[self.what].unit


def _scale(document: Document, change: Change) -> Document:
    key = SCALED[change.what]
    if change.of:
        return _with_flow(document, change.of, {key: change.value})
    total = change.was
    entries = document["flows"]
    count = sum(len(one["from"]) if isinstance(one["from"], list) else 1 for one in entries)

    def scaled(one: Document) -> float:
        return float(one.get(key) or 0) * change.value / total if total else change.value / count

    return document | {"flows": [one | {key: scaled(one)} for one in entries]}


def _cross(document: Document, change: Change) -> Document:
    share = {"cross_az_share": change.value / 100}
    if change.of:
        return _with_flow(document, change.of, share)
    azs = dict(_azs(document))
    flows = [one | share if _has_a_choice(one, azs) else one for one in document["flows"]]
    return document | {"flows": flows}


def _azs(document: Document) -> Iterator[tuple[str, set[str]]]:
    """The AZs of every VPC and service."""
    vpcs = {one["name"]: set(one["azs"]) for one in document["vpcs"]}
    yield from vpcs.items()
    for one in document.get("services") or ():
        yield one["name"], set(one.get("azs") or vpcs[one["vpc"]])


def _has_a_choice(flow: Document, azs: Mapping[str, set[str]]) -> bool:
    """All its consumers share an AZ with its provider."""
    consumers = flow["from"] if isinstance(flow["from"], list) else [flow["from"]]
    return all(azs[one] & azs[flow["to"]] for one in consumers)


def _with_flow(document: Document, name: str, values: Document) -> Document:
    flows = [one | values if one["name"] == name else one for one in document["flows"]]
    return document | {"flows": flows}


def _keep_azs(document: Document, change: Change) -> Document:
    """Every VPC and service keeps its first AZs, those first that most VPCs have."""
    counts: dict[str, int] = {}
    for vpc in document["vpcs"]:
        for az in vpc["azs"]:
            counts[az] = counts.get(az, 0) + 1

    def kept(azs: Iterable[str]) -> list[str]:
        return sorted(sorted(azs, key=lambda az: (-counts[az], az))[: int(change.value)])

    vpcs = [one | {"azs": kept(one["azs"])} for one in document["vpcs"]]
    own = {one["name"]: set(one["azs"]) for one in vpcs}
    vpcs = [_without_lost_subnets(one, own[one["name"]]) for one in vpcs]
    services = []
    for one in document.get("services") or ():
        left = set(one.get("azs") or ()) & own[one["vpc"]]
        services.append({k: v for k, v in one.items() if k != "azs"})
        if left:
            services[-1]["azs"] = sorted(left)
    return document | {"vpcs": vpcs} | ({"services": services} if services else {})


def _without_lost_subnets(vpc: Document, azs: set[str]) -> Document:
    if not vpc.get("subnets"):
        return vpc
    return vpc | {"subnets": [one for one in vpc["subnets"] if one["az"] in azs]}


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
