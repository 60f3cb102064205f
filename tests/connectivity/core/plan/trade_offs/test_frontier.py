"""Trade-offs against every design there is."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.worst_p99 import headlines
from connectivity.core.options import OPTIONS
from connectivity.core.plan.trade_offs.frontier import TradedFor, frontier
from connectivity.core.registered_document import topology
from costmodel.core.charges import Floats
from tests.connectivity.core.plan.brute import Designs
from tests.connectivity.core.plan.instances import PRICES, instance
from tests.factories import price_list
from tests.profiles import sample
from tests.shipped import latencies

CENT = 0.0051


def compared(seed: int) -> Comparison:
    document = instance(seed, flows=5, options=3)
    dice = random.Random(seed)  # noqa: S311  not a secret
    for flow in document["flows"]:
        if dice.random() < 0.8:
            flow["today"] = dice.choice(flow["options"])
    return compare(topology(document), price_list(PRICES), latencies())


def objects(designs: Designs) -> Floats:
    return designs.objects.astype(float)


def changes(designs: Designs) -> Floats:
    keys = np.array([option.key for option in OPTIONS])[designs.options]
    today = [flow.today for flow in designs.comparison.case.topology.flows]
    return sum(
        (keys[:, row] != key) * 1.0 for row, key in enumerate(today) if key is not None
    ) + np.zeros(len(keys))


def worst_p99(designs: Designs) -> Floats:
    """The slowest of the flows of which anything is known; what is not known is slower."""
    comparison, amounts = designs.comparison, np.zeros(len(designs.options))
    for row, flow in enumerate(comparison.case.topology.flows):
        us = {}
        for option in OPTIONS:
            of_option = headlines(option.key, comparison.case, comparison.latencies)
            us[option.key] = of_option.reading(row).us
        if any(us[key] is not None for key in flow.options):
            known = [np.inf if us[option.key] is None else us[option.key] for option in OPTIONS]
            amounts = np.maximum(amounts, np.array(known)[designs.options[:, row]])
    return amounts


AMOUNTS: dict[TradedFor, Callable[[Designs], Floats]] = {
    TradedFor.OBJECTS: objects,
    TradedFor.CHANGES: changes,
    TradedFor.WORST_P99: worst_p99,
}


def best_of_all(designs: Designs, amounts: Floats) -> list[tuple[float, float]]:
    """What no design beats in both, the cheapest first."""
    points: list[tuple[float, float]] = []
    usable = designs.is_feasible
    for amount in sorted(set(amounts[usable].tolist())):
        usd = float(designs.usd[usable & (amounts <= amount)].min())
        if not points or usd < points[-1][1] - CENT:
            points.append((amount, usd))
    return points[::-1]


@pytest.mark.parametrize("axis", TradedFor)
@pytest.mark.parametrize("seed", sample(range(300, 400), 5))
def test_no_design_beats_a_point_and_none_is_forgotten(seed: int, axis: TradedFor) -> None:
    comparison = compared(seed)
    designs = Designs(comparison)
    expected = best_of_all(designs, AMOUNTS[axis](designs))
    points = list(frontier(comparison, axis))
    assert all(point.is_proven for point in points)
    assert [point.amount for point in points] == [amount for amount, _ in expected]
    usd = [float(point.design.exact_usd) for point in points]
    assert usd == pytest.approx([usd for _, usd in expected], abs=CENT)
