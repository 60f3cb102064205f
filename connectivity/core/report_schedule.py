"""The weeks of reports: when one is due in a time zone, and which seven days it tells of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Period:
    """The seven days before a report, in UTC. Named after the ISO week of its last whole day."""

    week: str  # 2026-W47
    begin: datetime
    end: datetime

    def holds(self, moment: datetime | None) -> bool:
        """A moment lies in it; the end does not."""
        return moment is not None and self.begin <= moment < self.end


@dataclass(frozen=True, slots=True)
class Schedule:
    """A weekday and an hour of a time zone.

    An hour that is skipped when clocks go forward comes as much later; of an hour that comes twice
    the first counts.
    """

    zone: ZoneInfo
    weekday: int  # 0: Monday
    hour: int

    def last(self, now: datetime) -> Period:
        """The period whose report was due last.

        >>> Schedule(ZoneInfo("UTC"), 0, 8).last(datetime(2026, 11, 25, tzinfo=UTC)).week
        '2026-W47'
        """
        today = now.astimezone(self.zone).date()
        day = today - timedelta(days=(today.weekday() - self.weekday) % 7)
        period = self._of(day)
        return period if period.end <= now else self._of(day - timedelta(days=7))

    def next(self, now: datetime) -> Period:
        """The period whose report is due next."""
        return self.of(_after(self.last(now).week))

    def of(self, week: str) -> Period:
        """The period of a week.

        Raises:
            ValueError: it is not like 2026-W47, or that year has no such week.
        """
        try:
            return self._of(monday_of(week) + timedelta(days=self.weekday or 7))
        except OverflowError as error:
            raise ValueError(f"{week} is out of the supported range") from error

    def before(self, period: Period) -> Period:
        """The seven days before a period."""
        before = self.of(name_of(monday_of(period.week) - timedelta(days=7)))
        if before.end == period.begin:
            return before
        return Period(before.week, period.begin - timedelta(days=7), period.begin)

    def so_far(self, now: datetime) -> Period:
        """The last seven days, under the name of the report that is due next."""
        return Period(self.next(now).week, now - timedelta(days=7), now)

    def _of(self, day: date) -> Period:
        ends = (self._at(day - timedelta(days=7)), self._at(day))
        return Period(name_of(day - timedelta(days=1)), *ends)

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(self.hour), self.zone).astimezone(UTC)


def name_of(day: date) -> str:
    """The ISO week that a day is in.

    >>> name_of(date(2027, 1, 1))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(week: str) -> date:
    """The first day of an ISO week. Raises: ValueError, as `Schedule.of`."""
    year, _, number = week.partition("-W")
    if not (year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) == 2):
        raise ValueError(f"{week[:20]!r} is not a week; weeks are like 2026-W47")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError as error:
        raise ValueError(f"the year {year} has no week {number}") from error


def _after(week: str) -> str:
    return name_of(monday_of(week) + timedelta(days=7))
