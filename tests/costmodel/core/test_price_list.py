"""Which of several prices is in force, and which tiers can be."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from costmodel.core.charges import PriceName
from costmodel.core.price_list import (
    Price,
    PriceList,
    Tier,
    changes,
    is_loadable,
    replaced,
    tiers,
    usd_by_tier,
)

NAME = PriceName("AmazonVPC", "VpcEndpoint-Bytes", "VpcEndpoint")
OPEN = (Tier(0, None, Decimal("0.01")),)
SHORT = (Tier(0, 1000, Decimal("0.02")),)


def price(
    region: str, as_of: str, tiers_of_price: tuple[Tier, ...] = OPEN, *, weak: bool = False
) -> Price:
    return Price(NAME, region, None, "GB", tiers_of_price, f"{region} {as_of}", as_of, weak)


def found(*prices: Price, to: str | None = None) -> str | None:
    in_force = PriceList("test", "2026", prices).find(NAME, "us-east-1", to)
    return in_force.source if in_force else None


def test_the_regions_own_price_wins_over_one_for_all() -> None:
    assert found(price("*", "2026"), price("us-east-1", "2020")) == "us-east-1 2020"


def test_unless_its_tiers_stop_short() -> None:
    assert found(price("*", "2020"), price("us-east-1", "2026", SHORT)) == "* 2020"


def test_of_two_for_all_regions_the_one_without_an_end_wins_over_a_newer_one_that_stops() -> None:
    assert found(price("*", "2020"), price("*", "2026", SHORT)) == "* 2020"


def test_a_price_that_stops_short_is_better_than_none() -> None:
    assert found(price("us-east-1", "2026", SHORT)) == "us-east-1 2026"


@pytest.mark.parametrize(
    "dates", [("2026-01", "2026-02-01"), ("", "2020"), ("2026", "2026-07"), ("2025-12-31", "2026")]
)
def test_the_newest_wins(dates: tuple[str, str]) -> None:
    older, newer = dates
    assert found(price("us-east-1", newer), price("us-east-1", older)) == f"us-east-1 {newer}"


def test_weak_ones_count_but_give_way_on_the_same_day() -> None:
    strong, weak = price("us-east-1", "2025"), price("us-east-1", "2026", weak=True)
    assert found(strong, weak) == "us-east-1 2026"
    same = price("us-east-1", "2026")
    in_force = PriceList("test", "2026", (weak, same)).find(NAME, "us-east-1")
    assert in_force is not None
    assert not in_force.weak


def test_what_is_not_there_is_none() -> None:
    assert found(price("us-west-2", "2026")) is None
    assert found(price("us-east-1", "2026"), to="us-east-2") is None


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1"])
def test_a_price_for_all_regions_holds_in_the_commercial_ones_alone(region: str) -> None:
    for_all, own = price("*", "2026"), price(region, "2020")
    assert PriceList("test", "", (for_all,)).find(NAME, region) is None
    assert PriceList("test", "", (for_all, own)).find(NAME, region) == own
    short = price(region, "2026", SHORT)
    assert PriceList("test", "", (for_all, short)).find(NAME, region) == short
    assert for_all.where == "all commercial Regions"


def test_of_two_lists_only_what_is_new_gone_or_of_other_tiers_is_a_change() -> None:
    same, short = price("us-east-1", "2026"), price("us-east-2", "2026", SHORT)
    newer = price("us-east-1", "2027")  # read later, and of the same tiers
    longer = price("us-east-2", "2027", OPEN)
    gone, new = price("eu-west-1", "2026"), price("eu-west-2", "2026")
    before, after = (
        PriceList("a", "", (same, short, gone)),
        PriceList("b", "", (new, newer, longer)),
    )
    assert [(each.old, each.new) for each in changes(before, after)] == [
        (gone, None),
        (None, new),
        (short, longer),
    ]


def test_changes_inside_a_region_come_before_those_of_what_leaves_it() -> None:
    inside = price("us-east-1", "2026")
    leaving = replace(inside, to_region="eu-west-1")
    changed = changes(PriceList("a", "", ()), PriceList("b", "", (leaving, inside)))
    assert [each.new for each in changed] == [inside, leaving]


def test_tiers_are_put_in_order() -> None:
    rising = tiers([(5, None, Decimal(1)), (0, 5, Decimal(2))])
    assert [tier.start for tier in rising] == [0, 5]


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ([], "no tier"),
        ([(1, None, Decimal(1))], "begins at 1, not at 0"),
        ([(0, 5, Decimal(1)), (6, None, Decimal(1))], "begins at 6, not at 5"),
        ([(0, None, Decimal(1)), (5, None, Decimal(1))], "begins at 5, not at None"),
        ([(0, None, Decimal(-1))], "cannot be"),
        ([(0, 0, Decimal(1))], "cannot be"),
    ],
)
def test_tiers_without_holes(ranges: list[tuple[int, int | None, Decimal]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tiers(ranges)


def test_of_two_prices_in_the_old_list_the_later_one_says_whether_a_new_one_takes_their_place() -> (
    None
):
    old = price("us-east-1", "2024"), price("us-east-1", "2026")
    assert replaced(old, [price("us-east-1", "2025")]) == old
    newest = price("us-east-1", "2026-02")
    assert replaced(old, [newest]) == (newest,)


def test_a_thousandth_of_what_has_no_price_is_not_known_and_nothing_of_it_costs_nothing() -> None:
    usd = usd_by_tier(np.array([0.0, 1.0]), None)
    assert (usd[0], np.isnan(usd[1])) == (0, True)


def test_each_tier_prices_what_lies_within_it_and_the_last_all_that_is_above() -> None:
    rates = tiers([(0, 1000, Decimal(3)), (1000, None, Decimal(2))])
    usd = usd_by_tier(np.array([0.0, 500.0, 1000.0, 4000.0]), price("*", "2026", rates))
    assert usd.tolist() == [0, 1.5, 3, 9]


def test_a_price_covers_all_up_to_where_its_last_tier_ends() -> None:
    short = price("*", "2026", SHORT)
    assert [short.covers(amount) for amount in (999, 1000, 1001)] == [True, True, False]
    usd = usd_by_tier(np.array([1000.0, 1001.0]), short)
    assert (usd[0], np.isnan(usd[1])) == (0.02, True)
    assert price("*", "2026").covers(10**12)


def test_a_tier_may_be_free() -> None:
    assert tiers([(0, 5, Decimal(0)), (5, None, Decimal(1))])[0].usd == 0


@pytest.mark.parametrize(
    ("region", "is_published"),
    [
        ("eu-west-1", True),
        ("us-gov-west-1", True),
        ("cn-north-1", False),
        ("eusc-de-east-1", False),
    ],
)
def test_aws_publishes_prices_in_usd_outside_china_and_the_partitions_of_their_own(
    region: str, is_published: bool
) -> None:
    assert is_loadable((NAME, region, None)) is is_published
    assert not is_loadable((NAME._replace(is_input=True), region, None))


def test_of_the_same_day_the_new_price_takes_the_place_of_the_old_one() -> None:
    old, new = price("us-east-1", "2026"), price("us-east-1", "2026", SHORT)
    assert replaced([old], [new]) == (new,)


def test_changes_stand_by_service_before_they_stand_by_region() -> None:
    first = replace(price("us-east-1", "2026"), name=NAME._replace(service="AWSELB"))
    second = price("eu-west-1", "2026")
    changed = changes(PriceList("a", "", ()), PriceList("b", "", (second, first)))
    assert [each.new for each in changed] == [first, second]


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (0, "List prices in USD before tax and discounts"),
        (3, "Prices in USD before tax, with your own: 0; 1; 2"),
        (4, "Prices in USD before tax, with your own: 0; 1; 2; and 1 more"),
        (5, "Prices in USD before tax, with your own: 0; 1; 2; and 2 more"),
    ],
)
def test_a_list_names_three_of_a_team_s_own_prices_and_counts_the_others(
    own: int, words: str
) -> None:
    assert PriceList("a", "", (), tuple(map(str, range(own)))).basis == words


def test_a_list_says_for_which_places_it_took_a_price() -> None:
    for_all, other = price("*", "2026"), price("us-east-1", "2026")
    prices = PriceList("a", "", (for_all, other))
    for region in ("eu-west-1", "eu-west-2", "us-east-1"):
        prices.find(NAME, region)
    places = [(NAME, "eu-west-1", None), (NAME, "eu-west-2", None)]
    assert prices.keys_of(for_all) == places
    dearer = prices.with_in_force({places[0]: other})
    assert [dearer.find(*place) for place in places] == [other, for_all]
