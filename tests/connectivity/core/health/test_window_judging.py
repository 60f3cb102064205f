"""Rules on series made by hand, window by window: when spells begin and end, and what is said."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.health.evaluation import (
    HealthRule,
    Missing,
    Severity,
    State,
    Way,
    Whose,
)
from connectivity.core.health.window_judging import (
    LOOK_FURTHER,
    Judgement,
    Spell,
    Windows,
    judge,
    needed_from,
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
    severity=Severity.CRITICAL,
    missing=Missing.UNKNOWN,
    whose=Whose.OURS,
    source="made up",
    means="a test",
    steps=(),
    effect="the test is over",
)
BEGIN = 6_000
Point = float | None


def windows(values: Sequence[Point], asked_from: int = 0) -> Windows:
    """One value a minute; None is no point."""
    return Windows(BEGIN, 60, np.array(values, dtype=float), asked_from)


def judged(
    values: Sequence[Point], rule: HealthRule = RULE, opened: int | None = None
) -> Judgement:
    return judge(rule, windows(values), BEGIN, opened)


def end(index: int) -> int:
    """When the window of a value ends."""
    return BEGIN + 60 * (index + 1)


def begin(index: int) -> int:
    return BEGIN + 60 * index


@pytest.mark.parametrize(
    ("values", "state", "why"),
    [
        ((0, 0, 0, 0, 0), State.OK, "0 of the last 5 data points are above 0"),
        ((1, 0, 1, 0, 0), State.OK, "2 of the last 5 data points are above 0"),
        ((1, 0, 1, 0, 1), State.CRITICAL, "3 of the last 5 data points are above 0"),
        ((1, None, 1, 0, 0), State.UNKNOWN, "1 of the last 5 data points are missing"),
        ((0, None, 0, 0, None), State.OK, "0 of the last 5 data points are above 0"),
        ((1, 1, 1, None, None), State.CRITICAL, "3 of the last 5 data points are above 0"),
        ((None,) * 10, State.UNKNOWN, "no data point in 10 minutes"),
    ],
)
def test_n_of_m(values: tuple[Point, ...], state: State, why: str) -> None:
    verdict = judged(values).verdict
    assert (verdict.state, verdict.why) == (state, why)


def test_a_late_or_missing_point_decides_nothing_as_long_as_older_ones_stand_in() -> None:
    """With `missing`, an alarm judges by the newest points of a range longer than its m."""
    rule = replace(RULE, n=5)
    silent: list[Point] = [None] * LOOK_FURTHER
    assert judged([1, 1, 1, 1, 1, *silent], rule).verdict.state is State.CRITICAL
    assert judged([1, 1, 1, 1, 1, *silent, None], rule).verdict.state is State.UNKNOWN
    assert judged([1, 1, None, 1, None, 1, 1], rule).verdict.state is State.CRITICAL
    assert judged([1, 0, None, 1, None, 1, 1], rule).verdict.state is State.OK


@pytest.mark.parametrize("missing", [Missing.ZERO, Missing.QUIET])
def test_what_is_published_only_when_it_happens_is_no_doubt(missing: Missing) -> None:
    verdict = judged([None] * 5, replace(RULE, missing=missing)).verdict
    assert (verdict.state, verdict.why) == (State.OK, "no data point in 5 minutes")


def test_a_missing_count_below_a_threshold_counts_as_zero() -> None:
    rule = replace(RULE, way=Way.BELOW, threshold=1, n=5, missing=Missing.ZERO)
    (spell,) = judged([None] * 5, rule).spells
    assert (spell.began, spell.why) == (BEGIN, "no data point in 5 minutes")


def test_before_anybody_asked_a_gap_means_nothing() -> None:
    """What was created, or asked for, later than the windows that a rule needs is not idle."""
    rule = replace(RULE, way=Way.BELOW, threshold=1, n=5, missing=Missing.ZERO)
    late = Windows(BEGIN, 60, np.full(5, np.nan), begin(1))
    assert judge(rule, late, BEGIN, None).spells == ()
    assert judge(rule, late, BEGIN, None).verdict.state is State.UNKNOWN
    six = Windows(BEGIN, 60, np.full(6, np.nan), begin(1))
    (spell,) = judge(rule, six, BEGIN, None).spells
    assert (spell.began, spell.tripped) == (begin(1), end(5))


def test_a_spell_has_the_times_of_its_data() -> None:
    """Three of five from the third minute; two of five is the end."""
    (spell,) = judged([0, 0, 1, 0, 1, 1, 0, 0, 0, 0]).spells
    assert spell == Spell(
        began=begin(2), tripped=end(5), ended=end(7), seen=end(6),
        why="3 of the last 5 data points are above 0", value=0,
        over="2 of the last 5 data points are above 0",
    )  # fmt: skip


def test_a_spell_that_came_and_went_between_two_judgements_is_told() -> None:
    first, second = judged([1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1]).spells
    assert (first.began, first.ended) == (begin(0), end(5))
    assert (second.began, second.tripped, second.ended) == (begin(8), end(10), None)


def test_a_spell_lasts_until_a_window_decides_that_it_is_over() -> None:
    """Data that stay away end nothing; the spell is marked by when it was last seen."""
    (spell,) = judged([1, 1, 1, *[None] * 20]).spells
    assert (spell.ended, spell.seen) == (None, end(RULE.m + LOOK_FURTHER - 1))
    (later,) = judged([None] * 5, opened=42).spells
    assert (later.began, later.tripped, later.ended, later.seen) == (42, None, None, None)
    (over,) = judged([0] * 5, opened=42).spells
    assert (over.ended, over.over) == (end(2), "0 of the last 5 data points are above 0")


def test_the_verdict_has_the_beginning_of_what_lasts() -> None:
    assert judged([1, 1, 1]).verdict.since == BEGIN
    assert judged([1, 1, 1], opened=42).verdict.since == 42
    assert judged([1, 1, 1, 0, 0, 0, 1, 1, 1], opened=42).verdict.since == begin(6)
    assert judged([0, 0, 0], opened=42).verdict.since is None


def test_what_was_judged_is_not_judged_again() -> None:
    assert judge(RULE, windows([1, 1, 1, 0, 0, 0]), end(5), None).spells == ()
    assert judge(RULE, windows([1, 1, 1]), end(5), None).until == end(5)


def plainly(rule: HealthRule, values: Sequence[Point]) -> list[tuple[int, int, int | None]]:
    """Spells by looking at each window by itself: the sentence of the rule, word by word."""
    spells: list[tuple[int, int, int | None]] = []
    is_open = False
    for index in range(len(values)):
        window = range(max(0, index - rule.m - LOOK_FURTHER + 1), index + 1)
        known = [
            (at, 0.0 if values[at] is None else values[at])
            for at in window
            if values[at] is not None or rule.missing is not Missing.UNKNOWN
        ][-rule.m :]
        beyond = [
            at
            for at, value in known
            if value is not None
            and (value > rule.threshold if rule.way is Way.ABOVE else value < rule.threshold)
            and not (values[at] is None and rule.missing is Missing.QUIET)
        ]
        if len(beyond) >= rule.n and not is_open:
            is_open = True
            spells.append((begin(beyond[0]), end(index), None))
        elif is_open and len(beyond) + rule.m - len(known) < rule.n:
            is_open = False
            spells[-1] = (*spells[-1][:2], end(index))
    return spells


numbers = st.lists(st.sampled_from([0.0, 1.0, None]), min_size=1, max_size=60)
rules = st.builds(
    lambda n, more, missing, way: replace(
        RULE, n=n, m=n + more, missing=missing, way=way, threshold=0.5
    ),
    st.integers(1, 5),
    st.integers(0, 5),
    st.sampled_from(Missing),
    st.sampled_from(Way),
)


@given(rules, numbers)
def test_spells_are_what_each_window_by_itself_says(rule: HealthRule, values: list[Point]) -> None:
    """Beside a second way to say it, with loops."""
    spells = [
        (spell.began, spell.tripped, spell.ended)
        for spell in judge(rule, windows(values, BEGIN), BEGIN, None).spells
    ]
    assert spells == plainly(rule, values)


@given(rules, numbers, st.lists(st.integers(1, 60), max_size=6), st.integers(0, 3))
def test_however_it_is_cut_into_rounds_the_spells_are_the_same(
    rule: HealthRule, values: list[Point], cuts: list[int], repeated: int
) -> None:
    whole = judge(rule, windows(values, BEGIN), BEGIN, None).spells
    told: list[tuple[int, int, int | None]] = []
    after, opened = BEGIN, None
    for cut in [*sorted(cut for cut in cuts if cut < len(values)), len(values)]:
        for _ in range(1 + repeated):
            start = max(0, (needed_from(rule, min(after, end(cut - 2))) - BEGIN) // 60)
            piece = Windows(begin(start), 60, np.array(values[start:cut], dtype=float), BEGIN)
            judgement = judge(rule, piece, after, opened)
            for spell in judgement.spells:
                if spell.tripped is not None:
                    told.append((spell.began, spell.tripped, spell.ended))
                else:
                    told[-1] = (*told[-1][:2], spell.ended)
            assert judgement.until is not None
            after = judgement.until
            opened = told[-1][0] if told and told[-1][2] is None else None
    assert told == [(spell.began, spell.tripped, spell.ended) for spell in whole]
