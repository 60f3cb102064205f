"""What runs say together."""

import os
import random
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectivity.core.latency import histograms
from connectivity.core.latency.aggregation import (
    Cell,
    Figure,
    Measured,
    Method,
    age,
    best_by_pair,
    derived,
    for_comparisons,
)
from connectivity.core.latency.distance import between
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.latency.matrix import blocks, region_medians

METHOD = Method("netperf", "TCP_RR", "reused", "closed", 1, 1, 1, "c5n.xlarge", "2026")
DAYS = ("2026-11-01", "2026-11-02", "2026-11-03")


def run(p99: float | None = 70, *, samples: int | None = 20_000, **changes: object) -> Measured:
    figures = {} if p99 is None else {"p50": p99 / 2, "p99": p99, "mean": p99 / 2}
    measured = Measured(
        "vpc-peering", "use1-az1", "use1-az2", METHOD, figures, samples, 0.0, DAYS[0]
    )
    return replace(measured, **changes)  # type: ignore[arg-type]


def cell(*runs: Measured) -> Cell:
    (merged,) = derived(runs)
    return merged


def test_summaries_give_the_median_with_the_lowest_and_highest_and_never_an_average() -> None:
    merged = cell(*(run(p99, taken=day) for p99, day in zip((65, 69, 78), DAYS, strict=True)))
    assert merged.figures["p99"] == Figure(69, 65, 78)
    assert (merged.runs, merged.samples, merged.grade, merged.as_of) == (3, 60_000, "high", DAYS[2])


def test_means_are_pooled_by_samples() -> None:
    merged = cell(run(60, samples=30_000), run(80, samples=10_000))
    assert merged.figures["mean"].us == pytest.approx(32.5)
    assert merged.figures["p99"].us == 70


def test_a_mean_of_an_unknown_number_of_samples_makes_theirs_the_median() -> None:
    merged = cell(run(60, samples=30_000), run(80, samples=None), run(90, samples=10_000))
    assert merged.figures["mean"].us == 40


def test_sketches_are_merged_and_give_what_all_samples_together_have() -> None:
    rng = random.Random(7)  # noqa: S311  # not for secrets
    fast = [rng.uniform(50, 60) for _ in range(5_000)]
    slow = [rng.uniform(500, 600) for _ in range(5_000)]
    runs = [
        run(p99, samples=5_000, sketch=histograms.of_times(times))
        for p99, times in ((59.9, fast), (599, slow))
    ]
    both = sorted(fast + slow)
    figures = cell(*runs).figures
    assert figures["p99"].us == pytest.approx(both[9_899], rel=0.002)
    assert figures["p99"].us > 590  # their average would be 330, their median, too
    assert (figures["p99"].low, figures["p50"].us) == (59.9, pytest.approx(both[4_999], rel=0.002))
    assert figures["p99"].high == 599


def test_other_methods_are_other_cells() -> None:
    http = run(method=replace(METHOD, test="HTTP"))
    older = run(method=replace(METHOD, year="2020"))
    assert len(list(derived([run(), http, older, run(option="transit-gateway")]))) == 4


UNSAID = replace(METHOD, instance_type="")


def test_what_two_files_do_not_say_makes_two_cells_and_what_one_does_not_say_makes_one() -> None:
    first, second = run(70, method=UNSAID, file=1), run(90, method=UNSAID, file=2)
    assert [cell.runs for cell in derived([first, second])] == [1, 1]
    assert cell(first, replace(second, file=1)).runs == 2
    assert cell(replace(first, method=METHOD), replace(second, method=METHOD)).runs == 2


@pytest.mark.parametrize(
    "says_all", [{"origin": "a blog"}, {"method": replace(UNSAID, test="aggregate-latency")}]
)
def test_a_publisher_and_the_probes_of_aws_have_one_method(says_all: dict[str, object]) -> None:
    runs = [replace(run(method=UNSAID, file=file), **says_all) for file in (1, 2)]  # type: ignore[arg-type]
    assert cell(*runs).runs == 2


def test_a_p99_of_too_few_known_samples_is_hidden_and_of_an_unknown_number_is_shown() -> None:
    few = cell(run(samples=298))
    assert ("p99" in few.figures, few.hidden, few.grade) == (False, ("p99",), "low")
    assert cell(run(samples=299)).figures["p99"].us == 70
    unknown = cell(run(samples=None))
    assert (unknown.figures["p99"].us, unknown.grade, unknown.samples) == (70, "low", None)


