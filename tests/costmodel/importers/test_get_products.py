"""Saved answers of `aws pricing get-products`, in the forms in which people have them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costmodel.importers.aws_price_list import read_products
from costmodel.importers.offer_rows import NOT_ON_DEMAND, OfferError
from costmodel.importers.products import MORE
from tests.offers import VPC, offer
from tests.price_reading import NEEDED, SAMPLES, found, read, written

WHOLE = (SAMPLES / "get_products.json").read_text()
ANSWER: dict[str, Any] = json.loads(WHOLE)
TEXTS: list[str] = ANSWER["PriceList"]
PRODUCTS = [json.loads(text) for text in TEXTS]


def lines(values: list[Any]) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


FORMS = {
    "whole": WHOLE,
    "whole on one line": json.dumps(ANSWER),
    "its list": json.dumps(TEXTS, indent=2),
    "with objects, as jq makes them": json.dumps(ANSWER | {"PriceList": PRODUCTS}),
    "a list of objects": json.dumps(PRODUCTS),
    "jq -c '.PriceList[]'": lines(TEXTS),
    "jq -c '.PriceList[] | fromjson'": lines(PRODUCTS),
    "jq '.PriceList[] | fromjson'": "\n".join(
        json.dumps(product, indent=2) for product in PRODUCTS
    ),
    "jq -S": json.dumps(ANSWER | {"PriceList": PRODUCTS}, sort_keys=True, indent=2),
    "--query PriceList --output text": "\t".join(TEXTS) + "\n",
    "pages, one after the other": "".join(
        json.dumps(ANSWER | {"PriceList": part, "NextToken": token})
        for part, token in ((TEXTS[:1], "more"), (TEXTS[1:], None))
    ),
    "a first line of its own": f"\n{WHOLE}",
    "with a mark of UTF-8": b"\xef\xbb\xbf" + WHOLE.encode(),
    "UTF-16, as PowerShell writes it": WHOLE.encode("utf-16"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_prices(form: str, tmp_path: Path) -> None:
    result = read(tmp_path, FORMS[form])
    tiers = {key: [tier.usd for tier in value] for key, value in found(result.prices).items()}
    assert tiers == {
        ("VpcEndpoint-Hours", "VpcEndpoint", "us-east-1", None): [Decimal("0.01")],
        ("VpcEndpoint-Bytes", "VpcEndpoint", "us-east-1", None): [
            Decimal("0.01"), Decimal("0.006"), Decimal("0.004")
        ],
        ("EBS:VolumeUsage.gp3", "", "us-east-1", None): [Decimal("0.08")],
    }  # fmt: skip
    assert result.skipped == {"not a part of connectivity": 1}
    assert result.read == 1 + 3 + 1 + 1
    assert (result.offer.service, result.offer.published) == ("AmazonEC2, AmazonVPC", "2026-09-25")
    assert {(price.as_of, price.source.split(",")[0]) for price in result.prices} == {
        ("2026-09-25", "AWS offer file AmazonVPC 20260925174521"),
        ("2026-09-25", "AWS offer file AmazonEC2 20260925174521"),
    }


def test_a_file_gives_what_the_api_gives(tmp_path: Path) -> None:
    ours = [product for product, text in zip(PRODUCTS, TEXTS, strict=True) if "AmazonVPC" in text]
    asked = read_products("AmazonVPC", [json.dumps(product) for product in ours], NEEDED)
    assert asked.prices == read(tmp_path, json.dumps(ours)).prices


def test_pages_that_are_not_there_are_said(tmp_path: Path) -> None:
    result = read(tmp_path, ANSWER | {"NextToken": "more"})
    assert result.skipped[MORE] == 1


def test_a_product_twice_is_one_price(tmp_path: Path) -> None:
    assert len(read(tmp_path, WHOLE + WHOLE).prices) == 3


def test_the_newer_of_two_answers_counts(tmp_path: Path) -> None:
    newer = TEXTS[0].replace("0.0100000000", "0.0110000000").replace("20260925", "20261101")
    newer = newer.replace("2026-09-25", "2026-11-01").replace("2026-09-01", "2026-11-01")
    (price,) = read(tmp_path, lines([newer, TEXTS[0]])).prices
    assert (price.tiers[0].usd, price.as_of) == (Decimal("0.011"), "2026-11-01")


def test_reserved_terms_alone_are_no_price(tmp_path: Path) -> None:
    reserved = {**PRODUCTS[3], "terms": {"Reserved": PRODUCTS[3]["terms"]["OnDemand"]}}
    result = read(tmp_path, [PRODUCTS[0], reserved])
    assert (len(result.prices), result.skipped[NOT_ON_DEMAND]) == (1, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"FormatVersion": "aws_v1", "PriceList": []}, "no product with terms on demand"),
        ({"FormatVersion": "aws_v2", "PriceList": TEXTS}, "FormatVersion is 'aws_v2'"),
        ([{"product": {}}], "product 1: not a product as AWS documents it"),
        (lines([*TEXTS[:2], {"sku": 5}]), "product 3: not a product"),
        (lines([TEXTS[0].replace('"sku"', '"sk"')]), "sku is missing"),
        (WHOLE[:-30], "cut or changed"),
        (WHOLE.replace("2026-09-25T", "9999-09-25T"), "lies in the future"),
        ("FormatVersion: aws_v1\nPriceList: []\n", "neither an offer file of AWS"),
        ("[1, 2]", "product 1: not a product"),
        (lines([TEXTS[0], 5]), "a number is no answer of GetProducts"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(body: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(OfferError, match=words) as refused:
        read(tmp_path, body)
    assert str(refused.value).startswith("offer")


def test_an_offer_file_is_told_from_an_answer(tmp_path: Path) -> None:
    assert len(read(tmp_path, offer("AmazonVPC", VPC)).prices) == 4
    assert written(tmp_path / "x", "").read_text() == ""
