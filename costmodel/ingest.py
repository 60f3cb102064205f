"""Stores price lists."""

import hashlib
from pathlib import Path

from django.db import transaction

from costmodel import models
from costmodel.core.price_list import Price
from costmodel.importers import price_table

SHIPPED = Path(__file__).parent / "data" / "prices_2026-11-23.csv"


@transaction.atomic
def load_shipped_prices() -> models.PriceList:
    """The price list that comes with this release. Safe to repeat."""
    text = SHIPPED.read_text(encoding="utf-8")
    as_of = SHIPPED.stem.removeprefix("prices_")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    row, is_new = models.PriceList.objects.get_or_create(
        sha256=sha256, defaults={"name": f"shipped-{as_of}-{sha256[:6]}", "as_of": as_of}
    )
    if is_new:
        _store(row, price_table.read(text.splitlines()))
    return row


def _store(row: models.PriceList, prices: tuple[Price, ...]) -> None:
    stored = models.Price.objects.bulk_create(
        models.Price(
            price_list=row,
            service=price.name.service,
            usage_type=price.name.usage_type,
            operation=price.name.operation,
            region=price.region,
            to_region=price.to_region or "",
            unit=price.unit,
            source=price.source,
            as_of=price.as_of,
            weak=price.weak,
        )
        for price in prices
    )
    models.PriceTier.objects.bulk_create(
        models.PriceTier(price=one, start=tier.start, end=tier.end, usd=tier.usd)
        for one, price in zip(stored, prices, strict=True)
        for tier in price.tiers
    )
