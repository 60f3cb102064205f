"""What pages, API and commands show: states, findings, series, and what is not seen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet, Sum

from connectivity import points
from connectivity.core.health.cap import Forecast, daily_usd, forecast
from connectivity.core.health.evaluation import HealthRule, State
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.request_planning import USD_PER_METRIC
from connectivity.core.health.resource_type import HOUR
from connectivity.core.health.series import Tier
from connectivity.health.accounts.account_troubles import notes_of
from connectivity.health.accounts.spending import cap_of, spent
from connectivity.health.judging.rule_settings import rules_of
from connectivity.health.reading.listing import EVERYTHING, Filter, resources
from connectivity.models import (
    AwsAccount,
    Collection,
    PrometheusSource,
    Series,
    Spending,
)
from connectivity.models import Finding as Finding
from connectivity.models import Resource as Resource

RANGES = {"3h": 3 * HOUR, "24h": 24 * HOUR, "7d": 7 * 24 * HOUR}
RAW_UP_TO = 24 * HOUR  # a longer picture is drawn from hours


class KindCount(NamedTuple):
    """How many resources of a kind are in each state."""

    key: str
    title: str
    counts: dict[str, int]
    total: int
    until: int | None  # the newest data, in seconds


def counts(team_id: int, wanted: Filter = EVERYTHING) -> list[KindCount]:
    """Every kind of which there is something, with how many are in each state."""
    rows = resources(team_id, wanted)
    by_kind: dict[str, dict[str, int]] = {}
    until: dict[str, int | None] = {}
    groups = rows.order_by().values_list("kind", "state").annotate(Count("pk"), Max("data_until"))
    for kind, state, count, newest in groups:
        zeros = {possible.value: 0 for possible in reversed(State)}
        by_kind.setdefault(kind, zeros)[state] = count
        until[kind] = max(newest or 0, until.get(kind) or 0) or None
    return [
        KindCount(key, kind.many, by_kind[key], sum(by_kind[key].values()), until[key])
        for key, kind in KINDS.items()
        if key in by_kind
    ]


def totals(kinds: Iterable[KindCount]) -> dict[str, int]:
    """How many of all kinds are in each state, the worst first."""
    sums: Counter[str] = Counter()
    for kind in kinds:
        sums.update(kind.counts)
    return {state.value: sums[state.value] for state in reversed(State)}


def resource(team_id: int, uid: UUID) -> Resource:
    """Raises: Resource.DoesNotExist: there is none, or it belongs to another team."""
    rows = Resource.objects.select_related("account", "source")
    return rows.get(team_id=team_id, uid=uid)


def findings(team_id: int, *, is_open: bool | None = True) -> QuerySet[Finding]:
    """A team's findings, the newest first; with None, those that closed too."""
    rows = Finding.objects.filter(team_id=team_id).select_related("resource__account", "incident")
    if is_open is not None:
        rows = rows.filter(closed_at__isnull=is_open)
    return rows.order_by("-opened_at", "-pk")


@dataclass(frozen=True)
class Line:
    """One series of a resource over a range of time, with the rules that look at it."""

    series: Series
    points: list[tuple[int, float | None]]  # seconds; None where there is a gap
    step: int  # seconds
    rules: tuple[HealthRule, ...]
    peaks: list[tuple[int, float | None]] = field(default_factory=list)  # within steps of averages


def lines(row: Resource, range_: str, now: int) -> list[Line]:
    """A resource's series for its pictures: as asked up to a day, beyond it by the hour."""
    kind = KINDS[row.kind]
    rules = rules_of(row.team_id)
    start = now - RANGES[range_]
    rows = list(Series.objects.filter(resource=row, gone_at=None).order_by("pk"))
    fine = [series for series in rows if series.period < HOUR]
    if RANGES[range_] <= RAW_UP_TO:
        values = {
            pk: series_values
            for period in {series.period for series in fine}
            for pk, series_values in points.read(
                period, [series.pk for series in fine if series.period == period], start, now
            ).items()
        }
    else:
        values = points.read_hours({series.pk: series.statistic for series in fine}, start, now)
    peaks = _peaks(fine, start, now) if RANGES[range_] > RAW_UP_TO else {}
    hourly = [series for series in rows if series.period == HOUR]
    values |= points.read_hours({series.pk: series.statistic for series in hourly}, start, now)
    lines = []
    for series in (*fine, *hourly):
        is_raw = RANGES[range_] <= RAW_UP_TO and series.period < HOUR
        step = series.period if is_raw else HOUR
        looking = tuple(
            rules.health[rule.id]
            for rule in kind.rules
            if step == rule.period
            and not (rule.base or rule.spread or rule.derive)
            and (rule.metric, rule.statistic) == (series.metric, series.statistic)
            and rule.id not in rules.off
        )
        drawn = _with_gaps(values.get(series.pk, {}), step)
        high = _with_gaps(peaks.get(series.pk, {}), step)
        lines.append(Line(series, drawn, step, looking, high))
    return lines


