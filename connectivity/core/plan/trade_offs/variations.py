"""A comparison with something else, as far as a plan looks at it: one flow's options or GB, a
price, what an object costs to look after."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectivity.core.comparison.compare import Comparison
from connectivity.core.comparison.trial import Basis, with_operations
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from costmodel.core.price_list import Key, Price, PriceList, Tier


def without_option(comparison: Comparison, row: int, option: Option) -> Comparison:
    """A flow does not allow an option."""
    options = comparison.case.topology.flows[row].options - {option.key}
    return with_options(comparison, row, options)


def with_options(comparison: Comparison, row: int, options: frozenset[str]) -> Comparison:
    """A flow allows these options, by key."""
    return _with_flow(comparison, comparison.case, row, options=options)


def with_gb(comparison: Comparison, row: int, gb: float) -> Comparison:
    """A flow carries so many GB a month."""
    column = comparison.case.column("gb").copy()
    column[row] = gb
    return _with_flow(comparison, comparison.case.with_numbers(gb=column), row, gb=gb)


def _with_flow(comparison: Comparison, case: Case, row: int, **changes: Any) -> Comparison:
    flows = list(case.topology.flows)
    flows[row] = flows[row]._replace(**changes)
    topology = replace(case.topology, flows=tuple(flows))
    other = replace(case, topology=topology, _found={})
    return replace(comparison, case=other, _found={}, curves={})


def with_object_usd(comparison: Comparison, kind: str, usd: Decimal) -> Comparison:
    """An object of a kind costs so much a month to look after."""
    case = with_operations(Basis.of(comparison), kind, usd).case
    return replace(comparison, case=replace(case, _found={}), _found={}, curves={})


def with_price_times(comparison: Comparison, key: Key, factor: Decimal) -> Comparison:
    """A price that is in force is so many times as high, in every tier."""
    prices = comparison.prices
    price = prices.find(*key)
    if price is None:
        return comparison
    tiers = tuple(replace(tier, usd=tier.usd * factor) for tier in price.tiers)
    return _with(comparison, prices, key, replace(price, tiers=tiers))


def with_rate(comparison: Comparison, key: Key, usd: Decimal) -> Comparison:
    """A price that is missing has a rate, whatever the quantity."""
    price = Price(*key, "unit", (Tier(0, None, usd),), "tried", "")
    return _with(comparison, comparison.prices, key, price)


def _with(comparison: Comparison, prices: PriceList, key: Key, price: Price) -> Comparison:
    other = prices.with_in_force({key: price})
    return replace(comparison, prices=other, _found={}, curves={})
