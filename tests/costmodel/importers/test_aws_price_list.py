"""AWS's offer files, JSON and CSV: what is kept, what is left out, what is refused."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costmodel.core.charges import PriceName
from costmodel.core.price_list import PriceList, Tier
from costmodel.importers.aws_price_list import read_offer
from costmodel.importers.needed import FREE
from costmodel.importers.offer_rows import OfferError
from costmodel.importers.product_regions import UNKNOWN
from tests.offers import TRANSFER, VPC, offer, offer_csv, product
from tests.price_reading import NEEDED, found, read, written


def flat(usd: str) -> tuple[Tier, ...]:
    return (Tier(0, None, Decimal(usd)),)


EXPECTED_VPC = {
    ("TransitGateway-Hours", "TransitGatewayVPC", "us-east-1", None): flat("0.05"),
    ("TransitGateway-Bytes", "TransitGatewayVPC", "us-east-1", None): flat("0.02"),
    ("VpcPeering-Out-Bytes", "", "us-east-1", None): flat("0.01"),
    ("VpcEndpoint-Bytes", "VpcEndpoint", "us-east-1", None): (
        Tier(0, 1_048_576_000, Decimal("0.01")),
        Tier(1_048_576_000, 5_242_880_000, Decimal("0.006")),
        Tier(5_242_880_000, None, Decimal("0.004")),
    ),
}


@pytest.mark.parametrize("make", [offer, offer_csv])
def test_both_forms_give_the_same_prices(tmp_path: Path, make: Any) -> None:
    result = read(tmp_path, make("AmazonVPC", VPC))
    assert found(result.prices) == EXPECTED_VPC
    assert (result.skipped[FREE], result.skipped["not a part of connectivity"]) == (1, 1)
    gateway = next(
        price for price in result.prices if price.name.usage_type == "TransitGateway-Bytes"
    )
    assert (gateway.unit, gateway.as_of) == ("GB", "2026-09-25")
    assert gateway.source == "AWS offer file AmazonVPC 20260925174521, SKU TGWB"


def test_counts_are_whole(tmp_path: Path) -> None:
    result = read(tmp_path, offer("AmazonVPC", VPC))
    dimensions = sum(len(product["tiers"]) for product in VPC[:4])
    assert result.read == dimensions + 2
    assert len(result.prices) == 4


@pytest.mark.parametrize("make", [offer, offer_csv])
def test_transfer_between_regions_has_both_ends(tmp_path: Path, make: Any) -> None:
    result = read(tmp_path, make("AWSDataTransfer", TRANSFER))
    prices = found(result.prices)
    assert prices["AWS-Out-Bytes", "", "us-east-1", "ap-northeast-1"] == flat("0.02")
    assert prices["AWS-Out-Bytes", "", "us-east-1", "eu-west-1"] == flat("0.02")
    out = prices["DataTransfer-Out-Bytes", "", "us-east-1", None]
    assert [tier.usd for tier in out] == [Decimal(usd) for usd in ("0.09", "0.085", "0.07", "0.05")]
    assert result.skipped["an end of the transfer is no Region"] == 1


def test_the_region_code_wins_over_the_prefix(tmp_path: Path) -> None:
    odd = product("X", "APS3-TransitGateway-Hours", "0.07", region="ap-south-1")
    (price,) = read(tmp_path, offer("AmazonVPC", [odd])).prices
    assert (price.region, price.name.usage_type) == ("ap-south-1", "TransitGateway-Hours")


def test_what_has_no_region_or_is_not_in_usd_is_counted(tmp_path: Path) -> None:
    body = offer(
        "AmazonVPC",
        [*VPC, product("ANY", "TransitGateway-Hours", "0.05", region="", location="Any")],
    )
    terms = body["terms"]["OnDemand"]["TGWH"]["TGWH.JRTCKXETXF"]["priceDimensions"]
    next(iter(terms.values()))["pricePerUnit"] = {"CNY": "0.3"}
    result = read(tmp_path, body)
    assert (result.skipped[UNKNOWN], result.skipped["not in USD"]) == (1, 1)


def test_the_newest_offer_of_a_sku_counts(tmp_path: Path) -> None:
    body = offer("AmazonVPC", VPC)
    terms = body["terms"]["OnDemand"]["TGWH"]
    older = json.loads(json.dumps(terms["TGWH.JRTCKXETXF"]).replace("0.05", "0.99"))
    body["terms"]["OnDemand"]["TGWH"] = {
        "TGWH.OLD": older | {"effectiveDate": "2020-01-01"}
    } | terms
    assert found(read(tmp_path, body).prices) == EXPECTED_VPC


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for form in (json.dumps(offer("AmazonVPC", VPC), indent=1), offer_csv("AmazonVPC", VPC)):
        step = max(1, len(form) // 150)
        whole = len(read(tmp_path, form).prices)
        for at in range(0, len(form) - 2, step):
            try:
                result = read(tmp_path, form[:at])
            except OfferError:
                continue
            assert form.startswith('"')  # a CSV that ends with a row does not say that it was cut
            assert form[at - 1] in '\n"'
            assert len(result.prices) <= whole


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"formatVersion": "v2.0"}, "formatVersion is 'v2.0'"),
        ({"publicationDate": ""}, "no publicationDate"),
        ({"offerCode": "AmazonS3"}, "'AmazonS3' is not one of"),
        ({"products": {}}, "no price in it"),
        ({"products": {"X": {"sku": "X"}}}, "product X has no attributes"),
    ],
)
def test_a_changed_file_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(OfferError, match=words):
        read(tmp_path, offer("AmazonVPC", VPC) | change)


@pytest.mark.parametrize(
    ("usd", "words"), [("-0.05", "cannot be"), ("NaN", "cannot be"), ("five", "are not numbers")]
)
def test_a_price_that_cannot_be_is_refused(tmp_path: Path, usd: str, words: str) -> None:
    with pytest.raises(OfferError, match=words):
        read(tmp_path, offer("AmazonVPC", [product("X", "TransitGateway-Hours", usd)]))


def test_tiers_with_a_hole_are_refused(tmp_path: Path) -> None:
    holes = product("X", "VpcEndpoint-Bytes", [("0", "5", "1"), ("6", "Inf", "2")])
    with pytest.raises(OfferError, match="SKU X: a tier begins at 6000, not at 5000"):
        read(tmp_path, offer("AmazonVPC", [holes]))


def test_progress_ends_with_the_file(tmp_path: Path) -> None:
    many = [product(f"S{i}", "USE1-ClientVPN", "1", note="x" * 400) for i in range(12_000)]
    told: list[tuple[int, int]] = []
    path = written(tmp_path / "offer", offer("AmazonVPC", [*many, *VPC]))
    read_offer(path, NEEDED, lambda done, total: told.append((done, total)))
    assert len(told) > 1
    assert told == sorted(told)
    assert all(total == path.stat().st_size for _, total in told)


def test_the_names_are_those_that_the_options_use(tmp_path: Path) -> None:
    prices = PriceList("x", "", tuple(read(tmp_path, offer("AmazonVPC", VPC)).prices))
    name = PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")
    assert prices.find(name, "us-east-1") is not None
