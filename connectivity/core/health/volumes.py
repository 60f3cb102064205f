"""EBS volumes: what each type can do, what it costs, and what a gp2 volume would cost as gp3.

Source of what gp2 and gp3 can do: EBS user guide, "General Purpose SSD volumes",
docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html, read in copies and quotations
2026-11-26.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from connectivity.core.aws_figures import (
    GP2_BURST_IOPS,
    GP2_IOPS,
    GP2_IOPS_A_GIB,
    GP2_MIB_S,
    GP2_SMALL_GIB,
    GP2_SMALL_MIB_S,
    GP3_INCLUDED_IOPS,
    GP3_INCLUDED_MIB_S,
)
from connectivity.core.health.derivations import Facts
from connectivity.core.health.resource import Resource
from connectivity.core.health.resource_type import Choice, Usage, Use
from costmodel.core.charges import PriceName

MIB = 2**20
SSDS, DISKS = ("gp2", "gp3", "io1"), ("st1", "sc1")


def _price(name: str) -> PriceName:
    return PriceName("AmazonEC2", f"EBS:{name}")


# By type of volume. Source: AWS's usage types of EBS.
STORAGE = {type: _price(f"VolumeUsage.{type}") for type in ("gp2", "gp3", "io2", "st1", "sc1")}
STORAGE |= {"io1": _price("VolumeUsage.piops"), "standard": _price("VolumeUsage")}
IOPS = {"gp3": _price("VolumeP-IOPS.gp3"), "io1": _price("VolumeP-IOPS.piops")}
IO2_TIERS = (
    (0, _price("VolumeP-IOPS.io2")),
    (32_000, _price("VolumeP-IOPS.io2.tier2")),
    (64_000, _price("VolumeP-IOPS.io2.tier3")),
)
"""From how many provisioned IOPS on each price holds."""
GIB_S, READS_AND_WRITES = _price("VolumeP-Throughput.gp3"), _price("VolumeIOUsage")


def iops_of(facts: Facts) -> float | None:
    """What a volume can do a second, with credits where it has any; None of disks."""
    if facts["type"] == "gp2":
        return float(max(GP2_BURST_IOPS, min(GP2_IOPS_A_GIB * facts["gib"], GP2_IOPS)))
    if facts["type"] == "gp3":
        return float(facts["iops"] or GP3_INCLUDED_IOPS)
    return facts["iops"] if facts["type"] in ("io1", "io2") else None


def bytes_of(facts: Facts) -> float | None:
    """What a gp2 or gp3 volume can move a second; what the other types can is not kept here."""
    if facts["type"] == "gp2":
        return float(MIB * gp2_mib_s(facts["gib"]))
    return (
        float(MIB * (facts["throughput_mib_s"] or GP3_INCLUDED_MIB_S))
        if facts["type"] == "gp3"
        else None
    )


def gp2_mib_s(gib: int) -> int:
    """What a gp2 volume moves at most, with credits below 334 GiB.

    Source: the same page.

    >>> [gp2_mib_s(gib) for gib in (100, 170, 171, 1_000)]
    [128, 128, 250, 250]
    """
    return GP2_SMALL_MIB_S if gib <= GP2_SMALL_GIB else GP2_MIB_S


def is_of(*types: str) -> Callable[[Facts], bool]:
    """Whether a volume is of one of these types."""
    return lambda facts: facts["type"] in types


def as_gp3(facts: Facts) -> tuple[int, int]:
    """IOPS and MiB/s with which gp3 is never slower than a gp2 volume, also while that bursts."""
    iops = min(GP2_IOPS_A_GIB * facts["gib"], GP2_IOPS)
    return max(GP3_INCLUDED_IOPS, iops), max(GP3_INCLUDED_MIB_S, gp2_mib_s(facts["gib"]))


def uses(resource: Resource, usage: Usage) -> Iterator[Use]:
    """Storage by its size, full or empty, and the operations and throughput that are paid apart.

    Source: AWS's table of EBS usage types and the AmazonEC2 offer file, read 2026-11-25; the page
    itself, aws.amazon.com/ebs/pricing, was not read.
    """
    type, iops = resource.facts["type"], resource.facts["iops"] or 0
    storage = STORAGE.get(type) or _price(f"VolumeUsage.{type}")  # of a type yet to come
    yield Use("Storage", storage, float(resource.facts["gib"]))
    if type == "standard":
        yield Use("Reads and writes", READS_AND_WRITES, None)
    if type == "io2":
        yield from _io2_iops(iops)
    paid = {"gp3": max(0, iops - GP3_INCLUDED_IOPS), "io1": iops}.get(type, 0)
    if paid:
        yield Use("Provisioned IOPS", IOPS[type], float(paid))
    throughput = (resource.facts["throughput_mib_s"] or 0) - GP3_INCLUDED_MIB_S
    if type == "gp3" and throughput > 0:
        yield Use("Provisioned MiB/s", GIB_S, float(throughput), parts=1024)


def _io2_iops(iops: int) -> Iterator[Use]:
    ends = [begin for begin, _ in IO2_TIERS[1:]]
    for (begin, price), end in zip(IO2_TIERS, [*ends, iops], strict=True):
        within = min(iops, end) - begin
        if within > 0:
            title = f"Provisioned IOPS above {begin:,}" if begin else "Provisioned IOPS"
            yield Use(title, price, float(within))


def choices(resource: Resource, usage: Usage) -> Iterator[Choice]:
    """A gp2 volume as gp3: as fast as gp2 ever is, and with what the price of storage includes."""
    if resource.facts["type"] != "gp2":
        return
    now = tuple(uses(resource, usage))
    iops, mib_s = as_gp3(resource.facts)
    speeds = {
        (iops, mib_s): "never slower than gp2",
        (GP3_INCLUDED_IOPS, GP3_INCLUDED_MIB_S): "included",
    }
    for (iops, mib_s), note in speeds.items():
        facts = dict(resource.facts) | {"type": "gp3", "iops": iops, "throughput_mib_s": mib_s}
        name = f"gp3 with {iops:,} IOPS and {mib_s} MiB/s"
        yield Choice("EBS-GP2", name, now, tuple(uses(replace(resource, facts=facts), usage)), note)
