"""What distance says between Regions: a bound, an estimate, and budgets that nothing can keep."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.distance import (
    between,
    bound_words,
    instead_words,
    places,
    typical_words,
)
from connectivity.core.latency.lookup import LatencyCell, LatencySet, Median
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.registered_document import topology
from tests.factories import document, flow, price_list, vpc

OHIO_TO_FRANKFURT = 65_915
ELSEWHERE = {"cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"}


@pytest.mark.parametrize(
    ("region", "other", "km", "bound_us", "typical_us"),
    [  # by the dot product of unit vectors, and 1.4682 / 0.299792458 µs a km each way
        ("us-east-2", "eu-central-1", 6829.7, 65_915, 110_294),
        ("us-east-1", "eu-west-1", 5461.5, 52_514, 89_121),
        ("us-east-1", "us-east-2", 483.6, 3_757, 12_084),
        ("ap-southeast-1", "ap-southeast-2", 6306.2, 60_788, 102_193),
        ("eu-north-1", "ap-northeast-2", 7431.5, 71_810, 119_608),
        ("eu-central-2", "eu-south-1", 219.2, 1_167, 7_992),
        ("ap-southeast-6", "sa-east-1", 12_020.5, 116_758, 190_626),  # over the date line
    ],
)
def test_bound_and_estimate_of_a_pair(
    region: str, other: str, km: float, bound_us: int, typical_us: int
) -> None:
    apart = between(region, other)
    assert apart is not None
    assert apart.km == pytest.approx(km, abs=0.1)
    assert apart.bound_us == pytest.approx(bound_us, abs=1)
    assert apart.typical_us == pytest.approx(typical_us, abs=1)
    assert apart.typical_error == (-0.41, 0.25)


def test_every_pair_is_the_same_both_ways_and_typical_is_above_the_bound() -> None:
    for region, other in combinations(places(), 2):
        apart = between(region, other)
        assert apart is not None
        assert apart == between(other, region)
        assert 0 < apart.bound_us < apart.typical_us / (1 + apart.typical_error[1])


def test_every_region_has_a_place_but_those_of_which_nothing_is_said() -> None:
    assert places().keys() == AZ_PREFIXES.keys() - ELSEWHERE


@pytest.mark.parametrize(
    ("region", "other"),
    [("us-east-1", "us-east-1"), ("us-east-1", "cn-north-1"), ("us-gov-west-1", "us-east-1")],
)
def test_nothing_is_said_inside_a_region_or_without_a_place(region: str, other: str) -> None:
    assert between(region, other) is None


def test_the_words_never_claim_more_than_the_bound() -> None:
    assert bound_words(3_757) == "at least 3.7 ms"
    assert bound_words(66_099) == "at least 66 ms"
    words = "at least 3.7 ms; typically about 12 ms (error -41 % to +25 %: 9.7 to 20 ms)"
    assert instead_words(3_757, 12_084) == words
    assert instead_words(3_757, None, None, 11_250) == "at least 3.7 ms; median 11.25 ms"
    assert instead_words(None, None) == ""
    assert typical_words(10_000).startswith("typically about 10 ms (")
    assert typical_words(9_999).startswith("typically about 10.0 ms (")
    half = "typically about 12 ms (error -50 % to +100 %: 6.0 to 24 ms)"
    assert instead_words(None, 12_000, (-0.5, 1.0)) == half


@pytest.mark.parametrize(
    ("budget_us", "rule"),
    [
        (OHIO_TO_FRANKFURT - 1, "BUDGET-02"),
        (OHIO_TO_FRANKFURT, "LAT-01"),
        (OHIO_TO_FRANKFURT + 1, "LAT-01"),
    ],
)
def test_a_budget_below_the_bound_is_hard_for_every_option(budget_us: int, rule: str) -> None:
    answer = comparison(p99_budget_us=budget_us)
    for option in answer["answers"]:
        rules = {f["rule"] for f in option["findings"]} & {"BUDGET-01", "BUDGET-02", "LAT-01"}
        assert rules == {rule}
        assert option["feasible"] <= (rule == "LAT-01")
    assert (answer["recommended"] is None) == (rule == "BUDGET-02")
    assert answer["frontier"] == []


@given(ends=st.lists(st.sampled_from(sorted(places())), min_size=2, max_size=2, unique=True))
def test_between_any_two_regions_the_bound_decides(ends: list[str]) -> None:
    apart = between(*ends)
    assert apart is not None
    vpcs = [
        vpc(name, "111111111111", cidr, region=region, azs=[f"{AZ_PREFIXES[region]}-az1"])
        for name, cidr, region in zip(
            ("clients", "orders"), ("10.0.0.0/16", "10.1.0.0/16"), ends, strict=True
        )
    ]
    for less, is_hard in ((1, True), (0, False)):
        doc = document(flow(p99_budget_us=apart.bound_us - less), vpcs=vpcs)
        answer = plain(compare(topology(doc), price_list(), nothing_known()))
        rules = [{f["rule"] for f in option["findings"]} for option in answer["answers"]]
        assert {"BUDGET-02" in rule for rule in rules} == {is_hard}
        assert {"LAT-01" in rule for rule in rules} == {not is_hard}


def test_an_impossible_budget_is_named_with_distance_and_bound() -> None:
    answer = comparison(p99_budget_us=50_000)
    reason = "over 6,830 km no round trip is faster than 65,915 µs"
    assert answer["because"].startswith("No option is feasible for every flow; f: no option keeps")
    assert reason in answer["because"]
    assert "VPC peering (BUDGET-02)" in answer["because"]
    assert answer["mix"]["monthly_usd"] is None
    peering = answer_of(answer)
    (finding,) = [finding for finding in peering["findings"] if finding["rule"] == "BUDGET-02"]
    assert (finding["severity"], finding["flow"], finding["as_of"]) == ("hard", "f", "2026-11-25")
    assert "between us-east-2 and eu-central-1" in finding["detail"]
    assert peering["monthly_usd"] is not None  # as if the finding were lifted


def test_only_flows_between_the_regions_are_stopped() -> None:
    near = flow(name="near", **{"from": "clients", "to": "beside"}, p99_budget_us=50_000)
    far = flow(name="far", p99_budget_us=50_000)
    doc = far_document(far, near)
    doc["vpcs"].append(
        vpc("beside", "222222222222", "10.2.0.0/16", region="us-east-2", azs=["use2-az1"])
    )
    answer = answer_of(plain(compare(topology(doc), price_list(), nothing_known())))
    assert {f["flow"] for f in answer["findings"] if f["rule"] == "BUDGET-02"} == {"far"}
    assert answer["feasible_flows"] == 1


def test_a_region_without_a_place_leaves_a_budget_unchecked() -> None:
    beijing = vpc("orders", "222222222222", "10.1.0.0/16", region="cn-north-1", azs=["cnn1-az1"])
    doc = far_document(flow(p99_budget_us=1))
    doc["vpcs"][1] = beijing
    answer = answer_of(plain(compare(topology(doc), price_list(), nothing_known())))
    assert "LAT-01" in {finding["rule"] for finding in answer["findings"]}
    assert "BUDGET-02" not in {finding["rule"] for finding in answer["findings"]}
    (headline,) = answer["latency"]
    assert (headline["bound_us"], headline["typical_us"], headline["typical_error"]) == (None,) * 3


def test_the_headline_between_regions_has_bound_and_estimate_and_no_p99() -> None:
    answer = answer_of(comparison())
    (headline,) = answer["latency"]
    assert (headline["us"], headline["basis"], headline["overhead_us"]) == (None, "none", None)
    assert (headline["bound_us"], headline["typical_us"]) == (OHIO_TO_FRANKFURT, 110_294)
    assert (headline["typical_error"], headline["median_us"]) == ([-0.41, 0.25], None)
    assert "group index 1.4682" in headline["source"]
    assert (answer["worst_p99_us"], answer["bound_us"]) == (None, OHIO_TO_FRANKFURT)
    assert (answer["typical_us"], answer["typical_error"]) == (110_294, [-0.41, 0.25])


def test_inside_a_region_distance_says_nothing() -> None:
    answer = answer_of(
        plain(compare(topology(document(flow(p99_budget_us=1))), price_list(), nothing_known()))
    )
    (headline,) = answer["latency"]
    assert (headline["bound_us"], headline["typical_us"], headline["typical_error"]) == (None,) * 3
    assert "BUDGET-02" not in {finding["rule"] for finding in answer["findings"]}


def test_a_measurement_between_the_regions_wins() -> None:
    """It is filed for the Regions, and stands for every pair of their AZs, one way."""
    own = LatencyCell(
        "vpc-peering", "us-east-2", "eu-central-1", 99_000, 900, "measured", "2026-11-20", "netperf"
    )
    known = LatencySet("own", "2026", (own,))
    answer = comparison(known, p99_budget_us=98_000)
    peering, hub = answer_of(answer), answer_of(answer, "transit-gateway")
    (headline,) = peering["latency"]
    assert (headline["us"], headline["basis"], headline["from_az"]) == (
        99_000,
        "measured",
        "use2-az1",
    )
    assert (headline["bound_us"], headline["typical_us"]) == (OHIO_TO_FRANKFURT, None)
    assert "BUDGET-01" in {finding["rule"] for finding in peering["findings"]}
    assert (hub["latency"][0]["us"], hub["latency"][0]["typical_us"]) == (None, 110_294)
    assert known.read("vpc-peering", "euc1-az1", "use2-az1").us is None


@pytest.mark.parametrize("option", ["", "vpc-peering"])
def test_a_measured_median_takes_the_place_of_the_estimate(option: str) -> None:
    median = Median(option, "us-east-2", "eu-central-1", 96_900, "2026-11-20", "probe")
    answer = comparison(LatencySet("own", "2026", (), (median,)))
    (headline,) = answer_of(answer)["latency"]
    assert (headline["us"], headline["basis"]) == (None, "none")
    assert (headline["median_us"], headline["typical_us"]) == (96_900, None)
    assert headline["typical_error"] is None
    assert "median 96.9 ms (probe, 2026-11-20)" in headline["comment"]
    other = answer_of(answer, "transit-gateway")["latency"][0]
    assert other["median_us"] == (None if option else 96_900)  # an option's is its own


def test_of_several_pairs_of_regions_the_farthest_is_the_worst() -> None:
    tokyo = vpc("tokyo", "222222222222", "10.2.0.0/16", region="ap-northeast-1", azs=["apne1-az1"])
    ways = [flow(name="b", to="tokyo"), flow(name="a")]
    for flows in (ways, ways[::-1]):
        doc = far_document(*flows)
        doc["vpcs"].append(tokyo)
        heads = compare(topology(doc), price_list(), nothing_known()).answers[0].heads
        assert heads.worst.to_az == "apne1-az1"


def nothing_known() -> LatencySet:
    return LatencySet("none", "", ())


def far_document(*flows: dict[str, Any]) -> dict[str, Any]:
    """From Ohio to Frankfurt."""
    clients = vpc("clients", "111111111111", "10.0.0.0/16", region="us-east-2", azs=["use2-az1"])
    orders = vpc("orders", "222222222222", "10.1.0.0/16", region="eu-central-1", azs=["euc1-az2"])
    return document(*flows, vpcs=[clients, orders])


def comparison(known: LatencySet | None = None, **changes: Any) -> dict[str, Any]:
    network = topology(far_document(flow(**changes)))
    prices = price_list(PRICES)
    return plain(compare(network, prices, known or nothing_known()))


PRICES = """
AWSDataTransfer AWS-Out-Bytes - us-east-2 eu-central-1 GB 0.02
AWSDataTransfer AWS-Out-Bytes - eu-central-1 us-east-2 GB 0.02
"""


def answer_of(answer: dict[str, Any], option: str = "vpc-peering") -> dict[str, Any]:
    return next(offer for offer in answer["answers"] if offer["option"] == option)
