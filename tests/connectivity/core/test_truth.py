"""Curves, what-ifs, mixes, payers and orders of random topologies, against documents that say so.

Flips and sensitivity have tests of their own. `benchmarks/truth.py` runs all of it over thousands.
"""

import pytest

from connectivity.core.latency.lookup import LatencySet
from costmodel.core.price_list import PriceList
from tests.profiles import sample
from tests.topologies import completed, random_document
from tests.truth import Truth, World, check_curves, check_order, check_sums, check_what_if


@pytest.mark.parametrize("seed", sample(range(100, 112), 2))
def test_what_is_said_of_other_circumstances_is_true(
    seed: int, prices: PriceList, latencies: LatencySet
) -> None:
    truth = Truth()
    for listed in (prices, completed(prices)):
        world = World(random_document(seed), listed, latencies)
        comparison = world.compared()
        check_curves(world, comparison, truth)
        check_what_if(world, comparison, truth)
        check_sums(comparison, truth)
        check_order(world, truth)
    assert truth.differences == []
    assert truth.counts["points of curves"] > 20
    assert truth.counts["what-ifs"] > 8
