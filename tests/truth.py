"""What a comparison says of other circumstances, against comparisons of such documents."""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from math import isnan
from typing import Any

import numpy as np

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.comparison.missing_prices import deciding
from connectivity.core.comparison.recommendation import recommended
from connectivity.core.comparison.trial import Basis, tried
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import case
from connectivity.core.network.regions import has_choice
from connectivity.core.outlook.break_even import Axis, curve_of
from connectivity.core.outlook.levers import rate_name
from connectivity.core.outlook.quota_headroom import headroom
from connectivity.core.outlook.sensitivity import HALF, INPUTS, ranges, scaled, tornado, usd_of
from connectivity.core.outlook.tipping_points import NUDGE, Flip, flips
from connectivity.core.registered_document import topology
from connectivity.core.scenarios.what_if import what_if
from costmodel.core.bill import bill
from costmodel.core.price_list import Price, PriceList, Tier

Document = dict[str, Any]

POINTS = (
    *((Axis.GB, value) for value in (0.0, 0.37, 1.0, 2.9, 41.0)),
    *((Axis.CROSSING, value) for value in (0.0, 0.003, 0.25, 0.8, 1.0)),
)


@dataclass
class Truth:
    """What was looked at, and what was not as it was said."""

    counts: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def count(self, subject: str, more: int = 1) -> None:
        self.counts[subject] = self.counts.get(subject, 0) + more

    def near(self, given: float, true: Decimal | None, where: str, more: float = 0) -> None:
        """Within what whole thousandths of a unit, and cents, can explain."""
        if true is None or isnan(given):
            self.expect(isnan(given), true is None, where)
        elif abs(given - float(true)) > 0.012 + more + 1e-9 * abs(given):
            self.differences.append(f"{where}: {given!r}, but {true!r}")

    def expect(self, given: object, true: object, where: str) -> None:
        if given != true:
            self.differences.append(f"{where}: {given!r}, but {true!r}")


@dataclass(frozen=True)
class World:
    """A document and what it is compared with."""

    document: Document
    prices: PriceList
    latencies: LatencySet

    def compared(self) -> Comparison:
        return compare(topology(self.document), self.prices, self.latencies)

    def best(self) -> str:
        answer = recommended(self.compared())
        return answer.option.key if answer else ""


def check(world: World, truth: Truth) -> None:
    """Everything that a comparison says of other circumstances."""
    comparison = world.compared()
    truth.count("comparisons")
    truth.count("comparisons with a recommendation", recommended(comparison) is not None)
    check_flips(world, comparison, truth)
    check_curves(world, comparison, truth)
    check_sensitivity(comparison, truth)
    check_what_if(world, comparison, truth)
    check_sums(comparison, truth)
    check_order(world, truth)


def check_flips(world: World, comparison: Comparison, truth: Truth) -> None:
    """Every flip, applied just beyond and just inside, to the document or the price list."""
    best = recommended(comparison)
    for flip in flips(comparison):
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
    for estimate in ranges(comparison, 0.5, draws=40):
        truth.count("ranges")
        truth.expect(
            True,
            estimate.low <= estimate.median <= estimate.high,
            f"the range of {estimate.option.key}",
        )
    for room in headroom(comparison):
        truth.count("rooms")
        truth.expect(True, room.full_at >= 0, f"the head-room of {room.option}")


def check_curves(world: World, comparison: Comparison, truth: Truth) -> None:
    """Every option's cost curve, at some points, against the bill of a document of that point."""
    flows = world.document["flows"]
    for axis, value in POINTS:
        if axis is Axis.GB:
            changed = [flow | {"gb_per_month": flow["gb_per_month"] * value} for flow in flows]
        else:
            changed = [each for flow in flows for each in crossed(world.document, flow, value)]
        there = case(topology(world.document | {"flows": changed}))
        for answer in comparison.answers:
            if answer.bill is None:
                continue
            truth.count("points of curves")
            charges = answer.option.charges(there.flows)
            exact = bill(charges, world.prices, there.regions, there.pools).usd
            usd = float(curve_of(comparison, answer.option, axis).usd(np.array([value]))[0])
            where = f"{world.document['name']}, {answer.option.key}, {axis} at {value}"
            truth.near(usd, exact, where, 3e-4 * len(there.flows))


