"""Rules on series made by hand: ok, warning, critical, and unknown with the reason."""

from dataclasses import replace

import pytest

from connectivity.core.health.evaluation import (
    HealthRule,
    Missing,
    State,
    Verdict,
    Way,
    Whose,
    judge,
    shares,
    worst,
)

RULE = HealthRule(
    id="TEST-1",
    kind="nat-gateway",
    metric="ErrorPortAllocation",
    statistic="Sum",
    period=60,
    way=Way.ABOVE,
    threshold=0,
    n=3,
    m=5,
    state=State.CRITICAL,
    missing=Missing.UNKNOWN,
    whose=Whose.OURS,
    source="made up",
    means="a test",
    steps=(),
    effect="the test is over",
)
END = 6_000


def points(*values: float | None) -> dict[int, float]:
    """The newest value last; None is no point."""
    begin = END - 60 * len(values)
    return {begin + 60 * i: value for i, value in enumerate(values) if value is not None}


@pytest.mark.parametrize(
    ("values", "state", "why"),
    [
        ((0, 0, 0, 0, 0), State.OK, "0 of the last 5 data points are above 0"),
        ((1, 0, 1, 0, 0), State.OK, "2 of the last 5 data points are above 0"),
        ((1, 0, 1, 0, 1), State.CRITICAL, "3 of the last 5 data points are above 0"),
        ((1, None, 1, 0, 0), State.UNKNOWN, "1 of the last 5 data points are missing"),
        ((0, None, 0, 0, None), State.OK, "0 of the last 5 data points are above 0"),
        ((1, 1, 1, None, None), State.CRITICAL, "3 of the last 5 data points are above 0"),
        ((None,) * 5, State.UNKNOWN, "5 of the last 5 data points are missing"),
    ],
)
def test_n_of_m(values: tuple[float | None, ...], state: State, why: str) -> None:
    verdict = judge(RULE, points(*values), END, END)
    assert (verdict.state, verdict.why) == (state, why)


@pytest.mark.parametrize(
    ("missing", "state"), [(Missing.ZERO, State.OK), (Missing.QUIET, State.OK)]
)
def test_what_is_published_only_when_it_happens_is_no_doubt(missing: Missing, state: State) -> None:
    assert judge(replace(RULE, missing=missing), {}, END, END).state is state


def test_a_missing_count_below_a_threshold_counts_as_zero() -> None:
    rule = replace(RULE, way=Way.BELOW, threshold=1, missing=Missing.ZERO)
    assert judge(rule, {}, END, END).state is State.CRITICAL


@pytest.mark.parametrize(
    ("covered", "why"), [(None, "not collected yet"), (END - 600, "not collected for 10 minutes")]
)
def test_what_was_not_collected_is_unknown_and_never_ok(covered: int | None, why: str) -> None:
    verdict = judge(RULE, points(0, 0, 0, 0, 0), covered, END)
    assert (verdict.state, verdict.why) == (State.UNKNOWN, why)


def test_since_when() -> None:
    """Three in a row begin at the sixth point from the end."""
    verdict = judge(RULE, points(0, 0, 0, 1, 1, 1, 1, 1, 1), END, END)
    assert verdict.since == END - 6 * 60
    assert verdict.value == 1


def test_a_stretch_that_was_broken_begins_anew() -> None:
    verdict = judge(RULE, points(1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1), END, END)
    assert verdict.since == END - 3 * 60


def test_a_share_is_known_where_its_base_is() -> None:
    dropped, first, second = {0: 5.0, 60: 1.0}, {0: 60.0, 120: 0.0}, {0: 40.0, 60: 100.0}
    assert shares(dropped, [first, second]) == {0: 5.0, 60: 1.0}


def test_trouble_comes_before_doubt_and_doubt_before_ok() -> None:
    verdicts = [Verdict(state, "") for state in (State.OK, State.WARNING, State.UNKNOWN)]
    assert worst(verdicts).state is State.WARNING
    assert worst(verdicts[::2]).state is State.UNKNOWN
    assert worst([]).state is State.UNKNOWN
