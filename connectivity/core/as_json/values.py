"""Money and lines of a bill as plain values."""

from decimal import Decimal
from typing import Any

from costmodel.core.bill import Line
from costmodel.core.price_list import Key
from costmodel.core.units import cents
from costmodel.core.usage_types import usage_type

Plain = dict[str, Any]


def usd_text(usd: Decimal | None) -> str | None:
    """USD as text, rounded half-up to the cent; None where they are unknown."""
    return None if usd is None else str(cents(usd))


def plain_key(key: Key) -> Plain:
    """What names a price."""
    name, region, to_region = key
    return {
        "service": name.service,
        "usage_type": usage_type(name, region, to_region),
        "operation": name.operation,
        "region": region,
        "to_region": to_region,
    }


def plain_line(line: Line, payer: str) -> Plain:
    """A line of a bill, with its price and where that was read."""
    price = line.price
    return {
        "what": line.description,
        "service": price.name.service,
        "usage_type": usage_type(price.name, line.region, line.to_region),
        "operation": price.name.operation,
        "region": line.region,
        "to_region": line.to_region,
        "payer": payer,
        "quantity": f"{line.quantity:.3f}",
        "unit": price.unit,
        "rate": f"{line.rate:f}",
        "usd": f"{line.usd:.6f}",
        "source": price.source,
        "as_of": price.as_of,
        "weak": price.weak,
        "note": line.note,
    }
