"""What is recommended and why, what would change it, and that it really does."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.comparison.recommendation import Feasibility, feasibility
from connectivity.core.latency.lookup import LatencyCell, LatencySet
from connectivity.core.options import OPTIONS
from connectivity.core.options.privatelink import CAPACITY_UNIT
from connectivity.core.registered_document import topology
from costmodel.core.price_list import PriceList
from tests.factories import TEST_PRICES, account, document, flow, price_list, vpc

ROUTED = ["vpc-peering", "transit-gateway", "privatelink"]
"""What is named where the answer hangs on who competes: a new option changes nothing then."""


def answer_of(doc: dict[str, Any], latencies: LatencySet | None = None) -> dict[str, Any]:
    none = LatencySet("none", "", ())
    return plain(compare(topology(doc), price_list(), latencies or none))


def mesh(**changes: Any) -> dict[str, Any]:
    """Three VPCs of three accounts that all talk, with crossing traffic."""
    ids = ["111111111111", "222222222222", "333333333333"]
    vpcs = [vpc(name, ids[i], f"10.{i}.0.0/16") for i, name in enumerate("abc")]
    services = [{"name": f"s{name}", "vpc": name, "port": 443} for name in "bc"]
    flows = [
        flow(name=f"{begin}-{end}", **{"from": begin, "to": f"s{end}"}, gb_per_month=gb)
        | {"options": ROUTED}
        for begin, end, gb in (("a", "b", 30_000), ("b", "c", 20_000), ("a", "c", 10_000))
    ]
    accounts = [account(id) for id in ids]
    return document(*flows, accounts=accounts, vpcs=vpcs, services=services) | changes


def test_least_cost_and_operations_is_recommended() -> None:
    assert answer_of(mesh())["recommended"] == "vpc-peering"
    dear = mesh(operations_usd_per_object={"peering": 500})
    assert answer_of(dear)["recommended"] == "privatelink"


def test_sharing_is_recommended_only_to_flows_that_name_it() -> None:
    assert "vpc-sharing" not in (answer_of(document())["recommended"] or "")
    willing = document(flow(options=["vpc-sharing", "privatelink"]))
    assert answer_of(willing)["recommended"] == "vpc-sharing"


def test_a_mix_that_cannot_be_built_saves_nothing() -> None:
    """Two VPCs would need a peering and a hub in one route."""
    flows = [
        flow(options=["vpc-peering", "privatelink"]),
        flow(name="second", options=["transit-gateway", "privatelink"]),
    ]
    answer = answer_of(document(*flows, operations_usd_per_object={"endpoint": 500}))
    assert answer["recommended"] == "privatelink"
    assert answer["mix"]["feasible"] is False
    assert answer["mix"]["saves_usd"] is None


def test_nothing_is_recommended_where_nothing_is_allowed_by_every_flow() -> None:
    doc = document(flow(options=["vpc-peering"]), flow(name="g", options=["transit-gateway"]))
    answer = answer_of(doc)
    assert answer["recommended"] is None
    assert "not among the options that every flow allows" in answer["because"]
    assert [choice["option"] for choice in answer["mix"]["assignment"]] == [
        "vpc-peering",
        "transit-gateway",
    ]


def test_equal_to_the_cent_fewer_objects_come_first(latencies: LatencySet) -> None:
    both = ["vpc-sharing", "vpc-peering"]
    doc = document(flow(cross_az_share=0, options=both))
    answer = answer_of(doc, latencies)
    assert answer["recommended"] == "vpc-sharing"
    assert "fewer resources to manage" in answer["because"]


def test_equal_to_the_cent_a_smaller_p99_comes_first(latencies: LatencySet) -> None:
    doc = document(
        flow(gb_per_month=0, options=["transit-gateway", "privatelink"]),
        operations_usd_per_object={"service": 34.67},
    )
    answer = answer_of(doc, latencies)
    totals = {option["option"]: option["monthly_usd"] for option in answer["answers"]}
    assert totals["transit-gateway"] == "73.00"
    assert totals["privatelink"] == "38.33"
    assert answer["recommended"] == "transit-gateway"
    assert "smaller p99" in answer["because"]
    assert answer["frontier"] == ["transit-gateway"]


def test_answers_are_ordered_feasible_then_gaps_then_not_feasible(
    prices: PriceList, latencies: LatencySet
) -> None:
    ohio = {"region": "us-east-2", "azs": ["use2-az1", "use2-az2"]}
    vpcs = [vpc | ohio for vpc in document()["vpcs"]]
    network = topology(document(flow(cross_az_share=0), vpcs=vpcs))
    unit = (CAPACITY_UNIT, "us-east-2")
    others = tuple(price for price in prices.prices if (price.name, price.region) != unit)
    answer = plain(compare(network, PriceList("test", "", others), latencies, OPTIONS[:5]))
    assert [(option["option"], option["monthly_usd"]) for option in answer["answers"]] == [
        ("vpc-sharing", "0.00"),
        ("vpc-peering", "0.00"),
        ("transit-gateway", "93.00"),
        ("privatelink", None),
        ("single-vpc", None),
    ]
    assert answer["unpriced"] == ["privatelink"]
    assert "Not cheaper even if the missing prices were 0: PrivateLink." in answer["because"]
    (gap,) = next(
        option["gaps"] for option in answer["answers"] if option["option"] == "privatelink"
    )
    assert (gap["usage_type"], gap["region"]) == ("LCUUsage", "us-east-2")
    assert gap["needed_by"] == "Load balancer capacity units"


@pytest.mark.parametrize(("region", "prefix"), [("cn-north-1", "cnn1"), ("us-gov-east-1", "usge1")])
def test_prices_for_all_regions_are_gaps_outside_the_commercial_ones(
    region: str, prefix: str, latencies: LatencySet
) -> None:
    there = {"region": region, "azs": [f"{prefix}-az1", f"{prefix}-az2"]}
    answer = answer_of(document(vpcs=[vpc | there for vpc in document()["vpcs"]]), latencies)
    assert answer["recommended"] is None
    assert answer["unpriced"][:3] == ["vpc-peering", "transit-gateway", "privatelink"]
    for option in answer["answers"]:
        assert (option["monthly_usd"], option["lines"]) == (None, [])
        assert {gap["region"] for gap in option["gaps"]} <= {region}


def test_the_frontier_keeps_what_is_dearer_but_faster(latencies: LatencySet) -> None:
    both = ["transit-gateway", "privatelink"]
    answer = answer_of(document(flow(cross_az_share=0, options=both)), latencies)
    assert answer["recommended"] == "privatelink"
    assert answer["frontier"] == ["privatelink", "transit-gateway"]


@pytest.mark.parametrize("noises", [(10, 200), (200, 10), (57, 57)])
def test_within_the_larger_noise_of_two_a_dearer_option_is_not_faster(
    noises: tuple[int, int],
) -> None:
    def on_the_frontier(*noise_us: int) -> list[str]:
        figures = zip(("transit-gateway", "privatelink"), (463, 520), noise_us, strict=True)
        cells = [
            LatencyCell(option, "use1-az1", "use1-az1", us, noise, "published", "2020", "test")
            for option, us, noise in figures
        ]
        both = ["transit-gateway", "privatelink"]
        same_az = document(flow(cross_az_share=0, options=both))
        for each in same_az["vpcs"]:
            each["azs"] = ["use1-az1"]
        frontier: list[str] = answer_of(same_az, LatencySet("test", "", tuple(cells)))["frontier"]
        return frontier

    assert on_the_frontier(10, 10) == ["privatelink", "transit-gateway"]
    assert on_the_frontier(*noises) == ["privatelink"]


@pytest.mark.parametrize(
    ("severities", "is_feasible", "word"),
    [
        (set(), True, Feasibility.FEASIBLE),
        ({"warning"}, True, Feasibility.FEASIBLE),
        ({"warning", "condition"}, True, Feasibility.CONDITIONS),
        ({"condition", "quota"}, True, Feasibility.QUOTA),
        ({"hard", "quota"}, False, Feasibility.NOT_FEASIBLE),
    ],
)
def test_feasibility_is_the_gravest_that_the_rules_say(
    severities: set[str], is_feasible: bool, word: Feasibility
) -> None:
    assert feasibility(severities, is_feasible=is_feasible) is word


def test_today_and_what_a_change_saves() -> None:
    answer = answer_of(document(flow(cross_az_share=0, today="transit-gateway")))
    assert answer["today_usd"] == "93.00"
    changes = {option["option"]: option["change_usd"] for option in answer["answers"]}
    assert changes["vpc-peering"] == "-93.00"
    assert changes["transit-gateway"] == "0.00"


@pytest.mark.parametrize(
    "second",
    [
        flow(name="g"),
        flow(name="g", today="cloud-wan"),  # has no price here
        flow(name="g", to="orders", today="privatelink"),  # cannot carry it
    ],
)
def test_today_is_unknown_unless_every_flow_says_it_and_can_be_priced(
    second: dict[str, Any],
) -> None:
    for today in ("vpc-peering", "privatelink"):
        assert answer_of(document(flow(today=today), second))["today_usd"] is None


def test_the_mix_gives_each_flow_its_own_cheapest_option() -> None:
    doc = document(
        flow(name="little", gb_per_month=100, cross_az_share=1, options=ROUTED),
        flow(name="much", gb_per_month=100_000, cross_az_share=1, options=ROUTED),
    )
    doc["vpcs"].append(vpc("third", "111111111111", "10.2.0.0/16"))
    doc["flows"][0]["from"] = "third"
    answer = answer_of(doc)
    assert [choice["option"] for choice in answer["mix"]["assignment"]] == [
        "vpc-peering",
        "privatelink",
    ]
    assert answer["mix"]["proven"] is False
    assert answer["mix"]["monthly_usd"] == "1640.33"  # 2.00 + 21.90 + 1000 + 16.425 + 600


def test_the_mix_is_no_dearer_than_the_recommended_option_for_all() -> None:
    """Alone each flow takes a peering; together they share one endpoint and load balancer."""
    flows = [
        flow(name=name, gb_per_month=3_000, cross_az_share=1, options=ROUTED) for name in "abcd"
    ]
    answer = answer_of(document(*flows))
    totals = {
        option["option"]: Decimal(option["monthly_usd"] or "NaN") for option in answer["answers"]
    }
    assert answer["recommended"] == "privatelink"
    assert totals["vpc-peering"] > totals["privatelink"]
    assert {choice["option"] for choice in answer["mix"]["assignment"]} == {"privatelink"}
    assert answer["mix"]["monthly_usd"] == str(totals["privatelink"])
    assert answer["mix"]["saves_usd"] == "0.00"


def test_the_mix_says_what_it_saves_with_operations() -> None:
    doc = document(
        flow(name="little", gb_per_month=100, cross_az_share=1),
        flow(name="much", gb_per_month=100_000, cross_az_share=1),
        operations_usd_per_object={"peering": 1, "endpoint": 5},
    )
    doc["vpcs"].append(vpc("third", "111111111111", "10.2.0.0/16"))
    doc["flows"][0]["from"] = "third"
    answer = answer_of(doc)
    best = next(option for option in answer["answers"] if option["option"] == answer["recommended"])
    mix_usd, best_usd = (
        Decimal(each["monthly_usd"]) + Decimal(each["operations_usd"])
        for each in (answer["mix"], best)
    )
    assert answer["mix"]["saves_usd"] == str(best_usd - mix_usd)
    assert best_usd > mix_usd


def test_a_flow_that_no_option_can_carry_leaves_no_total() -> None:
    doc = document(flow(to="orders", options=["privatelink"]))
    mix = answer_of(doc)["mix"]
    assert mix["monthly_usd"] is None
    assert mix["assignment"] == [{"flow": "f", "option": None}]


NUDGE = 1e-3


def changed(doc: dict[str, Any], flip: dict[str, Any], factor: float) -> dict[str, Any]:
    """The document with what a flip speaks of set to its value times a factor."""
    new = deepcopy(doc)
    value = flip["value"] * factor
    if flip["kind"] == "operations":
        kind = flip["when"].split()[3]
        new["operations_usd_per_object"] = {
            **new.get("operations_usd_per_object", {}),
            kind: value,
        }
    elif flip["kind"] == "gb":
        total = sum(row["gb_per_month"] for row in new["flows"])
        for row in new["flows"]:
            row["gb_per_month"] *= value / total
    elif flip["kind"] == "crossing":
        for row in new["flows"]:
            row["cross_az_share"] = value
    elif flip["kind"] == "budget":
        new["p99_budget_us"] = value
    return new


@pytest.mark.parametrize(
    "doc",
    [
        mesh(),
        mesh(operations_usd_per_object={"peering": 100, "endpoint": 30}),
        document(flow(gb_per_month=5_000, cross_az_share=1)),
        document(flow(gb_per_month=2_000_000, cross_az_share=0.9)),
        document(flow(cross_az_share=0, options=["transit-gateway", "privatelink"])),
        document(
            flow(
                gb_per_month=100,
                cross_az_share=1,
                connections_per_second=4000,
                connection_seconds=300,
            )
        ),
    ],
)
def test_every_flip_really_flips(doc: dict[str, Any], latencies: LatencySet) -> None:
    before = answer_of(doc, latencies)
    flips = [flip for flip in before["flips"] if flip["kind"] != "price"]
    assert flips
    for flip in flips:
        outward = 1 + NUDGE if "above" in flip["when"] else 1 - NUDGE
        beyond = answer_of(changed(doc, flip, outward), latencies)
        short = answer_of(changed(doc, flip, 2 - outward), latencies)
        assert beyond["recommended"] == flip["to"], flip
        assert short["recommended"] == before["recommended"], flip


def test_a_price_flip_names_the_price_and_flips() -> None:
    both = ["vpc-peering", "transit-gateway"]
    doc = document(flow(gb_per_month=50_000, cross_az_share=0.9, options=both))
    before = answer_of(doc)
    assert before["recommended"] == "vpc-peering"
    (flip,) = [flip for flip in before["flips"] if flip["kind"] == "price"]
    assert "in all commercial Regions above" in flip["when"] or (
        "in all commercial Regions below" in flip["when"]
    )
    name = flip["when"].split()[2]
    outward = 1.001 if "above" in flip["when"] else 0.999
    text = "\n".join(
        f"{line.rsplit(' ', 1)[0]} {flip['value'] * outward:.8f}" if f" {name} " in line else line
        for line in TEST_PRICES.strip().splitlines()
    )
    none = LatencySet("none", "", ())
    after = plain(compare(topology(doc), price_list(text), none))
    assert after["recommended"] == flip["to"]


def test_a_flip_far_away_is_found_behind_a_bend() -> None:
    """PrivateLink's second tier makes it cheaper than peering only above 1 PB."""
    traffic = {"cross_az_share": 0.75, "options": ROUTED}
    doc = document(flow(gb_per_month=20_000, **traffic))
    (flip,) = [flip for flip in answer_of(doc)["flips"] if flip["kind"] == "gb"]
    assert "above" in flip["when"]
    beyond, short = (
        answer_of(document(flow(gb_per_month=flip["value"] * f, **traffic))) for f in (1.001, 0.999)
    )
    assert (beyond["recommended"], short["recommended"]) == ("privatelink", "vpc-peering")


