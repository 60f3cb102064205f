"""The price list that comes with a release, beside what an installation has stored."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from costmodel import models, queries
from costmodel.core.price_list import Price, replaced
from costmodel.importers import price_table
from costmodel.ingest import renew_own_lists, store_prices
from costmodel.signals import prices_in_force

SHIPPED = Path(__file__).parent / "data" / "prices_2026-11-25.csv"


def load_shipped_prices() -> models.PriceList:
    """The price list that comes with this release. Safe to repeat.

    In an installation that has lists already it is one more, in force with what had been imported
    and with the teams' own prices over it; the older ones stay as they are.
    """
    row, is_new = _load()
    if is_new:
        prices_in_force.send_robust(models.PriceList, team_id=None)
    return row


@transaction.atomic
def _load() -> tuple[models.PriceList, bool]:
    text = SHIPPED.read_text(encoding="utf-8")
    as_of = SHIPPED.stem.removeprefix("prices_")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    before = models.PriceList.objects.filter(team=None).first()
    row, is_new = models.PriceList.objects.get_or_create(
        sha256=sha256, defaults={"name": f"shipped-{as_of}-{sha256[:6]}", "as_of": as_of}
    )
    if is_new:
        prices = price_table.read(text.splitlines())
        store_prices(row, prices)
        row.counts = {"held": len(prices)}
        row.save(update_fields=["counts"])
        if before is not None and _is_import(before):
            _put_over(row, prices, before)
        renew_own_lists()
    return row, is_new


def _is_import(row: models.PriceList) -> bool:
    return "fresh" in row.counts


def _put_over(shipped: models.PriceList, prices: Iterable[Price], before: models.PriceList) -> None:
    """A list in force of what an installation imported, over the prices of a newer release."""
    releases = (
        price_list
        for price_list in models.PriceList.objects.filter(team=None)
        if not _is_import(price_list)
    )
    known = {price for release in releases for price in queries.list_of(release.uid).prices}
    own = [price for price in queries.list_of(before.uid).prices if price not in known]
    whole = replaced(prices, own)
    sha256 = hashlib.sha256(f"{shipped.sha256} {before.sha256}".encode()).hexdigest()
    as_of = max(shipped.as_of, before.as_of)
    row = models.PriceList.objects.create(
        name=f"aws-{as_of}-{sha256[:6]}",
        as_of=as_of,
        sha256=sha256,
        counts=before.counts | {"held": len(whole)},
    )
    store_prices(row, whole)
