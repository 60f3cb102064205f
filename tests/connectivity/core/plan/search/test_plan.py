"""Plans against every design there is."""

from decimal import Decimal

import numpy as np
import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.candidates import candidates
from connectivity.core.plan.design.designs import can_be_built, design_of
from connectivity.core.plan.formulation import parts
from connectivity.core.plan.formulation.model import model_of
from connectivity.core.plan.presolve.reduction import reduced
from connectivity.core.plan.search import cheapest
from connectivity.core.plan.search.cheapest import SoFar
from connectivity.core.plan.search.plan import plan
from connectivity.core.plan.solver.highs import Outcome
from connectivity.core.plan.solver.solving import Solved, solve
from connectivity.core.registered_document import topology
from tests.connectivity.core.plan.brute import SHARING, Designs
from tests.connectivity.core.plan.instances import PRICES, instance
from tests.factories import TEST_PRICES, document, flow, price_list, vpc
from tests.profiles import sample

NO_LATENCIES = LatencySet("none", "", ())
CENT = 0.0051


def compared(seed: int, flows: int = 5, options: int = 3) -> Comparison:
    document = instance(seed, flows, options)
    return compare(topology(document), price_list(PRICES), NO_LATENCIES)


@pytest.mark.parametrize("seed", sample(range(20), 4))
def test_the_plain_evaluator_bills_every_design_as_the_bill_does(seed: int) -> None:
    comparison = compared(seed, flows=4)
    designs = Designs(comparison)
    is_apart = (designs.options != SHARING).all(axis=1)
    looked_at = designs.is_feasible | is_apart
    options, costs = designs.options[looked_at].tolist(), designs.usd[looked_at].tolist()
    for row, usd in zip(options, costs, strict=True):
        design = design_of(comparison, [OPTIONS[i] for i in row])
        if design is None:
            assert np.isinf(usd)
            continue
        assert usd == pytest.approx(float(design.exact_usd), abs=1e-6, rel=1e-12)


@pytest.mark.parametrize("seed", sample(range(20), 4))
def test_what_may_be_built_is_what_the_plain_evaluator_allows(seed: int) -> None:
    comparison = compared(seed, flows=4)
    designs = Designs(comparison)
    for row, is_feasible in zip(designs.options.tolist(), designs.is_feasible, strict=True):
        choice = [OPTIONS[i] for i in row]
        may = can_be_built(comparison, choice) and design_of(comparison, choice) is not None
        assert may == is_feasible, [option.key for option in choice]


@pytest.mark.parametrize("seed", sample(range(20), 6))
def test_an_option_for_all_flows_is_billed_and_judged_as_any_design(seed: int) -> None:
    comparison = compared(seed)
    for each in plan(comparison).baselines:
        if each.option is None:
            continue
        choice = [each.option] * len(comparison.case.flows)
        allowed = comparison.case.options.holding(each.option.key).all()
        is_asked = each.option.keeps_vpcs or allowed
        design = design_of(comparison, choice) if is_asked else None
        assert (each.design is None) == (design is None)
        assert each.is_feasible == can_be_built(comparison, choice)
        if design and each.design:
            assert each.design.exact_usd == design.exact_usd
            assert each.design.objects == design.objects


@pytest.mark.parametrize("flows", [3, parts.FEW_FLOWS + 1])
def test_a_flow_without_any_price_is_not_left_out_of_the_plan(flows: int) -> None:
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
        vpc("far", "222222222222", "10.2.0.0/16", region="eu-west-1", azs=["euw1-az1"]),
    ]
    near = [flow(name=f"f{i}", to="orders") for i in range(flows - 1)]
    unpriced = flow(name="unpriced", to="far")
    given = document(*near, unpriced, vpcs=vpcs, services=[])
    planned = plan(compare(topology(given), price_list(), NO_LATENCIES))
    assert (planned.outcome, planned.design) == (Outcome.INFEASIBLE, None)
    assert planned.left_out


@pytest.mark.parametrize("seed", sample(range(40), 6))
def test_no_design_is_cheaper_than_the_plan(seed: int) -> None:
    comparison = compared(seed)
    designs = Designs(comparison)
    for most in (None, 2, 4):
        planned = plan(comparison, max_objects=most)
        best = designs.best_usd(most)
        if planned.design is None:
            assert np.isinf(best)
            continue
        assert float(planned.design.exact_usd) == pytest.approx(best, abs=CENT)
        assert planned.is_proven
        assert planned.gap_usd == Decimal("0.00")
        assert designs.least_of_equal(planned.design.total_usd, most) == (
            planned.design.object_count,
            sum(option.order for option in planned.design.options),
        )


def test_what_is_left_out_beforehand_is_in_no_cheapest_design() -> None:
    dropped, seeds = 0, sample(range(60), 20)
    for seed in seeds:
        comparison = compared(seed)
        able = candidates(comparison.case, comparison.answers)
        if not np.any([each.usable for each in able], axis=0).all():
            continue
        kept = reduced(comparison.case, comparison.prices, able)
        values = [
            solve(model_of(comparison.case, comparison.prices, each).program.matrix(), 60).bound
            for each in (able, kept)
        ]
        assert values[1] == pytest.approx(values[0], abs=CENT)
        dropped += sum(int(e.usable.sum()) for e in able) - sum(int(e.usable.sum()) for e in kept)
    assert dropped > len(seeds)


