"""Where a product's prices hold: Region codes, locations of older files, prefixes, zones."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costmodel.core.usage_types import REGION_CODE, REGION_PREFIXES
from costmodel.importers.offer_rows import OfferError
from costmodel.importers.product_regions import (
    CONTRADICTION,
    ELSEWHERE,
    LOCATIONS,
    NO_REGION,
    UNKNOWN,
    PricedPlace,
    place_of,
)
from tests.offers import offer, product
from tests.price_reading import SAMPLES, found, read

HOURS = "VpcEndpoint-Hours"


def test_an_offer_of_2016_is_read_by_locations_and_prefixes(tmp_path: Path) -> None:
    """As AWS published AmazonVPC then, with rows of data transfer in it."""
    result = read(tmp_path, (SAMPLES / "offer_2016.json").read_text())
    assert {key: value[-1].usd for key, value in found(result.prices).items()} == {
        ("VPN-Usage-Hours:ipsec.1", "CreateVpnConnection", "ap-southeast-1", None): Decimal("0.05"),
        ("VPN-Usage-Hours:ipsec.1", "CreateVpnConnection", "us-east-1", None): Decimal("0.05"),
        ("VPN-Usage-Hours:ipsec.1", "CreateVpnConnection", "us-gov-west-1", None): Decimal("0.054"),
        ("AWS-Out-Bytes", "", "eu-west-1", "ap-southeast-2"): Decimal("0.02"),
        ("DataTransfer-Out-Bytes", "", "eu-west-1", None): Decimal("0.085"),
        ("DataTransfer-Regional-Bytes", "", "eu-west-1", None): Decimal("0.01"),
    }
    assert {price.as_of for price in result.prices} == {"2016-01-06"}
    assert {price.name.service for price in result.prices} == {"AmazonVPC", "AWSDataTransfer"}
    assert result.skipped == {"not a part of connectivity": 3}


@pytest.mark.parametrize(
    ("says", "place"),
    [
        ({"regionCode": "eu-west-1"}, "eu-west-1"),
        ({"regionCode": "xx-new-9"}, "xx-new-9"),
        ({"location": "EU (Ireland)", "usagetype": f"EU-{HOURS}"}, "eu-west-1"),
        ({"location": "Europe (Ireland)", "locationType": "AWS Region"}, "eu-west-1"),
        ({"location": "South America (São Paulo)"}, "sa-east-1"),
        ({"location": "AWS GovCloud (US)"}, "us-gov-west-1"),
        ({"location": "Asia Pacific (Osaka-Local)"}, "ap-northeast-3"),
        ({"location": "US East (N. Virginia)"}, "us-east-1"),  # no prefix: an old usage type
        ({"usagetype": f"APS3-{HOURS}"}, "ap-south-1"),
        ({"usagetype": f"APS3-{HOURS}", "location": "India (Bombay)"}, "ap-south-1"),
        ({"usagetype": f"CAN2-{HOURS}"}, "ca-west-1"),
        ({"fromRegionCode": "eu-west-1", "toLocation": "External"}, "eu-west-1"),
        ({"fromLocation": "EU (Ireland)", "fromLocationType": "AWS Region"}, "eu-west-1"),
        ({}, UNKNOWN),
        ({"location": "Any"}, UNKNOWN),
        ({"location": "US West (Los Angeles)"}, UNKNOWN),
        ({"usagetype": f"LAX1-{HOURS}"}, UNKNOWN),
        ({"location": "EU (Ireland)", "usagetype": f"USW2-{HOURS}"}, CONTRADICTION),
        ({"regionCode": "us-west-2", "usagetype": f"LAX1-{HOURS}"}, CONTRADICTION),
        ({"regionCode": "us-west-2-lax-1", "usagetype": f"LAX1-{HOURS}"}, ELSEWHERE),
        ({"regionCode": "us-east-1-wl1-bos1"}, ELSEWHERE),
        ({"regionCode": "us-east-1", "locationType": "AWS Local Zone"}, ELSEWHERE),
        ({"regionCode": "us-east-1", "locationType": "AWS Outposts"}, ELSEWHERE),
        ({"regionCode": "us-east-1", "locationType": "AWS Wavelength Zone"}, ELSEWHERE),
        ({"location": "US East (Boston)", "locationType": "AWS Local Zone"}, ELSEWHERE),
    ],
)
def test_the_region_of_a_product(says: dict[str, str], place: str) -> None:
    found_there = place_of({"usagetype": HOURS, **says})
    assert found_there == (PricedPlace(HOURS, place) if REGION_CODE.fullmatch(place) else place)


@pytest.mark.parametrize(
    ("says", "to_region"),
    [
        ({}, "us-west-2"),
        ({"fromRegionCode": "us-east-1", "toRegionCode": "us-west-2"}, "us-west-2"),
        ({"fromLocation": "US East (N. Virginia)", "toLocation": "US West (Oregon)"}, "us-west-2"),
        ({"toLocationType": "AWS Local Zone", "toRegionCode": "us-west-2"}, None),
        ({"toRegionCode": "us-west-2-lax-1"}, None),
        ({"toLocation": "US West (N. California)"}, None),
    ],
)
def test_both_ends_of_a_transfer(says: dict[str, str], to_region: str | None) -> None:
    place = place_of({"usagetype": "USE1-USW2-AWS-Out-Bytes", **says})
    assert place == (
        PricedPlace("AWS-Out-Bytes", "us-east-1", to_region) if to_region else NO_REGION
    )


def test_every_region_has_a_location_that_gives_it() -> None:
    assert set(LOCATIONS.values()) == set(REGION_PREFIXES)


def test_transfer_without_an_end_is_none_of_a_region(tmp_path: Path) -> None:
    """One prefix: to where is not said."""
    one_end = product("X", "USE1-AWS-Out-Bytes", "0.02")
    with pytest.raises(OfferError, match=f"1 {NO_REGION}"):
        read(tmp_path, offer("AWSDataTransfer", [one_end]))


def test_transfer_as_aws_publishes_it_has_no_region_code(tmp_path: Path) -> None:
    says: dict[str, Any] = {
        "region": "", "fromRegionCode": "us-east-1", "fromLocation": "US East (N. Virginia)",
        "fromLocationType": "AWS Region", "toLocation": "External", "toLocationType": "Other",
    }  # fmt: skip
    out = product("OUT", "DataTransfer-Out-Bytes", "0.09", transferType="AWS Outbound", **says)
    free = product("FREE", "DataTransfer-Out-Bytes", "0.00", transferType="AWS Outbound", **says)
    del out["attributes"]["regionCode"], free["attributes"]["regionCode"]
    result = read(tmp_path, offer("AWSDataTransfer", [out, free]))
    (price,) = result.prices
    assert (price.region, price.tiers[0].usd) == ("us-east-1", Decimal("0.09"))
    assert result.skipped["free tier of the whole bill"] == 1


def test_two_skus_of_one_name_at_two_prices_decide_nothing(tmp_path: Path) -> None:
    products = [
        product(sku, "TransitGateway-Bytes", usd, operation="TransitGatewayVPC")
        for sku, usd in (("A", "0.02"), ("B", "0.03"))
    ]
    hours = product("H", f"USE1-{HOURS}", "0.01", operation="VpcEndpoint")
    result = read(tmp_path, offer("AmazonVPC", [*products, hours]))
    assert [price.name.usage_type for price in result.prices] == [HOURS]
    assert result.skipped["with another SKU of the same name at another price"] == 2


def test_a_file_without_a_usable_price_says_why(tmp_path: Path) -> None:
    """Of a file of China, whose prices are in another currency; never that nothing is needed."""
    body = offer("AmazonVPC", [product("X", f"CNN1-{HOURS}", "0.07", region="cn-north-1")])
    (term,) = body["terms"]["OnDemand"]["X"].values()
    (dimension,) = term["priceDimensions"].values()
    dimension["pricePerUnit"] = {"CNY": "0.0700000000"}
    with pytest.raises(OfferError, match="no price in it is kept: 1 not in USD"):
        read(tmp_path, body)
