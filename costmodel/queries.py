"""Rows in, core types out."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from costmodel import models
from costmodel.core.charges import PriceName
from costmodel.core.overrides import Override, overridden
from costmodel.core.price_list import (
    Changed,
    Price,
    PriceList,
    Tier,
    changes,
)
from costmodel.models import PriceOverride as PriceOverride

StoredPriceList = models.PriceList

PRICE = (
    "service", "usage_type", "operation", "region", "to_region", "unit", "source", "as_of", "weak",
)  # fmt: skip


class UnknownPriceList(LookupError):
    """No price list of that name is there for the team, or none at all."""


def price_list(team_id: int | None, name: str | None = None) -> PriceList:
    """A price list by name; without one, the newest that the team may use.

    Raises:
        UnknownPriceList: says which lists there are, or how to load the shipped one.
    """
    usable = models.PriceList.objects.filter(Q(team=None) | Q(team=team_id))
    named = usable.filter(name=name) if name else usable
    newest = named.values_list("uid", flat=True).first()
    if newest is None:
        names = ", ".join(usable.values_list("name", flat=True))
        there = f"there are: {names}" if names else "run manage.py load_data"
        raise UnknownPriceList(f"no price list is called {name!r}; {there}" if name else there)
    return _prices(newest)


def list_of(uid: UUID) -> PriceList:
    """A price list by its row."""
    return _prices(uid)


def name_in_force(team_id: int | None) -> str | None:
    """The name of the newest price list that the team may use."""
    usable = models.PriceList.objects.filter(Q(team=None) | Q(team=team_id))
    return usable.values_list("name", flat=True).first()


def price_list_names(team_id: int) -> list[str]:
    """The price lists that the team may use, the newest first."""
    usable = models.PriceList.objects.filter(Q(team=None) | Q(team=team_id))
    return list(usable.values_list("name", flat=True))


def compared_names(team_id: int, old: str | None, new: str | None) -> tuple[str, str]:
    """Two lists to compare: without a name, the one in force and the one before it.

    Raises:
        UnknownPriceList: there is no list at all.
    """
    names = price_list_names(team_id)
    if not names:
        raise UnknownPriceList("run manage.py load_data")
    return old or names[min(1, len(names) - 1)], new or names[0]


class Since(NamedTuple):
    """What happened to prices since a moment."""

    old: str  # the list that was in force then
    new: str
    changed: int  # prices


def prices_since(team_id: int, moments: Iterable[datetime]) -> dict[datetime, Since]:
    """For every moment after which another list came into force: what changed since."""
    usable = models.PriceList.objects.filter(Q(team=None) | Q(team=team_id))
    rows = list(usable.values_list("uid", "name", "created_at"))
    changed: dict[datetime, Since] = {}
    for moment in moments:
        then = next((row for row in rows if row[2] <= moment), rows[-1] if rows else None)
        if then and then != rows[0]:
            changed[moment] = Since(then[1], rows[0][1], _differences(then[0], rows[0][0]))
    return changed


def in_force(team_id: int, begin: datetime, end: datetime) -> tuple[str, str] | None:
    """The lists in force at two moments; before the first list was there, that one. None: no list.

    What is in force is the newest by the date of its prices, not by the day of its import.
    """
    usable = models.PriceList.objects.filter(Q(team=None) | Q(team=team_id))
    rows = list(usable.values_list("name", "created_at"))
    if not rows:
        return None
    first = min(rows, key=lambda row: row[1])[0]
    old, new = (
        next((name for name, created_at in rows if created_at <= moment), first)
        for moment in (begin, end)
    )
    return old, new


@lru_cache(maxsize=32)
def _differences(old: UUID, new: UUID) -> int:
    return len(changes(_prices(old), _prices(new)))


@lru_cache(maxsize=8)
def _prices(uid: UUID) -> PriceList:
    """Kept in memory: a price list never changes, and no other ever has its uid."""
    row = models.PriceList.objects.select_related("base").get(uid=uid)
    if row.base is not None:
        rules = [Override(**override) for override in map(_plain_override, row.overrides)]
        own = tuple(rule.words for rule in rules)
        return PriceList(row.name, row.as_of, overridden(_prices(row.base.uid), rules), own)
    return PriceList(row.name, row.as_of, tuple(_stored(row)))


def _stored(row: models.PriceList) -> Iterator[Price]:
    """The prices of a list in the order in which they were stored.

    Plain rows: as objects, thousands of them take longer than the comparison that needs them.
    """
    tiers_of_list = models.PriceTier.objects.filter(price__price_list=row)
    columns = tiers_of_list.order_by("price_id", "start").values_list(
        "price_id", *(f"price__{name}" for name in PRICE), "start", "end", "usd"
    )
    for (_, service, usage_type, operation, region, to_region, unit, *evidence), rows in groupby(
        columns, key=lambda row: row[:-3]
    ):
        tiers = tuple(Tier(start, end, usd.normalize()) for *_, start, end, usd in rows)
        name = PriceName(service, usage_type, operation)
        yield Price(name, region, to_region or None, unit, tiers, *evidence)


def _plain_override(stored: dict[str, str | None]) -> dict[str, Any]:
    numbers = {
        name: None if stored[name] is None else Decimal(str(stored[name]))
        for name in ("percent", "usd")
    }
    return stored | numbers


def price_changes(team_id: int, old: str, new: str) -> list[Changed]:
    """What differs between two of the team's price lists.

    Raises:
        UnknownPriceList: says which there are.
    """
    return changes(price_list(team_id, old), price_list(team_id, new))


def price_lists(team_id: int) -> QuerySet[models.PriceList]:
    """The price lists that the team may use, the one in force first."""
    usable = models.PriceList.objects.filter(Q(team=None) | Q(team=team_id))
    return usable.select_related("base", "author")


def overrides(team_id: int) -> QuerySet[PriceOverride]:
    """The team's own prices, those that ended included."""
    return PriceOverride.objects.filter(team_id=team_id).select_related("author")


def newest_shipped_at() -> datetime | None:
    """When the newest prices of AWS were stored."""
    shipped = models.PriceList.objects.filter(team=None)
    newest: datetime | None = shipped.aggregate(at=Max("created_at"))["at"]
    return newest
