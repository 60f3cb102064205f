"""Points of one account, Region and tier: in the fewest calls, stored before the mark moves."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least

from connectivity import points
from connectivity.clients import AwsError
from connectivity.clients.cloudwatch import Fetched, fetch
from connectivity.core.health.request_planning import Ask, Call, calls, window
from connectivity.core.health.resource_type import DAY, HOUR
from connectivity.core.health.series import Dimension, Metric, Tier
from connectivity.core.health.series import Series as CoreSeries
from connectivity.health.aws_access import Asking, Outcome, access_to
from connectivity.health.spending import capped
from connectivity.models import Collection, Series, Spending

FIRST = {60: 3 * HOUR, 300: 3 * HOUR, HOUR: 14 * DAY, DAY: 35 * DAY}  # how far back the first time

Ids = dict[CoreSeries, list[tuple[str, int]]]  # statistics and the rows that want them


def collect(row: Collection, asking: Asking) -> Outcome:
    """Ask for what has settled since the marks, and store it.

    A call that fails leaves its marks where they are: the next try asks for the same points. What
    was stored before it stays.
    """
    outcome = Outcome()
    ids, asks = _asks(row, asking.now)
    for call in calls(asks):
        if problem := capped(row.team_id, asking.now):
            outcome.problem = problem
            break
        try:
            fetched = _fetch(row, call, asking)
        except AwsError as error:
            outcome.problem = str(error)
            break
        _store(row, call, fetched, ids, asking.now)
        _add(outcome, call, fetched)
    return outcome


def _asks(row: Collection, now: int) -> tuple[Ids, list[Ask]]:
    assert row.account is not None  # noqa: S101  for the type checker
    rows = Series.objects.filter(
        resource__account=row.account,
        resource__region=row.region,
        resource__gone_at=None,
        tier=row.task,
        gone_at=None,
    )
    groups: dict[tuple[str, int], list[Series]] = defaultdict(list)
    for series in rows.order_by("pk").iterator():
        groups[series.digest, series.period].append(series)
    align = max((period for _, period in groups), default=60)
    ids: Ids = {}
    asks = []
    for (_, period), group in groups.items():
        core_series = _core_series(row.account.account, row.region, group)
        ids[core_series] = [(series.statistic, series.pk) for series in group]
        marks = [series.mark for series in group]
        mark = None if None in marks else min(mark for mark in marks if mark is not None)
        if span := window(mark, now, period, FIRST.get(period, DAY), align):
            asks.append(Ask(core_series, span))
    return ids, asks


def _core_series(account: str, region: str, rows: list[Series]) -> CoreSeries:
    first = rows[0]
    dimensions = tuple(Dimension(*dimension) for dimension in first.dimensions)
    metric = Metric(first.namespace, first.metric, dimensions)
    statistics = tuple(sorted({series.statistic for series in rows}))
    return CoreSeries(account, region, metric, statistics, first.period, Tier(first.tier))


def _fetch(row: Collection, call: Call, asking: Asking) -> Fetched:
    assert row.account is not None  # noqa: S101  for the type checker
    asking.limiter.wait(f"{call.account}/{call.region}")
    return fetch(asking.client(access_to(row.account), "cloudwatch", row.region), call)


def _store(row: Collection, call: Call, fetched: Fetched, ids: Ids, now: int) -> None:
    """Points and marks together, or neither; what they cost, too."""
    by_period: dict[int, list[points.Row]] = defaultdict(list)
    whole: list[int] = []
    for core_series in call.series:
        for statistic, id in ids[core_series]:
            values = fetched.points[core_series, statistic]
            by_period[core_series.period].extend((id, at, value) for at, value in values.items())
            if core_series in fetched.whole:
                whole.append(id)
    with transaction.atomic():
        stored = sum(points.store(rows, period) for period, rows in by_period.items())
        mark = call.window
        dirty = Least(Coalesce(F("unrolled_from"), Value(mark.start)), Value(mark.start))
        begun = Coalesce(F("begun"), Value(mark.start))
        series = Series.objects.filter(pk__in=whole)
        series.update(mark=mark.end, unrolled_from=dirty, begun=begun)
        _count(row, call, fetched, stored, now)


def _count(row: Collection, call: Call, fetched: Fetched, stored: int, now: int) -> None:
    if row.account is None or row.account.is_demo:
        return
    day = datetime.fromtimestamp(now, UTC).date()
    spending, _ = Spending.objects.get_or_create(
        team_id=row.team_id, account=row.account, region=row.region, day=day
    )
    Spending.objects.filter(pk=spending.pk).update(
        calls=F("calls") + fetched.pages,
        metrics=F("metrics") + call.metrics,
        points=F("points") + stored,
    )


def _add(outcome: Outcome, call: Call, fetched: Fetched) -> None:
    outcome.calls += fetched.pages
    outcome.metrics += call.metrics
    outcome.points += sum(map(len, fetched.points.values()))
    outcome.notes += [message for message in dict.fromkeys(fetched.messages) if message]
    if fetched.forbidden:
        outcome.refused = ["cloudwatch:GetMetricData"]
        outcome.notes += _named("CloudWatch denies access to", fetched.forbidden)
    if fetched.failed:
        outcome.notes += _named("CloudWatch failed for, and is queried again for,", fetched.failed)


def _named(words: str, refused: set[CoreSeries]) -> Iterator[str]:
    names = sorted({series.metric.name for series in refused})
    yield f"{words} {len(refused):,} metrics: {', '.join(names[:5])}"
