"""What the watched resources cost this week against last, at one price list.

A week of a resource is its hours in that week at the monthly cost of that week's traffic: tiers are
those of a month. What cannot be told for both weeks is in neither sum, and is counted.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from connectivity.core.health.evaluation import Saves
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import no_uses
from connectivity.core.report_schedule import Period
from connectivity.health.cheaper_options import alternatives
from connectivity.health.resource_cost import monthly_costs, usage_of
from connectivity.models import Finding, Resource
from connectivity.queries import UnknownLatencies
from connectivity.weekly.links import Link, ReportedResource, is_watched, reported
from costmodel.core.price_list import PriceList
from costmodel.core.units import HOURS_PER_MONTH
from costmodel.queries import UnknownPriceList, price_list

MOST = 5
MOST_ELSEWHERE = 3
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Both:
    """USD of a week, and of the one before."""

    name: str
    usd: Decimal
    before_usd: Decimal
    thing: ReportedResource | None = None

    @property
    def change_usd(self) -> Decimal:
        return self.usd - self.before_usd


@dataclass(frozen=True)
class Saving:
    """What a resource costs a month, and for how much less it could be had."""

    thing: ReportedResource
    usd: Decimal
    instead: str  # the option that costs less; empty: nobody needs the resource
    instead_usd: Decimal


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
    left_out: Counter[str] = Counter()
    lines: list[tuple[Resource, Both]] = []
    for group in groups:
        rows = [row for row in group if is_watched(row)]
        if len(rows) < len(group):
            left_out["no longer monitored"] += len(group) - len(rows)
        if not rows:
            continue
        weeks = [_week(rows, week, prices) for week in (before, period)]
        for row, last, this in zip(rows, *weeks, strict=True):
            if isinstance(this, str) or isinstance(last, str):
                left_out[this if isinstance(this, str) else str(last)] += 1
            else:
                lines.append((row, Both(row.name, this, last, reported(row))))
    both = [cost for _, cost in lines]
    moved = sorted(both, key=lambda cost: -abs(cost.change_usd))
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
    )


def _groups(team_id: int, begin: datetime) -> list[list[Resource]]:
    """What existed since a moment and is billed, by account and Region, whose tiers it shares."""
    kinds = [key for key, kind in KINDS.items() if kind.uses is not no_uses]
    rows = Resource.objects.filter(
        Q(gone_at=None) | Q(gone_at__gt=begin), team_id=team_id, source=None, kind__in=kinds
    )
    groups: dict[tuple[int | None, str], list[Resource]] = defaultdict(list)
    for row in rows.select_related("account").defer("verdicts", "bill").order_by("pk"):
        groups[row.account_id, row.region].append(row)
    return list(groups.values())


def _week(rows: list[Resource], period: Period, prices: PriceList) -> list[Decimal | str]:
    """USD of each resource in a week, or why it is not known."""
    start, end = (int(moment.timestamp()) for moment in (period.begin, period.end))
    usage = usage_of(rows, start, end)
    costs: list[Decimal | str] = []
    for row, month in zip(rows, monthly_costs(rows, usage, prices), strict=True):
        hours = _hours(row, period)
        if not hours:
            costs.append(NOTHING)
        elif month.usd is None:
            gaps = [str(line["gap"]) for line in month.lines if line["gap"]]
            costs.append(gaps[0] if gaps else "its prices are not known")
        else:
            costs.append(month.usd * hours / HOURS_PER_MONTH)
    return costs


def _hours(row: Resource, period: Period) -> Decimal:
    """Of a period in which a resource existed."""
    created = row.facts.get("created")
    begin = max(period.begin, datetime.fromtimestamp(int(created or 0), UTC))
    end = min(period.end, row.gone_at or period.end)
    return max(NOTHING, Decimal(int((end - begin).total_seconds())) / 3_600)


def _sum(name: str, costs: Iterable[Both]) -> Both:
    costs = list(costs)
    now, before = ([getattr(cost, field) for cost in costs] for field in ("usd", "before_usd"))
    return Both(name, sum(now, NOTHING), sum(before, NOTHING))


def _unused(team_id: int, period: Period) -> list[Saving]:
    """Resources of which a finding says that nobody needs them, the dearest first."""
    rows = _idle(team_id, period).filter(usd__gt=0)
    savings = [
        Saving(reported(row), row.usd or NOTHING, "", NOTHING)
        for row in rows.select_related("account", "source")
    ]
    return sorted(savings, key=lambda saving: -saving.usd)


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
    for row in rows.select_related("account", "source").order_by("-usd")[:MOST_ELSEWHERE]:
        about = reported(row)
        try:
            options = alternatives(row)
        except (UnknownLatencies, UnknownPriceList):
            return []
        if options and options.cheaper and about.link not in unused:
            best = options.cheaper[0]
            savings.append(Saving(about, row.usd or NOTHING, best.name, best.usd))
    return savings
