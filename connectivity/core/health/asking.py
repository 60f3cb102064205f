"""When to ask CloudWatch for which points, in as few calls as it allows.

Source: the GetMetricData reference (limits of a call, rounding of times), and AWS's remark that
values settle over some minutes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectivity.core.health.series import Series

QUERIES_PER_CALL = 500
POINTS_PER_CALL = 100_800
DELAY = 300  # seconds, until a point has settled
ASKED_AGAIN = 2  # periods before the mark, since late data changes them
USD_PER_METRIC = 0.00001  # 0.01 USD for 1,000 metrics asked for; read in secondary sources, 2026

DAYS = 86_400
RETENTION = ((60, 3 * 3_600), (300, 15 * DAYS), (3_600, 63 * DAYS))  # finer than: kept for
KEPT_LONGEST = 455 * DAYS


@dataclass(frozen=True, slots=True)
class Window:
    """Points from `start` up to, and without, `end`; seconds since 1970, both whole periods."""

    start: int
    end: int

    def points(self, period: int) -> int:
        return (self.end - self.start) // period


@dataclass(frozen=True, slots=True)
class Ask:
    """One series, and the points of it that are wanted."""

    series: Series
    window: Window

    @property
    def queries(self) -> int:
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
        return sum(len(one.statistics) for one in self.series)

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


def window(mark: int | None, now: int, period: int, first: int) -> Window | None:
    """The points of a series to ask for now; None where nothing new can have settled.

    Args:
        mark: up to where its points are stored; None before the first time.
        now: seconds since 1970.
        first: for how many seconds back to ask the first time.
    """
    end = (now - DELAY) // period * period
    if mark is not None and end <= mark:
        return None
    begin = end - first if mark is None else mark - ASKED_AGAIN * period
    oldest = now - retention(period)
    start = -(-max(begin, oldest) // period) * period
    return Window(start, end) if start < end else None


def calls(asks: Iterable[Ask]) -> Iterator[Call]:
    """The asks in as few calls as the limits allow, namespaces mixed.

    All series of a call share its window, so those that lack the same stretch go together; the
    statistics of a series are never torn apart, or it would be billed twice.
    """
    groups: dict[tuple[str, str, int, int], list[Ask]] = defaultdict(list)
    for ask in asks:
        one = ask.series
        groups[one.account, one.region, one.period, ask.window.end].append(ask)
    for (account, region, period, end), some in sorted(groups.items()):
        some.sort(key=lambda ask: -ask.window.start)
        part: list[Ask] = []
        queries = 0
        for ask in some:
            points = Window(ask.window.start, end).points(period) * (queries + ask.queries)
            is_full = queries + ask.queries > QUERIES_PER_CALL or points > POINTS_PER_CALL
            if part and is_full:
                yield _call(account, region, end, part)
                part, queries = [], 0
            part.append(ask)
            queries += ask.queries
        yield _call(account, region, end, part)


def _call(account: str, region: str, end: int, asks: list[Ask]) -> Call:
    start = min(ask.window.start for ask in asks)
    return Call(account, region, Window(start, end), tuple(ask.series for ask in asks))
