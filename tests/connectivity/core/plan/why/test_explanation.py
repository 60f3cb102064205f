"""Why a plan has an option for a flow, against every design there is."""

from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.plan.search.cheapest import Limits
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.plan.why.explanation import MAX_FLOWS, Explanation, explanations
from connectivity.core.registered_document import topology
from tests.connectivity.core.plan.brute import Designs
from tests.connectivity.core.plan.instances import PRICES, instance
from tests.factories import document, flow, price_list, vpc
from tests.profiles import sample

LATENCIES = LatencySet("none", "", ())
CENT = 0.0051


@cache
def asked_why(seed: int) -> tuple[Comparison, Plan, tuple[Explanation, ...]]:
    comparison = compare(topology(instance(seed, 4, 3)), price_list(PRICES), LATENCIES)
    planned = plan(comparison)
    rows = range(len(planned.design.options)) if planned.design else ()
    return comparison, planned, tuple(explanations(comparison, planned, rows, Limits()))


@pytest.mark.parametrize("seed", sample(range(40), 4))
def test_the_next_best_option_is_that_of_the_cheapest_design_without_the_first(seed: int) -> None:
    comparison, planned, explained = asked_why(seed)
    designs = Designs(comparison)
    for each in explained:
        assert planned.design is not None
        assert each.is_complete
        number = [option.key for option in OPTIONS].index(each.option.key)
        others = designs.is_feasible & (designs.options[:, each.flow] != number)
        best = designs.usd[others].min(initial=np.inf)
        if each.next_best is None:
            assert np.isinf(best)
        else:
            extra = best - float(planned.design.exact_usd)
            assert float(each.next_best.extra_usd) == pytest.approx(extra, abs=2 * CENT)


@pytest.mark.parametrize("seed", sample(range(40), 4))
def test_every_turn_is_true_a_little_beyond_it_for_every_design_there_is(seed: int) -> None:
    for each in asked_why(seed)[2]:
        for turn in each.turns:
            changed = Designs(turn.lever.at(turn.tried))
            usd = np.where(changed.is_feasible, changed.usd, np.inf)
            number = [option.key for option in OPTIONS].index(each.option.key)
            keeps = changed.options[:, each.flow] == number
            assert usd[~keeps].min() <= usd[keeps].min() + CENT, turn


def test_turns_were_found_at_all() -> None:
    missing = {"gb", "price", "operations"}
    for seed in sample(range(40), 4):
        for each in asked_why(seed)[2]:
            missing -= {turn.lever.kind for turn in each.turns}
        if not missing:
            break
    assert missing == set()


def test_a_flow_without_traffic_whose_gb_have_no_price_has_no_turn_in_its_gb() -> None:
    hours = "\n".join(line for line in PRICES.strip().splitlines() if " GB " not in line)
    estate = document(flow(gb_per_month=0, options=["vpc-peering", "transit-gateway"]))
    comparison = compare(topology(estate), price_list(hours), LATENCIES)
    (why,) = explanations(comparison, plan(comparison), [0], Limits())
    assert why.is_complete
    assert why.next_best
    assert why.next_best.option.key == "transit-gateway"
    assert "gb" not in {turn.lever.kind for turn in why.turns}


def test_two_flows_share_an_attachment_and_each_has_its_part() -> None:
    vpcs = [vpc(name, "111111111111", f"10.{i}.0.0/16") for i, name in enumerate("abc")]
    flows = [
        flow(name=name, **{"from": name, "to": "c"}, gb_per_month=100, options=["transit-gateway"])
        for name in "ab"
    ]
    estate = document(
        *flows, vpcs=vpcs, services=[], operations_usd_per_object={"attachment": 5}
    )  # fmt: skip
    comparison = compare(topology(estate), price_list(), LATENCIES)
    first, _ = explanations(comparison, plan(comparison), (0, 1), Limits())
    assert [(each.flows, each.usd) for each in first.shared] == [
        ((1,), Decimal("36.500")),
        ((1,), Decimal(5)),
    ]
    assert first.alone_usd == Decimal("85.0")
    assert first.part_usd == first.marginal_usd == Decimal("43.5")
    assert first.next_best is None
    assert first.turns == ()


def test_flows_that_are_explained_at_a_time_are_bounded_and_so_is_their_time() -> None:
    flows = [flow(name=f"f{i}") for i in range(MAX_FLOWS + 5)]
    comparison = compare(topology(document(*flows)), price_list(), LATENCIES)
    planned = plan(comparison)
    hurried = explanations(comparison, planned, range(len(flows)), Limits(seconds=0))
    assert len(hurried) == MAX_FLOWS
    assert not any(each.is_complete for each in hurried)
