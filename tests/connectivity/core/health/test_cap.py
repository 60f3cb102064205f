"""When a cap stops what, by a clock of our own."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connectivity.core.health.cap import STOPS_AT, daily_usd, forecast
from connectivity.core.health.series import Tier

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
ONE_EACH = dict.fromkeys(Tier, Decimal(1))


def test_what_matters_least_stops_first_and_slows_what_follows() -> None:
    """27 of 30 after nine days of 3 USD; 30 after 1.5 more of 2; 36 after six of 1."""
    stops = forecast(Decimal(0), Decimal(30), ONE_EACH, FIRST).stops
    assert [stop.tier for stop in stops] == [Tier.DAY, Tier.HOUR, Tier.QUARTER]
    days = [(stop.at - FIRST) / timedelta(days=1) for stop in stops]
    assert days == [9, 10.5, 16.5]


def test_the_whole_month_is_told_as_if_there_were_no_cap() -> None:
    told = forecast(Decimal(4), Decimal(1_000), ONE_EACH, FIRST + timedelta(days=15))
    assert told.month_usd == 4 + 3 * 15
    assert told.stops == ()


def test_what_has_stopped_has_stopped_now() -> None:
    now = FIRST + timedelta(days=3)
    stops = forecast(Decimal(31), Decimal(30), ONE_EACH, now).stops
    assert [(stop.tier, stop.at) for stop in stops[:2]] == [(Tier.DAY, now), (Tier.HOUR, now)]
    assert stops[2].at == now + timedelta(days=5)


def test_what_would_stop_next_month_does_not_stop() -> None:
    late = datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert forecast(Decimal(26), Decimal(30), ONE_EACH, late).stops == ()


def test_nothing_planned_never_reaches_a_cap() -> None:
    assert forecast(Decimal(1), Decimal(30), {}, FIRST).stops == ()


def test_critical_rules_go_a_fifth_beyond_the_cap() -> None:
    assert {Tier.DAY: Decimal("0.9"), Tier.HOUR: 1, Tier.QUARTER: Decimal("1.2")} == STOPS_AT
    assert list(STOPS_AT) == sorted(STOPS_AT, key=lambda tier: STOPS_AT[tier])


def test_a_day_costs_what_is_asked_on_it() -> None:
    """1,000 metrics at 0.00001 USD, 96 times, 24 times and once a day."""
    a_day = daily_usd(dict.fromkeys(Tier, 1_000))
    assert a_day == {
        Tier.QUARTER: Decimal("0.96"), Tier.HOUR: Decimal("0.24"), Tier.DAY: Decimal("0.01")
    }  # fmt: skip