def test_lost_is_neither_missing_nor_zero() -> None:
    lost = cell(run(None, samples=0, loss=1.0))
    assert (lost.is_lost, lost.figures, lost.runs) == (True, {}, 1)
    half = cell(run(None, samples=0, loss=1.0), run(loss=0.0))
    assert (half.is_lost, half.loss, half.figures["p99"].us) == (False, 0.5, 70)
    assert cell(run(loss=None)).loss is None


def test_nothing_is_mirrored() -> None:
    there = derived([run()])
    assert [(cell.source, cell.destination) for cell in there] == [("use1-az1", "use1-az2")]


@pytest.mark.parametrize(
    ("p99s", "drift"),
    [
        ((70, 71, 90), 19.5),
        ((70, 71, 76), None),
        ((70, 90, 95), None),
        ((70, 71, 50), -20.5),
        ((70, 90), None),
        ((80, 120, 140), None),  # by no more than the first two differ
    ],
)
def test_drift_is_what_leaves_the_noise(p99s: tuple[float, ...], drift: float | None) -> None:
    runs = [run(p99, taken=f"2026-11-0{day}") for day, p99 in enumerate(p99s, start=1)]
    assert cell(*reversed(runs)).drift_us == drift


def test_drift_is_that_of_the_median_where_the_p99_is_not_in_enough_runs() -> None:
    medians = [run(figures={"p50": us}, taken=day) for us, day in zip((70, 71), DAYS, strict=False)]
    newest = run(figures={"p50": 90, "p99": 180}, taken=DAYS[2])
    assert cell(*medians, newest).drift_us == 19.5


def latencies(*runs: Measured) -> LatencySet:
    return LatencySet("own", "2026-11-03", for_comparisons(derived(runs)))


def test_a_comparison_takes_the_own_round_trip() -> None:
    figures = latencies(run(70), run(5_000, method=replace(METHOD, test="HTTP")))
    reading = figures.read("vpc-peering", "use1-az1", "use1-az2")
    assert (reading.us, reading.basis, reading.as_of) == (70, "measured", DAYS[0])
    assert "1 run; grade medium" in reading.comment


def test_a_method_that_is_not_known_whole_is_never_graded_high() -> None:
    known = [run(70, taken=day) for day in DAYS]
    assert cell(*known).grade == "high"
    assert cell(*(replace(each, method=UNSAID) for each in known)).grade == "medium"


@pytest.mark.parametrize(
    ("samples", "grade"), [(10_000, "high"), (9_999, "medium"), (1_000, "medium"), (999, "low")]
)
def test_a_grade_is_of_three_days_and_of_ten_thousand_samples_or_one_thousand(
    samples: int, grade: str
) -> None:
    assert cell(*(run(70, samples=samples, taken=day) for day in DAYS)).grade == grade


def test_three_runs_of_two_days_are_not_graded_high_and_one_of_enough_samples_makes_medium() -> (
    None
):
    days = (DAYS[0], f"{DAYS[0]}T10:00:00", DAYS[1])
    assert cell(*(run(70, taken=day) for day in days)).grade == "medium"
    assert cell(run(samples=1_000), run(samples=999)).grade == "medium"


def test_a_single_sample_has_a_median_and_none_has_nothing() -> None:
    single = cell(run(samples=1))
    assert (single.figures["p50"].us, single.hidden) == (35, ("p99",))
    assert cell(run(samples=0)).figures == {}


def test_of_runs_with_and_without_a_sketch_a_percentile_is_the_median() -> None:
    sketched = run(90, samples=5_000, sketch=histograms.of_times([70.0] * 5_000))
    assert cell(sketched, run(70)).figures["p99"] == Figure(80, 70, 90)


def test_what_somebody_published_is_not_called_measured() -> None:
    assert [cell(run(origin=origin)).basis for origin in ("a blog", "")] == [
        "published",
        "measured",
    ]


def test_the_least_and_the_largest_of_several_runs_are_those_of_all() -> None:
    runs = [run(figures={"p99": 70, "min": low, "max": low + 100}) for low in (12, 9, 20)]
    figures = cell(*runs).figures
    assert (figures["min"].us, figures["max"].us) == (9, 120)


def test_a_comparison_says_the_day_of_a_measurement() -> None:
    (figure,) = for_comparisons(derived([run(taken="2026-11-01T10:00:00+00:00")]))
    assert figure.as_of == "2026-11-01"


@pytest.mark.parametrize(
    ("p99s", "noise_us"), [((70,), 7), ((70, 90), 20), ((80, 80.5), 8.025)], ids=str
)
def test_noise_is_what_runs_differ_by_and_at_least_a_tenth(
    p99s: tuple[float, ...], noise_us: float
) -> None:
    runs = [run(p99, taken=day) for p99, day in zip(p99s, DAYS, strict=False)]
    (figure,) = for_comparisons(derived(runs))
    assert figure.noise_us == pytest.approx(noise_us)


