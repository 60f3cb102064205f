"""`usd_of_pools`, `curve` and `usd_of_draws` cost what `bill` says, whatever is charged and where.

Every kind of line, in one Region and in two, at every kind of price, by payers that are billed
alone and together, in five states between two ends.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import pytest

from costmodel.core.bill import Bill, bill
from costmodel.core.charges import Capacity, Charge, Hourly, Metered, PriceName
from costmodel.core.curve import curve
from costmodel.core.draws import usd_of_draws
from costmodel.core.overrides import Override, overridden
from costmodel.core.pool_cost import usd_of_pools
from costmodel.core.price_list import PriceList
from tests.factories import price_list

REGIONS = ["us-east-1", "us-east-2"]
USAGE = PriceName("S", "Usage")
STATES = np.array([0, 0.25, 0.5, 0.75, 1])


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


PAYER = ints(0, 0, 1, 1, 2, 2)
START = ints(0, 0, 0, 0, 400, 400)
END = ints(2000, 2000, 800, 800, 4400, 4400)
"""Units of every row: one payer's end where the capped price ends, one's stay in the first tier,
one's begin there and end above the last. Two rows of a payer in one Region are added up."""

LAYOUTS = {
    "the first Region": ints(0, 0, 0, 0, 0, 0),
    "the second Region": ints(1, 1, 1, 1, 1, 1),
    "both Regions": ints(0, 1, 0, 1, 0, 1),
}
POOLS = {"alone": ints(0, 1, 2), "two in an Organization": ints(0, 0, 1)}

FLAT = """
S Usage - us-east-1 - GB 0.10
S Usage - us-east-2 - GB 0.07
S Usage - us-east-1 us-east-2 GB 0.02
S Usage - us-east-2 us-east-1 GB 0.03
"""
TIERED = """
S Usage - us-east-1 - GB 0.10 1000:0.05 2000:0.01
S Usage - us-east-2 - GB 0.07 1500:0.06
S Usage - us-east-1 us-east-2 GB 0.02 1000:0.015
S Usage - us-east-2 us-east-1 GB 0.03 700:0.001 1000:0.02
"""


def capped(text: str) -> PriceList:
    """Without their last tier."""
    whole = price_list(text)
    return replace(whole, prices=tuple(replace(p, tiers=p.tiers[:-1]) for p in whole.prices))


def own(text: str, region: str, percent: str | None, usd: str | None) -> PriceList:
    """With what a team pays instead."""
    values = (None if value is None else Decimal(value) for value in (percent, usd))
    listed = price_list(text)
    return replace(listed, prices=overridden(listed, [Override("S", "Usage", region, *values, "")]))


PRICES = {
    "flat": price_list(FLAT),
    "tiered": price_list(TIERED),
    "capped": capped(TIERED),
    "missing in the second Region": price_list("S Usage - us-east-1 - GB 0.10 1000:0.05"),
    "with a discount in one Region": own(TIERED, "us-east-1", "-12.5", None),
    "with an own rate in one Region": own(TIERED, "us-east-1", None, "0.04"),
    "with an own rate where none is listed": own(
        "S Usage - us-east-1 - GB 0.10 1000:0.05", "us-east-2", None, "0.04"
    ),
}


def metered(region: Any, units: Any) -> Iterator[Charge]:
    yield Metered("GB", USAGE, region, PAYER, _thousandths(units))


def transfer(region: Any, units: Any) -> Iterator[Charge]:
    yield Metered("GB", USAGE, region, PAYER, _thousandths(units), to_region=1 - region)


def hourly(region: Any, units: Any) -> Iterator[Charge]:
    """Of several units, 730 hours each; the rows of a payer in a Region are of one resource."""
    yield Hourly("hours", USAGE, region, PAYER, resource=2 * PAYER + region, count=1 + PAYER)


def capacity(region: Any, units: Any) -> Iterator[Charge]:
    """GB overtake the new connections, which stay; open connections are never the busiest."""
    resource, open_ones = 9 * PAYER + region, ints(1, 0, 2, 0, 3, 0)
    load = ints(1, 2, 1, 1, 3, 3), open_ones, units / 730
    per_unit = ints(1, 1, 2, 2, 1, 1), ints(3, 3, 3, 3, 3, 3), ints(1, 1, 1, 1, 1, 1)
    yield Capacity("units", USAGE, region, PAYER, resource, load, per_unit)


def everything(region: Any, units: Any) -> Iterator[Charge]:
    """All of them at one price, so that they share its tiers."""
    for kind in (metered, transfer, hourly, capacity):
        yield from kind(region, units)


def _thousandths(units: Any) -> Any:
    return np.rint(units * 1000).astype(np.int64)


