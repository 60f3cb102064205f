"""Points of one account, Region and tier: in the fewest calls, stored before the mark moves."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Least

from connectivity import points
from connectivity.clients import AwsError
from connectivity.clients.cloudwatch import Fetched, fetch
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import (
    FIRST,
    Ask,
    Call,
    Window,
    calls,
    hours_before,
    window,
)
from connectivity.core.health.resource_type import DAY, HOUR
from connectivity.core.health.series import Dimension, Metric, Tier
from connectivity.core.health.series import Series as CoreSeries
from connectivity.core.health.troubles import Note, Trouble
from connectivity.health.accounts.aws_access import Asking, Outcome, access_to
from connectivity.health.accounts.spending import stopped
from connectivity.models import Collection, Series, Spending

COMPARED = {
    (rule.namespace or kind.namespace, rule.metric, rule.statistic, rule.period): rule.weeks
    for kind in KINDS.values()
    for rule in kind.rules
    if rule.weeks
}
"""Series by namespace, metric, statistic and period: with how many weeks rules compare them."""


@dataclass
class _Plan:
    """What is asked for, and the statistics and rows that want each core series."""

    asks: list[Ask] = field(default_factory=list)
    ids: dict[CoreSeries, list[tuple[str, int]]] = field(default_factory=dict)
    new: list[int] = field(default_factory=list)  # rows that were never asked for
    moves_marks: bool = True  # False: it is history from before what is judged

    def add(self, ask: Ask, rows: list[Series]) -> None:
        self.asks.append(ask)
        self.new += [row.pk for row in rows if row.mark is None]
        self.ids[ask.series] = [(row.statistic, row.pk) for row in rows]


def collect(row: Collection, asking: Asking) -> Outcome:
    """Ask for what has settled since the marks, and store it.

    A call that fails leaves its marks where they are: the next try asks for the same points. What
    was stored before it stays. What is asked for the first time is preceded by the hours before it;
    where those failed, both are asked for again, and the hours
    alone, where what is asked for the first time begins later by then.
    """
    outcome = Outcome()
    history, due = _plans(row, asking.now)
    for plan in (history, due):
        if not all(_asked(row, plan, call, asking, outcome) for call in calls(plan.asks)):
            break
    points.roll_up_of(due.new)  # the others are drawn with the hour; these have no picture yet
    if outcome.problem:
        outcome.again_before = max((ask.window.end for ask in due.asks), default=None)
    return outcome


def _asked(row: Collection, plan: _Plan, call: Call, asking: Asking, outcome: Outcome) -> bool:
    """One call, stored and counted; whether a further one is worth it."""
    if capped := stopped(row.team_id, Tier(row.task), asking.now):
        outcome.fail(AwsError(capped, Trouble.CAP))
        return False
    try:
        fetched = _fetch(row, call, asking)
    except AwsError as error:
        if error.trouble is Trouble.TIMEOUT:
            _count(row, Count(unsure=call.metrics), asking.now)
        outcome.fail(error)
        return False
    _store(row, call, fetched, plan, asking.now)
    _add(outcome, call, fetched, plan)
    if fetched.broken_off:
        outcome.fail(fetched.broken_off)
        return False
    return True


def _plans(row: Collection, now: int) -> tuple[_Plan, _Plan]:
    """The hours before what is asked for the first time, and everything that is due."""
    assert row.account is not None  # noqa: S101  for the type checker
    history, due = _Plan(moves_marks=False), _Plan()
    groups = _groups(row)
    align = max((period for _, period in groups), default=60)
    for (_, period), group in groups.items():
        core_series = _core_series(row.account.account, row.region, group)
        marks = [series.mark for series in group]
        mark = None if None in marks else min(mark for mark in marks if mark is not None)
        if span := window(mark, now, period, FIRST.get(period, DAY), align):
            ask = Ask(core_series, span)
            due.add(ask, group)
            _add_history(history, ask, [row for row in group if _lacks_hours_before(row, span)])
    return history, due


def _lacks_hours_before(row: Series, first: Window) -> bool:
    """It was never answered, and its hours, where it has any, do not reach what is asked now."""
    return row.mark is None and (row.begun is None or row.begun < first.start)


def _groups(row: Collection) -> dict[tuple[str, int], list[Series]]:
    """The series of a line by metric and period: what one query asks for."""
    rows = Series.objects.filter(
        resource__account=row.account,
        resource__region=row.region,
        resource__gone_at=None,
        tier=row.task,
        gone_at=None,
    )
    if row.again_before is not None:
        rows = rows.filter(Q(mark=None) | Q(mark__lt=row.again_before))
    groups: dict[tuple[str, int], list[Series]] = defaultdict(list)
    for series in rows.order_by("pk").iterator():
        groups[series.digest, series.period].append(series)
    return groups


def _add_history(history: _Plan, first: Ask, new: list[Series]) -> None:
    """The hours that CloudWatch has from before it was watched: they are compared, or drawn."""
    if new and first.series.period < HOUR:
        statistics = tuple(sorted({row.statistic for row in new}))
        hourly = replace(first.series, statistics=statistics, period=HOUR)
        weeks = max(COMPARED.get(_measured(row), 0) for row in new)
        history.add(Ask(hourly, hours_before(first.window, weeks)), new)


def _measured(row: Series) -> tuple[str, str, str, int]:
    return row.namespace, row.metric, row.statistic, row.period


def _core_series(account: str, region: str, rows: list[Series]) -> CoreSeries:
    first = rows[0]
    dimensions = tuple(Dimension(*dimension) for dimension in first.dimensions)
    metric = Metric(first.namespace, first.metric, dimensions)
    statistics = tuple(sorted({series.statistic for series in rows}))
    return CoreSeries(account, region, metric, statistics, first.period, Tier(first.tier))


def _fetch(row: Collection, call: Call, asking: Asking) -> Fetched:
    assert row.account is not None  # noqa: S101  for the type checker
    asking.wait(call.account, call.region)
    return fetch(asking.client(access_to(row.account), "cloudwatch", row.region), call)


def _store(row: Collection, call: Call, fetched: Fetched, plan: _Plan, now: int) -> None:
    """Points and marks together, or neither; what they cost, too."""
    by_period: dict[int, list[points.Row]] = defaultdict(list)
    whole: list[int] = []
    for core_series in call.series:
        for statistic, id in plan.ids[core_series]:
            values = fetched.points[core_series, statistic]
            by_period[core_series.period].extend((id, at, value) for at, value in values.items())
            if core_series in fetched.whole:
                whole.append(id)
    with transaction.atomic():
        stored = sum(points.store(rows, period) for period, rows in by_period.items())
        if plan.moves_marks:
            _move_marks(whole, call)
        else:
            asked = [id for series in call.series for _, id in plan.ids[series]]
            Series.objects.filter(pk__in=asked).update(begun=call.window.end)
        further = call.metrics * (fetched.pages - 1)
        _count(row, Count(fetched.pages, call.metrics, stored, further), now)


def _move_marks(whole: list[int], call: Call) -> None:
    """A series begins where it is first answered; its history, where there is any, is before it."""
    start, end = call.window.start, call.window.end
    rows = Series.objects.filter(pk__in=whole)
    rows.filter(mark=None).update(begun=start)
    rows.update(
        mark=end,
        unrolled_from=Least(Coalesce(F("unrolled_from"), Value(start)), Value(start)),
    )


class Count(NamedTuple):
    """What one call adds to the day. AWS bills metrics requested.

    Whether it bills them again for each further page, or for a request that it did not answer in
    time, it does not publish.
    """

    calls: int = 0
    metrics: int = 0
    points: int = 0
    unsure: int = 0


def _count(row: Collection, count: Count, now: int) -> None:
    if row.account is None or row.account.is_demo:
        return
    day = datetime.fromtimestamp(now, UTC).date()
    spending, _ = Spending.objects.get_or_create(
        team_id=row.team_id, account=row.account, region=row.region, day=day
    )
    added = {name: F(name) + value for name, value in count._asdict().items()}
    Spending.objects.filter(pk=spending.pk).update(**added)


def _add(outcome: Outcome, call: Call, fetched: Fetched, plan: _Plan) -> None:
    outcome.calls += fetched.pages
    outcome.metrics += call.metrics
    outcome.points += sum(map(len, fetched.points.values()))
    outcome.notes += [message for message in dict.fromkeys(fetched.messages) if message]
    if not plan.moves_marks:
        return  # what CloudWatch denies or fails at, the request that follows is told
    if fetched.forbidden:
        outcome.refused = ["cloudwatch:GetMetricData"]
        text = "CloudWatch answers Forbidden for some metrics"
        outcome.troubles.append(Note(Trouble.PERMISSION, "cloudwatch:GetMetricData", text))
        outcome.notes += _named("CloudWatch denies access to", fetched.forbidden)
    if fetched.failed:
        outcome.again_before = max(outcome.again_before or 0, call.window.end)
        outcome.notes += _named("CloudWatch failed for, and is queried again for,", fetched.failed)


def _named(words: str, refused: set[CoreSeries]) -> Iterator[str]:
    names = sorted({series.metric.name for series in refused})
    yield f"{words} {len(refused):,} metrics: {', '.join(names[:5])}"
