"""Kinds of charges, for adding up what a bill is made of."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from costmodel.core.bill import Line
from costmodel.core.charges import PriceName
from costmodel.core.usage_types import INTER_REGION


class Kind(StrEnum):
    """What a line pays for; as pages name it."""

    HOURS = "Hours"
    CAPACITY = "Capacity units"
    PROCESSED = "GB processed"
    INSIDE_REGION = "GB inside a Region"  # between AZs, or between public addresses
    BETWEEN_REGIONS = "GB between Regions"
    REQUESTS = "Requests"


BY_USAGE = {
    "LCUUsage": Kind.CAPACITY,
    "Requests": Kind.REQUESTS,
}


def kind_of(name: PriceName) -> Kind:
    """The kind of a price.

    >>> kind_of(PriceName("AmazonVPC", "TransitGateway-Hours", "TransitGatewayVPC")).value
    'Hours'
    """
    usage = name.usage_type
    if name == INTER_REGION:
        return Kind.BETWEEN_REGIONS
    if usage == "DataTransfer-Regional-Bytes" or usage.startswith("VpcPeering-"):
        return Kind.INSIDE_REGION
    if usage in BY_USAGE:
        return BY_USAGE[usage]
    return Kind.PROCESSED if usage.endswith("-Bytes") else Kind.HOURS


def usd_by_kind(lines: Iterable[Line]) -> dict[Kind, Decimal]:
    """USD of every kind that costs anything, unrounded, in the order of the kinds."""
    sums: dict[Kind, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[kind_of(line.price.name)] += line.usd
    return {kind: sums[kind] for kind in Kind if sums.get(kind)}