def test_a_crossing_flip_that_a_budget_forbids_is_not_told(latencies: LatencySet) -> None:
    two = {"options": ["vpc-peering", "privatelink"]}
    much = flow(gb_per_month=100_000_000, cross_az_share=0.005, **two)
    kinds = [
        {flip["kind"] for flip in answer_of(document(each), latencies)["flips"]}
        for each in (much, much | {"p99_budget_us": 1000})
    ]
    assert ["crossing" in each for each in kinds] == [True, False]


def test_an_option_that_carries_one_of_two_flows_has_neither_a_total_nor_objects() -> None:
    whole = flow(name="g", to="orders")
    answers = {each["option"]: each for each in answer_of(document(flow(), whole))["answers"]}
    assert (answers["privatelink"]["monthly_usd"], answers["privatelink"]["objects"]) == (None, {})
    assert answers["vpc-peering"]["monthly_usd"] is not None


def test_what_a_flow_does_not_allow_is_not_among_what_could_not_be_priced() -> None:
    assert "cloud-wan" in answer_of(document())["unpriced"]
    assert answer_of(document(flow(options=["vpc-peering"])))["unpriced"] == []


def test_two_options_of_the_same_cost_of_which_no_p99_is_known_both_stand_on_the_frontier() -> None:
    both = ["vpc-sharing", "vpc-peering"]
    assert answer_of(document(flow(gb_per_month=0, options=both)))["frontier"] == both


