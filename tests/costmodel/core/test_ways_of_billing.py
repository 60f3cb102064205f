"""`usd_of_pools`, `curve` and `usd_of_draws` cost what a bill says, whatever is charged."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from costmodel.core.bill import bill
from costmodel.core.charges import Capacity, Charge, Hourly, Metered, PriceName
from costmodel.core.curve import Curve, curve
from costmodel.core.draws import usd_of_draws
from costmodel.core.pool_cost import usd_of_pools
from costmodel.core.price_list import Price, PriceList, Tier

REGIONS = ["us-east-1", "us-east-2"]
BYTES, HOURS, UNITS, CAPPED = (
    PriceName("S", name) for name in ("Bytes", "Hours", "Units", "Capped")
)
TIERED = (Tier(0, 100_000, Decimal("0.10")), Tier(100_000, None, Decimal("0.05")))
ENDS_AT_100 = (Tier(0, 100_000, Decimal("0.10")),)


def price(name: PriceName, region: str, tiers: tuple[Tier, ...], to: str | None = None) -> Price:
    return Price(name, region, to, "GB", tiers, "test", "2026")


def flat(usd: str) -> tuple[Tier, ...]:
    return (Tier(0, None, Decimal(usd)),)


PRICES = PriceList(
    "test",
    "2026",
    (
        price(BYTES, "us-east-1", TIERED),
        price(BYTES, "us-east-2", flat("0.03")),
        price(BYTES, "us-east-1", flat("0.02"), "us-east-2"),
        price(BYTES, "us-east-2", flat("0.09"), "us-east-1"),
        price(HOURS, "us-east-1", flat("0.5")),
        price(HOURS, "us-east-2", flat("0.7")),
        price(UNITS, "us-east-1", flat("0.006")),
        price(UNITS, "us-east-2", flat("0.008")),
        price(CAPPED, "us-east-1", ENDS_AT_100),
    ),
)


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def metered(gb: Any, region: Any, to: Any = None, name: PriceName = BYTES) -> Metered:
    return Metered("GB", name, region, np.arange(len(gb)), gb * 1000, to)


def capacity(first: Any, second: Any) -> Capacity:
    """Two load balancers, one in each Region, of two dimensions."""
    per_unit = ints(1, 1), ints(1, 1)
    return Capacity("units", UNITS, ints(0, 1), ints(0, 1), ints(0, 1), (first, second), per_unit)


CHARGES: dict[str, Charge] = {
    "tiers in one Region, a flat rate in the other": metered(ints(300, 400), ints(0, 1)),
    "from and to": metered(ints(10, 20), ints(0, 1), ints(1, 0)),
    "hours": Hourly("h", HOURS, ints(0, 0, 1), ints(0, 0, 1), ints(4, 4, 7), ints(2, 2, 3)),
    "units": capacity(ints(5, 9), ints(8, 2)),
}


def every_way(charge: Charge, prices: PriceList) -> Iterator[float]:
    """The same charge four times, as USD of all payers, each of whom is a pool."""
    pools = ints(0, 1)
    exact = bill([charge], prices, REGIONS, pools).usd
    yield np.nan if exact is None else float(exact)
    yield float(usd_of_pools([charge], prices, REGIONS, pools).sum())
    yield float(curve([charge], [charge], prices, REGIONS, pools).usd(np.array([0.5]))[0])
    yield float(usd_of_draws([charge], prices, REGIONS, pools, 1)[0])


@pytest.mark.parametrize("charge", CHARGES.values(), ids=CHARGES)
def test_four_ways_of_billing_agree_over_two_regions(charge: Charge) -> None:
    billed, *others = every_way(charge, PRICES)
    assert billed > 0
    assert others == pytest.approx([billed] * 3)


def test_each_pool_pays_for_its_own_region() -> None:
    """Who is only in one Region pays nothing at the other's rates."""
    charges = [metered(ints(300, 400), ints(0, 1)), CHARGES["hours"]]
    payers = bill(charges, PRICES, REGIONS, ints(0, 1)).by_payer()
    pools = usd_of_pools(charges, PRICES, REGIONS, ints(0, 1))
    assert pools.tolist() == pytest.approx([float(payers[0]), float(payers[1])])
    assert pools.tolist() == pytest.approx([20 + 2 * 365, 12 + 3 * 511])


@pytest.mark.parametrize(("thousandths", "is_priced"), [(100_000, True), (100_001, False)])
def test_a_price_with_an_end_prices_what_ends_there_and_not_a_thousandth_more(
    thousandths: int, is_priced: bool
) -> None:
    used = Metered("GB", CAPPED, ints(0), ints(0), ints(thousandths))
    for usd in every_way(used, PRICES):
        assert usd == pytest.approx(10 if is_priced else np.nan, nan_ok=True)
    gaps = bill([used], PRICES, REGIONS, ints(0, 1)).gaps
    assert [gap.price for gap in gaps] == ([] if is_priced else [CAPPED])


def of_units(start: Any, end: Any) -> Curve:
    return curve([capacity(*start)], [capacity(*end)], PRICES, REGIONS, ints(0, 1))


def test_a_load_balancers_cost_bends_where_another_dimension_becomes_its_busiest() -> None:
    """In the first Region GB grow from 0 to 90 and overtake 30 connections at a third."""
    rising = of_units((ints(30, 5), ints(0, 0)), (ints(30, 5), ints(90, 0)))
    assert rising.bends(0, 1).tolist() == pytest.approx([1 / 3])
    hour = 730 * 0.006
    others = 730 * 0.008 * 5
    points = np.array([0, 0.2, 1 / 3, 2 / 3, 1])
    assert rising.usd(points).tolist() == pytest.approx(
        [others + hour * units for units in (30, 30, 30, 60, 90)]
    )


def test_two_dimensions_that_both_move_meet_once() -> None:
    crossing = of_units((ints(60, 1), ints(20, 0)), (ints(40, 1), ints(80, 0)))
    assert crossing.bends(0, 1).tolist() == [0.5]
    assert crossing.bends(0, 0.5).tolist() == crossing.bends(0.5, 1).tolist() == []
