"""What each resource costs a month: its hours, and what went through it, at the list's prices."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from django.db.models import Q

from connectivity import points
from connectivity.core.health.kind import DAY, HOUR, Usage, Use
from connectivity.core.health.kinds import KINDS
from connectivity.health.discovering import found_of
from connectivity.models import Collection, Resource, Series
from costmodel.core.bill import Bill, bill
from costmodel.core.charges import Charge, Metered, PriceName
from costmodel.core.price_list import PriceList
from costmodel.core.units import HOURS_PER_MONTH, THOUSANDTHS
from costmodel.queries import UnknownPriceList, price_list

OVER_DAYS = 30
LEAST_HOURS = 24  # from which a month can be told


def price_region(row: Collection, now: int) -> None:
    """Store what the resources of a Region cost, and from which lines."""
    if row.account is None:
        return
    found = Resource.objects.filter(account=row.account, region=row.region, gone_at=None)
    resources = list(found.select_related("account").order_by("pk"))
    if not resources:
        return
    try:
        prices = price_list(row.team_id)
    except UnknownPriceList:
        return
    usage = usage_of(resources, now - OVER_DAYS * DAY, now)
    for one, cost in zip(resources, monthly_costs(resources, usage, prices), strict=True):
        one.usd, one.bill = cost.usd, cost.lines
    Resource.objects.bulk_update(resources, ["usd", "bill"], batch_size=500)


UsageOf = Mapping[int, Usage]  # by resource


def usage_of(resources: Iterable[Resource], start: int, end: int) -> UsageOf:
    """A month's total of each metered metric, from the hours that are known of a stretch of time.

    Fewer than 24 hours say nothing; fewer than there are in a month are scaled up.
    """
    created = {one.pk: int(one.facts.get("created") or 0) for one in resources}
    rows = Series.objects.filter(
        Q(gone_at=None) | Q(resource__gone_at__isnull=False),
        resource__in=list(created),
        period=HOUR,
        statistic="Sum",
    )
    series = list(rows.values_list("pk", "resource_id", "metric", "begun", "mark"))
    totals = points.totals([one[0] for one in series], start, end)
    found: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for pk, owner, metric, begun, mark in series:
        begin = max(start, begun or end, created[owner])  # before that there was no traffic
        hours = (min(mark or 0, end) - begin) // HOUR
        if hours >= LEAST_HOURS:
            found[owner][metric] += totals.get(pk, 0.0) / hours * HOURS_PER_MONTH
    return found


class MonthlyCost(NamedTuple):
    """What a month costs; None where a price or a measurement is missing, which a line names."""

    usd: Decimal | None
    lines: list[dict[str, str | None]]


def monthly_costs(
    resources: list[Resource], usage: UsageOf, prices: PriceList
) -> list[MonthlyCost]:
    """What each resource of one account and Region costs a month, in their order."""
    uses = [list(KINDS[one.kind].uses(found_of(one), usage[one.pk])) for one in resources]
    one_pool = np.zeros(len(resources), dtype=np.int64)  # an account's usage shares its tiers
    billed = bill(_charges(uses), prices, [resources[0].region], one_pool)
    return _costs(uses, billed)


def _charges(uses: list[list[Use]]) -> list[Charge]:
    """Uses of one price as one charge, payer by payer; each resource pays for itself."""
    by_price: dict[tuple[str, PriceName], list[tuple[int, int]]] = defaultdict(list)
    for payer, some in enumerate(uses):
        for use in some:
            if use.amount is not None:
                by_price[use.what, use.price].append((payer, round(use.amount * THOUSANDTHS)))
    return [
        Metered(
            what,
            price,
            region=np.zeros(len(rows), dtype=np.int64),
            payer=np.array([payer for payer, _ in rows]),
            quantity=np.array([amount for _, amount in rows]),
        )
        for (what, price), rows in by_price.items()
    ]


def _costs(uses: list[list[Use]], billed: Bill) -> list[MonthlyCost]:
    """Lines by resource. What lacks a price or a measurement is a gap; then there is no total."""
    paid: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in billed.lines:
        paid[line.payer, line.what] += line.usd
    unpriced = {gap.price for gap in billed.gaps}
    found = []
    for payer, some in enumerate(uses):
        lines = [_line(use, paid.get((payer, use.what)), use.price in unpriced) for use in some]
        known = [Decimal(line["usd"]) for line in lines if line["usd"] is not None]
        is_whole = some and len(known) == len(some)
        found.append(MonthlyCost(sum(known, Decimal(0)) if is_whole else None, lines))
    return found


def _line(use: Use, usd: Decimal | None, is_unpriced: bool) -> dict[str, str | None]:
    gap = ""
    if use.amount is None:
        gap = "not measured for a day yet"
    elif is_unpriced:
        gap = f"the price list has no price of {use.price.usage_type} here"
    return {
        "what": use.what,
        "amount": None if use.amount is None else f"{use.amount:.3f}",
        "usd": None if gap else f"{usd or Decimal(0):.4f}",
        "gap": gap,
    }
