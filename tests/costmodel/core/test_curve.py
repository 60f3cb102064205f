"""Where the cost of a month bends while usage moves from one state to another."""

from typing import Any

import numpy as np
import pytest

from costmodel.core.charges import Capacity, Metered, PriceName
from costmodel.core.curve import Curve, curve
from tests.factories import price_list

REGIONS = ["us-east-1", "us-east-2"]
BYTES, UNITS = PriceName("S", "Bytes"), PriceName("S", "Units")
PRICES = price_list(
    """
S Bytes - us-east-1 - GB 0.10 100:0.05 400:0.02
S Bytes - us-east-2 - GB 0.08 150:0.01
S Units - us-east-1 - unit 0.006
S Units - us-east-2 - unit 0.008
"""
)


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def of_gb(start: Any, end: Any, pools: Any) -> Curve:
    """Two payers, one in each Region."""
    before, after = (Metered("GB", BYTES, ints(0, 1), ints(0, 1), gb * 1000) for gb in (start, end))
    return curve([before], [after], PRICES, REGIONS, pools)


def of_units(start: Any, end: Any) -> Curve:
    """Two load balancers, one in each Region, of two dimensions."""
    place, per_unit = (ints(0, 1), ints(0, 1)), (ints(1, 1), ints(1, 1))
    before, after = (
        Capacity("units", UNITS, *place, ints(0, 1), loads, per_unit) for loads in (start, end)
    )
    return curve([before], [after], PRICES, REGIONS, ints(0, 1))


def test_each_regions_cost_bends_where_its_own_tiers_begin() -> None:
    """From 0 to 500 GB in the first Region: 100 and 400; from 50 to 250 in the second: 150."""
    rising = of_gb(ints(0, 50), ints(500, 250), ints(0, 1))
    assert rising.bends(0, 1).tolist() == pytest.approx([0.2, 0.5, 0.8])
    assert rising.bends(0.2, 0.8).tolist() == pytest.approx([0.5])
    assert rising.usd(np.array([0, 0.2, 0.5, 0.8, 1])).tolist() == pytest.approx(
        [4, 10 + 7.2, 17.5 + 12, 25 + 12.6, 27 + 13]
    )


def test_what_stays_in_its_tier_or_stands_still_bends_nowhere() -> None:
    assert of_gb(ints(200, 10), ints(300, 140), ints(0, 1)).bends(0, 1).tolist() == []
    assert of_gb(ints(100, 150), ints(100, 150), ints(0, 1)).bends(0, 1).tolist() == []


def test_a_flat_rate_and_a_cost_that_nothing_moves_are_straight_lines() -> None:
    flat = of_units((ints(3, 1), ints(0, 0)), (ints(3, 1), ints(0, 0)))
    assert flat.bends(-1, 1).tolist() == []
    assert flat.usd(np.array([0, 1])).tolist() == pytest.approx([730 * 0.026] * 2)


def test_a_cost_goes_on_beyond_both_ends() -> None:
    rising = of_gb(ints(50, 0), ints(90, 0), ints(0, 1))
    assert rising.bends(0, 2).tolist() == pytest.approx([1.25])
    assert rising.usd(np.array([-1, 2])).tolist() == pytest.approx([1, 10 + 1.5])


def test_two_states_of_other_charges_have_no_curve() -> None:
    charge = Metered("GB", BYTES, ints(0), ints(0), ints(1000))
    with pytest.raises(ValueError, match="longer"):
        curve([charge], [charge, charge], PRICES, REGIONS, ints(0))


def test_no_charges_cost_nothing() -> None:
    nothing = curve([], [], PRICES, REGIONS, ints(0))
    assert nothing.usd(np.array([0, 1])).tolist() == [0, 0]
    assert nothing.bends(-1, 1).tolist() == []


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