def test_a_comparison_says_how_many_runs_a_figure_is_of_and_how_they_differ() -> None:
    (figure,) = for_comparisons(derived([run(70), run(90, taken=DAYS[1])]))
    assert figure.comment == "2 runs, 70 to 90 µs; grade medium"


def test_a_measurement_of_no_option_is_not_the_p99_of_one() -> None:
    assert for_comparisons(derived([run(option="")])) == ()


@pytest.mark.parametrize("step", [1, -1])
def test_a_pair_is_shown_by_its_best_cell_whichever_comes_first(step: int) -> None:
    few = run(90, samples=300, method=replace(METHOD, request_bytes=64))
    (shown,) = best_by_pair([cell(run(70)), cell(few)][::step], "p99").values()
    assert shown.figures["p99"].us == 70


def test_of_two_equal_cells_of_a_pair_the_last_is_shown() -> None:
    """They come in the order in which they were filed."""
    other = run(90, method=replace(METHOD, request_bytes=64))
    (shown,) = best_by_pair([cell(run(70)), cell(other)], "p99").values()
    assert shown.figures["p99"].us == 90


def test_a_more_fitting_test_wins_over_a_better_grade() -> None:
    """A ping is answered by the kernel, and TCP_RR by a program, as traffic is."""
    pings = [run(50, taken=day, method=replace(METHOD, test="ICMP")) for day in DAYS]
    assert [cell.grade for cell in derived(pings)] == ["high"]
    reading = latencies(run(70), *pings).read("vpc-peering", "use1-az1", "use1-az2")
    assert (reading.us, reading.source) == (70, "netperf TCP_RR")


def test_an_overhead_needs_a_baseline_of_the_same_known_method() -> None:
    baseline = run(60, option="single-vpc")
    ends = ("vpc-peering", "use1-az1", "use1-az2")
    assert latencies(run(90), baseline).read(*ends).overhead_us == 30
    other = replace(baseline, method=replace(METHOD, request_bytes=1024))
    assert latencies(run(90), other).read(*ends).overhead_us is None
    unknown = replace(METHOD, instance_type="")
    both = (run(90, method=unknown), replace(baseline, method=unknown))
    assert latencies(*both).read(*ends).overhead_us is None


@pytest.mark.parametrize(
    ("as_of", "word"),
    [
        ("2026-11-20", "fresh"),
        ("2026-05", "ageing"),
        ("2026-02", "ageing"),
        ("2026-08", "fresh"),
        ("2020", "old"),
        ("2026-08-26T10:00:00+00:00", "fresh"),
        ("2026-08-20", "ageing"),
        ("2026-08-20T10:00:00+00:00", "ageing"),
        ("", "old"),
    ],
)
def test_age(as_of: str, word: str) -> None:
    assert age(as_of, date(2026, 11, 23)) == word


@pytest.mark.parametrize(
    ("as_of", "days", "word"),
    [
        ("2026-08-28", 89, "fresh"),
        ("2026-08-28", 90, "ageing"),
        ("2026-08-28", 364, "ageing"),
        ("2026-08-28", 365, "old"),
    ],
)
def test_a_figure_is_fresh_for_90_days_and_old_after_a_year(
    as_of: str, days: int, word: str
) -> None:
    """One of a month alone counts from its 28th, one of a year from the 28th of December."""
    assert age(as_of, date(2026, 8, 28) + timedelta(days)) == word
    assert age("2026-08", date(2026, 8, 28) + timedelta(days)) == word
    assert age("2026", date(2026, 12, 28) + timedelta(days)) == word


def test_a_matrix_has_a_block_for_each_region_and_one_for_regions() -> None:
    tokyo = {"source": "apne1-az1", "destination": "apne1-az4"}
    regions = {"source": "us-east-1", "destination": "eu-west-1", "option": ""}
    matrices = blocks(derived([run(60), run(600, destination="use1-az3"), run(**tokyo)]), "p99")
    assert [(matrix.region, matrix.places) for matrix in matrices] == [
        ("ap-northeast-1", ("apne1-az1", "apne1-az4")),
        ("us-east-1", ("use1-az1", "use1-az2", "use1-az3")),
    ]
    east = matrices[1].rows
    assert [square.level for square in east[0]] == [0, 1, 5]
    assert [square.state for square in east[1]] == ["missing"] * 3
    (between,) = blocks(derived([run(**regions)]), "p99")
    assert (between.region, between.rows[1][0].us) == ("", 70)


