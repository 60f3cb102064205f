"""A team's own prices hold where they are stated, and nowhere else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from costmodel.core.charges import PriceName
from costmodel.core.overrides import NothingOverridden, Override, check_override, overridden
from costmodel.core.price_list import PriceList, Tier
from tests.factories import price_list

LISTED = """
AmazonVPC VpcEndpoint-Bytes VpcEndpoint * - GB 0.01 1048576:0.006
AmazonVPC TransitGateway-Hours TransitGatewayVPC us-east-1 - hour 0.05
"""
BYTES = PriceName("AmazonVPC", "VpcEndpoint-Bytes", "VpcEndpoint")
HOURS = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")


def own(usage_type: str, region: str, **value: str) -> Override:
    percent, usd = (Decimal(value[k]) if k in value else None for k in ("percent", "usd"))
    return Override("AmazonVPC", usage_type, region, percent, usd, "contract")


def rates(name: PriceName, region: str, *overrides: Override) -> list[Decimal]:
    prices = PriceList("own", "", overridden(price_list(LISTED), overrides))
    price = prices.find(name, region)
    return [] if price is None else [tier.usd for tier in price.tiers]


def test_a_regions_own_price_holds_over_one_for_all_regions() -> None:
    rule = own("VpcEndpoint-Bytes", "eu-west-1", percent="-10")
    assert rates(BYTES, "eu-west-1", rule) == [Decimal("0.009"), Decimal("0.0054")]
    assert rates(BYTES, "us-east-1", rule) == [Decimal("0.01"), Decimal("0.006")]


def test_a_rate_fills_a_gap_and_a_share_does_not() -> None:
    assert rates(HOURS, "eu-west-1", own("TransitGateway-Hours", "eu-west-1", usd="0.06")) == [
        Decimal("0.06")
    ]
    assert rates(HOURS, "eu-west-1", own("TransitGateway-Hours", "eu-west-1", percent="5")) == []
    assert rates(HOURS, "eu-west-2", own("TransitGateway-Hours", "eu-west-1", usd="0.06")) == []


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_a_share_of_a_price_for_all_regions_makes_none_outside_the_commercial_ones(
    region: str,
) -> None:
    for where in ("", region):
        assert rates(BYTES, region, own("VpcEndpoint-Bytes", where, percent="-10")) == []
    stated = own("VpcEndpoint-Bytes", region, usd="0.02")
    assert rates(BYTES, region, stated) == [Decimal("0.02")]
    assert rates(BYTES, "us-east-1", stated) == [Decimal("0.01"), Decimal("0.006")]


def test_a_rate_of_nothing_fills_a_gap_with_nothing() -> None:
    free = own("TransitGateway-Hours", "eu-west-1", usd="0")
    assert rates(HOURS, "eu-west-1", free) == [Decimal(0)]


def test_of_several_the_last_one_counts() -> None:
    here = own("VpcEndpoint-Bytes", "eu-west-1", usd="0.5")
    everywhere = own("VpcEndpoint-Bytes", "", usd="0.7")
    assert rates(BYTES, "eu-west-1", here, everywhere) == [Decimal("0.7")]
    assert rates(BYTES, "eu-west-1", everywhere, here) == [Decimal("0.5")]
    assert rates(BYTES, "us-east-1", everywhere, here) == [Decimal("0.7")]


def test_a_rate_without_an_operation_makes_no_price_of_none() -> None:
    """The usage type is listed for the operation VpcEndpoint: that is what the rate is for."""
    rule = own("VpcEndpoint-Bytes", "eu-west-1", usd="0.5")
    assert rates(BYTES, "eu-west-1", rule) == [Decimal("0.5")]
    assert rates(BYTES._replace(operation=""), "eu-west-1", rule) == []


def test_what_names_no_price_is_refused_with_the_nearest() -> None:
    with pytest.raises(NothingOverridden, match="did you mean 'VpcEndpoint-Bytes'"):
        check_override(own("VpcEndpoint-Byte", "", percent="1"), price_list(LISTED))
    check_override(own("", "", percent="1"), price_list(LISTED))


def test_a_discount_leaves_a_stated_price_where_the_list_has_none() -> None:
    stated = own("TransitGateway-Hours", "eu-west-1", usd="0.06")
    discount = own("", "", percent="-10")
    for rules in ((stated, discount), (discount, stated)):
        assert rates(HOURS, "eu-west-1", *rules) == [Decimal("0.06")]


def test_a_rate_for_a_whole_service_is_refused() -> None:
    with pytest.raises(NothingOverridden, match="name the usage type"):
        check_override(own("", "", usd="1"), price_list(LISTED))


PAIRS = f"""{LISTED.strip()}
AWSDataTransfer AWS-Out-Bytes - eu-west-1 us-east-1 GB 0.02
"""


def test_the_rate_of_a_pair_of_regions_fills_that_pair_alone() -> None:
    name = PriceName("AWSDataTransfer", "AWS-Out-Bytes")
    place = {"region": "eu-west-1", "to_region": "us-west-2"}
    rule = Override(*name[:2], percent=None, usd=Decimal("0.05"), reason="contract", **place)
    prices = PriceList("own", "", overridden(price_list(PAIRS), [rule]))
    price = prices.find(name, "eu-west-1", "us-west-2")
    assert price is not None
    assert [(tier.usd, price.unit) for tier in price.tiers] == [(Decimal("0.05"), "GB")]
    assert "your own (0.05 USD: contract), where the list has no price" in price.source
    listed = prices.find(name, "eu-west-1", "us-east-1")
    assert listed is not None
    assert listed.tiers[0].usd == Decimal("0.02")
    assert prices.find(name, "us-west-2", "eu-west-1") is None


def test_a_discount_for_a_pair_holds_for_that_pair_alone() -> None:
    name = PriceName("AWSDataTransfer", "AWS-Out-Bytes")
    half = Override(*name[:2], "eu-west-1", Decimal(-50), None, "contract", to_region="us-east-1")
    more = "AWSDataTransfer AWS-Out-Bytes - eu-west-1 us-west-2 GB 0.02"
    prices = PriceList("own", "", overridden(price_list(PAIRS + more), [half]))
    rates = {
        end: price.tiers[0].usd
        for end in ("us-east-1", "us-west-2")
        if (price := prices.find(name, "eu-west-1", end))
    }
    assert rates == {"us-east-1": Decimal("0.010"), "us-west-2": Decimal("0.02")}


def test_one_operation_of_a_usage_type_has_a_rate_of_its_own() -> None:
    """A hub's attachments and its peerings with other hubs are hours of one usage type."""
    peering = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayPeering")
    rule = replace(own("TransitGateway-Hours", "us-east-1", usd="0.03"), operation=peering[2])
    assert rates(HOURS, "us-east-1", rule) == [Decimal("0.05")]
    assert rates(peering, "us-east-1", rule) == [Decimal("0.03")]
    assert rates(peering, "eu-west-1", rule) == []


