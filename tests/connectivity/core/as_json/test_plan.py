"""A plan in the contract's values, and in sentences."""

import re
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from connectivity.core.as_json import amounts
from connectivity.core.as_json.amounts import Bound
from connectivity.core.as_json.comparison import plain
from connectivity.core.as_json.plan import planned, unasked
from connectivity.core.as_json.plan_words import plan_words, proof_words
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.registered_document import topology
from tests.factories import TEST_PRICES, document, flow, price_list, vpc
from tests.thirty_flows import estate

NO_LATENCIES = LatencySet("none", "", ())


def compared(estate: dict[str, Any], prices: str = TEST_PRICES) -> Comparison:
    return compare(topology(estate), price_list(prices), NO_LATENCIES)


def plan_of(estate: dict[str, Any], max_objects: int | None = None) -> dict[str, Any]:
    return planned(compared(estate), max_objects, seconds=60)


US = ("hub-us", "shop-us", "pay-us", "data-us", "web-us", "labs-us")


def us_estate() -> dict[str, Any]:
    """The flows of the estate between VPCs of one Region, whose prices tests have."""
    document = estate()
    flows = [
        flow
        for flow in document["flows"]
        if flow["from"] in US and flow["to"].removesuffix("-api") in US
    ]
    vpcs = [vpc for vpc in document["vpcs"] if vpc["name"] in US]
    services = [each for each in document["services"] if each["vpc"] in US]
    return document | {"flows": flows, "vpcs": vpcs, "services": services}


def test_the_plan_of_an_estate_is_cheaper_than_every_single_option() -> None:
    plan = plan_of(us_estate())
    cost = Decimal(plan["objective_usd"])
    singles = [
        Decimal(each["objective_usd"])
        for each in plan["baselines"]
        if each["feasible"] and each["objective_usd"] and each["name"].startswith("all ")
    ]
    assert singles
    assert cost < min(singles)
    assert plan["proven_optimal"]
    assert plan["gap_usd"] == "0.00"
    assert {each["option"] for each in plan["assignment"]} == {"vpc-peering", "privatelink"}
    assert Decimal(plan["saves_usd"]) == min(singles) - cost


def test_the_money_of_a_plan_adds_up() -> None:
    plan = plan_of(us_estate())
    lines = sum(Decimal(line["usd"]) for line in plan["lines"])
    assert abs(lines - Decimal(plan["monthly_usd"])) < Decimal("0.006")
    parts = Decimal(plan["monthly_usd"]) + Decimal(plan["operations_usd"])
    assert abs(parts - Decimal(plan["objective_usd"])) <= Decimal("0.01")
    today = Decimal(plan["today_usd"])
    assert Decimal(plan["change_usd"]) == Decimal(plan["monthly_usd"]) - today


def test_a_comparison_has_the_plan_of_who_wants_one_and_recommends_as_before() -> None:
    comparison = compared(us_estate())
    assert plain(comparison)["plan"] is None
    plan = unasked(comparison)
    answer = plain(comparison, plan=plan)
    assert answer["plan"] == plan == planned(comparison, seconds=60)
    assert answer["recommended"] == answer["plan"]["best_single"] == "privatelink"


def test_who_pays_for_a_plan_adds_up_and_every_decision_has_its_figures() -> None:
    plan = plan_of(us_estate())
    paid = [Decimal(payer["usd"]) for payer in plan["payers"]]
    assert sum(paid) == Decimal(plan["monthly_usd"])
    assert paid == sorted(paid, reverse=True)
    today = next(each for each in plan["baselines"] if each["name"] == "today")
    assert Decimal(plan["saves_today_usd"]) == (
        Decimal(today["objective_usd"]) - Decimal(plan["objective_usd"])
    )
    flows = len(us_estate()["flows"])
    assert (plan["worst_p99_us"], plan["p99_unknown_flows"]) == (None, flows)
    used = {each["option"] for each in plan["assignment"]}
    assert plan["findings"]
    assert {each["option"] for each in plan["findings"]} <= used


def test_a_plan_says_what_today_breaks() -> None:
    estate = us_estate()
    dev = next(each for each in estate["flows"] if each["from"] == "labs-us")
    dev["today"] = "vpc-peering"
    (breach,) = plan_of(estate)["today_breaks"]
    assert (breach["rule"], breach["option"]) == ("POLICY-01", "vpc-peering")
    assert (breach["flows"], breach["more_flows"]) == ([dev["name"]], 0)
    assert breach["remedy"]
    assert f"Today breaks POLICY-01 for {dev['name']}: " in plan_words(plan_of(estate))[3]
    assert plan_of(us_estate())["today_breaks"] == []


def test_there_is_no_plan_unasked_of_more_flows_than_are_planned_at_once() -> None:
    comparison = compared(us_estate())
    few = len(comparison.case.flows) - 1
    with patch.dict(amounts.BOUNDS, {amounts.PLAN: Bound(few, 10)}):
        assert unasked(comparison) is None