def check_what_if(world: World, comparison: Comparison, truth: Truth) -> None:
    """What-ifs of every input against documents that are written that way by hand."""
    document = world.document
    flow = document["flows"][0]
    gb = sum(flow.gb for flow in comparison.case.topology.flows)
    asked: list[tuple[dict[str, Any], Document]] = [
        ({"azs": count}, narrowed(document, count))
        for count in (1, 2)
        if count <= max(len(vpc["azs"]) for vpc in document["vpcs"])
    ]
    asked += [
        ({"crossing": 100 * share}, document | {"flows": _crossed_all(document, share)})
        for share in (0.0, 0.4, 1.0)
    ]
    if gb:
        doubled = [
            entry | {"gb_per_month": entry["gb_per_month"] * 2} for entry in document["flows"]
        ]
        asked.append(({"gb": 2 * gb}, document | {"flows": doubled}))
    name = flow["name"]
    both = [flow | {"gb_per_month": 7, "connections_per_second": 3}, *document["flows"][1:]]
    asked.append(({f"gb:{name}": 7, f"connections:{name}": 3}, document | {"flows": both}))
    of_one = [*crossed(document, flow, 0.2), *document["flows"][1:]]
    asked.append(({f"crossing:{name}": 20}, document | {"flows": of_one}))
    for values, written in asked:
        truth.count("what-ifs")
        texts = [(key, repr(value)) for key, value in values.items()]
        result = what_if(comparison.case.topology, texts)
        answered = _told(replace(world, document=result.topology.document))
        true = _told(replace(world, document=written))
        for key in answered:
            truth.expect(answered[key], true[key], f"{document['name']}, {key}, what if {values}")


def _crossed_all(document: Document, share: float) -> list[Document]:
    return [entry for flow in document["flows"] for entry in crossed(document, flow, share)]


def narrowed(document: Document, count: int) -> Document:
    """The document with so many AZs a VPC, those first that most VPCs have; shares that can no
    longer be are left out, consumer by consumer."""
    narrower = deepcopy(document)
    common = Counter(az for vpc in narrower["vpcs"] for az in vpc["azs"])
    for vpc in narrower["vpcs"]:
        vpc["azs"] = sorted(vpc["azs"], key=lambda az: (-common[az], az))[:count]
    azs = {vpc["name"]: vpc["azs"] for vpc in narrower["vpcs"]}
    for service in narrower["services"]:
        own = [az for az in service.pop("azs", []) if az in azs[service["vpc"]]]
        if own:
            service["azs"] = own
        azs[service["name"]] = own or azs[service["vpc"]]
    flows = []
    for flow in narrower["flows"]:
        for entry in crossed(narrower, flow, flow.get("cross_az_share")):
            ours, theirs = azs[entry["from"]], azs[entry["to"]]
            forced = 1.0 if set(ours).isdisjoint(theirs) else 0.0
            if not has_choice(ours, theirs) and entry.get("cross_az_share") != forced:
                entry.pop("cross_az_share", None)
            flows.append(entry)
    return narrower | {"flows": flows}


def check_sums(comparison: Comparison, truth: Truth) -> None:
    """Payers add up to the total, and no option for all costs less than the mix."""
    accounts = comparison.case.topology.accounts
    mix = comparison.mix.total_usd
    for answer in comparison.answers:
        truth.count("sums of payers")
        where = f"{comparison.case.topology.name}, {answer.option.key}"
        paid = sum(answer.payers(accounts).values(), Decimal(0))
        truth.expect(paid, answer.usd or Decimal(0), f"{where}, payers")
        if answer.is_candidate and answer.total_usd is not None:
            is_less = mix is not None and mix <= answer.total_usd
            truth.expect(True, is_less, f"{where}, the mix of {mix}")