def test_what_is_needed_may_be_stated_though_no_list_names_it() -> None:
    name = PriceName("AmazonEC2", "BoxUsage of the appliance")
    rule = Override(*name[:2], "us-east-1", None, Decimal("0.2"), "two c6in.large")
    with pytest.raises(NothingOverridden, match="no price of AmazonEC2"):
        check_override(rule, price_list(LISTED))
    check_override(rule, price_list(LISTED), [name])
    assert rates(name, "us-east-1", rule) == [Decimal("0.2")]
    with pytest.raises(NothingOverridden, match="no price of AmazonEC2"):
        check_override(replace(rule, region=""), price_list(LISTED), [name])


def test_a_wrong_operation_is_refused_with_those_there_are() -> None:
    rule = replace(own("TransitGateway-Hours", "", percent="-5"), operation="TransitGateway")
    with pytest.raises(NothingOverridden, match="operations are TransitGatewayVPC"):
        check_override(rule, price_list(LISTED))
    pair = replace(own("VpcEndpoint-Bytes", "", percent="-5"), to_region="us-east-1")
    with pytest.raises(NothingOverridden, match="name both"):
        check_override(pair, price_list(LISTED))


def test_own_rates_of_two_pairs_do_not_mix() -> None:
    name = PriceName("AWSDataTransfer", "AWS-Out-Bytes")
    ends = {"us-west-2": "0.05", "ap-northeast-1": "0.07"}
    rules = [
        Override(*name[:2], "eu-west-1", None, Decimal(usd), "contract", to_region=end)
        for end, usd in ends.items()
    ]
    prices = PriceList("own", "", overridden(price_list(PAIRS), rules))
    prices_by_end = {end: prices.find(name, "eu-west-1", end) for end in ends}
    assert {end: str(price.tiers[0].usd) for end, price in prices_by_end.items() if price} == ends


