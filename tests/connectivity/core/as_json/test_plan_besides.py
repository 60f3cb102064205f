"""What is asked of a plan besides: it tells of the plan meanwhile, and ends in its time."""

from functools import cache
from typing import Any

import pytest

from connectivity.core.as_json import plan_besides
from connectivity.core.as_json.plan import planned
from connectivity.core.as_json.plan_besides import Besides
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.plan.search.cheapest import SoFar
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
    answer = planned(few_flows(), seconds=60, watch=look, more=more)
    parts = list(dict.fromkeys(going.part for going in told))
    assert parts == ["plan", "explanation", "frontiers", "missing_rates"]
    for going in told:
        if going.part != "plan":
            assert going.design is not None
            assert str(going.design.total_usd) == answer["objective_usd"]


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
