"""A single rate: its unit, its words, and what other places pay for the same."""

from decimal import Decimal

import pytest

from costmodel.core.charges import PriceName
from costmodel.core.price_list import Key, PriceList, Tier
from costmodel.core.rates import elsewhere, per, stated, unit_of
from tests.factories import price_list

HOURS = PriceName("S", "Hours")
TRANSFER = PriceName("AWSDataTransfer", "AWS-Out-Bytes")
LISTED = price_list(
    """
S Hours - us-east-1 - hour 0.5
S Hours - eu-west-1 - hour 0.7
S Volume-Bytes - us-east-1 - GB-month 0.08
AWSDataTransfer AWS-Out-Bytes - us-east-1 us-east-2 GB 0.01
AWSDataTransfer AWS-Out-Bytes - us-east-1 eu-west-1 GB 0.02
AWSDataTransfer AWS-Out-Bytes - eu-west-1 us-east-1 GB 0.05
"""
)


@pytest.mark.parametrize(
    ("usage_type", "unit"),
    [("Volume-Bytes", "GB-month"), ("Other-Bytes", "GB"), ("Other-Hours", "hour")],
)
def test_a_rate_has_the_unit_of_the_list_or_as_its_usage_type_ends(
    usage_type: str, unit: str
) -> None:
    assert unit_of(LISTED, PriceName("S", usage_type)) == unit


def test_a_unit_without_an_article_of_its_own_is_per_unit() -> None:
    assert [per(unit) for unit in ("GB", "million requests")] == ["a GB", "per million requests"]


def test_what_other_regions_pay_leaves_out_the_place_that_is_asked_for() -> None:
    there = elsewhere(LISTED, (HOURS, "us-east-1", None))
    assert there is not None
    assert (there.low, there.high) == (Decimal("0.7"), Decimal("0.7"))
    both = elsewhere(LISTED, (HOURS, "ap-northeast-1", None))
    assert both is not None
    assert (both.low, both.high) == (Decimal("0.5"), Decimal("0.7"))
    assert elsewhere(LISTED, (PriceName("S", "Unknown"), "us-east-1", None)) is None


def test_of_transfer_the_same_regions_rates_to_others_are_the_nearest() -> None:
    near = elsewhere(LISTED, (TRANSFER, "us-east-1", "ap-northeast-1"))
    assert near is not None
    assert (near.low, near.high) == (Decimal("0.01"), Decimal("0.02"))
    far = elsewhere(LISTED, (TRANSFER, "ap-northeast-1", "us-east-1"))
    assert far is not None
    assert (far.low, far.high) == (Decimal("0.01"), Decimal("0.05"))


FOR_ALL = price_list("S Hours - * - hour 0.3")
BOTH = price_list("S Hours - * - hour 0.3\nS Hours - us-east-1 - hour 0.5")


OHIO, OREGON = "us-east-2", "us-west-2"


@pytest.mark.parametrize(
    ("prices", "key", "words"),
    [
        (LISTED, (HOURS, "us-east-1", None), "0.7 in one other Region of the list"),
        (LISTED, (HOURS, OHIO, None), "0.5 to 0.7 in 2 other Regions of the list"),
        (LISTED, (TRANSFER, "us-east-1", OREGON), "0.01 to 0.02 from us-east-1 to 2 other Regions"),
        (LISTED, (TRANSFER, "eu-west-1", OREGON), "0.05 from eu-west-1 to one other Region"),
        (
            LISTED,
            (TRANSFER, OREGON, "us-east-1"),
            "0.01 to 0.05 for 3 other pairs of Regions of the list",
        ),
        (FOR_ALL, (HOURS, "cn-north-1", None), "0.3 in all commercial Regions"),
        (BOTH, (HOURS, "cn-north-1", None), "0.5 in one other Region of the list"),
    ],
)
def test_what_others_pay_is_said_with_how_many_they_are(
    prices: PriceList, key: Key, words: str
) -> None:
    there = elsewhere(prices, key)
    assert there is not None
    assert there.words == words


def test_a_stated_rate_holds_from_the_first_unit() -> None:
    price = stated((HOURS, "us-east-1", None), Decimal("0.4"), "hour")
    assert price.tiers == (Tier(0, None, Decimal("0.4")),)