def test_own_rates_of_two_usage_types_of_a_region_do_not_mix() -> None:
    bytes_ = PriceName("AmazonVPC", "TransitGateway-Bytes", "TransitGatewayVPC")
    listed = f"{LISTED.strip()}\nAmazonVPC {bytes_[1]} {bytes_[2]} us-east-1 - GB 0.02"
    both = [
        own("TransitGateway-Bytes", "eu-west-1", usd="0.03"),
        own("TransitGateway-Hours", "eu-west-1", usd="0.06"),
    ]
    for rules in (both, both[::-1]):
        prices = PriceList("own", "", overridden(price_list(listed), rules))
        in_force = [prices.find(name, "eu-west-1") for name in (bytes_, HOURS)]
        assert [str(price.tiers[0].usd) for price in in_force if price] == ["0.03", "0.06"]


def test_a_later_own_price_of_something_else_changes_nothing() -> None:
    ours = own("VpcEndpoint-Bytes", "eu-west-1", percent="-10")
    other = own("TransitGateway-Hours", "us-east-1", percent="-50")
    for rules in ((ours, other), (other, ours)):
        assert rates(BYTES, "eu-west-1", *rules) == [Decimal("0.009"), Decimal("0.0054")]
        assert rates(HOURS, "us-east-1", *rules) == [Decimal("0.025")]


@pytest.mark.parametrize(
    ("usage_type", "words"),
    [
        ("VpcEndpoint-Byte", "did you mean 'VpcEndpoint-Bytes'"),
        ("VpcEndpoint-Bytes", "its operations are VpcEndpoint"),
    ],
)
def test_what_is_wrong_of_a_name_is_what_is_offered(usage_type: str, words: str) -> None:
    """The usage type first; its operations where it is right."""
    rule = replace(own(usage_type, "", percent="1"), operation="Endpoint")
    with pytest.raises(NothingOverridden, match=words):
        check_override(rule, price_list(LISTED))


def test_a_pair_of_regions_is_named_whole() -> None:
    pair = Override("AWSDataTransfer", "AWS-Out-Bytes", "eu-west-1", Decimal(-50), None, "contract")
    check_override(replace(pair, to_region="us-east-1"), price_list(PAIRS))
    with pytest.raises(NothingOverridden, match="a destination without the Region that sends"):
        check_override(replace(pair, region="", to_region="us-east-1"), price_list(PAIRS))


def test_an_own_rate_in_the_place_of_a_listed_price_holds_from_the_first_unit() -> None:
    """It has no tiers, as the listed price has."""
    rule = own("VpcEndpoint-Bytes", "", usd="0.5")
    price = PriceList("own", "", overridden(price_list(LISTED), [rule])).find(BYTES, "eu-west-1")
    assert price is not None
    assert price.tiers == (Tier(0, None, Decimal("0.5")),)


def test_an_operation_is_named_only_where_one_was_asked_for() -> None:
    with pytest.raises(NothingOverridden, match="has the usage type 'Endpoint'; "):
        check_override(own("Endpoint", "", percent="1"), price_list(LISTED))


def test_what_is_paid_is_said_as_a_rate_or_as_a_share() -> None:
    assert own("TransitGateway-Hours", "eu-west-1", usd="0.06").words == (
        "0.06 USD for AmazonVPC TransitGateway-Hours in eu-west-1"
    )
    assert own("", "", percent="-7").words == "-7 % on AmazonVPC"
    pair = replace(own("", "eu-west-1", percent="-7"), to_region="us-east-1")
    assert pair.words == "-7 % on AmazonVPC in eu-west-1 to us-east-1"


def test_a_rate_of_ones_own_is_as_sure_as_can_be() -> None:
    listed = price_list(LISTED)
    weak = PriceList("weak", "", tuple(replace(price, weak=True) for price in listed.prices))
    rule = own("TransitGateway-Hours", "us-east-1", usd="0.06")
    paid = PriceList("own", "", overridden(weak, [rule])).find(HOURS, "us-east-1")
    assert paid is not None
    assert (paid.weak, paid.tiers[0].usd) == (False, Decimal("0.06"))


def test_only_usage_types_of_the_service_are_offered() -> None:
    elsewhere = "AWSELB VpcEndpoint-Bytez LoadBalancing:Network * - hour 0.0225"
    with pytest.raises(NothingOverridden, match="did you mean 'VpcEndpoint-Bytes'"):
        check_override(own("VpcEndpoint-Bytez", "", percent="1"), price_list(LISTED + elsewhere))


def test_an_operation_that_a_usage_type_does_not_have_is_named() -> None:
    rule = replace(own("TransitGateway-Hours", "", percent="1"), operation="Nothing")
    with pytest.raises(NothingOverridden, match="and operation 'Nothing'"):
        check_override(rule, price_list(LISTED))
