"""Growth against a metric's own weeks: seeded drift is told, the pattern of the week is not."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.health.baseline import HOUR, MIN_WEEKS, WEEK, against_its_weeks, usual
from connectivity.core.health.evaluation import Derived, HealthRule, Reading, State
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.window_judging import needed_from
from tests.judged import verdict_at
from tests.profiles import sample

(RULE,) = (rule for rule in KINDS["nat-gateway"].rules if rule.id == "NAT-IDLE-TIMEOUTS")
PERIOD = RULE.period
PARTS = HOUR // PERIOD
END = 1_795_500_000 // WEEK * WEEK


def pattern(at: int, size: float) -> float:
    """Ten times as much at noon as at night, and a third of it at the weekend."""
    day = 1 + 0.8 * math.sin(2 * math.pi * (at % 86_400) / 86_400)
    return size * day * (0.33 if at // 86_400 % 7 >= 5 else 1)


def noisy(chance: random.Random, at: int, size: float) -> float:
    return pattern(at, size) * chance.gauss(1, 0.02)


def history(chance: random.Random, size: float, weeks: int = 4) -> dict[int, float]:
    """Hours of the weeks before `END`, as they are rolled up: sums of their periods."""
    return {
        hour: sum(noisy(chance, hour + i * PERIOD, size) for i in range(PARTS))
        for hour in range(END - weeks * WEEK, END, HOUR)
    }


def derived(points: dict[int, float], hours: dict[int, float], rule: HealthRule = RULE) -> Derived:
    growth = rule.derive and rule.derive(rule, Reading({rule.metric: points}, {}, hours))
    assert isinstance(growth, Derived)
    return growth


def windows(times: dict[int, float], begin: int, end: int) -> list[State]:
    """What is said at the end of every period."""
    looked_at = {at: recent(times, at) for at in range(begin, end + 1, PERIOD)}
    return [verdict_at(RULE, points, at).state for at, points in looked_at.items()]


def recent(times: dict[int, float], end: int) -> dict[int, float]:
    """What the rule looks back at."""
    first = needed_from(RULE, end)
    return {at: times[at] for at in range(first, end, PERIOD) if at in times}


@pytest.mark.parametrize("seed", sample(range(5), 2))
@pytest.mark.parametrize("size", [0.5, 50, 5_000, 5e7])
def test_a_week_like_the_four_before_is_silent(seed: int, size: float) -> None:
    chance = random.Random(seed)  # noqa: S311
    hours = history(chance, size)
    week = {at: noisy(chance, at, size) for at in range(END, END + WEEK, PERIOD)}
    states = windows(derived(week, hours).points, END + 6 * PERIOD, END + WEEK)
    assert set(states) == {State.OK}


@pytest.mark.parametrize(("grown", "speaks"), [(1.5, False), (2.5, False), (4, True), (50, True)])
@pytest.mark.parametrize("seed", sample(range(5), 2))
def test_drift_of_a_size_is_told_within_the_hour(seed: int, grown: float, speaks: bool) -> None:
    """Five hours of so many times the usual, at every hour of a week; the rule says 3."""
    chance = random.Random(seed)  # noqa: S311
    size = 5_000.0
    hours = history(chance, size)
    for begin in range(END, END + WEEK, 7 * HOUR):
        quiet = {at: noisy(chance, at, size) for at in range(begin - HOUR, begin, PERIOD)}
        hours |= {begin - HOUR - back * WEEK: pattern(begin, size) * PARTS for back in range(1, 5)}
        loud = {
            at: noisy(chance, at, size) * grown for at in range(begin, begin + 5 * HOUR, PERIOD)
        }
        times = derived(quiet | loud, hours).points
        states = windows(times, begin, begin + HOUR)
        assert (State.WARNING in states) is speaks, (begin, grown)


def test_from_two_to_six_thousand_a_minute_is_told() -> None:
    hours = {END - back * WEEK + h * HOUR: 120.0 for back in range(1, 5) for h in range(6)}
    points = {END + i * PERIOD: 30_000.0 for i in range(60)}
    growth = derived(points, hours)
    verdict = verdict_at(RULE, growth.points, END + 5 * HOUR)
    assert (verdict.state, verdict.value) == (State.WARNING, 300)
    assert verdict.why == "6 of the last 6 data points are above 3 times what is usual at this hour"
    assert growth.note == "usually 10 to 10 at this hour"


def test_growth_from_next_to_nothing_is_none() -> None:
    hours = {END - back * WEEK: 12.0 for back in range(1, 5)}
    assert derived({END: 299.0}, hours).points == {END: 2.99}  # of the floor, 100


@pytest.mark.parametrize("weeks", range(5))
def test_it_says_that_its_history_is_too_short(weeks: int) -> None:
    hours = {END - back * WEEK: 1_200.0 for back in range(1, weeks + 1)}
    growth = derived({END: 30_000.0}, hours)
    if weeks < MIN_WEEKS:
        assert growth == Derived({}, "needs 3 weeks of its own history", is_judged=False)
    else:
        assert (growth.points, growth.note) == ({END: 300.0}, "usually 100 to 100 at this hour")


def test_an_hour_without_history_is_left_out() -> None:
    hours = {END - back * WEEK: 1_200.0 for back in range(1, 5)}
    growth = derived({END - HOUR: 9e9, END: 100.0}, hours)
    assert growth.points == {END: 1.0}
    assert derived({}, hours).points == {}


def test_one_odd_week_is_not_usual_and_two_are() -> None:
    assert usual([60, 60, 60, 9_000]).high == 60
    assert usual([60, 60, 9_000, 9_000]).high == 9_000


def test_a_maximum_is_compared_as_it_is() -> None:
    rule = replace(RULE, statistic="Maximum", derive=against_its_weeks(floor=1))
    hours = {END - back * WEEK: 50.0 for back in range(1, 5)}
    assert derived({END: 100.0}, hours, rule).points == {END: 2.0}


@given(st.lists(st.floats(0, 1e12), min_size=3, max_size=4))
def test_what_is_usual_lies_within_what_was(values: list[float]) -> None:
    low, high = usual(values)
    assert min(values) <= low <= high <= max(values)
