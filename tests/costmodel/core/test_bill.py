"""The three kinds of charge, tiers, pools and gaps, on columns of a few rows."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from costmodel.core.bill import Bill, bill
from costmodel.core.charges import Capacity, Charge, Hourly, Kind, Metered, OwnRate, PriceName
from costmodel.core.kinds import usd_by_kind
from costmodel.core.pool_cost import usd_of_pools
from tests.factories import price_list

PRICES = price_list(
    """
S Bytes - r - GB 0.10 100:0.05 1000:0.01
S Hours - r - hour 0.5
S Units - r - unit 0.01
S Short - r - GB 0.10
"""
)
BYTES, HOURS, UNITS = (PriceName("S", name) for name in ("Bytes", "Hours", "Units"))


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def made(*charges: Charge, pools: Any = None) -> Bill:
    return bill(charges, PRICES, ["r", "q"], ints(0, 1, 2) if pools is None else pools)


def metered(payers: Any, gb: Any, name: str = "GB", region: int = 0) -> Metered:
    return Metered(name, BYTES, np.full(len(payers), region), payers, gb * 1000)


def test_metered_adds_up_per_payer() -> None:
    (line,) = made(metered(ints(1, 1), ints(30, 20))).lines
    assert (line.payer, line.quantity, line.usd) == (1, Decimal("50.000"), Decimal("5.00000"))


def test_tiers_apply_to_the_sum_of_a_pool() -> None:
    alone = made(metered(ints(0, 1), ints(100, 100))).usd
    together = made(metered(ints(0, 1), ints(100, 100)), pools=ints(0, 0, 0)).usd
    assert (alone, together) == (Decimal(20), Decimal(15))


def test_one_thousandth_in_a_tier_is_billed_at_its_rate() -> None:
    charge = Metered("GB", BYTES, ints(0), ints(0), ints(100_001))
    assert [(line.quantity, line.rate) for line in made(charge).lines] == [
        (Decimal(100), Decimal("0.10")),
        (Decimal("0.001"), Decimal("0.05")),
    ]


def test_a_tier_is_split_over_its_payers_to_the_thousandth() -> None:
    parts = made(metered(ints(0, 1, 2), ints(50, 50, 50)), pools=ints(0, 0, 0)).lines
    first = [line.quantity for line in parts if line.rate == Decimal("0.10")]
    assert first == [Decimal("33.334"), Decimal("33.333"), Decimal("33.333")]


def test_a_bill_is_added_up_by_the_kinds_that_its_charges_say() -> None:
    """Whatever AWS calls the usage: a new price needs no table of kinds."""
    row = ints(0)
    billed = made(
        metered(row, ints(10), "processed"),
        replace(metered(row, ints(20), "crossing"), kind=Kind.INSIDE_REGION),
        Hourly("endpoint", HOURS, row, row, resource=row),
        Capacity("units", UNITS, row, row, resource=row, load=(ints(4),), per_unit=(ints(2),)),
    )
    assert usd_by_kind(billed.lines) == {
        Kind.HOURS: Decimal(365),
        Kind.CAPACITY: Decimal("14.6"),
        Kind.PROCESSED: Decimal(1),
        Kind.INSIDE_REGION: Decimal(2),
    }


def test_what_aws_has_no_name_for_cannot_be_loaded_and_yet_has_a_price() -> None:
    own = OwnRate("S", "Bytes")
    (line,) = made(replace(metered(ints(0), ints(10)), price=own)).lines
    assert line.usd == Decimal(1)
    gaps = [
        made(replace(metered(ints(0), ints(10), region=1), price=price)).gaps[0]
        for price in (BYTES, own, BYTES._replace(is_input=True))
    ]
    assert [gap.is_loadable for gap in gaps] == [True, False, False]


def test_two_charges_of_one_price_share_its_tiers() -> None:
    both = made(metered(ints(0), ints(100), "sent"), metered(ints(0), ints(100), "received"))
    assert both.usd == Decimal(15)
    assert sorted({line.description for line in both.lines}) == ["received", "sent"]


def test_a_thing_is_billed_once_however_many_rows_mention_it() -> None:
    charge = Hourly("endpoint", HOURS, ints(0, 0, 0), ints(0, 0, 1), resource=ints(7, 7, 9))
    assert [(line.payer, line.usd) for line in made(charge).lines] == [(0, 365), (1, 365)]


def test_an_endpoint_counts_its_azs() -> None:
    charge = Hourly(
        "endpoint", HOURS, ints(0, 0), ints(0, 0), resource=ints(1, 2), count=ints(2, 3)
    )
    assert made(charge).usd == Decimal(5 * 365)


def test_capacity_is_the_largest_dimension_of_the_sums() -> None:
    charge = Capacity(
        "units",
        UNITS,
        ints(0, 0),
        ints(0, 0),
        resource=ints(3, 3),
        load=(ints(10, 0), ints(0, 30)),
        per_unit=(ints(5, 5), ints(10, 10)),
    )
    (line,) = made(charge).lines
    assert line.quantity == 3 * 730  # 30 / 10 = 3 units beat 10 / 5 = 2; row by row it would be 5


def test_a_missing_price_is_a_gap_and_there_is_no_total() -> None:
    result = made(metered(ints(0), ints(5)), metered(ints(0), ints(5), region=1))
    assert result.usd is None
    assert [(gap.price, gap.region, gap.needed_by) for gap in result.gaps] == [(BYTES, "q", "GB")]
    assert len(result.lines) == 1


def test_a_price_that_two_organizations_lack_is_one_gap() -> None:
    (gap,) = made(metered(ints(0, 1), ints(5, 7), region=1)).gaps
    assert (gap.quantity, gap.payers) == (Decimal(12), (0, 1))


def test_who_stays_within_a_free_tier_is_no_payer() -> None:
    free = price_list("S Bytes - r - GB 0 100:0.05")
    result = bill([metered(ints(0, 1), ints(100, 101))], free, ["r"], ints(0, 1))
    assert {line.payer for line in result.lines} == {0, 1}
    assert result.by_payer() == {1: Decimal("0.05")}


def test_zero_needs_no_price() -> None:
    result = made(metered(ints(0), ints(0), region=1))
    assert (result.lines, result.gaps, result.usd) == ((), (), Decimal(0))


def test_no_rows_at_all() -> None:
    result = made(
        Hourly("endpoint", HOURS, ints(), ints(), resource=ints()), metered(ints(), ints())
    )
    assert result.usd == 0


def test_large_sums_stay_exact() -> None:
    gb = 10**12 // 4
    result = made(metered(ints(0, 0, 0), ints(gb, gb, gb)))
    assert result.usd == Decimal(100) * Decimal("0.1") + 900 * Decimal("0.05") + (
        3 * gb - 1000
    ) * Decimal("0.01")


@pytest.mark.parametrize("gb", [0, 50, 100, 250, 5000])
def test_pools_alone_cost_what_a_bill_says(gb: int) -> None:
    charges = [
        metered(ints(0, 1), ints(gb, 2 * gb)),
        Hourly("endpoint", HOURS, ints(0), ints(1), resource=ints(0)),
    ]
    usd = usd_of_pools(charges, PRICES, ["r"], ints(0, 1))
    exact = bill(charges, PRICES, ["r"], ints(0, 1)).by_payer()
    assert usd.tolist() == pytest.approx([float(exact.get(0, 0)), float(exact.get(1, 0))])


def test_pools_alone_know_no_total_where_a_price_is_missing() -> None:
    usd = usd_of_pools([metered(ints(0, 1), ints(1, 0), region=1)], PRICES, ["r", "q"], ints(0, 1))
    assert np.isnan(usd).tolist() == [True, False]


def test_who_uses_what_is_free_pays_nothing() -> None:
    free = bill([metered(ints(0), ints(10))], price_list("S Bytes - r - GB 0"), ["r"], ints(0))
    assert (len(free.lines), free.usd, free.by_payer()) == (1, 0, {})