def _peaks(series: Iterable[Series], start: int, now: int) -> dict[int, dict[int, float]]:
    """The highest within each hour, of what is drawn from hours and is an average.

    Hours from before it was watched are averages alone.
    """
    begun = {row.pk: row.begun or 0 for row in series if row.statistic == "Average"}
    peaks = points.read_hours(dict.fromkeys(begun, "Maximum"), start, now)
    return {
        pk: {at: peak for at, peak in hours.items() if at >= begun[pk]}
        for pk, hours in peaks.items()
    }


def _with_gaps(values: dict[int, float], step: int) -> list[tuple[int, float | None]]:
    """Points in order of time; where one is missing, a gap that a picture shows as one."""
    joined: list[tuple[int, float | None]] = []
    before: int | None = None
    for at in sorted(values):
        if before is not None and at - before > step:
            joined.append((before + step, None))
        joined.append((at, values[at]))
        before = at
    return joined


class Place(NamedTuple):
    """An account's Region, or a server, and how asking it goes."""

    owner: str
    region: str
    is_demo: bool
    succeeded_at: datetime | None  # the oldest of its rhythms; None: one never did
    due_at: datetime
    problems: tuple[str, ...]
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def places(team_id: int) -> list[Place]:
    """Everything that is asked, with its last success, and what it refused."""
    rows = Collection.objects.filter(team_id=team_id).select_related("account", "source")
    groups: dict[tuple[str, str], list[Collection]] = {}
    for row in rows:
        owner = row.account.name if row.account else row.source.name if row.source else ""
        groups.setdefault((owner, row.region), []).append(row)
    return [_place(owner, region, collections) for (owner, region), collections in groups.items()]


def _place(owner: str, region: str, collections: Sequence[Collection]) -> Place:
    successes = [collection.succeeded_at for collection in collections]
    return Place(
        owner,
        region,
        bool(collections[0].account and collections[0].account.is_demo),
        None if None in successes else min(success for success in successes if success),
        min(collection.due_at for collection in collections),
        tuple(dict.fromkeys(filter(None, map(_problem, collections)))),
        tuple(sorted({action for collection in collections for action in collection.refused})),
        tuple(dict.fromkeys(note for collection in collections for note in collection.notes)),
    )


def _problem(row: Collection) -> str:
    """Why its last try was broken off; what all accounts share is only named."""
    causes = (note.trouble for note in notes_of(row) if note.text == row.problem)
    cause = next(causes, None)
    return cause.headline if cause and cause.is_told_once else row.problem


class Cost(NamedTuple):
    """What asking took this month, and how it goes on."""

    calls: int
    metrics: int
    points: int
    usd: Decimal
    cap_usd: Decimal
    month_usd: Decimal  # of 30 days at the rate of what is planned now
    unsure_usd: Decimal  # more, if AWS bills further pages and requests that timed out
    forecast: Forecast  # of the calendar month


def cost(team_id: int, now: datetime) -> Cost:
    begin = now.astimezone(UTC).replace(day=1)
    rows = Spending.objects.filter(team_id=team_id, day__gte=begin.date())
    sums = rows.aggregate(*(Sum(name) for name in ("calls", "metrics", "points", "unsure")))
    planned = Series.objects.filter(
        resource__team_id=team_id,
        resource__gone_at=None,
        resource__account__is_demo=False,
        gone_at=None,
    )
    tiers = planned.values_list("tier").annotate(Count("digest", distinct=True))
    daily = daily_usd({Tier(tier): count for tier, count in tiers})
    usd, cap = spent(team_id, begin), cap_of(team_id)
    return Cost(
        sums["calls__sum"] or 0,
        sums["metrics__sum"] or 0,
        sums["points__sum"] or 0,
        usd,
        cap,
        30 * sum(daily.values(), Decimal(0)),
        Decimal(str(USD_PER_METRIC)) * (sums["unsure__sum"] or 0),
        forecast(usd, cap, daily, now),
    )


def accounts(team_id: int) -> QuerySet[AwsAccount]:
    """The accounts that are watched."""
    return AwsAccount.objects.filter(team_id=team_id, removed_at=None)


def is_watching(team_id: int) -> bool:
    return accounts(team_id).exists()


def sources(team_id: int) -> QuerySet[PrometheusSource]:
    """The Prometheus servers that are asked."""
    return PrometheusSource.objects.filter(team_id=team_id)


def open_findings_of(row: Resource) -> QuerySet[Finding]:
    return row.findings.filter(closed_at=None)


def closed_findings_of(row: Resource) -> QuerySet[Finding]:
    """With their history."""
    return row.findings.exclude(closed_at=None).prefetch_related("events")


def read_until(kinds: Iterable[KindCount]) -> datetime | None:
    """Up to when the newest data reach."""
    newest = max((kind.until or 0 for kind in kinds), default=0)
    return datetime.fromtimestamp(newest, UTC) if newest else None


def overdue(now: datetime, most: int) -> list[tuple[UUID | None, datetime]]:
    """Accounts of all teams that should have been asked before now, since when, the latest first.

    Prometheus servers have no account, and are told as one.
    """
    rows = Collection.objects.filter(account__removed_at=None, due_at__lt=now).order_by()
    late = rows.values_list("account__uid").annotate(since=Min("due_at"))
    return list(late.order_by("since")[:most])


def failing() -> int:
    """Lines of all teams whose last try had a problem."""
    return Collection.objects.filter(account__removed_at=None).exclude(problem="").count()
