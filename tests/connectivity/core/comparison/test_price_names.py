"""What anything here is priced by is kept when a price file is imported, under the same name."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectivity.core.comparison.price_names import price_names
from connectivity.core.health.kinds import KINDS
from connectivity.core.health.kinds.transit_gateway import BILLED
from connectivity.core.health.resource import Resource
from connectivity.core.health.resource_type import no_uses
from connectivity.core.options import OPTIONS
from costmodel.core.charges import OwnRate, PriceName
from costmodel.core.price_list import PriceList
from costmodel.core.usage_types import INTER_REGION
from costmodel.importers.needed import Needed
from tests.factories import case_of, document, flow
from tests.offers import offer, product
from tests.price_reading import read

VOLUMES = ("gp2", "gp3", "io1", "io2", "st1", "sc1", "standard")
FACTS: dict[str, list[dict[str, Any]]] = {
    "alb": [{}],
    "ebs-volume": [
        {"type": type, "gib": 100, "iops": 90_000, "throughput_mib_s": 500} for type in VOLUMES
    ],
    "nat-gateway": [
        {"mode": mode, "routes": [], "connectivity": "public", "addresses": 1}
        for mode in ("zonal", "regional")
    ],
    "nlb": [{}],
    "transit-gateway": [{"attachments": [{"type": type} for type in BILLED]}],
    "vpc-endpoint": [{"subnets": 3}],
}


def asked_by_options() -> Iterator[PriceName]:
    there = [document()["vpcs"][0], document()["vpcs"][1] | TOKYO]
    for vpcs in (document()["vpcs"], there):
        for protocol in ("tcp", "http", "tls", "udp"):
            services = [{"name": "api", "vpc": "orders", "port": 1, "protocol": protocol}]
            flows = case_of(flow(requests_per_second=500), vpcs=vpcs, services=services).flows
            for option in OPTIONS:
                yield from (charge.price for charge in option.charges(flows))


TOKYO = {"region": "ap-northeast-1", "azs": ["apne1-az1", "apne1-az2"]}


def asked_by_health() -> Iterator[PriceName]:
    for key, cases in FACTS.items():
        for facts in cases:
            resource = Resource(key, "x", "x", "111111111111", "us-east-1", "x", facts)
            yield from (use.price for use in KINDS[key].uses(resource, {}))


ASKED = {
    name
    for name in (*asked_by_options(), *asked_by_health())
    if not name.is_input and not isinstance(name, OwnRate)
}


def test_no_kind_that_is_priced_is_forgotten_here() -> None:
    assert FACTS.keys() == {key for key, kind in KINDS.items() if kind.uses is not no_uses}


def test_every_name_that_is_asked_for_is_known_to_the_import() -> None:
    kept = {(name.service, name.usage_type) for name in price_names()}
    assert {(name.service, name.usage_type) for name in ASKED} <= kept
    assert INTER_REGION in ASKED


# As AWS's files write what has another name here: service, usage type, operation.
AS_AWS_WRITES = {
    ("VpcLattice", "Service-Hours"): ("AmazonVPC", "VPCLattice-Service-Hourly", "CreateService"),
    ("VpcLattice", "Service-Bytes"): ("AmazonVPC", "VPCLattice-DataProcessing-Bytes", "Data"),
    ("VpcLattice", "Requests"): ("AmazonVPC", "VPCLattice-RequestCount", "Request"),
    ("AWSCloudWAN", "CoreNetworkEdge-Hours"): (
        "AWSCloudWAN", "CloudWAN-CoreNetworkEdge-Hours", "CloudWANCNE",
    ),
    ("AmazonVPC", "VpcEndpoint-Resource-Bytes"): (
        "AmazonVPC", "VpcResource-Consumer-Bytes", "Consumer",
    ),
    ("AmazonVPC", "VpcPeering-In-Bytes"): ("AmazonVPC", "VpcPeering-In-Bytes", "VPCPeering-In"),
    ("AmazonVPC", "VpcPeering-Out-Bytes"): ("AmazonVPC", "VpcPeering-Out-Bytes", "VPCPeering-Out"),
    ("AmazonVPC", "PublicIPv4:InUseAddress"): (
        "AmazonVPC", "PublicIPv4:InUseAddress", "AllocateAddressVPC",
    ),
}  # fmt: skip
UNITS = (
    ("Throughput", "GiBps-mo"), ("IOPS", "IOPS-Mo"), ("IOUsage", "IOs"), ("EBS:", "GB-Mo"),
    ("RequestCount", "Count"), ("LCUUsage", "LCU-Hrs"), ("TransitGateway-Bytes", "GigaBytes"),
    ("Bytes", "GB"), ("", "Hrs"),
)  # fmt: skip
OURS = {
    "GiBps-mo": "GiBps-month", "IOPS-Mo": "IOPS-month", "IOs": "million requests",
    "GB-Mo": "GB-month", "Count": "million requests", "LCU-Hrs": "LCU-hour", "GigaBytes": "GB",
    "GB": "GB", "Hrs": "hour",
}  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "USE1-"])
@pytest.mark.parametrize("name", sorted(price_names() | ASKED), ids=lambda name: name.usage_type)
def test_an_imported_price_is_found_by_who_asks(
    name: PriceName, prefix: str, tmp_path: Path
) -> None:
    here, to_region = "us-east-1", "ap-northeast-1" if name == INTER_REGION else None
    service, usage, operation = AS_AWS_WRITES.get(name[:2], name[:3])
    unit = next(unit for part, unit in UNITS if part in usage)
    sku = product("SKU", f"{prefix}{usage}", "0.0000005", operation=operation, unit=unit)
    if to_region:
        sku["attributes"] |= {"usagetype": "USE1-APN1-AWS-Out-Bytes"}
    prices = read(tmp_path, json.dumps(offer(service, [sku])), Needed(price_names())).prices
    price = PriceList("", "", tuple(prices)).find(name, here, to_region)
    assert price is not None
    assert price.unit == OURS[unit]
    times = 1_000_000 if unit in ("Count", "IOs") else 1
    assert price.tiers[0].usd == Decimal("0.0000005") * times
