"""What-if: a topology's document with some inputs changed, each change named and of one value."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from connectivity.core.changes import INPUTS, SCALED, Change, Document, applied
from connectivity.core.document import topology as validated
from connectivity.core.problems import DocumentRefused, Problem, Problems, did_you_mean
from connectivity.core.topology import OBJECT_KINDS, Flow, Topology

NUMBER = re.compile(
    r"-?(?=[.]?[0-9])([0-9]+|[0-9]{1,3}(,[0-9]{3})+)?(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?"
)


@dataclass(frozen=True)
class WhatIf:
    """A topology after some changes; what could not be changed, and why."""

    topology: Topology
    changes: tuple[Change, ...]
    problems: list[Problem]
    values: dict[str, float]  # of all flows together, before single flows are changed
    flow_values: dict[str, float]

    @property
    def result(self) -> dict[str, float]:
        """What all flows together come to after every change."""
        return _values(self.topology)


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
    problems = Problems()
    steps = ({"azs"}, wanted.keys() - single - {"azs"})  # fewer AZs change how much crosses
    changes: list[Change] = []
    for keys in steps:
        values = _values(topology)
        some = {key: wanted[key] for key in keys & wanted.keys()}
        topology, made = _change(topology, some, values, problems)
        changes += made
    values = _values(topology) | {one.key: one.value for one in changes}
    flow_values = _flow_values(topology, {flow} | {key.partition(":")[2] for key in single})
    narrow = {key: wanted[key] for key in single}
    topology, more = _change(topology, narrow, flow_values, problems)
    flow_values |= {one.key: one.value for one in more}
    return WhatIf(topology, (*changes, *more), problems.listed, values, flow_values)


def _change(
    topology: Topology, wanted: dict[str, str], own: dict[str, float], problems: Problems
) -> tuple[Topology, list[Change]]:
    """The topology after the changes that can be made."""
    changes = []
    for key, text in sorted(wanted.items()):
        what, _, of = key.partition(":")
        if problem := _unknown(key, own, topology) or _unusable(key, text, own, topology):
            problems.note(key, problem)
        elif not _is_own(key, own[key], _number(text), topology):
            changes.append(Change(what, of, _number(text), own[key]))
    changes.sort(key=lambda one: list(INPUTS).index(one.what))
    try:
        return _applied(topology, changes), changes
    except DocumentRefused:
        return _one_by_one(topology, changes, problems)


def _one_by_one(
    topology: Topology, changes: list[Change], problems: Problems
) -> tuple[Topology, list[Change]]:
    """The topology after those changes that its document allows."""
    made = []
    for one in changes:
        try:
            topology = _applied(topology, [one])
            made.append(one)
        except DocumentRefused as error:
            problems.extend(Problem(f"{one.key}, {p}", said) for p, said in error.problems)
    return topology, made


def _applied(topology: Topology, changes: list[Change]) -> Topology:
    if not changes:
        return topology
    document: Document = dict(topology.document)
    for one in changes:
        document = applied(document, one)
    return validated(document, is_plain=True)


def _is_own(key: str, own: float, value: float, topology: Topology) -> bool:
    """It is what the topology has already; a mean of several shares is nobody's own."""
    if key.startswith("crossing"):
        choosing = _choosing(topology, key.partition(":")[2])
        return all(_is_same(one.cross_az_share, value / 100) for one in choosing)
    return _is_same(own, value)


def _is_same(own: float, value: float) -> bool:
    return math.isclose(own, value, rel_tol=1e-9, abs_tol=1e-12)


def _choosing(topology: Topology, of: str) -> list[Flow]:
    """The flows whose bytes may or may not cross AZs; those of one entry where one is named."""
    vpcs = {vpc.name: vpc for vpc in topology.vpcs}
    services = {one.name: one.azs for one in topology.services}
    found = []
    for one in topology.flows:
        ours, theirs = vpcs[one.consumer], vpcs[one.provider]
        azs = services[one.service] if one.service else theirs.azs
        is_asked = not of or one.name == of or one.name == f"{of}/{one.consumer}"
        if is_asked and ours.region == theirs.region and set(ours.azs) & set(azs):
            found.append(one)
    return found


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _unusable(key: str, text: str, own: dict[str, float], topology: Topology) -> str | None:
    what, _, of = key.partition(":")
    if not NUMBER.fullmatch(text.strip()):
        return f"{text[:40]!r} is not a number; write it like 1024, 1,024 or 0.5"
    if what == "crossing" and not _choosing(topology, of):
        return "no AZ is common to both ends in one Region, so that there is no choice"
    value = _number(text)
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
    prices = topology.operations_usd
    return {
        "gb": sum(one.gb for one in flows),
        "crossing": 100 * _mean_share(near),
        "connections": sum(one.connections_per_second for one in flows),
        "azs": float(max(len(vpc.azs) for vpc in topology.vpcs)),
        **{f"operations:{kind}": float(prices.get(kind, 0)) for kind in OBJECT_KINDS},
    }


def _mean_share(flows: list[Flow]) -> float:
    """The share of the GB that cross AZs; of the flows where nothing flows."""
    gb = sum(one.gb for one in flows)
    if not gb:
        return sum(one.cross_az_share for one in flows) / max(1, len(flows))
    return sum(one.gb * one.cross_az_share for one in flows) / gb


def _flow_values(topology: Topology, names: set[str]) -> dict[str, float]:
    """What can be changed of some flows, by key."""
    found: dict[str, float] = {}
    if names == {""}:
        return found
    by_name = {one.name: one for one in topology.flows}
    for one in topology.document["flows"]:
        name, consumers = one["name"], one["from"]
        if name not in names:
            continue
        each = [f"{name}/{c}" for c in consumers] if isinstance(consumers, list) else [name]
        found |= {f"{what}:{name}": float(one.get(key) or 0) for what, key in SCALED.items()}
        found[f"crossing:{name}"] = 100 * _mean_share([by_name[full] for full in each])
    return found
