"""Writes and reads points. The only place that knows in which table and partition they are."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg
from django.db import connection, transaction
from django.db.models import Sum

from connectivity.core.health.resource_type import DAY, HOUR
from connectivity.models import DayPoint, HourPoint, Point, Series

KEEP_RAW, KEEP_HOURS = 14 * DAY, 455 * DAY
AHEAD = 2  # days, and months, for which there are partitions before anything is written
LARGEST = 2.0**360  # that CloudWatch takes; sums of more would overflow
AT_A_TIME = 20_000  # points that are read
BATCH = 1_000  # series whose rollups are made at a time

Values = npt.NDArray[np.float64]
Row = tuple[int, int, float]  # series, second, value


class Partition(NamedTuple):
    """A stretch of time with a table of its own."""

    table: str
    start: int
    end: int

    @property
    def name(self) -> str:
        day = datetime.fromtimestamp(self.start, UTC)
        return f"{self.table}_{day:%Y%m%d}"


def store(rows: Iterable[Row], period: int) -> int:
    """Write points; those that are there already get the new value.

    Points of an hour or a day are kept with the rollups: they are their own. What is no number of a
    size that can be added up is left out: no database keeps it, and no rule can judge it.
    """
    rows = [
        (series, at, value)
        for (series, at), value in {row[:2]: row[2] for row in rows}.items()
        if math.isfinite(value) and abs(value) <= LARGEST
    ]
    if not rows:
        return 0
    if period < HOUR:
        table = "connectivity_point"
        make_partitions(table, {at for _, at, _ in rows})
        _upsert(table, ("value",), rows)
    else:
        table = "connectivity_hourpoint" if period < DAY else "connectivity_daypoint"
        make_partitions(table, {at for _, at, _ in rows})
        alone = [(series, at, 1, value, value, value) for series, at, value in rows]
        _upsert(table, ("n", "total", "low", "high"), alone)
    return len(rows)


REPLACED = """
    DELETE FROM {} AS old USING unnest(%b::integer[], %b::bigint[]) AS new (series_id, at)
    WHERE old.series_id = new.series_id AND old.at = new.at
"""


def _upsert(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    names = ("series_id", "at", *columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
    into = f"INSERT INTO {table} ({', '.join(names)})"
    then = f"ON CONFLICT (series_id, at) DO UPDATE SET {changes}"
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        # COPY is twice as fast as an upsert; what it would meet goes before it, unless it is new.
        with psycopg.Cursor(connection.connection) as cursor:
            keys = [row[0] for row in rows], [row[1] for row in rows]
            cursor.execute(REPLACED.format(table), keys)
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    else:
        with connection.cursor() as cursor:
            cursor.executemany(f"{into} VALUES ({', '.join(['%s'] * len(names))}) {then}", rows)


def make_partitions(table: str, moments: Iterable[int]) -> None:
    """Tables for the days, or months, of these moments. SQLite has one table for all."""
    if connection.vendor != "postgresql" or table == "connectivity_daypoint":
        return
    wanted = {_partition(table, moment) for moment in moments}
    with connection.cursor() as cursor:
        names = [partition.name for partition in wanted]
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [names])
        existing = {name for (name,) in cursor.fetchall()}
        missing = sorted(partition for partition in wanted if partition.name not in existing)
        if not missing:
            return
        with transaction.atomic():
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('connectivity partitions'))")
            for partition in missing:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {partition.name} PARTITION OF {partition.table} "
                    f"FOR VALUES FROM ({partition.start}) TO ({partition.end})"
                )


def _partition(table: str, moment: int) -> Partition:
    if table == "connectivity_point":
        start = moment // DAY * DAY
        return Partition(table, start, start + DAY)
    first = datetime.fromtimestamp(moment, UTC).replace(day=1, hour=0, minute=0, second=0)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return Partition(table, int(first.timestamp()), int(after.timestamp()))


def read(period: int, series: Iterable[int], start: int, end: int) -> dict[int, dict[int, float]]:
    """Points by series, as they were asked for, from `start` up to, and without, `end`."""
    ids = list(series)
    table: Any = Point if period < HOUR else HourPoint if period < DAY else DayPoint
    column = "value" if period < HOUR else "total"
    values: dict[int, dict[int, float]] = {id: {} for id in ids}
    rows = table.objects.filter(series_id__in=ids, at__gte=start, at__lt=end)
    for series_id, at, value in rows.values_list("series_id", "at", column).iterator():
        values[series_id][at] = value
    return values


def read_windows(period: int, series: Sequence[int], start: int, end: int) -> Values:
    """Points in a row a series, a column a period from `start` to `end`; NaN where there is none.

    Args:
        series: in ascending order.
    """
    table: Any = Point if period < HOUR else HourPoint if period < DAY else DayPoint
    column = "value" if period < HOUR else "total"
    values: Values = np.full((len(series), (end - start) // period), np.nan)
    rows = table.objects.filter(series_id__in=series, at__gte=start, at__lt=end)
    stored = rows.values_list("series_id", "at", column).iterator(chunk_size=AT_A_TIME)
    ids = np.array(series)
    while batch := list(islice(stored, AT_A_TIME)):
        series_ids, moments, amounts = map(np.array, zip(*batch, strict=True))
        values[np.searchsorted(ids, series_ids), (moments - start) // period] = amounts
    return values


def read_hours(statistics: Mapping[int, str], start: int, end: int) -> dict[int, dict[int, float]]:
    """Points of whole hours by series, as its statistic asks for."""
    rows = HourPoint.objects.filter(series_id__in=list(statistics), at__gte=start, at__lt=end)
    values: dict[int, dict[int, float]] = {statistic: {} for statistic in statistics}
    for row in rows.iterator():
        values[row.series_id][row.at] = _of_hour(row, statistics[row.series_id])
    return values


def _of_hour(row: HourPoint, statistic: str) -> float:
    whole = {"Sum": row.total, "Maximum": row.high, "Minimum": row.low}
    return whole.get(statistic, row.total / row.n)


def totals(series: Iterable[int], start: int, end: int) -> dict[int, float]:
    """The sum of the hours from `start` up to, and without, `end`, by series."""
    rows = HourPoint.objects.filter(series_id__in=list(series), at__gte=start, at__lt=end)
    return dict(
        rows.values_list("series_id").annotate(Sum("total")).values_list("series_id", "total__sum")
    )


ROLL = """
    INSERT INTO {to} (series_id, at, n, total, low, high)
    SELECT series_id, at / {step} * {step}, {n}, sum({total}), min({low}), max({high})
    FROM {source} WHERE series_id IN ({marks}) AND at >= %s
    GROUP BY series_id, at / {step} * {step}
    ON CONFLICT (series_id, at) DO UPDATE SET
    n = excluded.n, total = excluded.total, low = excluded.low, high = excluded.high
