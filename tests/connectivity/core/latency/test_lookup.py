"""What is shown for a cell, in which order of preference, and what a flow's headline is."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pytest

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.distance import between, bound_words
from connectivity.core.latency.lookup import LatencyCell, LatencySet, Median, Reading
from connectivity.core.latency.worst_p99 import headlines
from connectivity.core.network.planned_network import case
from connectivity.core.registered_document import topology
from tests.factories import document, flow, price_list, vpc


def cell(
    option: str, to_az: str, us: float, basis: str = "published", **changes: Any
) -> LatencyCell:
    from_az = changes.get("from_az", "use1-az1")
    noise, as_of = changes.get("noise_us", 10), changes.get("as_of", "2020")
    return LatencyCell(option, from_az, to_az, us, noise, basis, as_of, "test")


PUBLISHED = (
    cell("single-vpc", "use1-az1", 85),
    cell("single-vpc", "use1-az2", 640),
    cell("transit-gateway", "use1-az1", 463),
    cell("transit-gateway", "use1-az2", 970),
)


def read(*own: LatencyCell, option: str = "transit-gateway", pair: tuple[str, str]) -> Any:
    return LatencySet("test", "2020", (*PUBLISHED, *own)).read(option, *pair)


def test_a_published_figure_of_the_pair() -> None:
    reading = read(pair=("use1-az1", "use1-az2"))
    assert (reading.us, reading.overhead_us, reading.basis) == (970, 330, "published")


def test_another_pair_of_the_region_is_estimated() -> None:
    reading = read(pair=("use1-az4", "use1-az4"))
    assert (reading.us, reading.overhead_us, reading.basis) == (463, 378, "estimated")
    assert reading.comment == "as use1-az1 to use1-az1"
    baseline = read(option="single-vpc", pair=("use1-az4", "use1-az4"))
    assert (baseline.us, baseline.basis) == (85, "estimated")


def test_a_figure_of_the_region_is_taken_before_a_newer_one_of_another() -> None:
    newer = cell("transit-gateway", "euw1-az2", 800, from_az="euw1-az1", as_of="2025")
    reading = read(newer, pair=("use1-az3", "use1-az4"))
    assert (reading.us, reading.comment) == (970, "as use1-az1 to use1-az2")
    assert read(newer, pair=("euw1-az2", "euw1-az3")).us == 800


def test_another_region_lends_only_its_overhead() -> None:
    reading = read(pair=("euw1-az1", "euw1-az2"))
    assert (reading.us, reading.overhead_us, reading.basis) == (None, 330, "estimated")
    assert reading.comment == "overhead as in us-east-1, 2020"


def test_of_what_is_not_known_that_without_an_overhead_is_worst() -> None:
    nothing = Reading("use1-az1", "use1-az2", None, None, 0, "none", "", "")
    assert nothing.badness > nothing._replace(overhead_us=330, basis="estimated").badness
    assert nothing.badness > nothing._replace(us=970, overhead_us=330).badness


def test_a_slower_figure_is_worse_whether_or_not_its_overhead_is_known() -> None:
    """An own measurement has no overhead over a published single VPC."""
    measured = Reading("use1-az1", "use1-az2", 900, None, 10, "measured", "2026", "")
    published = Reading("use1-az1", "use1-az3", 970, 330, 10, "published", "2020", "")
    assert published.badness > measured.badness
    assert published.badness < measured._replace(us=980).badness


def test_of_two_as_slow_the_one_with_the_better_basis_is_shown() -> None:
    measured = Reading("use1-az1", "use1-az2", 970, None, 10, "measured", "2026", "")
    published = Reading("use1-az1", "use1-az3", 970, 330, 10, "published", "2020", "")
    assert measured.badness > published.badness


def test_of_two_overheads_the_larger_is_worse_and_of_two_distances_the_farther() -> None:
    small = Reading("euw1-az1", "euw1-az2", None, 330, 10, "estimated", "2020", "")
    assert small._replace(overhead_us=378).badness > small.badness
    assert small._replace(overhead_us=0.5).badness > small._replace(overhead_us=0).badness
    near, far = between("us-east-1", "us-east-2"), between("us-east-1", "eu-west-1")
    nothing = Reading("use1-az1", "use2-az1", None, None, 0, "none", "", "")
    assert nothing._replace(distance=far).badness > nothing._replace(distance=near).badness
    assert nothing._replace(distance=near).badness > nothing.badness


@pytest.mark.parametrize(
    ("over", "is_within"), [(10, True), (10.1, False), (-10, True), (-10.1, False), (None, False)]
)
def test_an_overhead_of_the_noise_cannot_be_told_from_none(
    over: float | None, is_within: bool
) -> None:
    reading = Reading("use1-az1", "use1-az2", 650, over, 10, "published", "2020", "")
    assert reading.is_within_noise is is_within


def test_an_overhead_as_large_as_the_noise_is_called_not_distinguishable() -> None:
    reading = read(
        cell("vpc-peering", "use1-az2", 650), option="vpc-peering", pair=("use1-az1", "use1-az2")
    )
    assert reading.comment == "not distinguishable from a single VPC: the noise is about 10 µs"


def test_a_typical_round_trip_stands_in_only_where_nothing_was_measured() -> None:
    distance = between("us-east-1", "eu-west-1")
    assert distance is not None
    nothing = Reading("use1-az1", "euw1-az1", None, None, 0, "none", "", "", "", distance)
    median = Median("", "us-east-1", "eu-west-1", 70_000, "2026-11-01", "tool")
    assert nothing.typical_us == distance.typical_us
    assert nothing._replace(median=median).typical_us is None
    assert nothing._replace(us=80_000).typical_us is None
    assert nothing._replace(distance=None).typical_us is None
    assert nothing._replace(us=80_000).instead == ""
    assert nothing._replace(distance=None, median=median).instead == "median 70 ms"


def test_without_a_place_of_a_region_nothing_stands_in_for_a_p99() -> None:
    reading = read(pair=("use1-az1", "cnn1-az1"))
    assert (reading.comment, reading.source) == ("no p99 is known for this Region pair", "")


def test_a_published_single_vpc_is_no_base_for_the_overhead_of_another_region() -> None:
    there = {"from_az": "euw1-az1"}
    figures = (
        cell("single-vpc", "euw1-az2", 600, **there),
        cell("cloud-wan", "euw1-az2", 650, **there),
    )
    reading = read(*figures, option="cloud-wan", pair=("use1-az1", "use1-az2"))
    assert (reading.us, reading.overhead_us) == (None, 50)


def test_without_a_published_overhead_a_measured_single_vpc_makes_no_estimate() -> None:
    """The published figure of another pair stands in as it is."""
    figures = (
        cell("cloud-wan", "use1-az3", 900),
        cell("single-vpc", "use1-az5", 700, "measured", from_az="use1-az4", as_of="2026-11-01"),
    )
    reading = read(*figures, option="cloud-wan", pair=("use1-az4", "use1-az5"))
    assert (reading.us, reading.comment) == (900, "as use1-az1 to use1-az3")


def test_between_regions_nothing_is_known() -> None:
    reading = read(pair=("use1-az1", "use2-az1"))
    assert (reading.us, reading.overhead_us, reading.basis) == (None, None, "none")
    assert reading.noise_us == 0
    assert reading.distance is not None
    assert bound_words(reading.distance.bound_us) in reading.instead


def test_an_option_without_figures() -> None:
    reading = read(option="cloud-wan", pair=("use1-az1", "use1-az1"))
    assert (reading.basis, reading.us, reading.noise_us) == ("none", None, 0)


def test_an_own_measurement_wins_and_is_not_compared_with_a_published_baseline() -> None:
    own = cell("transit-gateway", "use1-az2", 900, "measured", as_of="2026-11-01")
    reading = read(own, pair=("use1-az1", "use1-az2"))
    assert (reading.us, reading.overhead_us, reading.basis) == (900, None, "measured")


def test_a_measured_baseline_and_the_published_overhead_make_an_estimate() -> None:
    own = cell("single-vpc", "use1-az5", 700, "measured", from_az="use1-az4", as_of="2026-11-01")
    reading = read(own, pair=("use1-az4", "use1-az5"))
    assert (reading.us, reading.overhead_us, reading.basis) == (1030, 330, "estimated")
    assert "single VPC as measured" in reading.comment


def test_the_measured_baseline_of_the_pair_counts_before_the_slowest_of_the_region() -> None:
    pairs = (("use1-az5", 700), ("use1-az6", 800))
    own = [cell("single-vpc", az, us, "measured", from_az="use1-az4") for az, us in pairs]
    assert read(*own, pair=("use1-az4", "use1-az5")).us == 700 + 330
    assert read(*own, pair=("use1-az4", "use1-az6")).us == 800 + 330
    assert read(*own, pair=("use1-az5", "use1-az6")).us == 800 + 330


OHIO = {"from_az": "use2-az1", "as_of": "2026-11-01"}


def test_one_measured_single_vpc_stands_for_the_other_pairs_of_its_region() -> None:
    own = cell("single-vpc", "use2-az2", 700, "measured", **OHIO)
    reading = read(own, pair=("use2-az3", "use2-az1"))
    assert (reading.us, reading.overhead_us, reading.basis) == (1030, 330, "estimated")
    assert reading.comment.startswith("single VPC as measured use2-az1 to use2-az2, plus the over")
    baseline = read(own, option="single-vpc", pair=("use2-az3", "use2-az1"))
    assert (baseline.us, baseline.basis) == (700, "estimated")
    assert baseline.comment == "as measured use2-az1 to use2-az2"
    assert read(own, pair=("use2-az1", "use2-az1")).us is None  # another kind of pair
    assert read(own, pair=("euw1-az1", "euw1-az2")).us is None  # another Region


def test_of_several_measured_pairs_the_slowest_stands_for_the_others() -> None:
    own = [
        cell("transit-gateway", az, us, "measured", **OHIO)
        for az, us in (("use2-az2", 900), ("use2-az3", 1200))
    ]
    for order in (own, own[::-1]):
        reading = read(*order, pair=("use2-az3", "use2-az2"))
        assert (reading.us, reading.basis) == (1200, "estimated")
        assert reading.comment == "as measured use2-az1 to use2-az3"


def test_an_option_without_published_figures_has_its_own_measured_one() -> None:
    own = [
        cell("cloud-wan", "use2-az2", 900, "measured", **OHIO),
        cell("single-vpc", "use2-az3", 700, "measured", **OHIO),
    ]
    reading = read(*own, option="cloud-wan", pair=("use2-az1", "use2-az3"))
    assert (reading.us, reading.basis) == (900, "estimated")


def test_a_negative_overhead_stays_and_is_called_noise() -> None:
    own = cell("vpc-peering", "use1-az2", 595, noise_us=90)
    reading = read(own, option="vpc-peering", pair=("use1-az1", "use1-az2"))
    assert reading.overhead_us == -45
    assert "not distinguishable from a single VPC" in reading.comment


@pytest.mark.parametrize("step", [1, -1])
def test_of_two_published_figures_of_a_pair_the_newer_counts(step: int) -> None:
    years = [
        cell("transit-gateway", "use1-az2", us, as_of=year)
        for us, year in ((970, "2020"), (800, "2024"))
    ]
    figures = LatencySet("test", "", tuple(years[::step]))
    reading = figures.read("transit-gateway", "use1-az1", "use1-az2")
    assert (reading.us, reading.as_of) == (800, "2024")


def test_figures_of_two_years_have_no_overhead() -> None:
    """The network became faster in between: their difference is not the option's."""
    newer = cell("transit-gateway", "use1-az2", 800, as_of="2024")
    reading = read(newer, pair=("use1-az1", "use1-az2"))
    assert (reading.us, reading.overhead_us) == (800, None)


