"""The rate at which what lacks a price enters a plan: a little below it does, above it does not."""

from decimal import Decimal

import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.plan.search.cheapest import Limits
from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.plan.trade_offs.missing_rates import entries
from connectivity.core.plan.trade_offs.variations import with_rate
from connectivity.core.registered_document import topology
from costmodel.core.price_list import Key
from tests.connectivity.core.plan.instances import PRICES, instance
from tests.factories import document, flow, price_list
from tests.profiles import sample

MISSING = "TransitGateway-Bytes", "VpcEndpoint-Bytes", "CloudWAN-Bytes", "VpcPeering-Out-Bytes"


def compared(seed: int) -> Comparison:
    lines = [line for line in PRICES.splitlines() if MISSING[seed % len(MISSING)] not in line]
    prices = price_list("\n".join(lines))
    return compare(topology(instance(seed, 5, 3)), prices, LatencySet("none", "", ()))


def uses(planned: Plan, key: Key) -> bool:
    lines = planned.design.bill.lines if planned.design else ()
    return any((line.price.name, line.region, line.to_region) == key for line in lines)


@pytest.mark.parametrize("seed", sample(range(40), 8))
def test_what_lacks_a_price_enters_below_its_rate_and_not_above(seed: int) -> None:
    comparison = compared(seed)
    planned = plan(comparison)
    for entry in entries(comparison, planned, Limits()):
        assert entry.is_proven
        free = plan(with_rate(comparison, entry.key, Decimal(0)))
        assert planned.design is None or free.design is not None
        if entry.is_needed:
            assert planned.design is None
            assert free.design is not None
            continue
        if entry.below_usd is None or planned.design is None or free.design is None:
            if free.design is not None and planned.design is not None:
                assert planned.design.total_usd - free.design.total_usd <= Decimal("0.01")
            continue
        step = max(entry.below_usd / 100, Decimal("0.000001"))
        below = plan(with_rate(comparison, entry.key, max(entry.below_usd - step, Decimal(0))))
        assert below.design is not None
        assert uses(below, entry.key)
        above = plan(with_rate(comparison, entry.key, entry.below_usd + step))
        assert above.design is not None
        assert above.design.total_usd == planned.design.total_usd


def test_a_rate_is_where_the_option_costs_what_the_plan_does() -> None:
    """1,000 GB over a peering cost 10 USD; an attachment for each end 36.50 without traffic."""
    text = "\n".join(line for line in PRICES.splitlines() if "VpcPeering-In" not in line)
    crossing = flow(cross_az_share=1.0, options=["vpc-peering", "transit-gateway"])
    comparison = compare(topology(document(crossing)), price_list(text), LatencySet("none", "", ()))
    planned = plan(comparison)
    assert planned.design is not None
    assert planned.design.total_usd == Decimal("93.00")
    (entry,) = entries(comparison, planned, Limits())
    assert [option.key for option in entry.options] == ["vpc-peering"]
    assert entry.below_usd == Decimal("0.083")