def test_each_flow_says_what_it_shares() -> None:
    flows = [flow(name=name, options=["transit-gateway"]) for name in ("a", "b", "c")]
    back = flow(name="d", **{"from": "orders", "to": "clients"}, options=["transit-gateway"])
    plan = plan_of(document(*flows, back))
    words = {each["flow"]: each["because"] for each in plan["assignment"]}
    only = "The only feasible option of this flow."
    assert words == dict.fromkeys("abcd", f"{only} Shares 2 attachments with up to 3 other flows.")
    (alone,) = plan_of(document())["assignment"]
    assert alone["because"] == "Shares nothing with other flows."


def test_what_lacks_a_price_is_left_out_by_name() -> None:
    text = "\n".join(line for line in TEST_PRICES.splitlines() if "VpcEndpoint-Bytes" not in line)
    crossing = flow(cross_az_share=0.5, options=["vpc-peering", "privatelink"])
    plan = planned(compared(document(crossing), text), 5, seconds=60)
    (gap,) = plan["left_out"]
    assert (gap["options"], gap["region"]) == (["privatelink"], "us-east-1")
    assert gap["usage_type"].endswith("VpcEndpoint-Bytes")


def test_without_a_plan_the_smallest_conflict_is_told_with_each_remedy() -> None:
    flows = (
        flow(name="free"),
        flow(name="peered", options=["vpc-peering"]),
        flow(name="hub", options=["transit-gateway"]),
    )
    plan = plan_of(document(*flows))
    assert (plan["assignment"], plan["objective_usd"]) == (None, None)
    clash = plan["infeasible_because"]
    assert clash["flows"] == ["peered", "hub"]
    (reason,) = clash["reasons"]
    assert "at most one of the options that route" in reason["detail"]
    assert "in common" in reason["remedy"]
    assert plan_words(plan) == [
        "Of these flows each could have an option, but not all of them together: peered, hub."
    ]


def test_a_conflict_of_rules_says_the_rule_its_words_and_its_remedy() -> None:
    vpcs = [
        vpc("a", "111111111111", "10.0.0.0/16"),
        vpc("b", "111111111111", "10.0.0.0/20"),
        vpc("orders", "222222222222", "10.1.0.0/16"),
    ]
    flows = [
        flow(name=f"from-{name}", **{"from": name, "to": "orders"}, options=["transit-gateway"])
        for name in ("a", "b")
    ]
    clash = plan_of(document(*flows, vpcs=vpcs, services=[]))["infeasible_because"]
    assert clash["flows"] == ["from-a", "from-b"]
    (reason,) = clash["reasons"]
    assert (reason["rule"], reason["option"]) == ("TGW-05", "transit-gateway")
    assert "overlaps" in reason["detail"]
    assert reason["remedy"].startswith("Renumber")


def test_a_flow_without_any_option_names_the_rule_of_each() -> None:
    whole = flow(name="whole", to="orders", options=["privatelink", "vpc-lattice"])
    clash = plan_of(document(flow(), whole))["infeasible_because"]
    assert clash["sentence"] == "No option that whole allows is feasible and priced for it."
    assert {reason["option"] for reason in clash["reasons"]} == {"privatelink", "vpc-lattice"}
    assert all(reason["remedy"] for reason in clash["reasons"])


def test_too_few_resources_are_told_with_their_number() -> None:
    plan = plan_of(document(flow(options=["transit-gateway"])), max_objects=1)
    clash = plan["infeasible_because"]
    assert clash["reasons"][0]["detail"] == "The plan may have at most 1 managed resources."
    assert clash["sentence"] == "No option of f keeps within what the whole plan may have."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Proven: no assignment of the allowed options costs less."),
        ({"max_objects": 7}, "Proven: no assignment of the allowed options within the allowed"),
        ({"proven_optimal": False, "gap_usd": "1234.50"}, "may cost up to 1,234.50 USD less"),
    ],
)
def test_how_far_it_is_proven(change: dict[str, Any], words: str) -> None:
    assert words in proof_words(plan_of(document()) | change)


def test_the_headline_is_cost_saving_today_and_proof() -> None:
    words = plan_words(plan_of(us_estate()))
    assert [sentence.split()[0] for sentence in words] == ["Plan:", "It", "Its", "Proven:"]
    assert "VPC peering for" in words[0]
    assert "managed resources" in words[0]
    assert re.search(r" USD \([0-9.]+ %\) less than PrivateLink for all flows", words[1])
    assert re.search(r" USD \([0-9.]+ %\) less than today's", words[2])


def test_a_plan_that_nobody_found_says_so() -> None:
    plan = {"assignment": None, "infeasible_because": None}
    assert plan_words(plan) == ["No plan was found in the time given."]
