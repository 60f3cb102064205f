"""Reads AWS's price files as published or saved, without holding them in memory.

Tiers come in any order, numbers as strings, and one SKU may have many rows. What is not on demand,
not in USD, or a free tier of the whole bill (`Global-…`) is counted and left out.
Source: AWS Billing guide, "Reading the service price list file"; offer files of 2016 to 2026.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from costmodel.core.charges import PriceName
from costmodel.core.price_list import Price, Tier, tiers
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage_types import INTER_REGION
from costmodel.importers.aws_units import unit_of
from costmodel.importers.needed import FREE, MAX_LETTERS, Needed
from costmodel.importers.offer_files import open_offer
from costmodel.importers.offer_rows import (
    Edition,
    Matters,
    Offer,
    OfferError,
    OfferRow,
    Progress,
    shown,
)
from costmodel.importers.product_regions import NO_REGION, place_of
from costmodel.importers.products import rows as product_rows

NOT_USD = "not in USD"
AMBIGUOUS = "with another SKU of the same name at another price"
LARGEST = 12  # digits before the point, of quantities and prices
MAX_REASONS = 5
MAX_REMEMBERED = 20_000  # usage types, of which a file of AmazonEC2 has about 10,000
DECIMALS = 10  # of a price, as AWS writes and a list stores them
Range = tuple[int, int | None, Decimal]


class Key(NamedTuple):
    """What makes a price one price."""

    name: PriceName
    region: str
    to_region: str | None
    sku: str
    unit: str


class Gathered(NamedTuple):
    """What was read of one price so far: of its newest term, whose ranges and from where."""

    effective: str
    edition: Edition
    ranges: list[Range]
    where: str


@dataclass
class OfferRead:
    """What a file gave: prices, and what was left out and why."""

    offer: Offer
    prices: list[Price] = field(default_factory=list)
    read: int = 0  # rows of prices on demand
    skipped: Counter[str] = field(default_factory=Counter)


def read_offer(
    path: Path, needed: Needed, progress: Progress = lambda done, total: None
) -> OfferRead:
    """The prices of one file: an offer file, or a saved answer of GetProducts.

    Args:
        path: JSON or CSV, found by content.
        needed: which of them are kept.
        progress: told (bytes read, bytes in all).

    Raises:
        OfferError: cut, changed, or no price file; says where and what.
    """
    matters = _matters(needed)
    with open_offer(path, matters, progress) as (offer, rows):
        services = sorted(needed.services)
        if offer.service and offer.service not in services:
            raise OfferError(f"{shown(offer.service)} is not one of {', '.join(services)}")
        read = _gathered(offer, needed, rows)
        if not read.prices:
            raise OfferError(f"{path.name}: {nothing_kept([read])}")
    return read


def nothing_kept(reads: Iterable[OfferRead]) -> str:
    """Why files gave no price, in words."""
    skipped: Counter[str] = Counter()
    for read in reads:
        skipped.update(read.skipped)
    reasons = [f"{count:,} {why}" for why, count in skipped.most_common(MAX_REASONS)]
    why_none = "; ".join(reasons) or "there is no product with terms on demand"
    return f"no price in it is kept: {why_none}"


def read_products(service: str, items: Iterable[str], needed: Needed) -> OfferRead:
    """The prices of what the Price List API's GetProducts gives: one JSON text for each product.

    Raises:
        OfferError: an item is not what AWS documents.
    """
    offer = Offer(service, "", "")
    rows = product_rows(offer, items, _matters(needed), f"GetProducts {service}")
    return _gathered(offer, needed, rows)


def _matters(needed: Needed) -> Matters:
    known: dict[tuple[Any, Any, str], str | None] = {}

    def matters(service: str, attributes: Mapping[str, Any]) -> str | None:
        key = attributes.get("usagetype", ""), attributes.get("servicecode"), service
        try:
            return known[key]
        except (KeyError, TypeError):
            why = _why_not(needed, *key)
            if len(known) < MAX_REMEMBERED and len(key[0]) <= MAX_LETTERS:
                known[key] = why
            return why

    return matters


def _why_not(needed: Needed, usage: Any, own: Any, service: str) -> str | None:
    """Why a product is left out; the service that it names itself counts, if prices of it do."""
    if not isinstance(usage, str) or not isinstance(own, str | None):
        raise OfferError(f"a product's usagetype is {shown(usage)}, not a text")
    return needed.why_not(own if own in needed.services else service, usage)


def _gathered(offer: Offer, needed: Needed, rows: Iterable[OfferRow]) -> OfferRead:
    read = OfferRead(offer)
    gathered: dict[Key, Gathered] = {}
    for row in rows:
        read.read += 1
        key = _key(needed, row)
        if isinstance(key, str):
            read.skipped[key] += 1
            continue
        known = gathered.get(key)
        if known is None or row.effective > known.effective:  # an older term of the same SKU
            known = gathered[key] = Gathered(row.effective, row.edition, [], row.where)
        if row.effective == known.effective and (span := _range(key, row)) not in known.ranges:
            known.ranges.append(span)
    read.skipped.update(offer.left_out)
    read.read += sum(offer.left_out.values())
    read.prices = list(_unambiguous(_prices(gathered), read.skipped))
    return read


def _key(needed: Needed, row: OfferRow) -> Key | str:
    """The price that a row belongs to, or why it is left out."""
    place = place_of(row.attributes)
    if isinstance(place, str):
        return place
    own = row.attributes.get("servicecode", row.edition.service)
    service = own if own in needed.services else row.edition.service
    name = needed.name(service, place.usage_type, row.attributes.get("operation", ""))
    if name == INTER_REGION and place.to_region is None:
        return NO_REGION
    if not row.usd:
        return NOT_USD
    unit = unit_of(name.usage_type, row.unit)
    if unit is None:
        return f"of {name.usage_type} in a unit that it is not counted in here"
    return Key(name, place.region, place.to_region, row.sku, unit.name)


def _range(key: Key, row: OfferRow) -> Range:
    unit = unit_of(key.name.usage_type, row.unit)
    of_theirs = unit.of_theirs if unit else Decimal(1)
    start = _number(row, row.begin) / of_theirs
    end = None if row.end == "Inf" else _number(row, row.end) / of_theirs
    usd = _number(row, row.usd) * of_theirs
    if usd != round(usd, DECIMALS):
        raise OfferError(f"{row.where}: a price of {shown(row.usd)} USD has too many decimals")
    return int(start * THOUSANDTHS), None if end is None else int(end * THOUSANDTHS), usd


def _number(row: OfferRow, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        numbers = f"{shown(row.begin)} to {shown(row.end)} at {shown(row.usd)}"
        raise OfferError(f"{row.where}: {numbers} are not numbers") from error
    if not number.is_finite() or number < 0 or number.adjusted() >= LARGEST or "_" in text:
        raise OfferError(f"{row.where}: {shown(text)} cannot be a price in USD or a quantity")
    return number


def _prices(gathered: Mapping[Key, Gathered]) -> Iterator[Price]:
    for key, known in gathered.items():
        try:
            rising = tiers(known.ranges)
        except ValueError as error:
            problem = f"SKU {key.sku}: {error}; the file may be cut or changed"
            raise OfferError(f"{known.where}: {problem}") from error
        if rising[-1].end is not None:
            raise OfferError(f"SKU {key.sku}: its last tier has an end; the file may be cut")
        service, version, published = known.edition
        source = f"AWS offer file {service} {version}, SKU {key.sku}"
        yield Price(key.name, key.region, key.to_region, key.unit, rising, source, published)


def _unambiguous(prices: Iterable[Price], skipped: Counter[str]) -> Iterator[Price]:
    """One price of each name and place: SKUs at no price stand beside true ones as free tiers."""
    same: dict[tuple[PriceName, str, str | None], dict[tuple[Tier, ...], Price]] = defaultdict(dict)
    for price in prices:
        known = same[price.name, price.region, price.to_region]
        if price.tiers not in known or price.as_of > known[price.tiers].as_of:
            known[price.tiers] = price
    for known in same.values():
        charged = [price for price in known.values() if any(tier.usd for tier in price.tiers)]
        candidates = charged or list(known.values())
        if len(candidates) < len(known):
            skipped[FREE] += len(known) - len(candidates)
        newest = max(price.as_of for price in candidates)
        kept = [price for price in candidates if price.as_of == newest]
        if len(kept) == 1:
            yield kept[0]
        else:
            skipped[AMBIGUOUS] += len(kept)
