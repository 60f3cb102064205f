"""EBS volumes: throttling, stalled I/O, credits; the unattached, the idle, and gp2.

BurstBalance exists for gp2, st1 and sc1 alone. Whether the flags carry VolumeId alone or InstanceId
too differs between AWS's pages: what ListMetrics names is asked for.
"""

from collections.abc import Iterator

from connectivity.core.health.docs import ALARMS, EBS, EC2_CONSOLE, OURS
from connectivity.core.health.evaluation import HealthRule, Missing, Saves, State, Way, Whose
from connectivity.core.health.resource import Describe, Estate, Resource, Said, name_of, seconds
from connectivity.core.health.resource_type import (
    DAY,
    IDLE_DAYS,
    ConfigurationRule,
    Kind,
    Usage,
    Use,
    Wanted,
)
from connectivity.core.health.series import Tier
from costmodel.core.charges import PriceName

KEY = "ebs-volume"
INCLUDED_IOPS, INCLUDED_MIB_S = 3_000, 125  # in the price of gp3's storage
GP3_IOPS, GP3_MIB_S = 80_000, 2_000  # at most, since January 2026
GP2_IOPS_A_GIB, GP2_IOPS, GP2_MIB_S, GP2_GIB = 3, 16_000, 250, 334  # from 334 GiB on 250 MiB/s


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
INSTANCE_STEPS = (
    "The instance, not the volume, is the limit: use a larger instance, or attach fewer volumes "
    "to it.",
)

RULES = (
    HealthRule(
        id="EBS-STALLED", kind=KEY, metric="VolumeStalledIOCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=10, m=10, state=State.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS,
        means="Reads and writes have been stalled for ten minutes.",
        steps=("Check the AWS Health events for the volume.", "Fail over to another volume."),
        effect="Reads and writes resume.",
    ),
    HealthRule(
        id="EBS-STALLED-EARLY", kind=KEY, metric="VolumeStalledIOCheck", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, state=State.WARNING,
        missing=Missing.UNKNOWN, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Reads and writes have been stalled for two minutes.",
        steps=("Check the AWS Health events for the volume.",),
        effect="Reads and writes resume.",
    ),
    HealthRule(
        id="EBS-IOPS", kind=KEY, metric="VolumeIOPSExceededCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=5, m=15, state=State.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="The volume reaches its provisioned IOPS.",
        steps=(
            f"Raise the volume's IOPS; gp3 takes up to {GP3_IOPS:,}.",
            "Use a larger instance if that is the limit.",
        ),
        effect="Operations no longer queue at the volume.",
    ),
    HealthRule(
        id="EBS-THROUGHPUT", kind=KEY, metric="VolumeThroughputExceededCheck",
        statistic="Maximum", period=60, way=Way.ABOVE, threshold=0, n=5, m=15,
        state=State.WARNING, missing=Missing.UNKNOWN, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="The volume reaches its provisioned throughput.",
        steps=(f"Raise the volume's throughput; gp3 takes up to {GP3_MIB_S:,} MiB/s.",),
        effect="Transfers no longer queue at the volume.",
    ),
    HealthRule(
        id="EBS-BURST", kind=KEY, metric="BurstBalance", statistic="Minimum", period=300,
        way=Way.BELOW, threshold=20, n=3, m=3, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Less than 20 % of the burst balance is left; without it the volume falls back to "
            "baseline performance.",
        steps=(
            "Move it to gp3, which has no burst credits; it costs less per GB than gp2, and more "
            "than st1 and sc1.",
        ),
        effect="The volume keeps its performance.",
    ),
    *(
        HealthRule(
            id=id, kind=KEY, metric=metric, statistic="Maximum", period=60, way=Way.ABOVE,
            threshold=0, n=5, m=15, state=State.WARNING, missing=Missing.QUIET, whose=Whose.OURS,
            source=f"{OURS}; {EBS}", namespace="AWS/EC2", steps=INSTANCE_STEPS,
            effect=f"{queued} no longer queue at the instance.",
            means=f"The instance reaches its limit of {of} to its EBS volumes.",
        )
        for id, metric, of, queued in (
            (
                "EBS-INSTANCE-IOPS", "InstanceEBSIOPSExceededCheck",
                "operations a second", "Operations",
            ),
            (
                "EBS-INSTANCE-THROUGHPUT", "InstanceEBSThroughputExceededCheck",
                "bytes a second", "Transfers",
            ),
        )
    ),
    HealthRule(
        id="EBS-IDLE", kind=KEY, metric="VolumeIdleTime", statistic="Sum", period=DAY,
        way=Way.ABOVE, threshold=DAY - 60, n=IDLE_DAYS, m=IDLE_DAYS, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Nothing has been read or written for seven days; its storage is still billed.",
        steps=("Take a snapshot and delete it, if it is no longer needed.",),
        effect=Saves.WHOLE_COST,
    ),
)  # fmt: skip