def test_progress_is_told_after_every_option() -> None:
    told: list[tuple[int, int]] = []
    none = LatencySet("none", "", ())
    compare(
        topology(document()),
        price_list(),
        none,
        OPTIONS[:3],
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_nothing_is_said_to_flip_below_zero(latencies: LatencySet) -> None:
    doc = document(flow(cross_az_share=0, options=["vpc-sharing", "vpc-peering"]))
    assert not [flip for flip in answer_of(doc, latencies)["flips"] if "below 0" in flip["when"]]


def test_same_cents_are_compared_with_operations() -> None:
    doc = document(
        flow(gb_per_month=0, options=["vpc-sharing", "vpc-peering"]),
        operations_usd_per_object={"peering": 0.004},
    )
    assert "as does VPC peering, and has fewer resources" in answer_of(doc)["because"]


def test_a_mix_that_needs_two_targets_in_one_route_says_so() -> None:
    flows = [flow(options=["transit-gateway"]), flow(name="g", options=["vpc-peering"])]
    assert answer_of(document(*flows))["mix"]["feasible"] is False
    assert answer_of(document(*flows[:1]))["mix"]["feasible"] is True


def test_who_may_keep_a_budget_that_nobody_can_check_is_not_on_the_frontier() -> None:
    """No p99 is known: without a budget the cheapest stands there, with one nobody does."""
    assert answer_of(document(flow()))["frontier"] == ["vpc-peering"]
    answer = answer_of(document(flow(p99_budget_us=900)))
    assert (answer["recommended"], answer["frontier"]) == ("vpc-peering", [])