@pytest.mark.parametrize(("us", "level"), [(95, 1), (96, 2), (378, 4), (379, 5)])
def test_each_of_five_levels_is_as_many_times_slower_as_the_one_before(us: int, level: int) -> None:
    """From 60 to 600 µs: ten times slower, each level 1.585 times."""
    ends = ("use1-az3", 60), ("use1-az4", 600), ("use1-az2", us)
    (block,) = blocks(derived(run(p99, destination=az) for az, p99 in ends), "p99")
    assert block.rows[0][1].level == level


def test_a_figure_alone_in_its_region_is_of_the_fast_level() -> None:
    tokyo = run(600, source="apne1-az1", destination="apne1-az4")
    for block in blocks(derived([run(60), tokyo]), "p99"):
        assert block.rows[0][1].level == 1


def test_the_block_of_regions_is_the_last() -> None:
    regions = run(source="us-east-1", destination="eu-west-1", option="")
    assert [block.region for block in blocks(derived([regions, run()]), "p99")] == ["us-east-1", ""]


def test_a_cell_that_has_no_such_statistic_is_missing() -> None:
    (block,) = blocks(derived([run()]), "p90")
    assert block.rows[0][1].cell is not None
    assert block.rows[0][1].state == "missing"


FABRIC = run(source="us-east-1", destination="eu-west-1", taken="2026-11-01T10:00:00+00:00")


@pytest.mark.parametrize(
    ("measured", "option"),
    [
        (replace(FABRIC, option="vpc-peering"), "vpc-peering"),
        (replace(FABRIC, option="single-vpc"), ""),
        (replace(FABRIC, option=""), ""),
        (replace(FABRIC, option="", method=replace(METHOD, test="aggregate-latency")), ""),
        (replace(FABRIC, method=replace(METHOD, test="HTTP")), None),
        (replace(FABRIC, figures={"p99": 70}), None),
        (run(), None),
    ],
)
def test_between_regions_the_median_of_a_round_trip_is_known_of_an_option_or_of_the_fabric(
    measured: Measured, option: str | None
) -> None:
    """What AWS's own probes say is filed under the single VPC, which spans no two Regions."""
    regions = ("us-east-1", "eu-west-1", 35, "2026-11-01", "netperf")
    assert region_medians(derived([measured])) == (() if option is None else ((option, *regions),))


def test_a_square_prefers_what_has_the_statistic_then_the_better_grade() -> None:
    ping = run(50, samples=20, method=replace(METHOD, test="ICMP"))
    (block,) = blocks(derived([run(70), ping]), "p99")
    assert block.rows[0][1].us == 70
    (few,) = blocks(derived([ping]), "p99")
    assert few.rows[0][1].state == "hidden"
    (lost,) = blocks(derived([run(None, samples=0, loss=1.0)]), "p99")
    assert lost.rows[0][1].state == "lost"


def test_the_newest_run_is_the_latest_moment_whatever_its_zone() -> None:
    moments = ("2026-11-03T09:00:00Z", "2026-11-03T12:00:00+05:00", "2026-11-03T08:00:00")
    runs = [run(p99, taken=at) for p99, at in zip((90, 70, 71), moments, strict=True)]
    assert cell(*runs).drift_us == 19.5  # 07:00, 08:00 and then 09:00 UTC


def test_runs_of_one_day_without_a_time_stand_in_the_order_of_their_filing() -> None:
    days = (DAYS[0], f"{DAYS[0]}T10:00:00", DAYS[0])
    runs = [run(p99, taken=day) for p99, day in zip((70, 71, 90), days, strict=True)]
    assert cell(*runs).drift_us == 19.5


def test_a_moment_without_a_zone_is_utc_wherever_the_machine_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In Tokyo it would be the first of the three."""
    monkeypatch.setitem(os.environ, "TZ", "Asia/Tokyo")
    time.tzset()
    try:
        times = ("2026-11-03T09:30:00+00:00", "2026-11-03T10:45:00+01:00", "2026-11-03T10:00:00")
        runs = [run(p99, taken=taken) for p99, taken in zip((70, 71, 90), times, strict=True)]
        assert cell(*reversed(runs)).drift_us == 19.5
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_lost_run_of_unknown_length_leaves_the_others_their_samples() -> None:
    assert cell(run(None, samples=None, loss=1.0), run()).samples == 20_000


def test_between_regions_distance_fills_what_nobody_measured_where_it_is_asked_for() -> None:
    regions = ("eu-west-1", "us-east-1")
    (block,) = blocks((), "p99", regions)
    assert [square.distance for square in block.rows[0]] == [None, None]
    (block,) = blocks((), "p99", regions, by_distance=True)
    assert block.rows[0][1].distance == between(*regions)
    assert [square.state for square in block.rows[0]] == ["missing", "estimated"]
