"""AWS's units as ours, and which of them a usage type is counted in."""

import re
from decimal import Decimal
from typing import NamedTuple

LONGEST = 30  # characters of a unit


class Unit(NamedTuple):
    """One of our units, and how many of AWS's make one of it."""

    name: str
    of_theirs: Decimal = Decimal(1)


HOUR, GB, LCU_HOUR = Unit("hour"), Unit("GB"), Unit("LCU-hour")
GB_MONTH, IOPS_MONTH = Unit("GB-month"), Unit("IOPS-month")
GIBPS_MONTH, REQUESTS = "GiBps-month", "million requests"
UNITS = {
    "hrs": HOUR,
    "hour": HOUR,
    "hours": HOUR,
    "gb": GB,
    "gigabytes": GB,
    "lcu-hrs": LCU_HOUR,
    "lcu-hr": LCU_HOUR,
    "lcu-hours": LCU_HOUR,
    "gb-mo": GB_MONTH,
    "gb-month": GB_MONTH,
    "iops-mo": IOPS_MONTH,
    "iops-month": IOPS_MONTH,
    "gibps-mo": Unit(GIBPS_MONTH),
    "gibps-month": Unit(GIBPS_MONTH),
    "mibps-mo": Unit(GIBPS_MONTH, Decimal(1024)),
    "mibps-month": Unit(GIBPS_MONTH, Decimal(1024)),
    "gbps-hrs": Unit("Gbps-hour"),
    "requests": Unit(REQUESTS, Decimal(1_000_000)),
    "request": Unit(REQUESTS, Decimal(1_000_000)),
    "count": Unit(REQUESTS, Decimal(1_000_000)),
    "ios": Unit(REQUESTS, Decimal(1_000_000)),
}
"""By AWS's spelling in small letters."""

COUNTED_IN = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"EBS:.*Throughput", GIBPS_MONTH),
        (r"EBS:.*IOPS", "IOPS-month"),
        (r"EBS:.*IOUsage", REQUESTS),
        (r"EBS:", "GB-month"),
        (r"Requests$", REQUESTS),
    )
)
"""Usage types that AWS's files count in several units, and the one in which a price is used here.

Source: offer files of AmazonEC2, whose throughput is in GiBps-mo where pages name MiBps.
"""


def unit_of(usage_type: str, theirs: str) -> Unit | None:
    """The unit of a price; None where the usage type is not counted in it.

    >>> unit_of("EBS:VolumeP-Throughput.gp3", "MiBps-mo")
    Unit(name='GiBps-month', of_theirs=Decimal('1024'))
    >>> unit_of("EBS:VolumeUsage.gp3", "Hrs") is None
    True
    """
    unit = UNITS.get(theirs.lower(), Unit(theirs[:LONGEST]))
    expected = next((name for pattern, name in COUNTED_IN if pattern.match(usage_type)), None)
    return unit if expected in (None, unit.name) else None