def read(answers: Said, account: str, region: str) -> Iterator[Resource]:
    """Volumes, each with its size, type and where it is attached."""
    for volume in answers["DescribeVolumes"]:
        id = volume["VolumeId"]
        attached = [
            each["InstanceId"] for each in volume.get("Attachments", ()) if "InstanceId" in each
        ]
        facts = {
            "type": volume.get("VolumeType", ""),
            "gib": volume.get("Size", 0),
            "iops": volume.get("Iops"),
            "throughput_mib_s": volume.get("Throughput"),
            "az": volume.get("AvailabilityZone", ""),
            "instance": attached[0] if attached else "",
            "created": seconds(volume.get("CreateTime")),
        }
        yield Resource(KEY, id, name_of(volume, id), account, region, id, facts)


def _unattached(resource: Resource, estate: Estate) -> str:
    created = resource.facts["created"]
    is_young = created is not None and estate.now - created < DAY
    if resource.facts["instance"] or is_young:
        return ""
    return (
        f"{resource.facts['gib']:,} GiB of {resource.facts['type']} are not attached to an instance"
    )


def _gp2(resource: Resource, estate: Estate) -> str:
    """What it is, and what it needs as gp3 to be no slower."""
    if resource.facts["type"] != "gp2":
        return ""
    gib = resource.facts["gib"]
    iops = max(INCLUDED_IOPS, min(GP2_IOPS_A_GIB * gib, GP2_IOPS))
    mib_s = GP2_MIB_S if gib >= GP2_GIB else INCLUDED_MIB_S
    return f"{gib:,} GiB of gp2; performs like gp3 with {iops:,} IOPS and {mib_s} MiB/s"


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
    paid = {"gp3": max(0, iops - INCLUDED_IOPS), "io1": iops}.get(type, 0)
    if paid:
        yield Use("Provisioned IOPS", IOPS[type], float(paid))
    throughput = (resource.facts["throughput_mib_s"] or 0) - INCLUDED_MIB_S
    if type == "gp3" and throughput > 0:
        yield Use("Provisioned MiB/s", GIB_S, float(throughput), parts=1024)


def _io2_iops(iops: int) -> Iterator[Use]:
    ends = [begin for begin, _ in IO2_TIERS[1:]]
    for (begin, price), end in zip(IO2_TIERS, [*ends, iops], strict=True):
        within = min(iops, end) - begin
        if within > 0:
            title = f"Provisioned IOPS above {begin:,}" if begin else "Provisioned IOPS"
            yield Use(title, price, float(within))


CONFIGURATION = (
    ConfigurationRule(
        id="EBS-UNATTACHED", kind=KEY, state=State.WARNING, whose=Whose.OURS, source=OURS,
        means="It is billed, and nothing uses it.",
        steps=("Take a snapshot and delete it, or attach it.",),
        effect=Saves.WHOLE_COST,
        check=_unattached,
    ),
    ConfigurationRule(
        id="EBS-GP2", kind=KEY, state=State.WARNING, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="gp3 performs like gp2 without burst credits, and costs less per GB.",
        steps=(
            "Change the volume type to gp3 with Elastic Volumes, without interruption.",
            "Set IOPS and throughput in the same change: the gp3 baseline is 3,000 IOPS and 125 "
            "MiB/s.",
        ),
        effect="A lower price per GB, and no burst credits to run out of.",
        check=_gp2,
    ),
)  # fmt: skip

KIND = Kind(
    key=KEY,
    one="EBS volume",
    many="EBS volumes",
    namespace="AWS/EBS",
    identity="VolumeId",
    calls=(Describe("ec2", "DescribeVolumes", "Volumes"),),
    read=read,
    rules=RULES,
    configuration=CONFIGURATION,
    wanted=(
        Wanted("VolumeQueueLength", "Average", 300, Tier.HOUR),
        Wanted("VolumeReadOps", "Sum", 300, Tier.HOUR),
        Wanted("VolumeWriteOps", "Sum", 300, Tier.HOUR),
    ),
    elsewhere={"AWS/EC2": ("InstanceId", "instance")},
    uses=uses,
    is_quiet=True,
    console=EC2_CONSOLE.format("VolumeDetails:volumeId={id}"),
)
