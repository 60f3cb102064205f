"""Charges as rows of usage: who uses how much of what, and where. Pricing begins with them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from costmodel.core.charges import Capacity, Charge, Floats, Hourly, Ints, Metered, PriceName
from costmodel.core.price_list import Key
from costmodel.core.units import HOURS_PER_MONTH, THOUSANDTHS

ALL_MONTH = HOURS_PER_MONTH * THOUSANDTHS  # thousandths of an hour


class Columns(NamedTuple):
    """A charge as rows that can simply be added up."""

    payer: Ints
    region: Ints
    to_region: Ints | None  # -1 where usage stays in its Region
    quantity: Ints | Floats  # thousandths of the price's unit a month; last axis: rows

    def whole(self) -> "Columns":
        """The same as it is billed: in whole thousandths."""
        if self.quantity.dtype.kind == "i":
            return self
        return self._replace(quantity=np.rint(self.quantity).astype(np.int64))

    def rows(self, rows: Ints) -> "Columns":
        """Some of the rows, by their indices."""
        to_region = None if self.to_region is None else self.to_region[rows]
        quantity = self.quantity.take(rows, axis=-1)
        return Columns(self.payer[rows], self.region[rows], to_region, quantity)


@dataclass(frozen=True, slots=True)
class Places:
    """Where usage is priced: a Region, with a destination or without, as one number.

    Attributes:
        regions: the Region codes that a charge's indices mean.
    """

    regions: Sequence[str]

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.regions) * (len(self.regions) + 1)

    def pack(self, columns: Columns) -> Ints:
        """The place of every row. Shape (rows,)."""
        place = columns.region * (len(self.regions) + 1)
        return place if columns.to_region is None else place + columns.to_region + 1

    def unpack(self, place: int) -> tuple[str, str | None]:
        """Region and destination of a place; None: usage stays in its Region."""
        region, to_region = divmod(place, len(self.regions) + 1)
        return self.regions[region], self.regions[to_region - 1] if to_region else None

    def split(self, parts: Sequence[Columns]) -> Iterator[tuple[int, list[Columns]]]:
        """The rows of every place in which anything is used, places rising."""
        places = [self.pack(columns) for columns in parts]
        used = np.zeros(self.count, dtype=np.bool_)
        for place, columns in zip(places, parts, strict=True):
            draws = tuple(range(columns.quantity.ndim - 1))
            used[place[columns.quantity.any(axis=draws)]] = True
        if used.sum() == 1:
            yield int(used.argmax()), list(parts)
            return
        for code in np.flatnonzero(used).tolist():
            here = [np.flatnonzero(place == code) for place in places]
            yield code, [columns.rows(rows) for columns, rows in zip(parts, here, strict=True)]


def columns_of(charge: Charge) -> Columns:
    """A charge as rows of usage.

    Args:
        charge: its quantity or loads may have the shape (draws, rows).

    Returns:
        A row for every row of what is metered, and for every resource otherwise. Quantities are
        integers except those of capacity units, which are not rounded.
    """
    match charge:
        case Metered():
            return Columns(charge.payer, charge.region, charge.to_region, charge.quantity)
        case Hourly():
            rows = one_row_each(charge.resource)
            quantity = np.broadcast_to(charge.count, charge.resource.shape)[rows] * ALL_MONTH
        case Capacity():
            rows = one_row_each(charge.resource)
            quantity = reduce(np.maximum, hours_by_dimension(charge, rows))
    return Columns(charge.payer[rows], charge.region[rows], None, quantity)


def one_row_each(resource: Ints) -> Ints:
    """The index of one row of every resource, in their order. Shape (resources,)."""
    row = np.full(int(resource.max(initial=-1)) + 1, -1, dtype=np.int64)
    row[resource] = np.arange(len(resource))
    return row[row >= 0]


def hours_by_dimension(charge: Capacity, rows: Ints) -> list[Floats]:
    """Capacity units of load balancers as if only one of their dimensions counted, above what is
    free; where anything is, zero is a dimension, too.

    Args:
        charge: its loads may have the shape (draws, rows).
        rows: one row of every load balancer, as of `one_row_each`.

    Returns:
        For every dimension, thousandths of unit-hours a month: shape (resources,) or (draws,
        resources).

    Source: AWS Elastic Load Balancing pricing, "LCU details": the dimension with the highest usage
    is billed.
    """
    number = np.zeros(int(charge.resource.max(initial=-1)) + 1, dtype=np.int64)
    number[charge.resource[rows]] = np.arange(len(rows))
    resource = number[charge.resource]
    hours = [
        sums_by(resource, load, len(rows)) * ALL_MONTH / per_unit[rows] - charge.free
        for load, per_unit in zip(charge.load, charge.per_unit, strict=True)
    ]
    return [*hours, np.zeros_like(hours[0])] if charge.free else hours


def sums_by(group: Ints, quantity: Ints | Floats, groups: int) -> Floats:
    """Quantities added up by group.

    Args:
        group: the group of every row, shape (rows,).
        quantity: shape (rows,) or (draws, rows).
        groups: how many groups there are.

    Returns:
        Shape (groups,) or (draws, groups). Exact for integers below 2**53.
    """
    if quantity.ndim == 1:
        counted = np.bincount(group, weights=quantity, minlength=groups)
        return counted.astype(np.float64, copy=False)  # without rows they are integers
    order = np.argsort(group, kind="stable")
    first = np.flatnonzero(np.diff(group[order], prepend=-1))
    sums = np.zeros((*quantity.shape[:-1], groups))
    if len(first):
        in_order = quantity.take(order, axis=-1)
        sums[..., group[order[first]]] = np.add.reduceat(in_order, first, axis=-1)
    return sums


def sums_by_pool(
    usage: Iterable[tuple[PriceName, Columns]], places: Places, pools: Ints
) -> Iterator[tuple[Key, Floats]]:
    """What a price is applied to: the usage of every pool at every price in every place.

    Args:
        usage: rows and the name of their price.
        places: the Regions that the rows' indices mean.
        pools: shape (payers,), the pool of every payer.

    Returns:
        The price that is needed, and thousandths of its unit: shape (pools,) or (draws, pools).

    Source: AWS Billing User Guide, "Volume discounts".
    """
    count = number_of(pools)
    by_name: dict[PriceName, list[Columns]] = defaultdict(list)
    for name, columns in usage:
        by_name[name].append(columns._replace(payer=pools[columns.payer]))
    for name, parts in by_name.items():
        for place, here in places.split(parts):
            sums = (sums_by(columns.payer, columns.quantity, count) for columns in here)
            yield (name, *places.unpack(place)), reduce(np.add, sums)


def number_of(pools: Ints) -> int:
    """How many pools there are."""
    return int(pools.max(initial=-1)) + 1
