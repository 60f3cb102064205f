"""What each flow adds to a design, at least and at most, for an option that it may use."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from connectivity.core.network.flow_arrays import numbered
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.traced import traced_charges, traced_objects
from costmodel.core.charges import Bools, Capacity, Charge, Floats, Hourly, Ints, Metered
from costmodel.core.price_list import PriceList
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage import ALL_MONTH, Columns, Places, one_row_each


@dataclass(frozen=True, slots=True)
class SharedResources:
    """What costs once, however many flows share it.

    Attributes:
        flow, resource: of every entry, a flow that needs it and its number. Shape (entries,).
        usd: at least, and at most, a month. Shape (resources,).
    """

    flow: Ints
    resource: Ints
    least: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class Marginal:
    """USD a month of every flow that may use an option. Shapes (flows,).

    Attributes:
        least, most: of what a flow pays by itself, whatever others do; tiers as they may fall.
        is_priced: nothing that it needs lacks a price.
        resources: what it may share.
    """

    least: Floats
    most: Floats
    is_priced: Bools
    resources: tuple[SharedResources, ...]


def marginal(option: Option, case: Case, rows: Ints, prices: PriceList) -> Marginal:
    """What flows add to a design, if they use an option.

    Args:
        rows: the flows.
    """
    flows, rates = case.flows.rows(rows), _Rates(prices, case.regions)
    least, most = np.zeros(len(rows)), np.zeros(len(rows))
    is_priced = np.ones(len(rows), dtype=np.bool_)
    resources = []
    for charge, flow in traced_charges(option, flows):
        low, high, is_known = rates.of(charge)
        quantity = _quantity(charge)
        if not (isinstance(charge, Capacity) and charge.free):
            is_priced[flow[(quantity > 0) & ~is_known]] = False
        if isinstance(charge, Hourly):
            first, resource = one_row_each(charge.resource), numbered(charge.resource)[1]
            usd = quantity[first]
            resources.append(SharedResources(flow, resource, usd * low[first], usd * high[first]))
            continue
        most += np.bincount(flow, weights=quantity * high, minlength=len(rows))
        if isinstance(charge, Metered):
            least += np.bincount(flow, weights=quantity * low, minlength=len(rows))
    for objects, flow in traced_objects(option, flows):
        resource = numbered(objects.resource)[1]
        usd = np.full(int(resource.max(initial=-1)) + 1, _operations(case, objects.kind.key))
        resources.append(SharedResources(flow, resource, usd, usd))
    return Marginal(least, most, is_priced, tuple(resources))


def _operations(case: Case, kind: str) -> float:
    return float(case.topology.operations_usd.get(kind, 0))


def _quantity(charge: Charge) -> Floats:
    """Thousandths of the unit of every row, as if it were alone."""
    match charge:
        case Metered():
            return charge.quantity.astype(np.float64)
        case Hourly():
            return np.broadcast_to(charge.count, charge.resource.shape) * float(ALL_MONTH)
        case Capacity():
            needs = [
                load * ALL_MONTH / per_unit
                for load, per_unit in zip(charge.load, charge.per_unit, strict=True)
            ]
            return np.asarray(np.max(needs, axis=0))


class _Rates:
    """The lowest and the highest rate of every price."""

    def __init__(self, prices: PriceList, regions: Sequence[str]) -> None:
        self._prices = prices
        self._places = Places(regions)

    def of(self, charge: Charge) -> tuple[Floats, Floats, Bools]:
        """USD for a thousandth of the unit, of every row, 0 where the price is missing; and where
        it is not."""
        to = charge.to_region if isinstance(charge, Metered) else None
        place = self._places.pack(Columns(charge.payer, charge.region, to, charge.payer))
        rates = np.full((2, self._places.count), np.nan)
        for each in np.unique(place).tolist():
            price = self._prices.find(charge.price, *self._places.unpack(each))
            if price is not None:
                usd = [float(tier.usd) / THOUSANDTHS for tier in price.tiers]
                rates[:, each] = min(usd), max(usd)
        low, high = np.nan_to_num(rates[:, place])
        return low, high, ~np.isnan(rates[0, place])