def check_order(world: World, truth: Truth) -> None:
    """Nothing hangs on the order of accounts, VPCs, services, flows and consumers."""
    document = deepcopy(world.document)
    document.setdefault("hub_account", document["accounts"][0]["id"])
    other = deepcopy(document)
    for key in ("accounts", "vpcs", "services", "flows"):
        other[key].reverse()
    for flow in other["flows"]:
        if isinstance(flow["from"], list):
            flow["from"].reverse()
    for vpc in other["vpcs"]:
        vpc["azs"].reverse()
    ours, theirs = (_told(replace(world, document=each)) for each in (document, other))
    truth.count("orders")
    for key in ours:
        truth.expect(ours[key], theirs[key], f"{document['name']}, {key}, in another order")


def _told(world: World) -> dict[str, Any]:
    """What a comparison says, by option, but for the order in which it says it."""
    comparison = world.compared()
    accounts = comparison.case.topology.accounts
    told: dict[str, Any] = {"": world.best(), "mix": comparison.mix.total_usd}
    for answer in comparison.answers:
        lines = answer.bill.lines if answer.bill else ()
        told[answer.option.key] = (
            answer.total_usd,
            answer.is_feasible,
            answer.heads.worst.us,
            answer.payers(accounts),
            sorted(answer.objects.items()),
            sorted((line.description, accounts[line.payer].id, line.usd) for line in lines),
            sorted({(hit.rule.id, len(hit.flows)) for hit in answer.hits}),
        )
    return told


def _state(flows: Flows, i: int) -> Flows:
    """One of the states that some columns have."""
    columns = ((column.name, getattr(flows, column.name)) for column in fields(flows))
    many = {k: v[i] for k, v in columns if isinstance(v, np.ndarray) and v.ndim == 2}
    return replace(flows, **many)


def applied(world: World, comparison: Comparison, flip: Flip, factor: float) -> list[World]:
    """The world with what a flip speaks of at its value times a factor, in every sense."""
    value = flip.value * factor
    document = deepcopy(world.document)
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
        prices = document.get("operations_usd_per_object") or {}
        document["operations_usd_per_object"] = {**prices, kind: value}
    elif flip.kind == "gb":
        total = sum(flow.gb for flow in comparison.case.topology.flows)
        for flow in document["flows"]:
            flow["gb_per_month"] *= value / total
    elif flip.kind == "crossing":
        document["flows"] = [
            entry for flow in document["flows"] for entry in crossed(document, flow, value)
        ]
    elif flip.kind == "budget":
        return [replace(world, document=document) for document in budgeted(document, value)]
    return [replace(world, document=document)]


def repriced(world: World, comparison: Comparison, flip: Flip, usd: Decimal) -> PriceList:
    name = flip.what.removeprefix("price of ").rpartition(" ")[0]
    lines = [line for answer in comparison.answers if answer.bill for line in answer.bill.lines]
    (line,) = {
        id(line.price): line for line in lines if rate_name(line.price, line.rate) == name
    }.values()
    tiers = tuple(
        replace(tier, usd=usd) if tier.usd == line.rate else tier for tier in line.price.tiers
    )
    changed = replace(line.price, tiers=tiers)
    prices = tuple(changed if price is line.price else price for price in world.prices.prices)
    assert changed in prices
    return PriceList("repriced", "", prices)


def crossed(document: Document, flow: Document, share: float | None) -> list[Document]:
    """A flow's entries, one for each consumer, those with a choice with a share."""
    azs = {vpc["name"]: vpc["azs"] for vpc in document["vpcs"]}
    azs |= {
        service["name"]: service.get("azs") or azs[service["vpc"]]
        for service in document["services"]
    }
    is_list = isinstance(flow["from"], list)
    entries = []
    for consumer in flow["from"] if is_list else [flow["from"]]:
        entry = flow | {"from": consumer}
        entry["name"] = f"{flow['name']}/{consumer}" if is_list else flow["name"]
        if share is not None and has_choice(azs[consumer], azs[flow["to"]]):
            entry["cross_az_share"] = share
        entries.append(entry)
    return entries


def budgeted(document: Document, us: float) -> list[Document]:
    """A budget for every flow; for those that have none; as the most that any may have."""
    top = document.get("p99_budget_us")
    each, most = deepcopy(document), deepcopy(document)
    for flow in each["flows"]:
        flow["p99_budget_us"] = us
    for flow in most["flows"]:
        flow["p99_budget_us"] = min(us, flow.get("p99_budget_us") or top or us)
    return [each, document | {"p99_budget_us": us}, most]
