"""Offer files of AWS's published shape, and a server of them on loopback."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.doubles.http_server import http_server

TERM = "JRTCKXETXF"
PUBLISHED = "2026-09-25T17:45:21Z"
Tiers = list[tuple[str, str, str]]  # begin, end, USD


def product(sku: str, usage: str, tiers: Tiers | str, **more: Any) -> dict[str, Any]:
    """One SKU: its attributes, and its tiers in the order in which they shall stand."""
    flat = [("0", "Inf", tiers)] if isinstance(tiers, str) else tiers
    return {
        "sku": sku,
        "family": more.pop("family", ""),
        "unit": more.pop("unit", "GB"),
        "tiers": flat,
        "effective": more.pop("effective", "2026-09-01T00:00:00Z"),
        "attributes": {
            "usagetype": usage,
            "operation": more.pop("operation", ""),
            "regionCode": more.pop("region", "us-east-1"),
            **more,
        },
    }


VPC = [
    product("TGWH", "USE1-TransitGateway-Hours", "0.0500000000", operation="TransitGatewayVPC",
            unit="hour"),
    product("TGWB", "USE1-TransitGateway-Bytes", "0.0200000000", operation="TransitGatewayVPC",
            unit="GigaBytes"),
    product("VPCEB", "USE1-VpcEndpoint-Bytes",
            [("5242880", "Inf", "0.0040000000"), ("0", "1048576", "0.0100000000"),
             ("1048576", "5242880", "0.0060000000")], operation="VpcEndpoint"),
    product("PEERO", "USE1-VpcPeering-Out-Bytes", "0.0100000000", operation="VPCPeering-Out"),
    product("FREE", "Global-VpcEndpoint-Bytes", "0.0000000000"),
    product("OTHER", "USE1-ClientVPN-ConnectionHours", "0.05", unit="Hrs"),
]  # fmt: skip
TRANSFER = [
    product("OUT", "DataTransfer-Out-Bytes",
            [("10240", "51200", "0.0850000000"), ("0", "10240", "0.0900000000"),
             ("51200", "153600", "0.0700000000"), ("153600", "Inf", "0.0500000000")]),
    product("PAIR", "USE1-APN1-AWS-Out-Bytes", "0.0200000000", region="",
            fromRegionCode="us-east-1", toRegionCode="ap-northeast-1"),
    product("PAIR2", "USE1-EU-AWS-Out-Bytes", "0.0200000000", region=""),
    product("LOCAL", "USE1-LAX1-AWS-Out-Bytes", "0.0200000000", region=""),
]  # fmt: skip


def offer(service: str, products: Iterable[dict[str, Any]], **head: Any) -> dict[str, Any]:
    """A JSON offer file, with other terms beside those on demand."""
    listed = list(products)
    return {
        "formatVersion": "v1.0",
        "disclaimer": "for tests",
        "offerCode": service,
        "version": "20260925174521",
        "publicationDate": PUBLISHED,
        **head,
        "products": {
            product["sku"]: {
                "sku": product["sku"],
                "productFamily": product["family"],
                "attributes": {"servicecode": service, **product["attributes"]},
            }
            for product in listed
        },
        "terms": {
            "OnDemand": {product["sku"]: _terms(product) for product in listed},
            "Reserved": {
                product["sku"]: _terms(product, "4NA7Y494T4", "0.001") for product in listed
            },
            "FlatRate": {},
        },
        "attributesList": {},
    }


def _terms(product: dict[str, Any], term: str = TERM, usd: str | None = None) -> dict[str, Any]:
    key = f"{product['sku']}.{term}"
    dimensions = {
        f"{key}.{at}": {
            "rateCode": f"{key}.{at}",
            "description": "a price",
            "beginRange": begin,
            "endRange": end,
            "unit": product["unit"],
            "pricePerUnit": {"USD": usd or rate},
            "appliesTo": [],
        }
        for at, (begin, end, rate) in enumerate(product["tiers"])
    }
    return {
        key: {
            "offerTermCode": term,
            "sku": product["sku"],
            "effectiveDate": product["effective"],
            "priceDimensions": dimensions,
            "termAttributes": {},
        }
    }


HEADER = [
    "SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate",
    "StartingRange", "EndingRange", "Unit", "PricePerUnit", "Currency", "RelatedTo",
    "Product Family", "serviceCode", "usageType", "operation", "Region Code", "From Region Code",
    "To Region Code",
]  # fmt: skip


def offer_csv(service: str, products: Iterable[dict[str, Any]]) -> str:
    """The same as CSV: five rows of metadata, a header, a row for each price dimension."""
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(["FormatVersion", "v1.0"])
    rows.writerow(["Disclaimer", "for tests, with a comma"])
    rows.writerow(["Publication Date", PUBLISHED])
    rows.writerow(["Version", "20260925174521"])
    rows.writerow(["OfferCode", service])
    rows.writerow(HEADER)
    for product in products:
        says = product["attributes"]
        for term, kind in ((TERM, "OnDemand"), ("4NA7Y494T4", "Reserved")):
            for at, (begin, end, rate) in enumerate(product["tiers"]):
                rows.writerow([
                    product["sku"], term, f"{product['sku']}.{term}.{at}", kind, "a price",
                    product["effective"], begin, end, product["unit"], rate, "USD", "",
                    product["family"], service,
                    says["usagetype"], says["operation"], says["regionCode"],
                    says.get("fromRegionCode", ""), says.get("toRegionCode", ""),
                ])  # fmt: skip
    return out.getvalue()


def large_ec2(megabytes: int) -> tuple[int, Iterator[bytes]]:
    """An AmazonEC2 offer of about so many MB, made while it is read: its length, and its parts.

    Every record is as long as the next, so that the length is known before. The NAT gateway's two
    prices are the last records, whose terms come after those of all instances.
    """
    names = [f"SKU{at:013d}" for at in range(megabytes * 1_000_000 // len(_records("0" * 16)))]
    head = json.dumps(offer("AmazonEC2", []), indent=2).split('"products"')[0].encode()
    nat = offer("AmazonEC2", [
        product("NATH", "EU-NatGateway-Hours", "0.0480000000", operation="NatGateway",
                region="eu-west-1", unit="Hrs"),
        product("NATB", "EU-NatGateway-Bytes", "0.0480000000", operation="NatGateway",
                region="eu-west-1"),
    ])  # fmt: skip
    middle = b'\n}, "terms": {"OnDemand": {\n'
    products = json.dumps(nat["products"])[1:-1].encode()
    terms = json.dumps(nat["terms"]["OnDemand"])[1:-1].encode()
    end = b'\n}}, "attributesList": {}}\n'
    start = b'"products": {\n'
    length = sum(map(len, (head, start, products, middle, terms, b'\n}, "Reserved": {"":{}', end)))
    length += sum(len(part(names[0])) for part in (_product, _on_demand, _reserved)) * len(names)

    def parts() -> Iterator[bytes]:
        yield head + start
        yield from _batches(_product, names)
        yield products + middle
        yield from _batches(_on_demand, names)
        yield terms + b'\n}, "Reserved": {'
        yield from _batches(_reserved, names)
        yield b'"":{}' + end

    return length, parts()


def _batches(record: Any, names: list[str]) -> Iterator[bytes]:
    for at in range(0, len(names), 1_000):
        yield b"".join(map(record, names[at : at + 1_000]))


INSTANCE = {f"attribute{at}": "some value of an instance" for at in range(30)}
PRODUCT, ON_DEMAND, RESERVED = (
    json.dumps(fragment, indent=2)[1:-1].strip()
    for fragment in (
        {"@": {"sku": "@", "productFamily": "Compute Instance",
               "attributes": {**INSTANCE, "usagetype": "EU-BoxUsage:m5.large",
                              "operation": "RunInstances", "regionCode": "eu-west-1"}}},
        {"@": _terms(product("@", "x", "0.1070000000", unit="Hrs"))},
        {"@": _terms(product("@", "x", "0.0670000000", unit="Hrs"), "4NA7Y494T4")},
    )
)  # fmt: skip


def _product(sku: str) -> bytes:
    return (PRODUCT.replace("@", sku) + ",\n").encode()


def _on_demand(sku: str) -> bytes:
    return (ON_DEMAND.replace("@", sku) + ",\n").encode()


def _reserved(sku: str) -> bytes:
    return (RESERVED.replace("@", sku) + ",\n").encode()


def _records(sku: str) -> bytes:
    return _product(sku) + _on_demand(sku) + _reserved(sku)


class Files(dict[str, Any]):
    """By path: bytes, or a call that gives length and parts, or a status."""

    def publish(self, service: str, region: str, body: Any) -> None:
        """As AWS's index of Regions and its files do."""
        index = f"/offers/v1.0/aws/{service}/current/region_index.json"
        path = f"/offers/v1.0/aws/{service}/20260925174521/{region}/index.json"
        known = json.loads(self.get(index, b'{"regions": {}}'))
        known["regions"][region] = {"regionCode": region, "currentVersionUrl": path}
        self[index] = json.dumps(known).encode()
        self[path] = body


@contextmanager
def serving(files: Files) -> Iterator[str]:
    """The address of a server on loopback that has these files."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = files.get(self.path)
            if file is None or isinstance(file, int):
                self.send_error(file or 404)
                return
            length, parts = file() if callable(file) else (len(file), iter([file]))
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            try:
                for part in parts:
                    self.wfile.write(part)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *args: Any) -> None:
            pass

    with http_server(Handler) as port:
        yield f"http://127.0.0.1:{port}"
