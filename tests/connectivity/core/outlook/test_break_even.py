"""Cost curves: they go through what `bill` says, straight between their bends."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectivity.core.network.planned_network import case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.outlook.break_even import (
    MAX_POINTS,
    Axis,
    Runner,
    cost_curve,
    first_change,
    handovers,
)
from connectivity.core.registered_document import topology
from costmodel.core.curve import Curve
from tests.connectivity.core.test_properties import PRICES, bill_of, documents, every_option
from tests.factories import document, flow
from tests.truth import crossed

ROUNDING = 0.05  # USD: quantities of a bill are rounded to thousandths, those of a curve are not


def curve_of(option: Option, doc: dict[str, Any], axis: Axis) -> Curve | None:
    network = case(topology(doc))
    return (
        cost_curve(option, network, PRICES, axis) if option.carries(network.flows).all() else None
    )


def moved(doc: dict[str, Any], axis: Axis, value: float) -> dict[str, Any]:
    flows = doc["flows"]
    if axis is Axis.GB:
        flows = [row | {"gb_per_month": row["gb_per_month"] * value} for row in flows]
    else:
        flows = [each for row in flows for each in crossed(doc, row, value)]
    return doc | {"flows": flows}


@every_option
@given(doc=documents(), axis=st.sampled_from(Axis), value=st.floats(0, 1))
def test_a_curve_goes_through_the_bill(
    option: Option, doc: dict[str, Any], axis: Axis, value: float
) -> None:
    curve = curve_of(option, doc, axis)
    exact = bill_of(option, moved(doc, axis, value))
    if curve is None or exact is None:
        assert curve is exact
        return
    usd = float(curve.usd(np.array([value]))[0])
    if exact.usd is None:
        assert np.isnan(usd)
    else:
        assert usd == pytest.approx(float(exact.usd), rel=1e-9, abs=ROUNDING)


@every_option
@given(doc=documents(), part=st.floats(0.01, 0.99))
def test_a_curve_is_straight_between_its_bends(
    option: Option, doc: dict[str, Any], part: float
) -> None:
    curve = curve_of(option, doc, Axis.GB)
    if curve is None:
        return
    bends = [0.0, *curve.bends(0, 10).tolist(), 10.0]
    for low, high in zip(bends, bends[1:], strict=False):
        begin, middle, end = curve.usd(np.array([low, low + part * (high - low), high])).tolist()
        if not np.isnan(begin + end):
            assert middle == pytest.approx(begin + part * (end - begin), rel=1e-6, abs=1e-4)


def test_a_crossing_behind_more_bends_than_are_looked_at_is_closed_in_on() -> None:
    """Every service has its own bend; the crossing lies behind hundreds of them."""
    services = [{"name": f"s{i}", "vpc": "orders", "port": 443} for i in range(450)]
    flows = [
        flow(
            name=f"f{i}",
            to=f"s{i}",
            gb_per_month=3_000,
            cross_az_share=0.9,
            connections_per_second=(1 + i / 450) * 3000,
        )
        for i in range(450)
    ]
    network = case(topology(document(*flows, services=services)))
    by_key = {option.key: option for option in OPTIONS}
    ours, theirs = (
        cost_curve(by_key[key], network, PRICES, Axis.GB) for key in ("vpc-peering", "privatelink")
    )
    assert len(theirs.bends(0.5, 100)) > MAX_POINTS
    there = first_change(ours, theirs, 0, (0.5, 100))
    assert there is not None
    before, at, after = (
        ours.usd(x) - theirs.usd(x) for x in np.array([[0.999], [1], [1.001]]) * there
    )
    assert before < 0 < after
    assert abs(at[0]) < 0.01


def test_a_crossing_behind_the_point_where_gb_overtake_connections_is_where_the_bills_cross() -> (
    None
):
    """Up to 2,737.5 GB connections decide the load balancer's units, and beyond it GB do."""
    doc = document(flow(gb_per_month=1_000, cross_az_share=0.9, connections_per_second=3_000))
    by_key = OPTIONS.by_key
    ours, theirs = (by_key[key] for key in ("vpc-peering", "privatelink"))
    curves = [cost_curve(each, case(topology(doc)), PRICES, Axis.GB) for each in (ours, theirs)]
    assert curves[1].bends(1, 100).tolist() == pytest.approx([2.7375])
    crossing = first_change(*curves, 0, (1, 100))
    assert crossing is not None

    def ahead(factor: float) -> float:
        bills = [bill_of(each, moved(doc, Axis.GB, factor)) for each in (ours, theirs)]
        usd = [float(each.usd) for each in bills if each is not None and each.usd is not None]
        return usd[0] - usd[1]

    low, high = 1.0, 100.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if ahead(middle) > 0 else (middle, high)
    assert low > 2.7375
    assert crossing == pytest.approx(low, rel=1e-4)


def runners_of(doc: dict[str, Any], axis: Axis) -> list[Runner]:
    priced = [option for option in OPTIONS if option.key != "single-vpc"]
    curves = ((option, curve_of(option, doc, axis)) for option in priced)
    return [Runner(option, curve, 0.0) for option, curve in curves if curve]


@given(doc=documents(), axis=st.sampled_from(Axis))
def test_at_a_handover_the_bills_change_places(doc: dict[str, Any], axis: Axis) -> None:
    """Checked against the bills of documents written that way, a little before and after."""
    runners = runners_of(doc, axis)
    for handover in handovers(runners, 0.0, 1.0):
        for value, cheapest in (
            (handover.value - 0.01, handover.before),
            (handover.value + 0.01, handover.after),
        ):
            if not 0 <= value <= 1 or any(
                abs(value - other.value) < 0.01 for other in handovers(runners, 0.0, 1.0)
            ):
                continue
            bills = [bill_of(runner.option, moved(doc, axis, value)) for runner in runners]
            totals = {
                runner.option.key: float(bill.usd)
                for runner, bill in zip(runners, bills, strict=True)
                if bill is not None and bill.usd is not None
            }
            assert totals[cheapest.key] <= min(totals.values()) + ROUNDING


def test_the_reference_case_changes_hands_at_82_percent_crossing() -> None:
    doc = document(flow(gb_per_month=102_400, cross_az_share=0, connections_per_second=16.6667))
    (handover,) = handovers(runners_of(doc, Axis.CROSSING), 0.0, 1.0)
    assert (handover.before.key, handover.after.key) == ("vpc-sharing", "privatelink")
    assert handover.value == pytest.approx(0.8187, abs=1e-3)
