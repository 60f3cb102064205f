"""What the review of EBS volumes counts with: AWS's figures, prices, and the step that helps."""

from collections.abc import Iterator
from typing import Any

from connectivity.core import aws_figures as aws
from connectivity.core.reviewing.formula import Value
from connectivity.core.reviewing.review import Constant, Limit, Values, Words
from connectivity.core.reviewing.sources import EBS_GENERAL, EBS_IO, EBS_PROVISIONED, OURS
from connectivity.core.reviewing.tables import Tables

CONSTANTS = {
    "GP2_MIN": Constant(100, "IOPS of a gp2 volume at least", EBS_GENERAL),
    "GP2_MAX": Constant(aws.GP2_IOPS, "IOPS of a gp2 volume at most", EBS_GENERAL),
    "GP2_PER_GIB": Constant(aws.GP2_IOPS_A_GIB, "IOPS of gp2 for each GiB", EBS_GENERAL),
    "GP2_BURST": Constant(aws.GP2_BURST_IOPS, "IOPS of a gp2 burst", EBS_GENERAL),
    "GP2_CREDITS": Constant(5_400_000, "I/O credits of a full balance", EBS_GENERAL),
    "GP2_SMALL": Constant(
        aws.GP2_SMALL_GIB, "GiB up to which gp2 has the lower throughput", EBS_GENERAL
    ),
    "GP2_MIBPS_SMALL": Constant(aws.GP2_SMALL_MIB_S, "MiB/s up to there", EBS_GENERAL),
    "GP2_MIBPS": Constant(aws.GP2_MIB_S, "MiB/s above", EBS_GENERAL),
    "GP3_IOPS": Constant(aws.GP3_INCLUDED_IOPS, "IOPS that every gp3 volume has", EBS_GENERAL),
    "GP3_MIBPS": Constant(aws.GP3_INCLUDED_MIB_S, "MiB/s that every gp3 volume has", EBS_GENERAL),
    "GP3_MAX_IOPS": Constant(aws.GP3_IOPS, "IOPS of a gp3 volume at most", EBS_GENERAL),
    "GP3_MAX_MIBPS": Constant(aws.GP3_MIB_S, "MiB/s of a gp3 volume at most", EBS_GENERAL),
    "GP3_PER_GIB": Constant(500, "IOPS of gp3 for each GiB at most", EBS_GENERAL),
    "MIBPS_PER_IOPS": Constant(0.25, "MiB/s for each IOPS at most", EBS_PROVISIONED),
    "IO1_STEP": Constant(32_000, "IOPS up to which io1 has the lower top", EBS_PROVISIONED),
    "IO1_MIBPS": Constant(500, "MiB/s of io1 up to there", EBS_PROVISIONED),
    "IO1_MAX_MIBPS": Constant(1000, "MiB/s of io1 above", EBS_PROVISIONED),
    "IO1_RATIO": Constant(64, "IOPS for each MiB/s above", EBS_PROVISIONED),
    "IO2_MAX_MIBPS": Constant(4000, "MiB/s of io2 at most", EBS_PROVISIONED),
    "IO_KIB": Constant(256, "KiB of one counted I/O on SSD", EBS_IO),
    "COMFORT": Constant(0.75, "of a limit that may be used", OURS),
    "MB": Constant(1_000_000, "bytes", "unit"),
    "MIB": Constant(2**20, "bytes", "unit"),
}
USAGE = {
    "rate_gp2": "EBS:VolumeUsage.gp2",
    "rate_gp3": "EBS:VolumeUsage.gp3",
    "rate_gp3_iops": "EBS:VolumeP-IOPS.gp3",
    "rate_gp3_throughput": "EBS:VolumeP-Throughput.gp3",
}
TO_GP3 = "Change the volume to gp3 with {gp3_iops} IOPS and {gp3_mibps} MiB/s."
SEVERAL = (
    "No gp3 volume of this size carries it: provision more, on a larger gp3 volume or on io2, or "
    "spread the work over several volumes."
)
MORE_PROVISIONED = (
    "Provision more IOPS, with which the throughput grows, as far as the volume type goes; or "
    "spread the work over several volumes."
)
STEPS = {
    "is_provisioned": MORE_PROVISIONED,
    "not is_provisioned and fits_gp3": TO_GP3,
    "not is_provisioned and not fits_gp3": SEVERAL,
}
"""The step that helps a volume, by the condition of each; always one of them holds."""


def gp_rates(values: Values, tables: Tables) -> dict[str, Value]:
    """The rates of gp2 and gp3 in the Region; unknown where it or its price is not known."""
    region = values["region"]
    rates = {name: tables.rate(str(region), usage) for name, usage in USAGE.items()}
    return {name: None if rate is None else float(rate) for name, rate in rates.items()}


def volume_limits(
    name: str, load: str, limit: str, words: Words, when: str = "True", **more: Any
) -> Iterator[Limit]:
    """A limit of the volume with each of the steps; one of them applies at a time."""
    for condition, step in STEPS.items():
        both = f"({when}) and {condition}"
        yield Limit(name, load, limit, words._replace(step=step), when=both, **more)