def test_flows_between_two_vpcs_have_one_route() -> None:
    """Alone, one takes the peering and the other the gateway; together they need one target."""
    flows = (
        flow(name="few", gb_per_month=1, options=["vpc-peering", "transit-gateway"]),
        flow(name="hub", gb_per_month=1, options=["transit-gateway", "privatelink"]),
    )
    planned = plan(compare(topology(document(*flows)), price_list(), NO_LATENCIES))
    assert planned.design is not None
    routed = {option.key for option in planned.design.options if option.takes_route}
    assert len(routed) == 1


def test_a_flow_without_any_option_has_no_plan() -> None:
    flows = flow(options=["privatelink"], to="orders"), flow(name="g")
    planned = plan(compare(topology(document(*flows)), price_list(), NO_LATENCIES))
    assert planned.design is None
    assert planned.outcome is Outcome.INFEASIBLE
    assert planned.gap_usd is None


def test_a_price_that_lacks_leaves_its_option_out() -> None:
    text = "\n".join(
        line for line in TEST_PRICES.splitlines() if "VpcPeering-Out-Bytes" not in line
    )
    crossing = flow(cross_az_share=0.5)
    planned = plan(compare(topology(document(crossing)), price_list(text), NO_LATENCIES))
    assert planned.design is not None
    assert [option.key for option in planned.design.options] == ["privatelink"]


def test_what_lacks_a_price_is_named_with_its_options() -> None:
    text = "\n".join(line for line in TEST_PRICES.splitlines() if "VpcEndpoint-Bytes" not in line)
    crossing = flow(cross_az_share=0.5, options=["vpc-peering", "privatelink"])
    comparison = compare(topology(document(crossing)), price_list(text), NO_LATENCIES)
    planned = plan(comparison, max_objects=5)
    assert {
        key[0].usage_type: [option.key for option in options]
        for key, options in planned.left_out.items()
    } == {"VpcEndpoint-Bytes": ["privatelink"]}


def test_who_watches_can_stop_it() -> None:
    rows = [
        flow(name=f"f{i}", **{"from": f"v{i % 7}", "to": f"s{i % 5 + 7}"}, gb_per_month=i * 37)
        for i in range(60)
    ]
    vpcs = [vpc(f"v{i}", "111111111111", f"10.{i}.0.0/16") for i in range(12)]
    services = [{"name": f"s{i}", "vpc": f"v{i}", "port": 443} for i in range(7, 12)]
    estate = document(*rows, vpcs=vpcs, services=services)
    planned = plan(compare(topology(estate), price_list(), NO_LATENCIES), watch=lambda going: False)
    assert planned.design is not None
    known = (each.design for each in planned.baselines if each.is_feasible)
    best = min(design.total_usd for design in known if design)
    assert planned.design.total_usd <= best


def test_a_plan_says_what_it_saves_against_one_option_and_against_today() -> None:
    flows = (
        flow(name="much", gb_per_month=900_000, cross_az_share=1, today="transit-gateway"),
        flow(name="little", to="orders", gb_per_month=1, today="transit-gateway"),
    )
    planned = plan(compare(topology(document(*flows)), price_list(), NO_LATENCIES))
    by_name = {each.name: each for each in planned.baselines}
    assert planned.design is not None
    assert by_name["all privatelink"].design is None
    assert not by_name["all privatelink"].is_feasible
    singles = [e.design.total_usd for e in planned.baselines if e.option and e.design]
    assert planned.saves_usd == min(singles) - planned.design.total_usd
    assert planned.saves_usd > 0
    assert planned.best_single
    assert planned.best_single.option.key == "vpc-peering"
    today = by_name["today"].design
    assert today is not None
    assert planned.saves_today_usd == today.total_usd - planned.design.total_usd


def test_what_is_used_today_is_a_baseline_also_where_it_is_not_allowed_any_more() -> None:
    old = flow(today="transit-gateway", options=["vpc-peering"])
    planned = plan(compare(topology(document(old)), price_list(), NO_LATENCIES))
    today = planned.baselines[-1]
    assert today.design is not None
    assert planned.design is not None
    assert not today.is_feasible
    assert planned.saves_today_usd == today.design.total_usd - planned.design.total_usd


def test_a_solver_that_denies_a_known_design_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comparison = compared(3)
    right = plan(comparison)
    assert right.is_proven
    monkeypatch.setattr(
        cheapest, "solve", lambda *_: Solved(Outcome.INFEASIBLE, None, float("inf"))
    )
    wrong = plan(comparison)
    assert wrong.outcome is Outcome.STOPPED
    assert wrong.design is not None
    assert not wrong.is_proven


@pytest.mark.parametrize("seed", sample(range(20), 6))
def test_what_is_told_on_the_way_holds(seed: int) -> None:
    """No bound is above the cheapest design, and what is known so far is never dearer than it."""
    comparison = compared(seed, 6, 4)
    told: list[SoFar] = []

    def look(going: SoFar) -> bool:
        told.append(going)
        return True

    planned = plan(comparison, watch=look)
    assert told
    for going in told:
        if planned.design is not None:
            assert going.bound_usd <= float(planned.design.exact_usd) + 0.005
        if going.design is not None:
            assert planned.design is not None
            assert going.design.total_usd >= planned.design.total_usd