def test_an_estimate_is_as_noisy_as_the_overhead_that_it_borrows() -> None:
    own = cell("single-vpc", "use1-az5", 700, "measured", from_az="use1-az4", as_of="2026-11-01")
    noisy = cell("transit-gateway", "use1-az2", 970, noise_us=400, as_of="2020-06")
    reading = read(noisy, own, pair=("use1-az4", "use1-az5"))
    assert (reading.us, reading.overhead_us, reading.noise_us) == (1030, 330, 400)
    assert reading.is_within_noise


@pytest.mark.parametrize(
    ("share", "pair", "us", "carried"),
    [
        (0, ("use1-az1", "use1-az1"), 463, 1.0),
        (0.009, ("use1-az1", "use1-az1"), 463, 0.991),
        (0.01, ("use1-az1", "use1-az2"), 970, 0.01),
        (1, ("use1-az1", "use1-az2"), 970, 1.0),
    ],
)
def test_the_headline_is_the_worst_cell_with_a_hundredth_of_the_bytes(
    share: float, pair: tuple[str, str], us: float, carried: float
) -> None:
    answer = _answer(document(flow(cross_az_share=share)))
    (headline,) = answer["latency"]
    assert (headline["from_az"], headline["to_az"]) == pair
    assert (headline["us"], headline["basis"], headline["share"]) == (us, "published", carried)
    assert (answer["worst_p99_us"], answer["worst_p99_basis"]) == (us, "published")


