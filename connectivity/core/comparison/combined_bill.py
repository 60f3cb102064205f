"""Flows that use different options: one bill, and what it costs to look after the objects."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from costmodel.core.bill import Bill, bill
from costmodel.core.charges import Ints
from costmodel.core.price_list import PriceList

Uses = dict[Option, Ints]  # the rows of the flows that use each option


def bill_together(case: Case, prices: PriceList, uses: Uses) -> Bill | None:
    """One bill: tiers and shared resources add up. None where an option cannot carry its flows."""
    parts = [(option, case.flows.rows(rows)) for option, rows in uses.items()]
    if not all(option.carries(flows).all() for option, flows in parts):
        return None
    charges = chain.from_iterable(option.charges(flows) for option, flows in parts)
    return bill(charges, prices, case.regions, case.pools)


def objects_together(case: Case, uses: Uses) -> dict[str, int]:
    """Resources to manage by kind, of several options that carry their own flows."""
    counts: dict[str, int] = {}
    for option, rows in uses.items():
        for kind, count in option.count_objects(case.flows.rows(rows)).items():
            counts[kind] = counts.get(kind, 0) + count
    return counts


def operations_usd(objects: dict[str, int], case: Case) -> Decimal:
    """What it costs a month to look after some objects."""
    prices = case.topology.operations_usd
    nothing = Decimal(0)
    return sum((count * prices.get(kind, nothing) for kind, count in objects.items()), nothing)


def uses_of(chosen: Sequence[Option | None]) -> Uses | None:
    """The rows that use each option; None where a flow has none."""
    rows: dict[Option, list[int]] = {}
    for row, option in enumerate(chosen):
        if option is None:
            return None
        rows.setdefault(option, []).append(row)
    return {option: np.array(flows, dtype=np.int64) for option, flows in rows.items()}
