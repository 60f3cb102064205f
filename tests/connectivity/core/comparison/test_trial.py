"""What is tried answers as a document, or a price list, that was written that way."""

from decimal import Decimal
from typing import Any

import pytest

from connectivity.core.comparison.answer import Answer
from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.comparison.trial import (
    Basis,
    tried,
    winner,
    with_crossing,
    with_missing,
    with_operations,
    with_rate,
    with_traffic,
)
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.registered_document import topology
from tests.factories import TEST_PRICES, document, flow, price_list, topology_of, vpc

BUSY = {"gb_per_month": 5_000, "cross_az_share": 0.3, "p99_budget_us": 460}


def estate(**changes: Any) -> dict[str, Any]:
    """A flow that may cross AZs, one that must, and one that cannot."""
    doc = document(
        flow(**{**BUSY, **changes}),
        flow(name="forced", to="far", gb_per_month=700),
        flow(name="inside", **{"from": "far"}, to="near", gb_per_month=50),
        operations_usd_per_object={"peering": 7},
    )
    doc["vpcs"].append(vpc("far", "222222222222", "10.2.0.0/16", azs=["use1-az6"]))
    doc["vpcs"].append(vpc("near", "111111111111", "10.3.0.0/16", azs=["use1-az6"]))
    return doc


def told(answers: list[Answer]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            answer.option.key,
            answer.total_usd,
            answer.is_stopped.tolist(),
            answer.heads.worst.us,
            sorted(hit.rule.id for hit in answer.hits),
        )
        for answer in answers
        if answer.bill is not None
    )


def same(comparison: Comparison, basis: Basis, written: Comparison) -> None:
    assert told(tried(comparison, basis, comparison.answers)) == told(list(written.answers))


def test_traffic_crossing_and_operations_are_those_of_a_changed_document(
    latencies: LatencySet,
) -> None:
    comparison = compare(topology(estate()), price_list(), latencies)
    basis = Basis.of(comparison)

    def written(**changes: Any) -> Comparison:
        return compare(topology(estate(**changes)), price_list(), latencies)

    same(comparison, basis, comparison)
    same(comparison, with_crossing(basis, 0.004), written(cross_az_share=0.004))
    same(comparison, with_crossing(basis, 1), written(cross_az_share=1))
    threefold = estate()
    for row in threefold["flows"]:
        row["gb_per_month"] *= 3
    tripled = compare(topology(threefold), price_list(), latencies)
    same(comparison, with_traffic(basis, 3), tripled)
    dear = estate() | {"operations_usd_per_object": {"peering": 7, "endpoint": 12.5}}
    operated = compare(topology(dear), price_list(), latencies)
    same(comparison, with_operations(basis, "endpoint", Decimal("12.5")), operated)


@pytest.mark.parametrize("rate", ["0.006", "0.5"])
def test_a_rate_is_that_of_a_changed_price_list(rate: str, latencies: LatencySet) -> None:
    large = topology_of(flow(gb_per_month=9e6, cross_az_share=0.5))
    comparison = compare(large, price_list(), latencies)
    price = next(
        line.price
        for answer in comparison.answers
        for line in (answer.bill.lines if answer.bill else ())
        if line.price.name.usage_type == "VpcEndpoint-Bytes"
    )
    text = TEST_PRICES.replace("1048576:0.006", f"1048576:{rate}")
    basis = with_rate(Basis.of(comparison), price, Decimal("0.006"), Decimal(rate))
    same(comparison, basis, compare(large, price_list(text), latencies))


def test_a_missing_rate_is_that_of_a_price_list_that_has_it(latencies: LatencySet) -> None:
    row = "AWSELB LCUUsage LoadBalancing:Network * - LCU-hour 0.006\n"
    two = ["vpc-peering", "privatelink"]
    small = topology_of(flow(gb_per_month=20_000, cross_az_share=1, options=two))
    comparison = compare(small, price_list(TEST_PRICES.replace(row, "")), latencies)
    lacking = next(answer for answer in comparison.answers if answer.option.key == "privatelink")
    assert lacking.bill is not None
    (gap,) = lacking.bill.gaps
    assert (lacking.usd, gap.price.usage_type) == (None, "LCUUsage")
    basis = with_missing(Basis.of(comparison), gap, Decimal("0.006"))
    same(comparison, basis, compare(small, price_list(), latencies))
    best = winner(comparison, basis, comparison.answers)
    assert best is not None
    assert best.option.key == "privatelink"
    dear = with_missing(Basis.of(comparison), gap, Decimal(10))
    best = winner(comparison, dear, comparison.answers)
    assert best is not None
    assert best.option.key == "vpc-peering"
