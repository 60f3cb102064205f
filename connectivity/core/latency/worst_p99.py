"""The latency that a flow meets: the worst cell that carries at least 1 % of its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from connectivity.core.latency.distance import AS_OF as DISTANCE_AS_OF
from connectivity.core.latency.distance import SOURCE as DISTANCE
from connectivity.core.latency.lookup import LatencySet, Reading, region_of
from connectivity.core.network.flow_arrays import AzList, numbered
from connectivity.core.network.planned_network import Case
from connectivity.core.rules.aws_docs import OWN_DOCUMENT
from connectivity.core.rules.rule import Meaning, Rule, Severity
from costmodel.core.charges import Bools, Floats, Ints
from costmodel.core.units import figure

MIN_SHARE = 0.01


class Headline(NamedTuple):
    """The worst reading of a group of flows, and the part of its cells that share its figure."""

    reading: Reading
    part: float
    is_crossing: bool


class CellShare(NamedTuple):
    """A reading and the share of a flow's bytes that its cell carries."""

    flow: int
    reading: Reading
    share: float


@dataclass(frozen=True)
class Headlines:
    """Headlines of all flows for one option: `of[i]` is the index of flow i's headline; each of
    `kinds` is that of some flow."""

    option: str
    kinds: tuple[Headline, ...]
    of: Ints
    crossing: Floats  # share of each flow's bytes that cross AZs

    def reading(self, row: int) -> Reading:
        """The headline of a flow, by its index."""
        return self.kinds[self.of[row]].reading

    def shares(self, flows: Ints) -> Iterator[CellShare]:
        """The headlines of some flows."""
        of = self.of[flows]
        crossing = self.crossing[flows]
        crosses = np.array([kind.is_crossing for kind in self.kinds])[of]
        parts = np.array([kind.part for kind in self.kinds])[of]
        shares = np.where(crosses, crossing, 1 - crossing) * parts
        rows = zip(flows.tolist(), of.tolist(), np.round(shares, 6).tolist(), strict=True)
        for row, kind, share in rows:
            yield CellShare(row, self.kinds[kind].reading, share)

    @property
    def worst_first(self) -> Ints:
        """The flows by their headlines, the slowest first; what is not known counts as slowest.

        Shape (flows,).
        """
        kinds = range(len(self.kinds))
        worst = sorted(kinds, key=lambda kind: self.kinds[kind].reading.badness, reverse=True)
        ranks = np.empty(len(worst), dtype=np.int64)
        ranks[worst] = np.arange(len(worst))
        return np.argsort(ranks[self.of], kind="stable")

    @cached_property
    def us(self) -> Floats:
        """The headline of every flow in microseconds, NaN where it is not known. Shape (flows,)."""
        figures = [np.nan if kind.reading.us is None else kind.reading.us for kind in self.kinds]
        return np.array(figures)[self.of]

    @property
    def bound_us(self) -> Floats:
        """What no round trip of a flow can be faster than; NaN where distance says nothing.

        Shape (flows,), in microseconds.
        """
        distances = [kind.reading.distance for kind in self.kinds]
        bounds = [np.nan if distance is None else distance.bound_us for distance in distances]
        return np.array(bounds)[self.of]

    @cached_property
    def worst(self) -> Reading:
        """The worst headline of the flows; one that is not known counts as the worst."""
        return max((kind.reading for kind in self.kinds), key=lambda reading: reading.badness)

    def cells(self, case: Case, latencies: LatencySet) -> Iterator[CellShare]:
        """Every pair of AZs that the two ends of every flow have."""
        for row in range(len(self.of)):
            ours, theirs = _az_lists(case, row)
            common = len(set(ours) & set(theirs))
            pairs = len(ours) * len(theirs) - common
            crossing = float(self.crossing[row])  # 1 without a common AZ, 0 within one
            for from_az in ours:
                for to_az in theirs:
                    inside = from_az == to_az
                    share = (1 - crossing) / common if inside else crossing / pairs
                    reading = latencies.read(self.option, from_az, to_az)
                    yield CellShare(row, reading, round(share, 6))


