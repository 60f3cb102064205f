"""Usage of a program's columns at prices with tiers, as costs, columns and rows."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from connectivity.core.plan.solver.program import INFINITE, Program
from costmodel.core.charges import Floats, Ints, PriceName
from costmodel.core.price_list import Key, Price, PriceList
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage import Columns, Places


class Usage(NamedTuple):
    """What columns use of one price, entry by entry: shape (entries,)."""

    place: Ints  # as of `Places`
    pool: Ints
    column: Ints
    quantity: Floats  # thousandths of the price's unit, for a column of 1
    candidate: Ints  # the number of the option


class Meter:
    """Collects what columns use, and puts its cost into a program."""

    def __init__(self, program: Program, prices: PriceList, regions: Sequence[str]) -> None:
        self._program = program
        self._prices = prices
        self._places = Places(regions)
        self._usage: dict[PriceName, list[Usage]] = defaultdict(list)
        self._rounded: dict[PriceName, int] = defaultdict(int)
        self.slack_usd = 0.0
        """By how much a bill may be below the columns' cost, for what is billed in whole
        thousandths and is not whole here."""
        self.lacking: dict[Key, list[int]] = {}
        """What the list lacks, and the numbers of the options that would need it."""

    def add(
        self,
        candidate: int,
        price: PriceName,
        columns: Columns,
        pool: Ints,
        column: Ints,
        *,
        is_rounded: bool = False,
    ) -> None:
        """Rows of an option's usage, each of a pool and of a column of the program."""
        if is_rounded:
            self._rounded[price] += len(column)
        place = self._places.pack(columns)
        numbers = np.full(len(column), candidate)
        quantity = columns.quantity.astype(np.float64)
        self._usage[price].append(Usage(place, pool, column, quantity, numbers))

    def price(self) -> None:
        """Let every column cost what it uses; what has no price cannot be used."""
        for name, parts in self._usage.items():
            usage = Usage(*(np.concatenate(column) for column in zip(*parts, strict=True)))
            for place in np.unique(usage.place[usage.quantity > 0]).tolist():
                here = (usage.place == place) & (usage.quantity > 0)
                part = Usage(*(column[here] for column in usage))
                key = name, *self._places.unpack(place)
                price = self._prices.find(*key)
                if price is None:
                    self.lacking[key] = np.unique(part.candidate).tolist()
                    self._program.upper[part.column] = 0
                else:
                    self._price(price, part)
                    dearest = max(float(tier.usd) for tier in price.tiers)
                    self.slack_usd += self._rounded[name] * dearest / (2 * THOUSANDTHS)

    def _price(self, price: Price, usage: Usage) -> None:
        self._program.charge(usage.column, usage.quantity * _rate(price, 0))
        if price.is_flat:
            return
        for pool in np.unique(usage.pool).tolist():
            here = usage.pool == pool
            columns, rows = np.unique(usage.column[here], return_inverse=True)
            quantity = np.bincount(rows, weights=usage.quantity[here]).astype(np.float64)
            self._tiers(price, columns, quantity)

    def _tiers(self, price: Price, columns: Ints, quantity: Floats) -> None:
        """What a pool pays less, or more, beyond each tier: (new rate - old rate) * (sum - tier's
        start), where the sum is beyond it. A sum of such terms is the whole schedule."""
        reach = float(quantity @ self._program.upper[columns])
        for number, tier in enumerate(price.tiers[1:], start=1):
            if tier.start < reach:
                step = _rate(price, number) - _rate(price, number - 1)
                term = _discount if step < 0 else _surcharge
                term(self._program, columns, quantity, tier.start, step)
        end = price.tiers[-1].end
        if end is not None and end < reach:
            self._program.bound(
                np.zeros(len(columns), dtype=np.int64),
                columns,
                quantity / THOUSANDTHS,
                [-INFINITE],
                [end / THOUSANDTHS],
            )


def _rate(price: Price, tier: int) -> float:
    """USD for a thousandth of the unit."""
    return float(price.tiers[tier].usd) / THOUSANDTHS


def _discount(program: Program, columns: Ints, quantity: Floats, start: int, step: float) -> None:
    """A lower rate for all, which is bought once for what it costs at the tier's start.

    A column's part has the lower rate where the column is used and the rate is bought.
    """
    names = program.marks[columns] + np.uint64(start)
    bought = program.add(1, names=names.min(keepdims=True))
    program.charge(bought, -step * start)
    parts = program.add(len(columns), program.upper[columns], names=names)
    program.charge(parts, step * quantity)
    program.at_most(parts, columns)
    program.at_most(parts, np.repeat(bought, len(parts)), program.upper[columns])


def _surcharge(program: Program, columns: Ints, quantity: Floats, start: int, step: float) -> None:
    """A higher rate for what is beyond the tier's start."""
    most = float(quantity @ program.upper[columns]) - start
    names = program.marks[columns].min(keepdims=True) + np.uint64(start)
    beyond = program.add(1, most / THOUSANDTHS, is_whole=False, names=names)
    program.charge(beyond, step * THOUSANDTHS)
    row = np.zeros(len(columns) + 1, dtype=np.int64)
    values = np.append(quantity / THOUSANDTHS, -1.0)
    program.bound(row, np.append(columns, beyond), values, [-INFINITE], [start / THOUSANDTHS])
