"""Every point is asked for, once it has settled, in as few calls as CloudWatch allows."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.health.request_planning import (
    DELAY,
    POINTS_PER_CALL,
    QUERIES_PER_CALL,
    Ask,
    Window,
    calls,
    window,
)
from connectivity.core.health.series import Series, Tier, metric

NOW = 1_795_500_000 // 3_600 * 3_600 + 1_234
HOUR, DAY = 3_600, 86_400


def series(
    number: int, *statistics: str, account: str = "111111111111", period: int = 300
) -> Series:
    received = metric("AWS/NATGateway", "BytesInFromSource", NatGatewayId=f"nat-{number}")
    return Series(account, "us-east-1", received, statistics or ("Sum",), period, Tier.HOUR)


def test_a_window_ends_before_what_has_not_settled() -> None:
    span = window(None, NOW, 300, first=HOUR)
    assert span is not None
    assert span.end <= NOW - DELAY < span.end + 300
    assert 12 <= span.points(300) < 24  # from a whole hour on
    assert span.start % HOUR == 0


def test_the_last_two_periods_are_asked_for_again() -> None:
    mark = NOW // 300 * 300 - HOUR
    span = window(mark, NOW, 300, first=HOUR)
    assert span is not None
    assert span.start == mark - 600


def test_nothing_new_is_not_asked_for() -> None:
    first = window(None, NOW, 300, first=HOUR)
    assert first is not None
    assert window(first.end, NOW, 300, first=HOUR) is None
    assert window(first.end, NOW + 300, 300, first=HOUR) == Window(first.end - 600, first.end + 300)


@pytest.mark.parametrize(("period", "days"), [(60, 15), (300, 63), (3_600, 455)])
def test_what_cloudwatch_no_longer_keeps_is_not_asked_for(period: int, days: int) -> None:
    span = window(NOW - 1_000 * DAY, NOW, period, first=HOUR)
    assert span is not None
    assert NOW - days * DAY <= span.start < NOW - days * DAY + period


@given(st.integers(0, 10**6), st.sampled_from([60, 300, 3_600]), st.lists(st.integers(1, 9_000)))
def test_windows_one_after_the_other_leave_no_hole(
    begin: int, period: int, steps: list[int]
) -> None:
    now, mark = NOW + begin, None
    covered: set[int] = set()
    for step in steps:
        now += step
        span = window(mark, now, period, first=period * 3)
        if span:
            assert span.start % period == span.end % period == 0
            covered |= set(range(span.start, span.end, period))
            mark = span.end
    assert len(covered) == ((max(covered) - min(covered)) // period + 1 if covered else 0)


def test_40_000_series_of_100_accounts_are_a_call_an_account() -> None:
    asks = [Ask(series(n, account=f"{n % 100:012d}"), Window(0, HOUR)) for n in range(40_000)]
    requests = list(calls(asks))
    assert len(requests) == 100
    assert sum(call.metrics for call in requests) == 40_000


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),  # statistics
            st.sampled_from(["a", "b"]),  # accounts
            st.sampled_from([0, 300, 6_000, 86_400, 20 * DAY]),  # how far behind
        ),
        max_size=1_500,
    )
)
def test_each_series_is_asked_once_within_the_limits(rows: list[tuple[int, str, int]]) -> None:
    end = 100 * DAY
    names = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")
    asks = [
        Ask(series(n, *names[:count], account=account), Window(end - 300 - behind, end))
        for n, (count, account, behind) in enumerate(rows)
    ]
    requests = list(calls(asks))
    asked = [series for call in requests for series in call.series]
    assert sorted(map(str, asked)) == sorted(str(ask.series) for ask in asks)
    starts = {id(ask.series): ask.window.start for ask in asks}
    for call in requests:
        assert call.queries <= QUERIES_PER_CALL
        assert call.window.points(300) * call.queries <= POINTS_PER_CALL or len(call.series) == 1
        assert call.window.start <= min(starts[id(series)] for series in call.series)


@pytest.mark.parametrize(("count", "points"), [(1, 12), (500, 12), (1_300, 12), (300, 4_032)])
def test_calls_are_close_to_the_fewest_possible(count: int, points: int) -> None:
    asks = [Ask(series(n), Window(0, points * 300)) for n in range(count)]
    fewest = max(ceil(count / QUERIES_PER_CALL), ceil(count * points / POINTS_PER_CALL))
    assert len(list(calls(asks))) <= 1.2 * fewest