def headlines(option: str, case: Case, latencies: LatencySet) -> Headlines:
    """The headline of every flow: an inter-AZ cell where 1 % or more of the bytes cross AZs."""
    flows = case.flows
    crossing = np.where(flows.same_region, case.column("cross_az_share"), 1.0)
    crosses = (crossing >= MIN_SHARE).astype(np.int64)
    width = len(flows.az_lists)
    code = (flows.consumer.azs * width + flows.provider.azs) * 2 + crosses
    groups, of = numbered(code)
    kinds = []
    for group in groups.tolist():
        lists, is_crossing = divmod(group, 2)
        ours, theirs = (flows.az_lists[azs] for azs in divmod(lists, width))
        kinds.append(_headline(option, latencies, ours, theirs, bool(is_crossing)))
    return Headlines(option, tuple(kinds), of, crossing)


def _headline(
    option: str, latencies: LatencySet, ours: AzList, theirs: AzList, is_crossing: bool
) -> Headline:
    pairs = ((from_az, to_az) for from_az in ours for to_az in theirs)
    pairs = (pair for pair in pairs if (pair[0] != pair[1]) == is_crossing)
    readings = [latencies.read(option, *pair) for pair in pairs]
    worst = max(readings, key=lambda reading: reading.badness)
    same = sum(1 for reading in readings if reading.us == worst.us)
    return Headline(worst, same / len(readings), is_crossing)


def _az_lists(case: Case, row: int) -> tuple[AzList, AzList]:
    flows = case.flows
    return flows.az_lists[flows.consumer.azs[row]], flows.az_lists[flows.provider.azs[row]]


def _beyond_light(heads: Headlines, case: Case) -> Bools:
    return heads.bound_us > case.column("p99_budget_us")


def _over(heads: Headlines, case: Case) -> Bools:
    return heads.us > case.column("p99_budget_us")


def _unchecked(heads: Headlines, case: Case) -> Bools:
    is_open = np.isnan(heads.us) & ~np.isnan(case.column("p99_budget_us"))
    return is_open & ~_beyond_light(heads, case)


def _impossible(heads: Headlines, case: Case, row: int) -> str:
    reading, budget = heads.reading(row), float(case.column("p99_budget_us")[row])
    regions = f"{region_of(reading.from_az)} and {region_of(reading.to_az)}"
    distance = reading.distance
    assert distance is not None  # noqa: S101  # what `_beyond_light` found has one
    return (
        f"no option keeps a budget of {figure(budget)} µs between {regions}: over "
        f"{distance.km:,.0f} km no round trip is faster than {distance.bound_us:,} µs"
    )


def _exceeded(heads: Headlines, case: Case, row: int) -> str:
    reading, budget = heads.reading(row), float(case.column("p99_budget_us")[row])
    where = f"{reading.basis}, {reading.from_az} to {reading.to_az}"
    p99 = figure(float(heads.us[row]))
    return f"p99 {p99} µs ({where}) is above the budget of {figure(budget)} µs"


def _unknown(heads: Headlines, case: Case, row: int) -> str:
    reading, budget = heads.reading(row), float(case.column("p99_budget_us")[row])
    where = f"from {reading.from_az} to {reading.to_az}"
    known = f"no p99 is known {where}; measure it"
    return f"the budget of {figure(budget)} µs cannot be checked: {known}"


def budget_rules(heads: Headlines) -> tuple[Rule, ...]:
    """p99 budgets as rules of one option: exceeded, beyond what distance allows, or not to be
    checked for want of a figure."""
    return (
        Rule(
            "BUDGET-02",
            Severity.HARD,
            partial(_beyond_light, heads),
            partial(_impossible, heads),
            DISTANCE,
            DISTANCE_AS_OF,
            remedy="Raise the latency budget, or move one of the VPCs to a nearer Region.",
            meaning=Meaning.BEYOND_LIGHT,
        ),
        Rule(
            "BUDGET-01",
            Severity.HARD,
            partial(_over, heads),
            partial(_exceeded, heads),
            OWN_DOCUMENT,
            remedy="Raise the latency budget, keep traffic within an AZ, or upload a measurement "
            "of your own.",
        ),
        Rule(
            "LAT-01",
            Severity.CONDITION,
            partial(_unchecked, heads),
            partial(_unknown, heads),
            OWN_DOCUMENT,
            meaning=Meaning.UNCHECKED,
        ),
    )
