"""Reads AWS's offer files as published, JSON or CSV, without holding them in memory.

Tiers come in any order, numbers as strings, and one SKU may have many rows. What is not on demand,
not in USD, or a free tier of the whole bill (`Global-…`) is counted and left out.
Source: AWS Billing guide, "Reading the service price list file"; offer files of 2026-09.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from costmodel.core.charges import PriceName
from costmodel.core.price_list import Price, tiers
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage_types import (
    OPERATIONS,
    PAIR,
    REGION_CODE,
    regions_of_pair,
    without_prefix,
)
from costmodel.importers.offer_files import Offer, OfferError, Row, open_offer, product_rows

KEPT = {
    "AmazonVPC": re.compile(
        r"TransitGateway-|VpcEndpoint-|VpcPeering-|PublicIPv4:|VPN-|VpcResource|VpcLattice|Lattice"
    ),
    "AWSELB": re.compile(r"LoadBalancerUsage$|LCUUsage$"),
    "AmazonEC2": re.compile(r"(Regional)?NatGateway-"),
    "AWSDataTransfer": re.compile(r"DataTransfer-(Regional|Out)-Bytes$|AWS-Out-Bytes$"),
    "AWSCloudWAN": re.compile(r"."),
    "AWSDirectConnect": re.compile(r"."),
    "AWSGlobalAccelerator": re.compile(r"."),
    "VpcLattice": re.compile(r"."),
}
"""By service: the usage types, without Region prefix, that connectivity is made of."""

UNITS = {
    "hrs": "hour", "hour": "hour", "hours": "hour", "gb": "GB", "gigabytes": "GB",
    "lcu-hrs": "LCU-hour", "lcu-hr": "LCU-hour",
}  # fmt: skip
FREE = "free tier of the whole bill"
Progress = Callable[[int, int], None]
Range = tuple[int, int | None, Decimal]


class Key(NamedTuple):
    """What makes a price one price."""

    name: PriceName
    region: str
    to_region: str | None
    sku: str
    unit: str


@dataclass
class OfferRead:
    """What a file gave: prices, and what was left out and why."""

    offer: Offer
    prices: list[Price] = field(default_factory=list)
    read: int = 0  # rows of prices on demand
    skipped: Counter[str] = field(default_factory=Counter)


def read_offer(path: Path, progress: Progress = lambda done, total: None) -> OfferRead:
    """The prices of one offer file.

    Args:
        path: JSON or CSV, found by content.
        progress: told (bytes read, bytes in all).

    Raises:
        OfferError: cut, changed, or not an offer file; says where and what.
    """
    with open_offer(path, _may_matter, progress) as (offer, rows):
        if offer.service not in KEPT:
            raise OfferError(f"{path.name}: {offer.service!r} is not one of {', '.join(KEPT)}")
        found = _gathered(offer, rows)
    if not found.prices:
        raise OfferError(f"{path.name}: no price in it that connectivity needs")
    return found


def read_products(service: str, items: Iterable[str]) -> OfferRead:
    """The prices of what the Price List API's GetProducts gives: one JSON text for each product.

    Raises:
        OfferError: an item is not what AWS documents.
    """
    offer = Offer(service, "", "")
    return _gathered(offer, product_rows(offer, items, _may_matter))


def _gathered(offer: Offer, rows: Iterable[Row]) -> OfferRead:
    found = OfferRead(offer)
    ranges: dict[Key, list[Range]] = defaultdict(list)
    dates: dict[Key, str] = {}
    for row in rows:
        found.read += 1
        key = _key(offer, row)
        if isinstance(key, str):
            found.skipped[key] += 1
        elif (dated := row.effective[:10]) >= dates.get(key, ""):
            if dated > dates.get(key, ""):
                ranges.pop(key, None)  # an older offer of the same SKU
            dates[key] = dated
            ranges[key].append(_range(row))
    found.skipped.update(offer.left_out)
    found.read += sum(offer.left_out.values())
    found.prices = list(_prices(offer, ranges))
    return found


def _may_matter(service: str, attributes: dict[str, str]) -> str | None:
    """Why a product does not matter, from its attributes alone; None where it may."""
    usage = attributes.get("usagetype", "")
    if usage.startswith("Global-"):
        return FREE
    name = without_prefix(usage)
    pattern = KEPT.get(service)
    if pattern is None or not pattern.match(name):
        is_pair = service == "AWSDataTransfer" and PAIR.fullmatch(usage)
        return None if is_pair else "not a part of connectivity"
    return None


def _key(offer: Offer, row: Row) -> Key | str:
    """The price that a row belongs to, or why it is left out."""
    usage, region = row.attributes.get("usagetype", ""), row.attributes.get("regionCode", "")
    to_region: str | None = None
    pair = PAIR.fullmatch(usage)
    if pair:
        ends = row.attributes.get("fromRegionCode"), row.attributes.get("toRegionCode")
        by_prefix = regions_of_pair(pair)
        region, destination = (said or known for said, known in zip(ends, by_prefix, strict=True))
        if not REGION_CODE.fullmatch(region) or not REGION_CODE.fullmatch(destination):
            return "an end of the transfer is no Region"
        name, to_region = pair["what"], destination
    else:
        name = without_prefix(usage)
    if not region or not REGION_CODE.fullmatch(region):
        return "not of a Region"
    if not row.usd:
        return "not in USD"
    operation = OPERATIONS.get((offer.service, name), row.attributes.get("operation", ""))
    unit = UNITS.get(row.unit.lower(), row.unit)
    return Key(PriceName(offer.service, name, operation), region, to_region, row.sku, unit)


def _range(row: Row) -> Range:
    try:
        start = int(Decimal(row.begin) * THOUSANDTHS)
        end = None if row.end == "Inf" else int(Decimal(row.end) * THOUSANDTHS)
        usd = Decimal(row.usd)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise OfferError(
            f"{row.where}: {row.begin!r} to {row.end!r} at {row.usd!r} are not numbers"
        ) from error
    if not usd.is_finite() or usd < 0:
        raise OfferError(f"{row.where}: a price of {row.usd!r} USD cannot be")
    return start, end, usd


def _prices(offer: Offer, ranges: dict[Key, list[Range]]) -> Iterator[Price]:
    for key, some in ranges.items():
        try:
            rising = tiers(some)
        except ValueError as error:
            raise OfferError(f"SKU {key.sku}: {error}; the file may be cut or changed") from error
        if rising[-1].end is not None:
            raise OfferError(f"SKU {key.sku}: its last tier has an end; the file may be cut")
        source = f"AWS offer file {offer.service} {offer.version}, SKU {key.sku}"
        yield Price(
            key.name, key.region, key.to_region, key.unit, rising, source, offer.published[:10]
        )


def plain(found: OfferRead) -> dict[str, Any]:
    """The counts, as the contract's section 7 has them."""
    skipped = [{"why": why, "count": count} for why, count in sorted(found.skipped.items())]
    return {"read": found.read, "kept": len(found.prices), "skipped": skipped}
