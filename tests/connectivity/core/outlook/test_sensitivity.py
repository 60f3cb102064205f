"""How the cost depends on inputs: the same money as `bill()`, whatever the state."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.network.planned_network import case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.outlook.sensitivity import ranges, tornado
from connectivity.core.registered_document import topology
from costmodel.core.bill import bill
from costmodel.core.draws import usd_of_draws
from costmodel.core.price_list import PriceList
from tests.factories import flow, topology_of
from tests.profiles import sample
from tests.topologies import completed, many_connections, random_document
from tests.truth import Truth, check_sensitivity

BUSY = {"connections_per_second": 3000, "connection_seconds": 60, "requests_per_second": 500}


def compared(prices: PriceList, latencies: LatencySet, **changes: Any) -> Comparison:
    row = flow(**{"gb_per_month": 2_000_000, "cross_az_share": 0.4, **BUSY, **changes})
    return compare(topology_of(row), prices, latencies)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
@pytest.mark.parametrize("seed", range(4))
def test_a_state_costs_what_its_bill_says(option: Option, seed: int, prices: PriceList) -> None:
    network = case(topology(many_connections(seed)))
    factors = np.random.default_rng(seed).lognormal(0, 1, (5, len(network.flows)))
    columns = {
        name: np.rint(getattr(network.flows, name) * factors).astype(np.int64)
        for name in ("request", "response", "crossing")
    }
    many = replace(network.flows, **columns)
    if not option.carries(network.flows).all():
        return  # it has no form for one of these flows
    usd = usd_of_draws(option.charges(many), prices, network.regions, network.pools, 5)
    for i in range(5):
        state = replace(network.flows, **{name: column[i] for name, column in columns.items()})
        exact = bill(option.charges(state), prices, network.regions, network.pools).usd
        if exact is None:
            assert np.isnan(usd[i])
        else:
            assert usd[i] == pytest.approx(float(exact), abs=0.01, rel=1e-9)


def test_half_the_traffic_costs_what_it_costs(prices: PriceList, latencies: LatencySet) -> None:
    bars = {bar.label: bar for bar in tornado(compared(prices, latencies))}
    less, more = (compared(prices, latencies, gb_per_month=gb) for gb in (1_000_000, 3_000_000))
    bar = bars["Traffic of every flow"]
    totals = [
        next(float(a.total_usd or 0) for a in comparison.answers if a.option.key == "vpc-peering")
        for comparison in (less, more)
    ]
    assert (bar.low, bar.high) == pytest.approx(tuple(totals), abs=0.02)
    assert bar.becomes == (None, None)
    assert max(bars.values(), key=lambda bar: bar.swing).label == next(iter(bars))


def test_a_bar_says_where_another_option_takes_over(
    prices: PriceList, latencies: LatencySet
) -> None:
    """Peering at 70 % crossing is cheapest; at all of it PrivateLink is."""
    comparison = compared(prices, latencies, gb_per_month=102_400, cross_az_share=0.7)
    bars = {bar.label: bar for bar in tornado(comparison)}
    assert bars["Cross-AZ share"].becomes == (None, "PrivateLink")


def test_the_same_draws_give_the_same_range(prices: PriceList, latencies: LatencySet) -> None:
    comparison = compared(prices, latencies)
    once, again = ranges(comparison, 0.5), ranges(comparison, 0.5)
    assert once == again
    best = once[0]
    assert best.option.key == "vpc-peering"
    assert best.low < best.median < best.high
    assert best.median == pytest.approx(best.stated, rel=0.02)
    assert sum(outcome.wins for outcome in once) == pytest.approx(1)


def test_eight_of_ten_draws_lie_within_the_spread(prices: PriceList, latencies: LatencySet) -> None:
    """One flow, and a cost in proportion: 5 and 95 of 100 lie at 1.645 deviations."""
    (best, *_) = ranges(compared(prices, latencies), 0.5)
    wide = 1.5 ** (1.6449 / 1.28155)
    assert best.high / best.median == pytest.approx(wide, rel=0.03)
    assert best.median / best.low == pytest.approx(wide, rel=0.03)


def test_nothing_feasible_has_no_range(prices: PriceList, latencies: LatencySet) -> None:
    comparison = compare(topology_of(flow(options=["vpc-lattice"])), prices, latencies)
    assert (tornado(comparison), ranges(comparison, 0.5)) == ([], [])


@pytest.mark.parametrize("seed", sample(range(16), 4))
def test_every_option_over_every_input_costs_what_its_bill_says(
    seed: int, prices: PriceList, latencies: LatencySet
) -> None:
    truth = Truth()
    for listed in (prices, completed(prices)):
        comparison = compare(topology(random_document(seed)), listed, latencies)
        check_sensitivity(comparison, truth)
    assert truth.differences == []
    assert truth.counts["states of inputs"] > 100


def test_a_lattice_service_has_bars(prices: PriceList, latencies: LatencySet) -> None:
    """Its requests beyond the free ones are counted by service, for every state at once."""
    services = [{"name": "api", "vpc": "orders", "port": 443, "protocol": "http"}]
    rows = [flow(name=name, requests_per_second=80, options=["vpc-lattice"]) for name in "ab"]
    comparison = compare(topology_of(*rows, services=services), prices, latencies)
    (bar,) = [bar for bar in tornado(comparison) if bar.label == "Requests a second"]
    per_hour = 2 * 80 * 3600
    free, million, hours = 300_000, 1_000_000, 730
    rate = 0.10
    less, more = (max(0, factor * per_hour - free) * hours / million for factor in (0.5, 1.5))
    assert bar.high - bar.low == pytest.approx((more - less) * rate, abs=0.01)