def test_a_headline_says_the_share_of_the_cells_that_are_as_slow() -> None:
    """No AZ in common: all bytes cross, half of them to the slow AZ."""
    cells = [cell("transit-gateway", az, us) for az, us in (("use1-az2", 970), ("use1-az3", 700))]
    doc = document()
    doc["vpcs"][0]["azs"], doc["vpcs"][1]["azs"] = ["use1-az1"], ["use1-az2", "use1-az3"]
    heads = headlines("transit-gateway", case(topology(doc)), LatencySet("test", "", tuple(cells)))
    (slowest,) = heads.kinds
    assert (slowest.reading.us, slowest.part) == (970, 0.5)


def test_a_share_is_said_to_the_millionth() -> None:
    doc = document()
    doc["vpcs"][0]["azs"], doc["vpcs"][1]["azs"] = (
        ["use1-az1"],
        ["use1-az2", "use1-az3", "use1-az4"],
    )
    cells = (cell("transit-gateway", f"use1-az{i}", us) for i, us in ((2, 970), (3, 700), (4, 700)))
    heads = headlines("transit-gateway", case(topology(doc)), LatencySet("test", "", tuple(cells)))
    assert [each.share for each in heads.shares(np.array([0]))] == [0.333333]


def test_cells_show_every_pair_and_their_shares_add_up() -> None:
    answer = _answer(document(flow(cross_az_share=0.3)), include=["cells"])
    assert len(answer["latency"]) == 9
    assert sum(pair["share"] for pair in answer["latency"]) == pytest.approx(1, abs=1e-5)


