"""Weeks of reports: when one is due, over time zones and clocks that change."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from connectivity.core.report_schedule import Schedule, monday_of, name_of
from tests.profiles import sample

# zone, weekday, hour; a moment in UTC; the week that was due last, and since when, in UTC
TABLE = """
UTC                  0  8   2026-11-25T12:00  2026-W47  2026-11-23T08:00
UTC                  0  8   2026-11-23T07:59  2026-W46  2026-11-16T08:00
UTC                  0  8   2026-11-23T08:00  2026-W47  2026-11-23T08:00
UTC                  3  0   2026-11-25T12:00  2026-W47  2026-11-19T00:00
UTC                  6 23   2026-11-25T12:00  2026-W47  2026-11-22T23:00
Europe/Berlin        0  8   2026-03-30T05:59  2026-W12  2026-03-23T07:00
Europe/Berlin        0  8   2026-03-30T06:00  2026-W13  2026-03-30T06:00
Europe/Berlin        0  8   2026-10-26T06:59  2026-W42  2026-10-19T06:00
Europe/Berlin        0  8   2026-10-26T07:00  2026-W43  2026-10-26T07:00
Europe/Berlin        6  2   2026-03-29T01:00  2026-W13  2026-03-29T01:00
Europe/Berlin        6  2   2026-10-25T00:30  2026-W43  2026-10-25T00:00
Europe/Berlin        6  2   2026-10-25T01:30  2026-W43  2026-10-25T00:00
America/New_York     6  2   2026-03-08T06:59  2026-W09  2026-03-01T07:00
America/New_York     6  2   2026-03-08T07:00  2026-W10  2026-03-08T07:00
America/New_York     0  8   2026-11-02T12:59  2026-W43  2026-10-26T12:00
America/New_York     0  8   2026-11-02T13:00  2026-W44  2026-11-02T13:00
Asia/Kolkata         0  8   2026-11-23T02:30  2026-W47  2026-11-23T02:30
Asia/Kathmandu       0  8   2026-11-23T02:14  2026-W46  2026-11-16T02:15
Australia/Lord_Howe  6  2   2026-10-03T15:30  2026-W40  2026-10-03T15:30
Pacific/Kiritimati   0  8   2026-11-22T18:00  2026-W47  2026-11-22T18:00
Pacific/Niue         0  8   2026-11-23T19:00  2026-W47  2026-11-23T19:00
Africa/Casablanca    0  8   2026-02-16T07:59  2026-W06  2026-02-09T07:00
Africa/Casablanca    0  8   2026-02-16T08:00  2026-W07  2026-02-16T08:00
UTC                  0  8   2027-01-04T08:00  2026-W53  2027-01-04T08:00
UTC                  4  8   2027-01-01T08:00  2026-W53  2027-01-01T08:00
"""


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_the_week_that_was_due_last(line: str) -> None:
    zone, weekday, hour, now, week, end = line.split()
    schedule = Schedule(ZoneInfo(zone), int(weekday), int(hour))
    period = schedule.last(moment(now))
    assert (period.week, period.end) == (week, moment(end))
    assert schedule.of(week) == period
    assert schedule.before(period).end == period.begin


@pytest.mark.parametrize(("zone", "weekday"), sample(list(product(ZONES, (6, 0))), 1))
def test_every_week_is_due_once_and_none_is_left_out(zone: str, weekday: int) -> None:
    """Hour by hour over two years, with every change of the clocks."""
    schedule = Schedule(ZoneInfo(zone), weekday, 2)
    now, seen = datetime(2025, 12, 1, tzinfo=UTC), []
    while now < datetime(2028, 1, 15, tzinfo=UTC):
        period = schedule.last(now)
        assert period.end <= now < schedule.next(now).end
        if not seen or seen[-1] != period:
            seen.append(period)
        now += timedelta(hours=1)
    assert len({period.week for period in seen}) == len(seen)
    assert all(
        period.end == following.begin for period, following in zip(seen, seen[1:], strict=False)
    )
    assert {(period.end - period.begin).days for period in seen} <= {6, 7}


def test_a_team_that_changes_its_day_is_not_told_a_week_twice() -> None:
    """Thursday's report and the next Monday's have one name."""
    now = moment("2026-11-23T09:00")
    monday, thursday = (Schedule(ZoneInfo("UTC"), day, 8).last(now) for day in (0, 3))
    assert monday.week == thursday.week == "2026-W47"


def test_a_preview_is_of_the_last_seven_days() -> None:
    schedule = Schedule(ZoneInfo("UTC"), 0, 8)
    now = moment("2026-11-25T12:00")
    period = schedule.so_far(now)
    assert (period.week, period.begin, period.end) == ("2026-W48", moment("2026-11-18T12:00"), now)
    assert schedule.before(period).end == period.begin
    assert schedule.before(period).week == "2026-W47"


@pytest.mark.parametrize(
    "week", ["", "2026", "2026-47", "2026-W1", "2026-W54", "2025-W53", "x-W01"]
)
def test_what_is_no_week_is_refused(week: str) -> None:
    with pytest.raises(ValueError, match="week"):
        monday_of(week)


def test_names_and_days_agree() -> None:
    day = datetime(2024, 12, 25, tzinfo=UTC).date()
    for _ in range(800):
        week = name_of(day)
        assert timedelta(0) <= day - monday_of(week) < timedelta(days=7)
        day += timedelta(days=1)