"""


def roll_up() -> int:
    """Hours and days of every series that has new points; returns how many series those are."""
    done = 0
    while batch := _roll_up():
        done += batch
    return done


def roll_up_of(series: Sequence[int]) -> None:
    """Hours and days of some series, before it is their turn."""
    for start in range(0, len(series), BATCH):
        _roll_up(pk__in=series[start : start + BATCH])


def _roll_up(**which: Any) -> int:
    """A batch of those that have new points; how many they were."""
    with transaction.atomic():
        batch = list(_unrolled().filter(**which)[:BATCH])
        if batch:
            raw = [series for series in batch if series.period < HOUR]
            fine = [series for series in batch if series.period < DAY]
            _roll("connectivity_point", "connectivity_hourpoint", HOUR, raw)
            _roll("connectivity_hourpoint", "connectivity_daypoint", DAY, fine)
            Series.objects.filter(pk__in=[series.pk for series in batch]).update(unrolled_from=None)
        return len(batch)


def _unrolled() -> Any:
    rows = Series.objects.exclude(unrolled_from=None).order_by("pk")
    return rows.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)


def _roll(source: str, to: str, step: int, batch: Sequence[Series]) -> None:
    if not batch:
        return
    start = min(series.unrolled_from or 0 for series in batch) // step * step
    is_raw = source == "connectivity_point"
    columns = (
        ("count(*)", "value", "value", "value") if is_raw else ("sum(n)", "total", "low", "high")
    )
    n, total, low, high = columns
    ids = [series.pk for series in batch]
    marks = ", ".join(["%s"] * len(ids))
    if is_raw:
        newest = max(series.mark or 0 for series in batch)
        make_partitions(to, range(start, newest + DAY, DAY))
    with connection.cursor() as cursor:
        cursor.execute(
            ROLL.format(
                to=to, source=source, step=step, n=n, total=total, low=low, high=high, marks=marks
            ),
            [*ids, start],
        )


def forget_old(now: int) -> None:
    """Drop what is older than it is kept for; make the partitions that will be needed."""
    for table, keep in (("connectivity_point", KEEP_RAW), ("connectivity_hourpoint", KEEP_HOURS)):
        step = DAY if table == "connectivity_point" else 31 * DAY
        make_partitions(table, [now + i * step for i in range(AHEAD + 1)])
        if connection.vendor == "postgresql":
            for partition in _partitions_before(table, now - keep):
                with connection.cursor() as cursor:
                    cursor.execute(f"DROP TABLE IF EXISTS {partition}")
        else:
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE at < %s", [now - keep])  # noqa: S608


def forget_series(series: Sequence[int]) -> None:
    """Delete every point of these series, which are about to go."""
    for table in (Point, HourPoint, DayPoint):
        table.objects.filter(series_id__in=series).delete()


def _partitions_before(table: str, moment: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE %s AND relkind = 'r'", [f"{table}\\_%"]
        )
        for (name,) in cursor.fetchall():
            start = datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC)
            if _partition(table, int(start.timestamp())).end <= moment:
                yield name
