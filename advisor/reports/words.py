"""How a report says money, moments, places and counts."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from connectivity.core.durations import in_words
from costmodel.core.units import money

Address = Callable[..., str]
Content = dict[str, Any]

PAGES = {
    "resource": "health-resource",
    "topology": "topology",
    "collection": "health-collection",
    "prices": "price-changes",
    "latency": "latency",
    "health": "health",
}


def link_of(link: Content, address: Address) -> str:
    uid = [link["uid"]] if link["uid"] else []
    return address(PAGES[link["to"]], *uid)


def moment(text: str) -> str:
    return f"{localtime(datetime.fromisoformat(text)):%a %Y-%m-%d %H:%M %Z}"


def lasting(begin: str, end: str) -> str:
    """From one moment to another, as people say it."""
    return in_words((datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds())


def usd(text: str | Decimal) -> str:
    value = Decimal(text)
    return f"{'-' if value < 0 else ''}${money(abs(value))}"


def signed_usd(text: str) -> str:
    return f"{'+' if Decimal(text) >= 0 else ''}{usd(text)}"


def where(resource: Content, *, others: int = 0) -> str:
    more = f", and {others:,} more" if others else ""
    return f"{resource['kind']} {resource['name']} ({resource['where']}){more}"


def plural(count: int, singular: str, more: str = "") -> str:
    return f"{count:,} {singular if count == 1 else more or singular + 's'}"
