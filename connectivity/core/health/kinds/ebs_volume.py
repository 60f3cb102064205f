"""EBS volumes: throttling, stalled I/O, credits; the unattached, the idle, and gp2.

BurstBalance exists for gp2, st1 and sc1 alone. Whether the flags carry VolumeId alone or InstanceId
too differs between AWS's pages: what ListMetrics names is asked for.
"""

from collections.abc import Iterator

from connectivity.core.health.judging import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.kind import (
    DAY,
    IDLE_DAYS,
    ConfigurationRule,
    Kind,
    Usage,
    Use,
    Wanted,
)
from connectivity.core.health.resource import Describe, Estate, Resource, Said, name_of, seconds
from connectivity.core.health.series import Tier
from connectivity.core.health.sources import ALARMS, EBS, EC2_CONSOLE, OURS
from costmodel.core.charges import PriceName

KEY = "ebs-volume"
INCLUDED_IOPS, INCLUDED_MIB_S = 3_000, 125  # in the price of gp3's storage
INSTANCE_STEPS = (
    "The instance, not the volume, is the limit: take a larger one, or fewer volumes on it.",
)

RULES = (
    HealthRule(
        id="EBS-STALLED", kind=KEY, metric="VolumeStalledIOCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=10, m=10, state=State.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS,
        means="Reads and writes have stood still for ten minutes.",
        steps=("Look at AWS's health events for the volume.", "Fail over to another volume."),
    ),
    HealthRule(
        id="EBS-STALLED-EARLY", kind=KEY, metric="VolumeStalledIOCheck", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, state=State.WARNING,
        missing=Missing.UNKNOWN, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Reads and writes have stood still for two minutes.",
        steps=("Look at AWS's health events for the volume.",),
    ),
    HealthRule(
        id="EBS-IOPS", kind=KEY, metric="VolumeIOPSExceededCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=5, m=15, state=State.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="The volume is asked for more operations a second than it has.",
        steps=("Raise the volume's IOPS.", "Take a larger instance if it is the limit."),
    ),
    HealthRule(
        id="EBS-THROUGHPUT", kind=KEY, metric="VolumeThroughputExceededCheck",
        statistic="Maximum", period=60, way=Way.ABOVE, threshold=0, n=5, m=15,
        state=State.WARNING, missing=Missing.UNKNOWN, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="The volume is asked for more bytes a second than it has.",
        steps=("Raise the volume's throughput.",),
    ),
    HealthRule(
        id="EBS-BURST", kind=KEY, metric="BurstBalance", statistic="Minimum", period=300,
        way=Way.BELOW, threshold=20, n=3, m=3, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Less than a fifth of the burst credits is left; without them the volume is slow.",
        steps=("Move it to gp3, which has no credits and costs less for each GB.",),
    ),
    *(
        HealthRule(
            id=id, kind=KEY, metric=metric, statistic="Maximum", period=60, way=Way.ABOVE,
            threshold=0, n=5, m=15, state=State.WARNING, missing=Missing.QUIET, whose=Whose.OURS,
            source=f"{OURS}; {EBS}", namespace="AWS/EC2", steps=INSTANCE_STEPS,
            means=f"The instance is asked for more {of} to its volumes than it has.",
        )
        for id, metric, of in (
            ("EBS-INSTANCE-IOPS", "InstanceEBSIOPSExceededCheck", "operations a second"),
            ("EBS-INSTANCE-THROUGHPUT", "InstanceEBSThroughputExceededCheck", "bytes a second"),
        )
    ),
    HealthRule(
        id="EBS-IDLE", kind=KEY, metric="VolumeIdleTime", statistic="Sum", period=DAY,
        way=Way.ABOVE, threshold=DAY - 60, n=IDLE_DAYS, m=IDLE_DAYS, state=State.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Nothing has been read or written for seven days; its storage is paid all the same.",
        steps=("Make a snapshot and delete it, if nobody needs it.",),
    ),
)  # fmt: skip


def read(said: Said, account: str, region: str) -> Iterator[Resource]:
    for one in said["DescribeVolumes"]:
        id = one["VolumeId"]
        attached = [
            each["InstanceId"] for each in one.get("Attachments", ()) if "InstanceId" in each
        ]
        facts = {
            "type": one.get("VolumeType", ""),
            "gib": one.get("Size", 0),
            "iops": one.get("Iops"),
            "throughput_mib_s": one.get("Throughput"),
            "az": one.get("AvailabilityZone", ""),
            "instance": attached[0] if attached else "",
            "created": seconds(one.get("CreateTime")),
        }
        yield Resource(KEY, id, name_of(one, id), account, region, id, facts)


def _unattached(one: Resource, estate: Estate) -> str:
    created = one.facts["created"]
    is_young = created is not None and estate.now - created < DAY
    if one.facts["instance"] or is_young:
        return ""
    return f"{one.facts['gib']:,} GiB of {one.facts['type']} are attached to no instance"


def _gp2(one: Resource, estate: Estate) -> str:
    return f"{one.facts['gib']:,} GiB of gp2" if one.facts["type"] == "gp2" else ""


def uses(one: Resource, usage: Usage) -> Iterator[Use]:
    """Storage, and the operations and throughput that are paid apart."""
    type, iops = one.facts["type"], one.facts["iops"] or 0
    yield Use("Storage", _price(f"VolumeUsage.{type}"), float(one.facts["gib"]))
    paid = max(0, iops - INCLUDED_IOPS) if type == "gp3" else iops
    if type in ("gp3", "io1", "io2") and paid:
        yield Use("Provisioned IOPS", _price(f"VolumeP-IOPS.{type}"), float(paid))
    throughput = (one.facts["throughput_mib_s"] or 0) - INCLUDED_MIB_S
    if type == "gp3" and throughput > 0:
        yield Use("Provisioned MiB/s", _price("VolumeP-Throughput.gp3"), float(throughput))


def _price(name: str) -> PriceName:
    return PriceName("AmazonEC2", f"EBS:{name}")


CONFIGURATION = (
    ConfigurationRule(
        id="EBS-UNATTACHED", kind=KEY, state=State.WARNING, whose=Whose.OURS, source=OURS,
        means="It is paid for, and nothing uses it.",
        steps=("Make a snapshot and delete it, or attach it.",),
        check=_unattached,
    ),
    ConfigurationRule(
        id="EBS-GP2", kind=KEY, state=State.WARNING, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="gp3 has the speed of gp2 without credits, and its list price for each GB is lower.",
        steps=("Change the type to gp3, without interruption; above 3,000 IOPS set them too.",),
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
