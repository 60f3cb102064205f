"""What-if: a topology's document with some inputs changed, each change named and of one value."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from connectivity.core.network.regions import has_choice
from connectivity.core.network.topology import Flow, Topology
from connectivity.core.options import OPTIONS
from connectivity.core.problems import Problem, Problems, did_you_mean
from connectivity.core.scenarios.inputs import INPUTS, SCALED, Change, held
from costmodel.core.units import figure

MAX_NAMED = 5  # flows in a sentence
MAX_CHANGES = 100  # at once: each is a walk through all flows
NUMBER = re.compile(
    r"-?(?=[.]?[0-9])([0-9]+|[0-9]{1,3}(,[0-9]{3})+)?(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?"
)


@dataclass(frozen=True)
class WhatIf:
    """A topology after some changes; what could not be changed, and why."""

    topology: Topology
    changes: tuple[Change, ...]
    followed: tuple[Change, ...]  # shares that became impossible with fewer AZs
    unmoved: tuple[str, ...]  # the flows to which a share that was asked for does not apply
    problems: list[Problem]
    values: dict[str, float]  # of all flows together, before single flows are changed
    flow_values: dict[str, float]

    @property
    def result(self) -> dict[str, float]:
        """What all flows together come to after every change."""
        return _values(self.topology)

    @property
    def notes(self) -> list[str]:
        """What followed from the changes, and whom they do not concern, in words."""
        shares = [
            f"{followed.of} ({followed.was:.4g} % to {followed.value:.4g} %)"
            for followed in self.followed
        ]
        notes = []
        if shares:
            left = "With fewer AZs the cross-AZ share is determined by the AZs, so it changes"
            notes.append(f"{left}: {_named(shares)}.")
        if self.unmoved:
            why = "cross-Region, without a common AZ or within one AZ it is fixed"
            notes.append(f"The cross-AZ share stays unchanged for {_named(self.unmoved)}: {why}.")
        return notes


def what_if(topology: Topology, asked: Iterable[tuple[str, str]], flow: str = "") -> WhatIf:
    """A topology with some inputs changed: of all flows first, then of single ones.

    Args:
        asked: keys of `Change.key` and the texts of their values. Others are left alone, and the
            topology's own value is no change.
        flow: one whose values are wanted too.

    Returns:
        The topology without the changes that have problems.
    """
    stated = {key: text for key, text in asked if key.partition(":")[0] in INPUTS and text.strip()}
    wanted = dict(list(stated.items())[:MAX_CHANGES])
    single = {key for key in wanted if ":" in key and not key.startswith("operations:")}
    names = {flow} | {key.partition(":")[2] for key in single}
    changing = _Changing(topology, wanted)
    if len(stated) > MAX_CHANGES:
        remedy = f"the first {MAX_CHANGES} are applied; save them as a version and continue from it"
        changing.problems.note("changes", f"are {len(stated):,}: {remedy}")
    crossing = {key for key in wanted if key.partition(":")[0] == "crossing"}
    values = changing.change(wanted.keys() - single - crossing - {"azs"}, _values)
    flow_values = changing.change(single - crossing, partial(_flow_values, names=names))
    before = changing.topology
    values |= _only(changing.change({"azs"}, _values), "azs")
    followed = _followed(before, changing.topology)
    values |= _only(changing.change(crossing - single, _values), "crossing")
    shares = changing.change(crossing & single, partial(_flow_values, names=names))
    return WhatIf(
        changing.topology,
        tuple(sorted(changing.changes, key=lambda change: _place(change, single))),
        followed,
        _unmoved(changing),
        changing.problems.listed,
        values,
        flow_values | _only(shares, "crossing"),
    )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _only(values: dict[str, float], kind: str) -> dict[str, float]:
    return {key: value for key, value in values.items() if key.partition(":")[0] == kind}


def _place(change: Change, single: set[str]) -> tuple[bool, int]:
    return change.key in single, list(INPUTS).index(change.what)


@dataclass
class _Changing:
    """A topology on its way through the steps of a what-if.

    Fewer AZs change which shares may cross them, and a flow whose consumers need different shares
    is taken apart: so AZs come after what is asked of flows by their names, and crossing last.
    """

    topology: Topology
    wanted: dict[str, str]
    changes: list[Change] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)

    def change(
        self, keys: Iterable[str], values: Callable[[Topology], dict[str, float]]
    ) -> dict[str, float]:
        """Make those changes that can be made; what can be changed in this step, by key."""
        own = values(self.topology)
        wanted = {key: self.wanted[key] for key in keys if key in self.wanted}
        self.topology, changes = _change(self.topology, wanted, own, self.problems)
        self.changes += changes
        return values(self.topology) | {change.key: change.value for change in changes}


def _followed(before: Topology, after: Topology) -> tuple[Change, ...]:
    """The stated shares that became impossible: with one AZ left, none cross, or all of them."""
    stated = {flow["name"] for flow in before.document["flows"] if "cross_az_share" in flow}
    left = {flow.name: flow.cross_az_share for flow in after.flows}
    changes = []
    for flow in before.flows if stated and before is not after else ():
        entry = flow.name.removesuffix(f"/{flow.consumer}")
        was, now = flow.cross_az_share, left[flow.name]
        if {entry, flow.name} & stated and not _is_same(was, now):
            changes.append(Change("crossing", flow.name, 100 * now, 100 * was))
    return tuple(changes)


def _unmoved(changing: _Changing) -> tuple[str, ...]:
    """The flows that a share was asked for and that have no choice."""
    asked = [change.of for change in changing.changes if change.what == "crossing"]
    free = {flow.name for flow in _choosing(changing.topology, "")} if asked else set()
    return tuple(
        flow.name
        for flow in changing.topology.flows
        if asked and flow.name not in free and any(_is_of(flow, of) for of in asked)
    )


def _change(
    topology: Topology, wanted: dict[str, str], own: dict[str, float], problems: Problems
) -> tuple[Topology, list[Change]]:
    """The topology after the changes that can be made."""
    changes = []
    for key, text in sorted(wanted.items()):
        kind, _, of = key.partition(":")
        if problem := _unknown(key, own, topology) or _unusable(key, text, own, topology):
            problems.note(key, problem)
        elif not _is_own(key, own[key], _number(text), topology):
            changes.append(Change(kind, of, _number(text), own[key]))
    changes.sort(key=lambda change: list(INPUTS).index(change.what))
    return held(topology, changes, problems)


def _is_own(key: str, own: float, value: float, topology: Topology) -> bool:
    """It is what the topology has already; a mean of several shares is nobody's own."""
    if key.startswith("crossing"):
        choosing = _choosing(topology, key.partition(":")[2])
        return all(_is_same(flow.cross_az_share, value / 100) for flow in choosing)
    return _is_same(own, value)


