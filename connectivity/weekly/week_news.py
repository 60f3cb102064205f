"""What is new of prices, topologies and latencies, and what we cannot see."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet, Sum
from django.utils import timezone

from connectivity import queries
from connectivity.core.health.request_planning import USD_PER_METRIC
from connectivity.core.latency.aggregation import AGEING_DAYS
from connectivity.core.options import OPTIONS
from connectivity.core.report_schedule import Period
from connectivity.health.reading import lookup
from connectivity.kept_plans import lookup as lookup_plans
from connectivity.models import MeasuredCell, Resource, Spending, TopologyVersion
from connectivity.price_effects import Effect, price_effects
from connectivity.weekly.links import Link
from costmodel.core.rates import words_of
from costmodel.queries import UnknownPriceList, in_force, price_changes, price_list

MOST = 5
MAX_TOPOLOGIES = 50  # that are compared again; the latest change first


@dataclass(frozen=True)
class Money:
    """USD of a topology's recommended option a month, and of the plan that the team knows."""

    option: str
    usd: Decimal | None
    mix_usd: Decimal | None  # of each flow by its own cheapest option, where that is less
    plan_usd: Decimal | None = None


@dataclass(frozen=True)
class Moved:
    """A topology whose money another price list changes."""

    name: str
    link: Link
    before: Money
    after: Money
    is_flip: bool  # another option is recommended; of a plan `plans` tells
    because: list[str]


@dataclass(frozen=True)
class Saved:
    """A topology that somebody saved."""

    name: str
    version: int
    who: str
    at: datetime
    link: Link


@dataclass(frozen=True)
class Prices:
    """The list in force, what changed in the week, and what that does to topologies."""

    name: str
    as_of: str
    before: str
    changed: int
    some: list[str]  # of the changes, in words
    moved: list[Moved]
    flips: int
    not_looked_at: int


def prices(team_id: int, period: Period) -> Prices | None:
    """None: there is no price list."""
    lists = in_force(team_id, period.begin, period.end)
    if lists is None:
        return None
    old, new = lists
    as_of = price_list(team_id, new).as_of
    if old == new:
        return Prices(new, as_of, old, 0, [], [], 0, 0)
    changed = price_changes(team_id, old, new)
    try:
        effects, left = price_effects(team_id, old, new, MAX_TOPOLOGIES)
    except (queries.UnknownLatencies, UnknownPriceList):
        effects, left = [], 0
    examples = [words_of(change) for change in changed[:MOST]]
    told = {
        row.topology.uid for row in lookup_plans.news_between(team_id, period.begin, period.end)
    }
    moved = [_moved(effect) for effect in effects if not (effect.leaves_plan or effect.uid in told)]
    flips = sum(row.is_flip for row in moved)
    return Prices(new, as_of, old, len(changed), examples, moved, flips, left)


def _moved(effect: Effect) -> Moved:
    before, after = (
        Money(side.option, side.usd, side.mix_usd, side.plan_usd)
        for side in (effect.before, effect.after)
    )
    link = Link("topology", effect.uid)
    is_flip = effect.is_flip and not effect.has_plan
    return Moved(effect.name, link, before, after, is_flip, list(effect.because))


def saved(team_id: int, period: Period) -> list[Saved]:
    """The newest version of each topology that was saved in the week."""
    rows = TopologyVersion.objects.filter(
        topology__team_id=team_id,
        topology__deleted_at=None,
        created_at__gte=period.begin,
        created_at__lt=period.end,
    ).select_related("topology", "author")
    newest: dict[int, TopologyVersion] = {}
    for row in rows.defer("document").order_by("number"):
        newest[row.topology_id] = row
    return [
        Saved(
            row.topology.name,
            row.number,
            row.author.get_username() if row.author else "",
            row.created_at,
            Link("topology", row.topology.uid),
        )
        for row in sorted(newest.values(), key=lambda version: version.created_at, reverse=True)
    ]


class Drift(NamedTuple):
    """The newest run of a pair against those before it."""

    option: str
    source: str
    destination: str
    drift_us: float


@dataclass(frozen=True)
class Latencies:
    """The team's own measurements."""

    cells: int
    drifts: int
    some: list[Drift]  # the largest first
    old: int  # cells whose newest run is older than a year
    published_as_of: str  # of the set that fills the gaps; empty: there is none


def latencies(team_id: int, period: Period) -> Latencies:
    own = MeasuredCell.objects.filter(team_id=team_id)
    days = [moment.date().isoformat() for moment in (period.begin, period.end)]
    new = own.exclude(drift_us=None).filter(as_of__gte=days[0], as_of__lt=days[1])
    old_before = period.end.timestamp() - AGEING_DAYS * 86_400
    old_day = datetime.fromtimestamp(old_before, period.end.tzinfo).date().isoformat()
    largest = sorted(new, key=lambda cell: -abs(cell.drift_us or 0))[:MOST]
    try:
        as_of = queries.latencies(None).as_of
    except queries.UnknownLatencies:
        as_of = ""
    drifts = [
        Drift(_option(cell.option), cell.source, cell.destination, cell.drift_us or 0)
        for cell in largest
    ]
    old = own.filter(as_of__lt=old_day).count()
    return Latencies(own.count(), new.count(), drifts, old, as_of)


def _option(key: str) -> str:
    option = OPTIONS.by_key.get(key)
    return option.name if option else key or "between Regions"


@dataclass(frozen=True)
class Unseen:
    """What we could not look at, and what looking cost."""

    places: list[str]  # that failed or never answered, with why
    refused: dict[str, int]  # permissions, and at how many places
    unknown: int  # resources
    reasons: dict[str, int]  # why they are unknown
    is_capped: bool
    calls: int
    metrics: int
    usd: Decimal
    data_until: datetime | None


def unseen(team_id: int, period: Period) -> Unseen:
    places = lookup.places(team_id)
    silent = [_silence(place) for place in places if place.problems or place.succeeded_at is None]
    refused = Counter(permission for place in places for permission in place.refused)
    unknown = Resource.objects.filter(team_id=team_id, gone_at=None, state="unknown")
    reasons = Counter(unknown.values_list("why", flat=True))
    sums = _spent(team_id, period).aggregate(calls=Sum("calls"), metrics=Sum("metrics"))
    metrics = sums["metrics"] or 0
    cost = lookup.cost(team_id, timezone.now())
    return Unseen(
        silent,
        dict(refused.most_common(MOST)),
        sum(reasons.values()),
        dict(reasons.most_common(MOST)),
        cost.usd >= cost.cap_usd,
        sums["calls"] or 0,
        metrics,
        Decimal(str(USD_PER_METRIC)) * metrics,
        lookup.read_until(lookup.counts(team_id)),
    )


def _silence(place: lookup.Place) -> str:
    why = place.problems[0] if place.problems else "has not answered yet"
    return f"{', '.join(filter(None, (place.owner, place.region)))}: {why}"


def _spent(team_id: int, period: Period) -> QuerySet[Spending]:
    """Whole days, UTC."""
    days = period.begin.date(), period.end.date()
    return Spending.objects.filter(team_id=team_id, day__gte=days[0], day__lt=days[1])