def test_a_cell_inside_an_az_carries_its_part_of_what_does_not_cross() -> None:
    cells = _answer(document(flow(cross_az_share=0.3)), include=["cells"])["latency"]
    inside = [each["share"] for each in cells if each["from_az"] == each["to_az"]]
    assert inside == [0.233333] * 3


@pytest.mark.parametrize(
    ("theirs", "shares"), [(["use1-az2", "use1-az3"], [0.5, 0.5]), (["use1-az1"], [1])]
)
def test_where_there_is_no_choice_all_bytes_go_over_the_pairs_that_there_are(
    theirs: list[str], shares: list[float]
) -> None:
    clients, orders = document()["vpcs"]
    vpcs = [clients | {"azs": ["use1-az1"]}, orders | {"azs": theirs}]
    answer = _answer(document(vpcs=vpcs), include=["cells"])
    assert [each["share"] for each in answer["latency"]] == shares


def test_a_flow_between_regions_makes_the_worst_unknown() -> None:
    orders = vpc("orders", "222222222222", "10.1.0.0/16", region="us-east-2", azs=["use2-az1"])
    answer = _answer(document(vpcs=[document()["vpcs"][0], orders]))
    assert (answer["worst_p99_us"], answer["worst_p99_basis"]) == (None, "none")
    assert [each["share"] for each in answer["latency"]] == [1]


def test_a_budget_that_is_exceeded_is_hard() -> None:
    answer = _answer(document(flow(p99_budget_us=500)))
    (finding,) = [finding for finding in answer["findings"] if finding["rule"] == "BUDGET-01"]
    assert finding["severity"] == "hard"
    assert "p99 970 µs (published, use1-az1 to use1-az2) is above the budget of 500 µs" in str(
        finding
    )
    assert not answer["feasible"]


def test_a_budget_that_is_kept_says_nothing() -> None:
    answer = _answer(document(flow(p99_budget_us=970)))
    assert answer["feasible"]
    assert not {"BUDGET-01", "LAT-01"} & {finding["rule"] for finding in answer["findings"]}


def test_a_budget_that_cannot_be_checked_is_a_condition_and_off_the_frontier() -> None:
    orders = vpc("orders", "222222222222", "10.1.0.0/16", region="us-east-2", azs=["use2-az1"])
    doc = document(flow(p99_budget_us=50_000), vpcs=[document()["vpcs"][0], orders])
    whole = _comparison(doc)
    peering = next(answer for answer in whole["answers"] if answer["option"] == "vpc-peering")
    assert ("LAT-01", "condition") in {(f["rule"], f["severity"]) for f in peering["findings"]}
    assert peering["feasible"]
    assert whole["recommended"] == "vpc-peering"
    assert whole["frontier"] == []


def _comparison(doc: dict[str, Any], include: Collection[str] = ()) -> dict[str, Any]:
    latencies = LatencySet("test", "2020", PUBLISHED)
    return plain(compare(topology(doc), price_list(), latencies), include=include)


def _answer(doc: dict[str, Any], include: Collection[str] = ()) -> dict[str, Any]:
    answers = _comparison(doc, include)["answers"]
    return next(answer for answer in answers if answer["option"] == "transit-gateway")