def _is_same(own: float, value: float) -> bool:
    return math.isclose(own, value, rel_tol=1e-9, abs_tol=1e-12)


def _choosing(topology: Topology, of: str) -> list[Flow]:
    """The flows whose bytes may or may not cross AZs; those of one entry where one is named."""
    azs = {vpc.name: vpc.azs for vpc in topology.vpcs}
    services = {service.name: service.azs for service in topology.services}
    return [
        flow
        for flow in topology.flows
        if _is_of(flow, of)
        and has_choice(
            azs[flow.consumer], services[flow.service] if flow.service else azs[flow.provider]
        )
    ]


def _is_of(flow: Flow, of: str) -> bool:
    return not of or flow.name in (of, f"{of}/{flow.consumer}")


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _unusable(key: str, text: str, own: dict[str, float], topology: Topology) -> str | None:
    kind, _, of = key.partition(":")
    if not NUMBER.fullmatch(text.strip()):
        return f"{text[:40]!r} is not a number; write it like 1024, 1,024 or 0.5"
    if kind == "crossing" and not _choosing(topology, of):
        return (
            "consumer and provider have no AZ in common, or are in the same single AZ, so the "
            "share is fixed"
        )
    value = _number(text)
    most = own["azs"] if kind == "azs" else INPUTS[kind].most
    least = 1 if kind == "azs" else 0
    if not least <= value <= most:  # NaN too
        return f"{text[:40]} is not between {least} and {figure(most)} {INPUTS[kind].unit}"
    if kind == "azs" and value != int(value):
        return f"{text[:40]} is not a whole number of AZs"
    return None


def _unknown(key: str, own: dict[str, float], topology: Topology) -> str | None:
    if key in own:
        return None
    kind, _, of = key.partition(":")
    if kind == "operations":
        near = did_you_mean(of, OPTIONS.vocabulary.objects)
        return f"no resource to manage is called {of!r}{near}"
    names = [flow["name"] for flow in topology.document["flows"]]
    if of in names:
        return "cannot be changed for one flow"
    return f"no flow is called {of!r}{did_you_mean(of, names)}"


def _values(topology: Topology) -> dict[str, float]:
    """What can be changed of all flows at once, by key."""
    flows = topology.flows
    regions = {vpc.name: vpc.region for vpc in topology.vpcs}
    near = [flow for flow in flows if regions[flow.consumer] == regions[flow.provider]]
    prices = topology.operations_usd
    return {
        "gb": sum(flow.gb for flow in flows),
        "crossing": 100 * _mean_share(near),
        "connections": sum(flow.connections_per_second for flow in flows),
        "azs": float(max(len(vpc.azs) for vpc in topology.vpcs)),
        **{f"operations:{k}": float(prices.get(k, 0)) for k in OPTIONS.vocabulary.objects},
    }


def _mean_share(flows: list[Flow]) -> float:
    """The share of the GB that cross AZs; of the flows where nothing flows."""
    gb = sum(flow.gb for flow in flows)
    if not gb:
        return sum(flow.cross_az_share for flow in flows) / max(1, len(flows))
    return sum(flow.gb * flow.cross_az_share for flow in flows) / gb


def _flow_values(topology: Topology, names: set[str]) -> dict[str, float]:
    """What can be changed of some flows, by key."""
    values: dict[str, float] = {}
    if names == {""}:
        return values
    by_name = {flow.name: flow for flow in topology.flows}
    for flow in topology.document["flows"]:
        name, consumers = flow["name"], flow["from"]
        if name not in names:
            continue
        each = [f"{name}/{c}" for c in consumers] if isinstance(consumers, list) else [name]
        values |= {f"{kind}:{name}": float(flow.get(key) or 0) for kind, key in SCALED.items()}
        values[f"crossing:{name}"] = 100 * _mean_share([by_name[full] for full in each])
    return values
