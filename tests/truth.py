"""What a comparison says of other circumstances, against comparisons of such documents."""

from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from math import isnan
from typing import Any

import numpy as np

from connectivity.core.columns import Flows
from connectivity.core.compare import Comparison, compare
from connectivity.core.document import topology
from connectivity.core.flips import NUDGE, Flip, flips
from connectivity.core.headroom import headroom
from connectivity.core.latency import LatencySet
from connectivity.core.levers import rate_name
from connectivity.core.missing import deciding
from connectivity.core.regions import has_choice
from connectivity.core.sensitivity import HALF, INPUTS, ranges, scaled, tornado, usd_of
from connectivity.core.trial import Basis, tried
from connectivity.core.verdict import recommended
from costmodel.core.price_list import Price, PriceList, Tier

Document = dict[str, Any]


@dataclass
class Truth:
    """What was looked at, and what was not as it was said."""

    counts: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def count(self, what: str, more: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + more

    def near(self, said: float, true: Decimal | None, where: str) -> None:
        """Within what whole thousandths of a unit, and cents, can explain."""
        if true is None or isnan(said):
            self.expect(isnan(said), true is None, where)
        elif abs(said - float(true)) > 0.012 + 1e-9 * abs(said):
            self.differences.append(f"{where}: {said!r}, but {true!r}")

    def expect(self, said: object, true: object, where: str) -> None:
        if said != true:
            self.differences.append(f"{where}: {said!r}, but {true!r}")


@dataclass(frozen=True)
class World:
    """A document and what it is compared with."""

    document: Document
    prices: PriceList
    latencies: LatencySet

    def compared(self) -> Comparison:
        return compare(topology(self.document), self.prices, self.latencies)

    def best(self) -> str:
        one = recommended(self.compared())
        return one.option.key if one else ""


def check_flips(world: World, comparison: Comparison, truth: Truth) -> None:
    """Every flip, applied just beyond and just inside, to the document or the price list."""
    best = recommended(comparison)
    for flip in flips(comparison, best):
        truth.count(f"{flip.kind} flips")
        outward = NUDGE if flip.what.endswith("above") else -NUDGE
        for sense, beyond in enumerate(applied(world, comparison, flip, 1 + outward)):
            where = f"{world.document['name']}, {flip.when}, beyond (sense {sense})"
            truth.expect(flip.to, beyond.best(), where)
        for sense, inside in enumerate(applied(world, comparison, flip, 1 - outward)):
            where = f"{world.document['name']}, {flip.when}, inside (sense {sense})"
            if flip.kind == "gap":  # any other: it may be one that lacks the same rate
                truth.expect(True, inside.best() != flip.to, where)
            else:
                truth.expect(best.option.key if best else "", inside.best(), where)


def check_sensitivity(comparison: Comparison, truth: Truth) -> None:
    """Every option over both ends of every input, and over draws, costs what its bill says."""
    case = comparison.case
    factors = np.random.default_rng(len(case.flows)).lognormal(0, 1, (3, len(case.flows)))
    inputs = [(label, change(case.flows, HALF[:, np.newaxis])) for label, change in INPUTS.items()]
    inputs.append(("every flow by chance", scaled(case.flows, factors)))
    for answer in comparison.answers:
        for label, flows in inputs if answer.bill else ():
            draws = 2 if label in INPUTS else 3
            usd = usd_of(comparison, answer, flows, draws)
            for i in range(draws):
                truth.count("states of inputs")
                state = replace(case, flows=_state(flows, i))
                (exact,) = tried(comparison, Basis(state, comparison.prices), [answer])
                where = f"{case.topology.name}, {answer.option.key}, {label}, {i}"
                truth.near(usd[i], exact.total_usd, where)
    for bar in tornado(comparison):
        truth.count("bars")
        truth.expect(True, np.isfinite((bar.low, bar.high)).all(), bar.label)
    for one in ranges(comparison, 0.5, draws=40):
        truth.count("ranges")
        truth.expect(True, one.low <= one.median <= one.high, f"the range of {one.option.key}")
    for room in headroom(comparison):
        truth.count("rooms")
        truth.expect(True, room.full_at >= 0, f"the head-room of {room.option}")


def _state(flows: Flows, i: int) -> Flows:
    """One of the states that some columns have."""
    columns = ((one.name, getattr(flows, one.name)) for one in fields(flows))
    many = {k: v[i] for k, v in columns if isinstance(v, np.ndarray) and v.ndim == 2}
    return replace(flows, **many)


def applied(world: World, comparison: Comparison, flip: Flip, factor: float) -> list[World]:
    """The world with what a flip speaks of at its value times a factor, in every sense."""
    value = flip.value * factor
    made = deepcopy(world.document)
    if flip.kind == "price":
        return [replace(world, prices=repriced(world, comparison, flip, Decimal(repr(value))))]
    if flip.kind == "gap":
        name, region, to_region = deciding(comparison)[flip.to].key
        tiers = (Tier(0, None, Decimal(repr(value))),)
        price = Price(name, region, to_region, "unit", tiers, "tried", "2026")
        listed = PriceList("with it", "", (*world.prices.prices, price))
        return [replace(world, prices=listed)]
    if flip.kind == "operations":
        kind = flip.what.split()[3]
        prices = made.get("operations_usd_per_object") or {}
        made["operations_usd_per_object"] = {**prices, kind: value}
    elif flip.kind == "gb":
        total = sum(flow.gb for flow in comparison.case.topology.flows)
        for flow in made["flows"]:
            flow["gb_per_month"] *= value / total
    elif flip.kind == "crossing":
        made["flows"] = [one for flow in made["flows"] for one in crossed(made, flow, value)]
    elif flip.kind == "budget":
        return [replace(world, document=one) for one in budgeted(made, value)]
    return [replace(world, document=made)]


def repriced(world: World, comparison: Comparison, flip: Flip, usd: Decimal) -> PriceList:
    name = flip.what.removeprefix("price of ").rpartition(" ")[0]
    lines = [line for one in comparison.answers if one.bill for line in one.bill.lines]
    line = next(line for line in lines if rate_name(line.price, line.rate) == name)
    tiers = tuple(
        replace(one, usd=usd) if one.usd == line.rate else one for one in line.price.tiers
    )
    changed = replace(line.price, tiers=tiers)
    prices = tuple(changed if one is line.price else one for one in world.prices.prices)
    assert changed in prices
    return PriceList("repriced", "", prices)


def crossed(document: Document, flow: Document, share: float) -> list[Document]:
    """A flow's entries, one for each consumer, those with a choice with a share."""
    azs = {one["name"]: one["azs"] for one in document["vpcs"]}
    azs |= {one["name"]: one.get("azs") or azs[one["vpc"]] for one in document["services"]}
    is_list = isinstance(flow["from"], list)
    made = []
    for consumer in flow["from"] if is_list else [flow["from"]]:
        one = flow | {"from": consumer}
        one["name"] = f"{flow['name']}/{consumer}" if is_list else flow["name"]
        if has_choice(azs[consumer], azs[flow["to"]]):
            one["cross_az_share"] = share
        made.append(one)
    return made


def budgeted(document: Document, us: float) -> list[Document]:
    """A budget for every flow; for those that have none; as the most that any may have."""
    top = document.get("p99_budget_us")
    each, most = deepcopy(document), deepcopy(document)
    for flow in each["flows"]:
        flow["p99_budget_us"] = us
    for flow in most["flows"]:
        flow["p99_budget_us"] = min(us, flow.get("p99_budget_us") or top or us)
    return [each, document | {"p99_budget_us": us}, most]
