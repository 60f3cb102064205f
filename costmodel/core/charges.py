"""The three ways in which AWS charges. A charge knows what is used and by whom, never a price.

Every array has one row for each use; payers, Regions and resources are indices. Quantities are
whole thousandths of the price's unit, so that sums stay exact.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class PriceName(NamedTuple):
    """What AWS calls a price: service code, usage type without its Region prefix, operation."""

    service: str
    usage_type: str
    operation: str = ""
    is_input: bool = False  # no price at all: an amount that the document does not state


class OwnRate(PriceName):
    """A rate that AWS publishes under no name of its own; whoever pays it can state it."""

    __slots__ = ()


class Kind(StrEnum):
    """What a charge pays for; as pages name it."""

    HOURS = "Hours"
    CAPACITY = "Capacity units"
    PROCESSED = "GB processed"
    INSIDE_REGION = "GB inside a Region"  # between AZs, or between public addresses
    BETWEEN_REGIONS = "GB between Regions"
    REQUESTS = "Requests"


class Label(NamedTuple):
    """What a line says of its charge."""

    description: str
    note: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Metered:
    """Metered GB: added up per payer and Region, then tiered."""

    description: str
    price: PriceName
    region: Ints
    payer: Ints
    quantity: Ints  # thousandths of a GB a month
    to_region: Ints | None = None  # for transfer between Regions
    note: str = ""  # what the answer must say about this line
    kind: Kind = Kind.PROCESSED


@dataclass(frozen=True, slots=True)
class Hourly:
    """A resource that exists all month: billed once, however many rows mention it."""

    description: str
    price: PriceName
    region: Ints
    payer: Ints
    resource: Ints
    count: Ints | int = 1  # units of the resource, e.g. one endpoint in three AZs
    note: str = ""
    kind: Kind = Kind.HOURS


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a resource is billed by all of its rows together: its busiest dimension, as the capacity
    units of a load balancer, or what exceeds an allowance, as requests beyond the free ones.

    `load` and `per_unit` have one column for each dimension: what a row brings, and what one unit
    carries, in the same numbers. Rows of one resource share their `per_unit`.
    """

    description: str
    price: PriceName
    region: Ints
    payer: Ints
    resource: Ints
    load: tuple[Ints | Floats, ...]
    per_unit: tuple[Ints | Floats, ...]
    free: int = 0  # thousandths of a unit-hour a month that every resource has for nothing
    note: str = ""
    kind: Kind = Kind.CAPACITY


Charge = Metered | Hourly | Capacity
