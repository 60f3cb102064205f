"""A search that begins where one of nearly the same estate ended."""

from itertools import product

import pytest

from connectivity.core.plan.formulation.parts import Memory
from connectivity.core.plan.search.cheapest import Limits, cheapest
from connectivity.core.plan.trade_offs.variations import with_gb
from tests.connectivity.core.plan.estate import Estate
from tests.profiles import sample


@pytest.mark.parametrize("seed", sample(range(12), 2))
def test_a_plan_that_begins_with_another_one_is_the_same(seed: int) -> None:
    """A flow's GB go up and down: what was left out comes back where it is cheaper now."""
    comparison = Estate(seed, 80, 16).compared()
    limits = Limits(memory=Memory(), tells_ties=False)
    cheapest(comparison, limits)
    for row, times in product(sample(range(0, 80, 20), 2), (0, 30, 0.1)):
        other = with_gb(comparison, row, float(comparison.case.column("gb")[row]) * times)
        again, alone = cheapest(other, limits), cheapest(other, Limits(tells_ties=False))
        assert (again.outcome, again.is_proven) == (alone.outcome, alone.is_proven)
        usd = [each.design and each.design.total_usd for each in (again, alone)]
        assert usd[0] == usd[1]
