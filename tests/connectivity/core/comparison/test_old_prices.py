"""Old prices are said once, with what would refresh them."""

from dataclasses import replace

import pytest

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.comparison.old_prices import old_prices
from connectivity.core.latency.lookup import LatencySet
from costmodel.core.price_list import PriceList
from tests.factories import price_list, topology_of, vpc

NO_LATENCIES = LatencySet("none", "", ())


def aged(as_of: str, dates: dict[str, str]) -> PriceList:
    """The test's prices, those of some usage types with another date."""
    prices = tuple(
        replace(price, as_of=dates.get(price.name.usage_type, as_of))
        for price in price_list().prices
    )
    return PriceList("test", as_of, prices)


@pytest.mark.parametrize(
    ("date", "is_old"),
    [
        ("2025-11-24", True),
        ("2025-11-25", False),
        ("2025-10", True),
        ("2025-11", False),  # perhaps its last day
        ("2025", False),
        ("2024", True),
        ("", False),  # of no age, such as a rate of one's own
    ],
)
def test_a_year_before_the_lists_date(date: str, is_old: bool) -> None:
    prices = aged("2026-11-25", {"TransitGateway-Hours": date})
    old = old_prices(compare(topology_of(), prices, NO_LATENCIES))
    assert (old is not None) == is_old
    if old:
        assert (old.count, old.oldest, old.regions) == (1, date, ("us-east-1",))


def test_it_is_said_once_with_what_refreshes_them() -> None:
    east = vpc("clients", "111111111111", "10.0.0.0/16")
    ohio = vpc(
        "orders", "222222222222", "10.1.0.0/16", region="us-east-2", azs=["use2-az1", "use2-az2"]
    )
    dates = {"TransitGateway-Hours": "2025-06-13", "AWS-Out-Bytes": "2024-07-18"}
    comparison = compare(topology_of(vpcs=[east, ohio]), aged("2026-11-25", dates), NO_LATENCIES)
    answer = plain(comparison)
    old = answer["old_prices"]
    assert (old["count"], old["oldest"], old["older_than"]) == (4, "2024-07-18", "2025-11-25")
    command = "manage.py fetch_prices --region us-east-1 --region us-east-2"
    assert old["refresh"] == command
    sentences = [assumption for assumption in answer["assumptions"] if command in assumption]
    assert sentences == [old["sentence"]]
    assert f"4 of the {old['of']} prices in these bills are older than a year" in sentences[0]


def test_a_list_of_young_prices_says_nothing() -> None:
    answer = plain(compare(topology_of(), aged("2026-11-25", {}), NO_LATENCIES))
    assert answer["old_prices"] is None
    assert not [
        assumption for assumption in answer["assumptions"] if "older than a year" in assumption
    ]


def test_a_list_without_a_day_has_no_ages() -> None:
    prices = aged("2026-11-25", {"TransitGateway-Hours": "2020-01-01"})
    undated = PriceList("test", "", prices.prices)
    assert old_prices(compare(topology_of(), undated, NO_LATENCIES)) is None
