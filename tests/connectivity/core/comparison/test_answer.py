"""Which of several answers is the best where cost alone does not say it."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from connectivity.core.comparison.answer import best_at, is_slower, narrowed
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet, Reading
from tests.factories import TEST_PRICES, flow, price_list, topology_of


def answer(us: float | None, overhead_us: float | None) -> Any:
    worst = Reading("use1-az1", "use1-az2", us, overhead_us, 0, "published", "2020", "")
    return SimpleNamespace(heads=SimpleNamespace(worst=worst), object_count=1)


def test_options_that_are_each_slower_than_another_are_all_kept() -> None:
    """Two are compared by p99, and with the third, whose p99 is not known, by overheads."""
    first, second, third = answer(200, 1), answer(100, 50), answer(None, 10)
    assert is_slower(first, second)
    assert is_slower(second, third)
    assert is_slower(third, first)
    steps = narrowed([(each, Decimal(5)) for each in (first, second, third)])
    assert [left for _, left in steps] == [[first, second, third]] * 3


def test_the_fastest_of_the_cheapest_are_kept_and_then_those_of_fewest_objects() -> None:
    slow, fast, many, dear = answer(200, 1), answer(100, 1), answer(100, 1), answer(10, 1)
    many.object_count = 2
    totals = [(slow, Decimal(5)), (fast, Decimal(5)), (many, Decimal(5)), (dear, Decimal(6))]
    steps = narrowed(totals)
    assert [left for _, left in steps] == [[slow, fast, many], [fast, many], [fast]]


def test_nobody_pays_an_unknown_total_and_who_pays_what_is_missing_is_named() -> None:
    """Without the price of a GB received, which the provider pays."""
    text = "\n".join(line for line in TEST_PRICES.splitlines() if "In-Bytes" not in line)
    flows = flow(cross_az_share=1, response_share=0, options=["vpc-peering"])
    compared = compare(topology_of(flows), price_list(text), LatencySet("none", "", ()))
    peering = next(each for each in compared.answers if each.option.key == "vpc-peering")
    accounts = compared.case.topology.accounts
    assert peering.bill is not None
    assert peering.bill.by_payer() != {}
    assert peering.payers(accounts) == {}
    assert peering.unknown_payers(accounts) == ["222222222222"]


def test_fewer_objects_count_before_the_order_of_the_options() -> None:
    earlier, later = answer(100, 1), answer(100, 1)
    earlier.option, later.option = SimpleNamespace(order=1), SimpleNamespace(order=2)
    assert best_at([(later, Decimal(5)), (earlier, Decimal(5))]) is earlier
    earlier.object_count = 2
    assert best_at([(later, Decimal(5)), (earlier, Decimal(5))]) is later
