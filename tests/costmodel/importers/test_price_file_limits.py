"""Price files that nobody should have to survive: refused with a place, soon, in little memory."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from costmodel.importers.offer_json import TERMS
from costmodel.importers.offer_rows import OfferError
from costmodel.importers.offer_text import LONGEST
from tests.offers import VPC, offer, offer_csv, product
from tests.price_reading import SAMPLES, read

OFFER = json.dumps(offer("AmazonVPC", VPC), indent=1)
ANSWER = (SAMPLES / "get_products.json").read_text()
PRODUCT = json.loads(json.loads(ANSWER)["PriceList"][0])
SOON_S = 10  # on a machine that is busy with something else
MANY = 200_000


def changed(**values: Any) -> str:
    """The offer with other values in the attributes of its first product."""
    body = offer("AmazonVPC", VPC)
    body["products"]["TGWH"]["attributes"] |= values
    return json.dumps(body)


def dimension(**values: Any) -> str:
    """The same, of its price."""
    body = offer("AmazonVPC", VPC)
    (term,) = body["terms"]["OnDemand"]["TGWH"].values()
    (price,) = term["priceDimensions"].values()
    price |= values
    return json.dumps(body)


def within(text: str, part: str, at: str = '"disclaimer": ') -> str:
    return text.replace(f'{at}"for tests"', f"{at}{part}")


NESTED = {"lists": "[" * MANY + "]" * MANY, "objects": '{"a":' * MANY + "1" + "}" * MANY}
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "a number of 5,000 digits": (within(OFFER, "1" + "0" * 5_000), "integer overflow"),
    "a number in an attribute": (changed(x=10**400), "cut or changed"),
    "an endless power": (within(OFFER, "1e999999999999"), "overflow"),
    "NaN": (within(OFFER, "NaN"), "invalid char in json text, near"),
    "a NUL": (OFFER.replace("TransitGatewayVPC", "a\\u0000b"), "TGWH: operation is 'a.x00b"),
    "a surrogate": (ANSWER.replace("HOURS", "\\\\ud800"), "sku is '.ud800'"),
    "a version of a page": (OFFER.replace("20260925174521", "v" * 200), "version is 'vvv"),
    "a Region of 500 letters": (changed(regionCode=f"us-{'a' * 500}-1"), "regionCode is 'us-a"),
    "no day": (OFFER.replace("2026-09-25T17:45:21Z", "yesterday"), "publicationDate is 'yest"),
    "the year 9999": (OFFER.replace("2026-09-25T17", "9999-09-25T17"), "lies in the future"),
    "a usage type that is a list": (changed(usagetype=["x"]), "usagetype is a list, not a text"),
    "a location that is a number": (changed(location=5), "product TGWH: location is a number"),
    "a unit that is missing": (dimension(unit=None), "SKU TGWH: unit is missing"),
    "a price that is a number": (dimension(pricePerUnit={"USD": 0.05}), "pricePerUnit is a number"),
    "no price": (dimension(pricePerUnit=[]), "a price has no pricePerUnit"),
    "a quantity of a billion digits": (dimension(endRange="1e999999999"), "TGWH: '1e9+' cannot"),
    "a quantity with underscores": (dimension(endRange="1_000"), "'1_000' cannot"),
    "an infinite price": (dimension(pricePerUnit={"USD": "Infinity"}), "'Infinity' cannot"),
    "a price of many decimals": (dimension(pricePerUnit={"USD": "0.00000000001"}), "too many"),
    "deep lists": (within(OFFER, NESTED["lists"]), "nested deeper than 64 levels"),
    "deep objects": (within(OFFER, NESTED["objects"]), "nested deeper than 64 levels"),
    "deep lists never closed": (within(OFFER, "[" * MANY), "nested deeper than 64 levels"),
    "deep lists in an answer": (ANSWER.replace('"HOURS', NESTED["lists"]), "nested deeper"),
    "deep lists in a text": (json.dumps([NESTED["lists"]]), "nested deeper"),
    "a value without an end": (within(OFFER, '"' + "x" * 3 * LONGEST), "a value of more than"),
    "a value of escapes": (within(OFFER, '"' + '\\"' * 2 * LONGEST), "a value of more than"),
    "an endless line": (offer_csv("AmazonVPC", VPC) + "x" * LONGEST + "\n", "a line of more than"),
    "an endless cell": (offer_csv("AmazonVPC", VPC) + '"' + "x\n" * LONGEST, "larger than"),
    "a table with a NUL": (offer_csv("AmazonVPC", VPC).replace("0.05", "\0"), "priceperunit is"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "is not text in UTF-8"),
    "other keys first": (json.dumps(json.loads(OFFER), sort_keys=True), "before the products"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_soon_with_its_place(name: str, tmp_path: Path) -> None:
    body, words = REFUSED[name]
    began = time.perf_counter()
    with pytest.raises(OfferError, match=words) as refused:
        read(tmp_path, body)
    assert time.perf_counter() - began < SOON_S
    assert str(refused.value).startswith("offer")
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", [b'"terms" ' * 500_000, b'"terms"' + b" " * 4_000_000])
def test_the_place_of_the_terms_is_looked_for_in_linear_time(text: bytes) -> None:
    began = time.perf_counter()
    assert TERMS.search(text) is None
    assert time.perf_counter() - began < SOON_S


def test_a_table_without_its_last_break_is_whole(tmp_path: Path) -> None:
    """As editors and spreadsheets leave it; a row that is cut inside a cell is not."""
    whole = offer_csv("AmazonVPC", VPC)
    assert read(tmp_path, whole.rstrip("\r\n")).prices == read(tmp_path, whole).prices
    with pytest.raises(OfferError, match="the last row is not ended"):
        read(tmp_path, whole.rstrip('\r\n"'))


def test_mebibytes_and_gibibytes_a_second_are_one_price(tmp_path: Path) -> None:
    """A GiB/s is 1,024 MiB/s; a unit that the usage type cannot have is none of it."""
    usd = {}
    for unit, rate in (("GiBps-mo", "40.96"), ("MiBps-mo", "0.04")):
        body = offer("AmazonEC2", [product("T", "EBS:VolumeP-Throughput.gp3", rate, unit=unit)])
        (price,) = read(tmp_path, body).prices
        usd[unit] = (price.unit, price.tiers[0].usd.normalize())
    assert usd["GiBps-mo"] == usd["MiBps-mo"]
    hours = offer("AmazonEC2", [product("T", "EBS:VolumeP-Throughput.gp3", "1", unit="Hrs")])
    with pytest.raises(OfferError, match="1 of EBS:VolumeP-Throughput.gp3 in a unit"):
        read(tmp_path, hours)
