"""What the watched resources cost this week against last, at one price list.

A week of a resource is its hours in that week at the monthly cost of that week's traffic: tiers are
those of a month. What cannot be told for both weeks is in neither sum, and is counted.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from connectivity.core.health.evaluation import Saves
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import no_uses
from connectivity.core.report_schedule import Period
from connectivity.health.money.cheaper_options import alternatives
from connectivity.health.money.resource_cost import (
    created_at,
    known_usd,
    metered_hours,
    monthly_costs,
    usage_of,
)
from connectivity.models import Finding, Resource
from connectivity.queries import UnknownLatencies
from connectivity.weekly.links import Link, ReportedResource, is_watched, reported
from costmodel.core.price_list import PriceList
from costmodel.core.units import HOURS_PER_MONTH
from costmodel.queries import UnknownPriceList, price_list

MOST = 5
MAX_ELSEWHERE = 3
NOTHING = Decimal(0)
RHYTHM = 49  # hours: what costs is collected once a day, up to the last midnight


@dataclass(frozen=True)
class Both:
    """USD of a week, and of the one before."""

    name: str
    usd: Decimal
    before_usd: Decimal
    thing: ReportedResource | None = None
    hours: int = 0  # of this week in which it existed
    measured: int = 0  # of these, the hours whose traffic is known; the rest is scaled up from them

    @property
    def change_usd(self) -> Decimal:
        return self.usd - self.before_usd

    @property
    def is_scaled(self) -> bool:
        """It was measured for much less of the week than it existed."""
        return self.hours - self.measured > RHYTHM


@dataclass(frozen=True)
class Saving:
    """What a resource costs a month, and for how much less it could be had."""

    thing: ReportedResource
    usd: Decimal
    instead: str  # the option that costs less; empty: nobody needs the resource
    instead_usd: Decimal
    is_partial: bool = False  # a part of it has no price: it costs at least this


@dataclass(frozen=True)
class Scaled:
    """Resources that were measured for much less of the week than they existed."""

    count: int
    usd: Decimal  # of this week
    first: list[Both]


@dataclass(frozen=True)
class Costs:
    whole: Both
    kinds: list[Both]
    movers: list[Both]  # resources that changed most, the largest change first
    price_list: str
    left_out: dict[str, int]  # why resources are in neither sum, and how many
    savings: list[Saving]
    unused_usd: Decimal  # a month, of all that nobody needs
    unused_unpriced: int  # resources that nobody needs and of which a price or a figure is missing
    scaled: Scaled
    lag: int  # hours at the end of the week that are not collected yet, of the others
    broken: list[ReportedResource]  # the first whose stored configuration cannot be read

    @property
    def change_percent(self) -> float | None:
        """None where there is nothing to compare with."""
        if not self.whole.before_usd:
            return None
        return round(float(self.whole.change_usd / self.whole.before_usd * 100), 1)


def costs(team_id: int, before: Period, period: Period) -> Costs | None:
    """None: there is no price list, or nothing that costs is watched."""
    try:
        prices = price_list(team_id)
    except UnknownPriceList:
        return None
    groups = _groups(team_id, before.begin)
    if not groups:
        return None
    lines, left_out, broken = _told(groups, before, period, prices)
    both = [cost for _, cost in lines]
    moved = sorted(both, key=lambda cost: -abs(cost.change_usd))
    scaled = [cost for cost in moved if cost.is_scaled]
    unused = _unused(team_id, period)
    return Costs(
        _sum("all", both),
        [
            _sum(kind.many, [cost for row, cost in lines if row.kind == key])
            for key, kind in KINDS.items()
            if any(row.kind == key for row, _ in lines)
        ],
        [cost for cost in moved[:MOST] if abs(cost.change_usd) >= Decimal("0.01")],
        prices.name,
        dict(left_out),
        [*unused[:MOST], *_elsewhere(team_id, {saving.thing.link for saving in unused})],
        sum((saving.usd for saving in unused), NOTHING),
        _idle(team_id, period).filter(usd=None).count(),
        Scaled(len(scaled), sum((cost.usd for cost in scaled), NOTHING), scaled[:MOST]),
        max((cost.hours - cost.measured for cost in both if not cost.is_scaled), default=0),
        broken[:MOST],
    )


def _told(
    groups: list[list[Resource]], before: Period, period: Period, prices: PriceList
) -> tuple[list[tuple[Resource, Both]], Counter[str], list[ReportedResource]]:
    """Both weeks of each resource; why others are left out, and those that cannot be read."""
    left_out: Counter[str] = Counter()
    lines: list[tuple[Resource, Both]] = []
    broken: list[ReportedResource] = []
    for group in groups:
        rows = [row for row in group if is_watched(row)]
        if len(rows) < len(group):
            left_out["no longer monitored"] += len(group) - len(rows)
        for row, week in _two_weeks(rows, before, period, prices) if rows else ():
            if week is None:
                broken.append(reported(row))
            elif isinstance(week, str):
                left_out[week] += 1
            else:
                lines.append((row, week))
    return lines, left_out, broken


def _groups(team_id: int, begin: datetime) -> list[list[Resource]]:
    """What existed since a moment and is billed, by account and Region, whose tiers it shares."""
    kinds = [key for key, kind in KINDS.items() if kind.uses is not no_uses]
    rows = Resource.objects.filter(
        Q(gone_at=None) | Q(gone_at__gt=begin), team_id=team_id, source=None, kind__in=kinds
    )
    groups: dict[tuple[int | None, str], list[Resource]] = defaultdict(list)
    for row in rows.select_related("account").defer("verdicts", "bill", "tags").order_by("pk"):
        groups[row.account_id, row.region].append(row)
    return list(groups.values())


def _two_weeks(
    rows: list[Resource], before: Period, period: Period, prices: PriceList
) -> Iterator[tuple[Resource, Both | str | None]]:
    """What each resource of a Region cost in both weeks; else why not, or None: nobody can say."""
    last, this = (_week(rows, week, prices) for week in (before, period))
    measured = metered_hours(rows, *_seconds(period))
    for row, old, new in zip(rows, last, this, strict=True):
        gap = next((usd for usd in (new, old) if not isinstance(usd, Decimal)), NOTHING)
        if isinstance(new, Decimal) and isinstance(old, Decimal):
            hours = int(_hours(row, period))
            known = min(hours, measured.get(row.pk, hours))
            yield row, Both(row.name, new, old, reported(row), hours, known)
        else:
            yield row, None if gap is None else str(gap)


def _seconds(period: Period) -> tuple[int, int]:
    return int(period.begin.timestamp()), int(period.end.timestamp())


def _week(rows: list[Resource], period: Period, prices: PriceList) -> list[Decimal | str | None]:
    """USD of each resource in a week, or why it is not known; None: it cannot be read."""
    usage = usage_of(rows, *_seconds(period))
    costs: list[Decimal | str | None] = []
    for row, month in zip(rows, monthly_costs(rows, usage, prices), strict=True):
        hours = _hours(row, period)
        if month.is_broken:
            costs.append(None)
        elif not hours:
            costs.append(NOTHING)
        elif month.usd is None:
            gaps = [f"{line['what']}: {line['gap']}" for line in month.lines if line["gap"]]
            costs.append(gaps[0] if gaps else "its prices are not known")
        else:
            costs.append(month.usd * hours / HOURS_PER_MONTH)
    return costs


def _hours(row: Resource, period: Period) -> Decimal:
    """Of a period in which a resource existed."""
    begin = max(period.begin, datetime.fromtimestamp(created_at(row), UTC))
    end = min(period.end, row.gone_at or period.end)
    return max(NOTHING, Decimal(int((end - begin).total_seconds())) / 3_600)


def _sum(name: str, costs: Iterable[Both]) -> Both:
    costs = list(costs)
    now, before = ([getattr(cost, field) for cost in costs] for field in ("usd", "before_usd"))
    return Both(name, sum(now, NOTHING), sum(before, NOTHING))


def _unused(team_id: int, period: Period) -> list[Saving]:
    """Resources of which a finding says that nobody needs them, the dearest first."""
    rows = _idle(team_id, period).select_related("account", "source")
    savings = [
        Saving(reported(row), known_usd(row), "", NOTHING, is_partial=row.usd is None)
        for row in rows.defer("verdicts", "facts", "tags")
    ]
    return sorted((saving for saving in savings if saving.usd), key=lambda saving: -saving.usd)


def _idle(team_id: int, period: Period) -> QuerySet[Resource]:
    rules = [
        rule.id
        for kind in KINDS.values()
        for rule in kind.every_rule
        if rule.effect is Saves.WHOLE_COST
    ]
    idle = Finding.objects.filter(team_id=team_id, closed_at=None, rule__in=rules)
    idle = idle.exclude(muted_until__gt=period.end)
    return Resource.objects.filter(pk__in=idle.values("resource"), gone_at=None)


def _elsewhere(team_id: int, unused: Collection[Link]) -> list[Saving]:
    """The dearest resources whose traffic another option could carry for less."""
    kinds = [key for key, kind in KINDS.items() if kind.part_of]
    rows = Resource.objects.filter(team_id=team_id, gone_at=None, kind__in=kinds, usd__gt=0)
    savings = []
    for row in rows.select_related("account", "source").order_by("-usd")[:MAX_ELSEWHERE]:
        about = reported(row)
        try:
            options = alternatives(row)
        except (UnknownLatencies, UnknownPriceList):
            return []
        except (AttributeError, ArithmeticError, LookupError, TypeError, ValueError):
            continue  # its row cannot be read, which its cost says
        if options and options.cheaper and about.link not in unused:
            best = options.cheaper[0]
            savings.append(Saving(about, row.usd or NOTHING, best.name, best.usd))
    return savings
