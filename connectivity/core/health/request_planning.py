"""When to ask CloudWatch for which points, in as few calls as it allows.

Source: the GetMetricData reference (limits of a call, rounding of times), and AWS's remark that
values settle over some minutes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectivity.core.health.series import Series

QUERIES_PER_CALL = 500
POINTS_PER_CALL = 100_800
DELAY = 300  # seconds, until a point has settled
ASKED_AGAIN = 2  # periods before the mark, since late data changes them
USD_PER_METRIC = 0.00001  # 0.01 USD for 1,000 metrics asked for; read in secondary sources, 2026

HOUR, DAYS, WEEKS = 3_600, 86_400, 604_800
FIRST = {60: 3 * 3_600, 300: 3 * 3_600, 3_600: 14 * DAYS, DAYS: 35 * DAYS}
"""By period: for how many seconds back it is asked the first time."""
RETENTION = ((60, 3 * 3_600), (300, 15 * DAYS), (3_600, 63 * DAYS))  # finer than: kept for
KEPT_LONGEST = 455 * DAYS


@dataclass(frozen=True, slots=True)
class Window:
    """Points from `start` up to, and without, `end`; seconds since 1970, both whole periods."""

    start: int
    end: int

    def points(self, period: int) -> int:
        """How many points of a period, in seconds, it has."""
        return (self.end - self.start) // period


@dataclass(frozen=True, slots=True)
class Ask:
    """One series, and the points of it that are wanted."""

    series: Series
    window: Window

    @property
    def queries(self) -> int:
        """How many queries it takes: one for each statistic."""
        return len(self.series.statistics)


@dataclass(frozen=True, slots=True)
class Call:
    """What goes into one call of GetMetricData: one account and Region, one window for all."""

    account: str
    region: str
    window: Window
    series: tuple[Series, ...]

    @property
    def queries(self) -> int:
        """How many queries it takes; AWS allows 500."""
        return sum(len(series.statistics) for series in self.series)

    @property
    def metrics(self) -> int:
        """What AWS bills: statistics of one metric in one call are one metric."""
        return len(self.series)


def retention(period: int) -> int:
    """For how many seconds CloudWatch keeps points of a period.

    >>> retention(300) // 86_400
    63
    """
    return next((kept for finer, kept in RETENTION if period < finer), KEPT_LONGEST)


def window(
    mark: int | None, now: int, period: int, first: int, align: int | None = None
) -> Window | None:
    """The points of a series to ask for now; None where nothing new can have settled.

    Args:
        mark: up to where its points are stored; None before the first time.
        now: seconds since 1970.
        first: for how many seconds back to ask the first time.
        align: what the end is a whole number of, so that series of several periods share a call;
            the period without it.
    """
    step = align or period
    end = (now - DELAY) // step * step
    if mark is not None and end <= mark:
        return None
    # the first question begins with an hour, so that no hour is half
    begin = (end - first) // HOUR * HOUR if mark is None else mark - ASKED_AGAIN * period
    oldest = now - retention(period)
    start = -(-max(begin, oldest) // period) * period
    return Window(start, end) if start < end else None


def hours_before(first: Window, weeks: int) -> Window:
    """The whole hours before a series' first window: of the weeks that a rule compares it with.

    Without any, of a day, which the overview draws.

    >>> hours_before(Window(28 * DAYS + 7_200, 28 * DAYS + 10_800), 4)
    Window(start=7200, end=2426400)
    """
    end = first.start // HOUR * HOUR
    return Window(end - max(weeks * WEEKS, DAYS), end)


def calls(asks: Iterable[Ask]) -> Iterator[Call]:
    """The asks in as few calls as the limits allow, namespaces and periods mixed.

    All series of a call share its window, so those that lack the same stretch go together; the
    statistics of a series are never torn apart, or it would be billed twice.
    """
    groups: dict[tuple[str, str, int], list[Ask]] = defaultdict(list)
    for ask in asks:
        groups[ask.series.account, ask.series.region, ask.window.end].append(ask)
    for (_, _, end), group in sorted(groups.items()):
        group.sort(key=lambda ask: -ask.window.start)
        batch = _Batch(end)
        for ask in group:
            if not batch.has_room_for(ask):
                yield batch.call
                batch = _Batch(end)
            batch.add(ask)
        yield batch.call


@dataclass
class _Batch:
    """Asks that go into one call."""

    end: int
    asks: list[Ask] = field(default_factory=list)
    queries: int = 0
    points_per_s: float = 0

    def has_room_for(self, ask: Ask) -> bool:
        rate = self.points_per_s + ask.queries / ask.series.period
        points = (self.end - self._start([*self.asks[-1:], ask])) * rate
        is_small = self.queries + ask.queries <= QUERIES_PER_CALL and points <= POINTS_PER_CALL
        return is_small or not self.asks

    def add(self, ask: Ask) -> None:
        self.asks.append(ask)
        self.queries += ask.queries
        self.points_per_s += ask.queries / ask.series.period

    @property
    def call(self) -> Call:
        series = self.asks[0].series
        start = self._start(self.asks)
        return Call(series.account, series.region, Window(start, self.end), tuple(self._series))

    @property
    def _series(self) -> Iterator[Series]:
        return (ask.series for ask in self.asks)

    def _start(self, asks: list[Ask]) -> int:
        """The earliest start, on a whole period of every series; asks come the latest first."""
        longest = max(ask.series.period for ask in asks)
        return min(ask.window.start for ask in asks) // longest * longest
