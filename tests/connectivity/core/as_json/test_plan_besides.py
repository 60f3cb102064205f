"""What is asked of a plan besides: it tells of the plan meanwhile, and ends in its time."""

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from connectivity.core.as_json import plan_besides
from connectivity.core.as_json.plan import plan_again, planned
from connectivity.core.as_json.plan_besides import Besides
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.plan.search.cheapest import Limits, SoFar
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from tests.factories import document, flow
from tests.shipped import latencies, prices
from tests.thirty_flows import estate


def compared(network: dict[str, Any]) -> Comparison:
    return compare(topology(network), prices(), latencies())


@cache
def few_flows() -> Comparison:
    """Six of the thirty flows: enough to be explained, traded off, and lack a price."""
    whole = estate()
    return compared({**whole, "flows": whole["flows"][:6]})


def test_what_is_known_of_the_plan_is_told_while_others_are_made() -> None:
    told: list[SoFar] = []

    def look(going: SoFar) -> bool:
        told.append(going)
        return True

    more = Besides(
        (few_flows().case.topology.flows[0].name,), has_frontiers=True, has_missing_rates=True
    )
    known: list[dict[str, Any]] = []
    answer = planned(few_flows(), seconds=60, watch=look, more=more, tell=known.append)
    assert known[-1] == {name: answer[name] for name in known[-1]}
    points = [sum(map(len, each["frontiers"].values())) for each in known if "frontiers" in each]
    assert points[0] == 0
    assert set(points) == set(range(points[-1] + 1))
    assert points[-1] > 3
    parts = list(dict.fromkeys(going.part for going in told))
    assert parts == ["plan", "missing_rates", "frontiers", "explanation"]
    for going in told:
        if going.part != "plan":
            assert going.design is not None
            assert str(going.design.total_usd) == answer["objective_usd"]


def test_what_is_asked_besides_a_plan_that_was_kept_is_the_same() -> None:
    comparison = few_flows()
    asked = Besides(has_missing_rates=True)
    answer = planned(comparison, seconds=60, more=asked)
    options = [each["option"] for each in answer["assignment"]]
    again = plan_again(comparison, options, answer["gap_usd"])
    assert (again.is_proven, str(again.gap_usd)) == (True, "0.00")
    parts = plan_besides.besides(comparison, again, asked, Limits())
    assert parts["missing_rates"] == answer["missing_rates"]
    assert any(each["below_usd"] for each in parts["missing_rates"])
    open_to = plan_again(comparison, options, "7.00")
    assert not open_to.is_proven
    assert open_to.gap_usd == pytest.approx(Decimal(7), abs=Decimal("0.02"))
    for wrong in (options[1:], ["nothing", *options[1:]], ["site-to-site-vpn", *options[1:]]):
        with pytest.raises(ValueError, match="lacks an option or a price"):
            plan_again(comparison, wrong, "0.00")


@pytest.mark.parametrize("name", ["EXPLANATION_S", "RATES_S", "AXIS_S"])
def test_what_has_no_time_left_says_so(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(plan_besides, name, 0.0)
    more = Besides(
        (few_flows().case.topology.flows[0].name,), has_frontiers=True, has_missing_rates=True
    )
    answer = planned(few_flows(), seconds=60, more=more)
    complete = [each["complete"] for each in answer["explanation"]]
    proven = [each["proven"] for each in answer["missing_rates"]]
    assert any(complete) == (name != "EXPLANATION_S")
    assert any(proven) == (name != "RATES_S")
    assert any(answer["frontiers"].values()) == (name != "AXIS_S")


def test_the_flows_with_the_most_gb_are_explained_unless_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan_besides, "EXPLANATION_S", 0.0)
    flows = [flow(name=f"f{i}", gb_per_month=i) for i in range(30)]
    comparison = compared(document(*flows))
    explained = planned(comparison, seconds=9, more=Besides(()))["explanation"]
    assert [each["flow"] for each in explained] == [f"f{i}" for i in range(29, 9, -1)]
    with pytest.raises(DocumentRefused, match="no flow is called"):
        planned(comparison, seconds=9, more=Besides(("g",)))


def test_nothing_besides_a_plan_that_there_is_not() -> None:
    none = compared(document(flow(options=["vpc-peering"], p99_budget_us=1)))
    answer = planned(none, seconds=9, more=Besides((), True, True, 7))
    assert answer["assignment"] is None
    assert answer["explanation"] == []
    assert answer["migration"] is None
    assert not any(answer["frontiers"].values())
