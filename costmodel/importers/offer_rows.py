"""What AWS's price files have in common: products with attributes, and their terms on demand."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

ON_DEMAND = "OnDemand"
NOT_ON_DEMAND = "terms other than on demand"
ATTRIBUTES = (
    "servicecode",
    "usagetype",
    "operation",
    "regionCode",
    "location",
    "locationType",
    "fromRegionCode",
    "fromLocation",
    "fromLocationType",
    "toRegionCode",
    "toLocation",
    "toLocationType",
)
MAX_TEXT = 100  # characters of a value that is used
SHOWN = 60  # characters of a refused value
KINDS = {type(None): "missing", bool: "true or false", list: "a list", dict: "an object"}
CLOCKS_DIFFER = timedelta(days=366)  # a file from later than that is from no clock

Progress = Callable[[int, int], None]
Matters = Callable[[str, Mapping[str, Any]], str | None]
"""Why a product of an offer does not matter, from its attributes alone; None where it may."""


class OfferError(ValueError):
    """A price file cannot be used. Says where and why; nothing of it is kept."""


@dataclass
class Offer:
    """What a file says of itself, and what of it was left out, by the reason."""

    service: str
    version: str
    published: str
    left_out: Counter[str] = field(default_factory=Counter)


class Edition(NamedTuple):
    """Whose price a row is: the service, and the version of its price list."""

    service: str
    version: str
    published: str  # ISO day


class OfferRow(NamedTuple):
    """One price dimension on demand."""

    edition: Edition
    sku: str
    attributes: Mapping[str, str]
    effective: str  # ISO day
    begin: str
    end: str
    unit: str
    usd: str  # empty where the price is in another currency
    where: str


def shown(value: object) -> str:
    """A refused value, in quotes and not longer than a line."""
    if not isinstance(value, str):
        return KINDS.get(type(value), "a number")
    return repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}…")


def text_of(value: Any, where: str, name: str) -> str:
    """A text that can be stored.

    Raises:
        OfferError: it is none, too long, or holds what cannot be printed.
    """
    if isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable():
        return value
    raise OfferError(f"{where}: {name} is {shown(value)}, not a text as AWS writes it")


def day_of(value: Any, where: str, name: str) -> str:
    """The day of a moment as AWS writes it.

    Raises:
        OfferError: it is none, or lies more than a year ahead.
    """
    text = text_of(value, where, name)
    try:
        day = date.fromisoformat(text[:10])
    except ValueError as error:
        raise OfferError(
            f"{where}: {name} is {shown(text)}, not a day such as 2026-11-25"
        ) from error
    if day > datetime.now(UTC).date() + CLOCKS_DIFFER:
        raise OfferError(f"{where}: {name} is {shown(text)}, which lies in the future")
    return day.isoformat()


def edition_of(metadata: Mapping[str, Any], service: str, where: str) -> Edition:
    """Whose prices a file or a product has.

    Raises:
        OfferError: it does not say, or what cannot be.
    """
    version = text_of(metadata.get("version", ""), where, "version")
    published = day_of(metadata.get("publicationDate"), where, "publicationDate")
    return Edition(text_of(service, where, "the service"), version, published)


def attributes_of(product: Any, where: str) -> Mapping[str, Any]:
    """What AWS says of a product.

    Raises:
        OfferError: nothing.
    """
    attributes = product.get("attributes") if isinstance(product, dict) else None
    if not isinstance(attributes, dict):
        raise OfferError(f"{where} has no attributes; changed?")
    return attributes


def used(attributes: Mapping[str, Any], where: str) -> dict[str, str]:
    """Those of a product's attributes that are read.

    Raises:
        OfferError: one of them is not a text.
    """
    present = ((name, attributes[name]) for name in ATTRIBUTES if name in attributes)
    return {name: text_of(value, where, name) for name, value in present}


def rows_of(
    edition: Edition, sku: str, attributes: Mapping[str, str], terms: Any, where: str
) -> Iterator[OfferRow]:
    """The price dimensions of one product's terms on demand.

    Raises:
        OfferError: they are not as AWS documents them.
    """
    for term in _inside(terms, where, "terms"):
        for dimension in _inside(term.get("priceDimensions"), where, "priceDimensions"):
            prices = dimension.get("pricePerUnit")
            if not isinstance(prices, dict):
                raise OfferError(f"{where}: a price has no pricePerUnit; changed?")
            says = {"effectiveDate": term.get("effectiveDate"), **dimension}
            yield OfferRow(
                edition,
                sku,
                attributes,
                day_of(says["effectiveDate"], where, "effectiveDate"),
                text_of(says.get("beginRange"), where, "beginRange"),
                text_of(says.get("endRange"), where, "endRange"),
                text_of(says.get("unit"), where, "unit"),
                text_of(prices.get("USD", ""), where, "pricePerUnit"),
                where,
            )


def _inside(value: Any, where: str, name: str) -> list[dict[str, Any]]:
    inside = list(value.values()) if isinstance(value, dict) else []
    if not inside or not all(isinstance(entry, dict) for entry in inside):
        raise OfferError(f"{where}: no {name} as AWS documents them; changed?")
    return inside
