"""What-if: a topology's document with some inputs changed, each change named and of one value."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from connectivity.core.document import topology as validated
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean
from connectivity.core.topology import OBJECT_KINDS, Topology

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


@dataclass(frozen=True)
class WhatIf:
    """A topology after some changes; what could not be changed, and why."""

    topology: Topology
    changes: tuple[Change, ...]
    problems: list[Problem]
    values: dict[str, float]  # of all flows together, before single flows are changed
    flow_values: dict[str, float]


def what_if(topology: Topology, asked: Iterable[tuple[str, str]], flow: str = "") -> WhatIf:
    """A topology with some inputs changed: of all flows first, then of single ones.

    Args:
        asked: keys of `Change.key` and the texts of their values. Others are left alone, and the
            topology's own value is no change.
        flow: one whose values are wanted too.

    Returns:
        The topology without the changes that have problems.
    """
    wanted = {key: text for key, text in asked if key.partition(":")[0] in INPUTS and text.strip()}
    single = {key for key in wanted if ":" in key and not key.startswith("operations:")}
    wide = {key: text for key, text in wanted.items() if key not in single}
    problems: list[Problem] = []
    values = _values(topology)
    topology, changes = _change(topology, wide, values, problems)
    values |= {one.key: one.value for one in changes}
    flow_values = _flow_values(topology, {flow} | {key.partition(":")[2] for key in single})
    narrow = {key: wanted[key] for key in single}
    topology, more = _change(topology, narrow, flow_values, problems)
    flow_values |= {one.key: one.value for one in more}
    return WhatIf(topology, (*changes, *more), problems, values, flow_values)


def _change(
    topology: Topology, wanted: dict[str, str], own: dict[str, float], problems: list[Problem]
) -> tuple[Topology, tuple[Change, ...]]:
    """The topology after the changes that can be made."""
    changes = []
    for key, text in sorted(wanted.items()):
        what, _, of = key.partition(":")
        if problem := _unknown(key, own, topology) or _unusable(what, text, own):
            problems.append(Problem(key, problem))
        elif not math.isclose(own[key], value := _number(text), rel_tol=1e-6, abs_tol=1e-9):
            changes.append(Change(what, of, value, own[key]))
    if not changes:
        return topology, ()
    document: Document = dict(topology.document)
    for one in sorted(changes, key=lambda one: list(INPUTS).index(one.what)):
        document = _APPLY[one.what](document, one, topology)
    try:
        return validated(document, is_plain=True), tuple(changes)
    except DocumentRefused as error:
        problems += error.problems
        return topology, ()


def _number(text: str) -> float:
    return float(text.replace(",", "").strip())


def _unusable(what: str, text: str, own: dict[str, float]) -> str | None:
    try:
        value = _number(text)
    except ValueError:
        return f"{text[:40]!r} is not a number"
    most = own["azs"] if what == "azs" else INPUTS[what].most
    least = 1 if what == "azs" else 0
    if not least <= value <= most:  # NaN too
        return f"{text[:40]} is not between {least} and {most:,.10g} {INPUTS[what].unit}"
    if what == "azs" and value != int(value):
        return f"{text[:40]} is not a whole number of AZs"
    return None


def _unknown(key: str, own: dict[str, float], topology: Topology) -> str | None:
    if key in own:
        return None
    what, _, of = key.partition(":")
    if what == "operations":
        return f"no object is called {of!r}{did_you_mean(of, OBJECT_KINDS)}"
    names = [one["name"] for one in topology.document["flows"]]
    if of in names:
        return "cannot be changed for one flow"
    return f"no flow is called {of!r}{did_you_mean(of, names)}"


def _values(topology: Topology) -> dict[str, float]:
    """What can be changed of all flows at once, by key."""
    flows = topology.flows
    regions = {vpc.name: vpc.region for vpc in topology.vpcs}
    near = [one for one in flows if regions[one.consumer] == regions[one.provider]]
    gb = sum(one.gb for one in near)
    crossing = sum(one.gb * one.cross_az_share for one in near) / gb if gb else 0.0
    prices = topology.operations_usd
    return {
        "gb": sum(one.gb for one in flows),
        "crossing": 100 * crossing,
        "connections": sum(one.connections_per_second for one in flows),
        "azs": float(max(len(vpc.azs) for vpc in topology.vpcs)),
        **{f"operations:{kind}": float(prices.get(kind, 0)) for kind in OBJECT_KINDS},
    }


def _flow_values(topology: Topology, names: set[str]) -> dict[str, float]:
    """What can be changed of some flows, by key."""
    found: dict[str, float] = {}
    shares = {one.name: one.cross_az_share for one in topology.flows} if names != {""} else {}
    for one in topology.document["flows"]:
        name, consumers = one["name"], one["from"]
        if name not in names:
            continue
        first = f"{name}/{consumers[0]}" if isinstance(consumers, list) else name
        found |= {f"{what}:{name}": float(one.get(key) or 0) for what, key in SCALED.items()}
        found[f"crossing:{name}"] = 100 * shares[first]
    return found


def _scale(document: Document, change: Change, topology: Topology) -> Document:
    key = SCALED[change.what]
    if change.of:
        return _with_flow(document, change.of, {key: change.value})
    total = change.was
    even = change.value / len(topology.flows)

    def scaled(one: Document) -> float:
        return float(one.get(key) or 0) * change.value / total if total else even

    return document | {"flows": [one | {key: scaled(one)} for one in document["flows"]]}


def _cross(document: Document, change: Change, topology: Topology) -> Document:
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


def _keep_azs(document: Document, change: Change, topology: Topology) -> Document:
    """Every VPC and service keeps its first AZs, those first that most VPCs have."""
    counts: dict[str, int] = {}
    for vpc in topology.vpcs:
        for az in vpc.azs:
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


def _operate(document: Document, change: Change, topology: Topology) -> Document:
    prices = document.get("operations_usd_per_object") or {}
    return document | {"operations_usd_per_object": {**prices, change.of: change.value}}


_APPLY = {
    "gb": _scale,
    "connections": _scale,
    "crossing": _cross,
    "azs": _keep_azs,
    "operations": _operate,
}