Kind = Callable[[Any, Any], Iterator[Charge]]
KINDS: tuple[Kind, ...] = (metered, transfer, hourly, capacity, everything)


class Cell(NamedTuple):
    """One of the matrix."""

    kind: Kind
    region: Any  # of every row
    prices: PriceList
    pools: Any

    def charges(self, state: float) -> list[Charge]:
        return list(self.kind(self.region, START + state * (END - START)))

    def bill(self, state: float) -> Bill:
        return bill(self.charges(state), self.prices, REGIONS, self.pools)

    def usd(self, state: float) -> float:
        """The referee's total; NaN where a price is missing."""
        usd = self.bill(state).usd
        return np.nan if usd is None else float(usd)

    @property
    def args(self) -> Any:
        return self.prices, REGIONS, self.pools


CELLS = [
    pytest.param(
        Cell(kind, LAYOUTS[layout], PRICES[price], POOLS[pool]),
        id=f"{kind.__name__}, {layout}, {price}, {pool}",
    )
    for kind, layout, price, pool in product(KINDS, LAYOUTS, PRICES, POOLS)
]
every_cell = pytest.mark.parametrize("cell", CELLS)


def like(usd: Any) -> Any:
    """Capacity units are billed to the thousandth, and not rounded by what only adds up floats."""
    return pytest.approx(usd, rel=1e-9, abs=1e-3, nan_ok=True)


@every_cell
def test_each_pool_alone_costs_what_the_bill_says(cell: Cell) -> None:
    for state in STATES.tolist():
        billed = cell.bill(state)
        expected = np.zeros(int(cell.pools.max()) + 1)
        for payer, usd in billed.by_payer().items():
            expected[cell.pools[payer]] += float(usd)
        for gap in billed.gaps:
            expected[cell.pools[list(gap.payers)]] = np.nan
        usd = usd_of_pools(cell.charges(state), *cell.args)
        assert usd.tolist() == pytest.approx(expected.tolist(), rel=1e-12, nan_ok=True)


@every_cell
def test_every_draw_costs_what_the_bill_says(cell: Cell) -> None:
    units = START + np.multiply.outer(STATES, END - START)
    usd = usd_of_draws(cell.kind(cell.region, units), *cell.args, len(STATES))
    assert usd.tolist() == like([cell.usd(state) for state in STATES.tolist()])


@every_cell
def test_every_point_of_a_curve_costs_what_the_bill_says(cell: Cell) -> None:
    way = curve(cell.charges(0), cell.charges(1), *cell.args)
    assert way.usd(STATES).tolist() == like([cell.usd(state) for state in STATES.tolist()])
    assert way.usd_at((0.25, 0.75)).tolist() == like([cell.usd(0.25), cell.usd(0.75)])


@pytest.mark.parametrize("price", ["flat", "tiered", "with a discount in one Region"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", [metered, transfer, hourly])
def test_a_curve_is_straight_between_its_bends(kind: Kind, layout: str, price: str) -> None:
    cell = Cell(kind, LAYOUTS[layout], PRICES[price], POOLS["alone"])
    bends = curve(cell.charges(0), cell.charges(1), *cell.args).bends(0, 1).tolist()
    for low, high in pairwise([0, *bends, 1]):
        assert cell.usd((low + high) / 2) == like((cell.usd(low) + cell.usd(high)) / 2)


@pytest.mark.parametrize(("thousandths", "is_priced"), [(2_000_000, True), (2_000_001, False)])
def test_a_price_with_an_end_prices_what_ends_there_and_not_a_thousandth_more(
    thousandths: int, is_priced: bool
) -> None:
    row = ints(0)
    charges = [Metered("GB", USAGE, row, row, ints(thousandths))]
    args = PRICES["capped"], REGIONS, ints(0)
    expected = pytest.approx([150 if is_priced else np.nan], nan_ok=True)
    assert usd_of_pools(charges, *args).tolist() == expected
    assert usd_of_draws(charges, *args, 1).tolist() == expected
    assert curve(charges, charges, *args).usd(np.array([0.5])).tolist() == expected
    billed = bill(charges, *args)
    assert (billed.usd == 150) is is_priced
    assert [gap.price for gap in billed.gaps] == ([] if is_priced else [USAGE])


def test_each_pool_pays_for_its_own_region() -> None:
    """Who is only in one Region pays nothing at the other's rates."""
    region = payer = ints(0, 1)
    charges = [
        Metered("GB", USAGE, region, payer, ints(300_000, 400_000)),
        Hourly("hours", USAGE, ints(0, 0, 1), ints(0, 0, 1), ints(4, 4, 7), ints(2, 2, 3)),
    ]
    usd = usd_of_pools(charges, PRICES["flat"], REGIONS, payer)
    assert usd.tolist() == pytest.approx([30 + 146, 28 + 2190 * 0.07])
