"""What each resource costs a month: its hours, and what went through it, at the list's prices."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Q

from connectivity import points
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.resource_type import DAY, HOUR, Usage, Use, of_part
from connectivity.core.health.series import Tier
from connectivity.health.row_changes import store_changes
from connectivity.health.rows import found_of
from connectivity.models import Collection, Resource, Series
from costmodel.core.bill import Bill, bill
from costmodel.core.charges import Charge, Metered, PriceName
from costmodel.core.price_list import PriceList
from costmodel.core.units import HOURS_PER_MONTH, THOUSANDTHS
from costmodel.queries import UnknownPriceList, name_in_force, price_list

OVER_DAYS = 30
MIN_HOURS = 24  # from which a month can be told
METERED_DAYS = "days"  # under which `Usage` has over how many its figures were metered
MAX_AT_ONCE = 2_000  # resources, while somebody waits
UNREADABLE: dict[str, str | None] = {
    "what": "Configuration",
    "amount": None,
    "usd": None,
    "gap": "its stored configuration is incomplete; the next discovery reads it again",
}

logger = logging.getLogger(__name__)


def price_region(row: Collection, now: int) -> int:
    """Store what the resources of a Region cost, and from which lines; how many there are."""
    if row.account is None:
        return 0
    try:
        prices = price_list(row.team_id)
    except UnknownPriceList:
        return 0
    rows = Resource.objects.filter(account=row.account, region=row.region, gone_at=None)
    resources = list(rows.select_related("account").order_by("pk"))
    if resources:
        usage = usage_of(resources, now - OVER_DAYS * DAY, now)
        for resource, cost in zip(resources, monthly_costs(resources, usage, prices), strict=True):
            resource.usd, resource.bill = cost.usd, cost.lines
    with transaction.atomic():
        store_changes(resources, ["usd", "bill"])
        Collection.objects.filter(pk=row.pk).update(price_list=prices.name)
    return len(resources)


def follow_prices(team_id: int | None = None, most: int = MAX_AT_ONCE) -> int:
    """Price again, with the traffic of then, what was priced by another list than is in force now.

    Args:
        team_id: of one team; of all without it.
        most: resources after which what is left waits for the next call.

    Returns:
        How many resources were priced.
    """
    rows = Collection.objects.filter(task=Tier.DAY.value, source=None).exclude(tried_at=None)
    teams = rows.order_by().values_list("team_id", flat=True).distinct()
    done = 0
    for team in teams if team_id is None else [team_id]:
        in_force = name_in_force(team)
        stale = rows.filter(team_id=team).exclude(price_list=in_force or "")
        for row in stale.select_related("account") if in_force else ():
            if done >= most:
                return done
            done += price_region(row, int(row.tried_at.timestamp()) if row.tried_at else 0)
    return done


UsageOf = Mapping[int, Usage]  # by resource


def usage_of(resources: Iterable[Resource], start: int, end: int) -> UsageOf:
    """A month's total of each metered metric, from the hours that are known of a stretch of time.

    Fewer than 24 hours say nothing; fewer than there are in a month are scaled up.
    """
    series = [line for line in _metered(resources, start, end) if line.hours >= MIN_HOURS]
    totals = points.totals([line.pk for line in series], start, end)
    usage: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for line in series:
        figures, days = usage[line.resource], line.hours / 24
        figures[METERED_DAYS] = min(days, figures.get(METERED_DAYS, days))
        amount = totals.get(line.pk, 0.0) / line.hours * HOURS_PER_MONTH
        figures[line.metric] += amount
        if line.part:
            figures[of_part(line.metric, line.part)] += amount
    return usage


class _Metered(NamedTuple):
    """A metered series, and the hours of a stretch of time of which it is known."""

    pk: int
    resource: int
    metric: str
    part: str
    hours: int


def _metered(resources: Iterable[Resource], start: int, end: int) -> Iterator[_Metered]:
    created = {resource.pk: created_at(resource) for resource in resources}
    rows = Series.objects.filter(
        Q(gone_at=None) | Q(resource__gone_at__isnull=False),
        resource__in=list(created),
        period=HOUR,
        statistic="Sum",
    )
    for pk, owner, metric, part, begun, mark in rows.values_list(
        "pk", "resource_id", "metric", "part", "begun", "mark"
    ):
        begin = max(start, begun or end, created[owner])  # before that there was no traffic
        yield _Metered(pk, owner, metric, part, (min(mark or 0, end) - begin) // HOUR)


def metered_hours(resources: Iterable[Resource], start: int, end: int) -> dict[int, int]:
    """Of a stretch of time, the hours of which all that is metered of a resource is known."""
    hours: dict[int, int] = {}
    for line in _metered(resources, start, end):
        hours[line.resource] = max(0, min(line.hours, hours.get(line.resource, line.hours)))
    return hours


def created_at(resource: Resource) -> int:
    """In seconds, as its configuration says; 0 where it does not."""
    try:
        return int(resource.facts.get("created") or 0)
    except (AttributeError, TypeError, ValueError):
        return 0


def known_usd(resource: Resource) -> Decimal:
    """What it costs a month; where a part has no price, what the others cost."""
    if resource.usd is not None:
        return resource.usd
    lines = resource.bill if isinstance(resource.bill, list) else ()
    priced = [line.get("usd") for line in lines if isinstance(line, dict)]
    return sum((Decimal(usd) for usd in priced if usd), Decimal(0))


class MonthlyCost(NamedTuple):
    """What a month costs; None where a price or a measurement is missing, which a line names."""

    usd: Decimal | None
    lines: list[dict[str, str | None]]
    is_broken: bool = False  # its stored configuration cannot be read


def monthly_costs(
    resources: list[Resource], usage: UsageOf, prices: PriceList
) -> list[MonthlyCost]:
    """What each resource of one account and Region costs a month, in their order."""
    uses = [_uses(resource, usage[resource.pk]) for resource in resources]
    costs = costs_of([known or [] for known in uses], resources[0].region, prices)
    for at, (resource, known) in enumerate(zip(resources, uses, strict=True)):
        if known is None:
            costs[at] = MonthlyCost(None, [UNREADABLE], is_broken=True)
        else:
            _mark_scaled(costs[at], resource, usage[resource.pk])
    return costs


def _uses(resource: Resource, usage: Usage) -> list[Use] | None:
    """None: its stored configuration lacks what its kind reads, or another release knew the kind.

    One such row must not take the prices of its whole Region with it.
    """
    try:
        return list(KINDS[resource.kind].uses(found_of(resource), usage))
    except (AttributeError, LookupError, TypeError, ValueError):
        logger.exception("the configuration of %s cannot be read", resource)
        return None


def _mark_scaled(cost: MonthlyCost, resource: Resource, usage: Usage) -> None:
    """Say of what was metered over how many days it was, where those are not a month."""
    days = usage.get(METERED_DAYS)
    if days is None or days >= OVER_DAYS:
        return
    kind = KINDS[resource.kind]
    metered = {use.what for use in kind.uses(found_of(resource), {}) if use.amount is None}
    for line in cost.lines:
        if line["what"] in metered and line["usd"] is not None:
            line["days"] = f"{days:.1f}"


def costs_of(uses: list[list[Use]], region: str, prices: PriceList) -> list[MonthlyCost]:
    """What each list of uses in a Region costs a month."""
    one_pool = np.zeros(len(uses), dtype=np.int64)  # an account's usage shares its tiers
    return _costs(uses, bill(_charges(uses), prices, [region], one_pool))


def _charges(uses: list[list[Use]]) -> list[Charge]:
    """Uses of one price as one charge, payer by payer; each resource pays for itself."""
    by_price: dict[tuple[str, PriceName], list[tuple[int, int]]] = defaultdict(list)
    for payer, resource_uses in enumerate(uses):
        for use in resource_uses:
            if use.amount is not None:
                by_price[use.what, use.price].append((payer, round(use.amount * THOUSANDTHS)))
    return [
        Metered(
            purpose,
            price,
            region=np.zeros(len(rows), dtype=np.int64),
            payer=np.array([payer for payer, _ in rows]),
            quantity=np.array([amount for _, amount in rows]),
        )
        for (purpose, price), rows in by_price.items()
    ]


def _costs(uses: list[list[Use]], billed: Bill) -> list[MonthlyCost]:
    """Lines by resource. What lacks a price or a measurement is a gap; then there is no total."""
    paid: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in billed.lines:
        paid[line.payer, line.description] += line.usd
    unpriced = {gap.price for gap in billed.gaps}
    costs = []
    for payer, resource_uses in enumerate(uses):
        lines = [
            _line(use, paid[payer, use.what] / use.parts, use.price in unpriced)
            for use in resource_uses
        ]
        known = [Decimal(line["usd"]) for line in lines if line["usd"] is not None]
        is_whole = bool(resource_uses) and len(known) == len(resource_uses)
        costs.append(MonthlyCost(sum(known, Decimal(0)) if is_whole else None, lines))
    return costs


def _line(use: Use, usd: Decimal, is_unpriced: bool) -> dict[str, str | None]:
    gap = ""
    if use.amount is None:
        gap = "less than a day of usage data"
    elif is_unpriced:
        gap = f"the price list has no price for {use.price.usage_type} here"
    return {
        "what": use.what,
        "amount": None if use.amount is None else f"{use.amount:.3f}",
        "usd": None if gap else f"{usd:.4f}",
        "gap": gap,
    }
