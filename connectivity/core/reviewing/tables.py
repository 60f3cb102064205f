"""What reviews look up: instance types, and prices of a Region."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from connectivity.core.aws_figures import NITRO_V6_IDLE_S

RECORDED = Path(__file__).parent.parent.parent / "data" / "instance_types.csv"


class InstanceType(NamedTuple):
    """What EC2 publishes of an instance type; None: it does not."""

    vcpus: int
    enis: int
    ipv4_per_eni: int
    baseline_gbps: float | None
    burst_gbps: float | None
    ebs_iops: float | None
    ebs_mbps: float | None  # MB/s of 10^6 bytes, as AWS states it
    is_nitro_v6: bool


@cache
def recorded_instance_types() -> Mapping[str, InstanceType]:
    """The instance types by name; which DescribeInstanceTypes, says the first line of the file.

    >>> recorded_instance_types()["m8i.large"].enis
    3
    """
    with RECORDED.open() as lines:
        next(lines)
        return {row["instance_type"]: _instance_type(row) for row in csv.DictReader(lines)}


def _instance_type(row: Mapping[str, str]) -> InstanceType:
    return InstanceType(
        int(row["vcpus"]),
        int(row["enis"]),
        int(row["ipv4_per_eni"]),
        _known(row["baseline_gbps"]),
        _known(row["burst_gbps"]),
        _known(row["ebs_iops"]),
        _known(row["ebs_mbps"]),
        row["tcp_established_timeout_s"] == str(NITRO_V6_IDLE_S),
    )


def _known(text: str) -> float | None:
    return float(text) if text else None


def no_rate(region: str, usage_type: str) -> Decimal | None:
    """Where no price list is at hand, no price is known."""
    return None


@dataclass(frozen=True, slots=True)
class Tables:
    """What is known beside the inputs.

    Attributes:
        instance_types: by name.
        rate: of a usage type of EBS in a Region, in USD per unit and month; None: not in the list.
    """

    instance_types: Mapping[str, InstanceType]
    rate: Callable[[str, str], Decimal | None] = no_rate


def of_instance(values: Mapping[str, object], tables: Tables) -> dict[str, float | None]:
    """Names for formulas: what is published of the `instance_type`; unknown where it is unknown."""
    kind = tables.instance_types.get(str(values["instance_type"]))
    if kind is None:
        return dict.fromkeys(f"type_{name}" for name in InstanceType._fields[:-1])
    return {f"type_{name}": value for name, value in zip(kind._fields[:-1], kind, strict=False)}
