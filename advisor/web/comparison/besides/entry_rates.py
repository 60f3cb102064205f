"""Prices that are missing, and below which rate each would bring an option into the plan."""

from decimal import Decimal
from typing import NamedTuple

from advisor.text.formatting import listed
from connectivity.core.as_json.values import Plain, plain_key
from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.reasons import price_words, shown_rate
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.candidates import left_out
from costmodel.core.price_list import Key
from costmodel.core.rates import elsewhere, per, unit_of


class EntryRate(NamedTuple):
    """A missing price; `below` is a rate in words, empty where none would do."""

    price: str
    options: str
    below: str
    elsewhere: str  # what other places pay for the same
    is_needed: bool
    is_proven: bool


def entry_rates(comparison: Comparison, rates: list[Plain]) -> list[EntryRate]:
    """What can still enter the plan comes first."""
    keys = {tuple(plain_key(key).values()): key for key in comparison.once(left_out)}
    known = [(keys.get(tuple(each[name] for name in NAMES)), each) for each in rates]
    rows = [_row(comparison, key, each) for key, each in known if key is not None]
    return sorted(rows, key=lambda row: (not row.is_needed, not row.below))


NAMES = ("service", "usage_type", "operation", "region", "to_region")


def _row(comparison: Comparison, key: Key, rate: Plain) -> EntryRate:
    prices, below = comparison.prices, rate["below_usd"]
    others = elsewhere(prices, key)
    unit = per(unit_of(prices, key[0]))
    return EntryRate(
        price_words(key),
        listed([OPTIONS.by_key[option].name for option in rate["options"]]),
        f"{shown_rate(Decimal(below))} USD {unit}" if below else "",
        others.words if others else "",
        rate["needed"],
        rate["proven"],
    )
