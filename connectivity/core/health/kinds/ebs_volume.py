"""EBS volumes: throttling, stalled I/O, credits; the unattached, the idle, and gp2.

BurstBalance exists for gp2, st1 and sc1 alone. Whether the flags carry VolumeId alone or InstanceId
too differs between AWS's pages: what ListMetrics names is asked for.
"""

from collections.abc import Iterator

from connectivity.core.aws_figures import GP3_IOPS, GP3_MIB_S
from connectivity.core.health.derivations import highest, hours_left, share_of
from connectivity.core.health.docs import ALARMS, EBS, EBS_IO, EBS_TYPES, EC2_CONSOLE, OURS
from connectivity.core.health.evaluation import (
    HOURS_LEFT,
    HealthRule,
    Missing,
    Saves,
    Severity,
    Way,
    Whose,
)
from connectivity.core.health.resource import (
    Describe,
    Estate,
    Resource,
    Said,
    name_of,
    seconds,
    tags_of,
)
from connectivity.core.health.resource_type import DAY, IDLE_DAYS, ConfigurationRule, Kind, Wanted
from connectivity.core.health.series import Tier
from connectivity.core.health.volumes import (
    DISKS,
    SSDS,
    as_gp3,
    bytes_of,
    choices,
    iops_of,
    is_of,
    uses,
)

KEY = "ebs-volume"
MORE_BURST = (
    "gp2: change the volume type to gp3, which has no burst credits; set IOPS and throughput in "
    "the same change.",
    "st1, sc1: enlarge the volume, since baseline and credits grow with its size. gp3 has no "
    "credits, but costs more per GB than they do.",
)
INSTANCE_STEPS = (
    "The instance, not the volume, is the limit: use a larger instance, or attach fewer volumes "
    "to it.",
)

RULES = (
    HealthRule(
        id="EBS-STALLED", kind=KEY, metric="VolumeStalledIOCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=10, m=10, severity=Severity.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS,
        means="Reads and writes have been stalled for ten minutes.",
        steps=("Check the AWS Health events for the volume.", "Fail over to another volume."),
        effect="Reads and writes resume.",
    ),
    HealthRule(
        id="EBS-STALLED-EARLY", kind=KEY, symptom_of="EBS-STALLED",
        metric="VolumeStalledIOCheck", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, severity=Severity.WARNING,
        missing=Missing.UNKNOWN, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Reads and writes have been stalled for two minutes.",
        steps=("Check the AWS Health events for the volume.",),
        effect="Reads and writes resume.",
    ),
    HealthRule(
        id="EBS-IOPS", kind=KEY, metric="VolumeIOPSExceededCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=5, m=15, severity=Severity.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="The volume reaches its provisioned IOPS.",
        steps=(
            f"Raise the volume's IOPS; gp3 takes up to {GP3_IOPS:,}.",
            "Use a larger instance if that is the limit.",
        ),
        effect="Operations no longer queue at the volume.",
    ),
    HealthRule(
        id="EBS-THROUGHPUT", kind=KEY, symptom_of="EBS-IOPS",
        metric="VolumeThroughputExceededCheck",
        statistic="Maximum", period=60, way=Way.ABOVE, threshold=0, n=5, m=15,
        severity=Severity.WARNING, missing=Missing.UNKNOWN, whose=Whose.OURS,
        source=f"{OURS}; {EBS}",
        means="The volume reaches its provisioned throughput.",
        steps=(f"Raise the volume's throughput; gp3 takes up to {GP3_MIB_S:,} MiB/s.",),
        effect="Transfers no longer queue at the volume.",
    ),
    HealthRule(
        id="EBS-IOPS-RATE", kind=KEY, symptom_of="EBS-IOPS",
        metric="VolumeReadOps", further=("VolumeWriteOps",),
        statistic="Sum", period=300, way=Way.ABOVE, threshold=90,
        unit=" % of the IOPS that the volume can do", n=2, m=3, severity=Severity.WARNING,
        missing=Missing.QUIET, whose=Whose.OURS, source=f"{OURS}; {EBS_IO}",
        derive=share_of(iops_of, "IOPS", per_second=True),
        means="Over minutes the volume does more than 90 % of the IOPS that it can do; what comes "
            "at once waits in the queue.",
        steps=(f"Raise the volume's IOPS; gp3 takes up to {GP3_IOPS:,}.",
               "Compare with VolumeQueueLength: a long queue says that operations wait."),
        effect="Operations no longer queue at the volume.",
    ),
    HealthRule(
        id="EBS-THROUGHPUT-RATE", kind=KEY, symptom_of="EBS-IOPS",
        metric="VolumeReadBytes",
        further=("VolumeWriteBytes",), statistic="Sum", period=300, way=Way.ABOVE, threshold=90,
        unit=" % of the throughput that the volume can do", n=2, m=3,
        severity=Severity.WARNING, missing=Missing.QUIET, whose=Whose.OURS,
        source=f"{OURS}; {EBS_IO}", derive=share_of(bytes_of, "bytes a second", per_second=True),
        means="Over minutes the volume moves more than 90 % of the bytes that it can move.",
        steps=(f"Raise the volume's throughput; gp3 takes up to {GP3_MIB_S:,} MiB/s.",),
        effect="Transfers no longer queue at the volume.",
    ),
    *(
        HealthRule(
            id=id, kind=KEY, metric="VolumeAvgReadLatency", further=("VolumeAvgWriteLatency",),
            statistic="Average", period=300, way=Way.ABOVE, threshold=threshold, unit=" ms", n=3,
            m=3, severity=Severity.WARNING, missing=Missing.QUIET, whose=Whose.OURS,
            source=f"{OURS}; {source}", derive=highest(is_of(*types)),
            means=means,
            steps=(
                "Look for throttling first: the volume's IOPS and throughput, and the instance's.",
                "Where there is none, check the AWS Health events for the volume.",
            ),
            effect="Reads and writes take as long as AWS designs the volume for.",
        )
        for id, types, threshold, source, means in (
            (
                "EBS-LATENCY", SSDS, 20, EBS_TYPES,
                "Reads or writes take more than 20 ms on average; AWS designs gp2, gp3 and io1 for "
                "single-digit milliseconds.",
            ),
            (
                "EBS-LATENCY-IO2", ("io2",), 2, EBS_IO,
                "Reads or writes take more than 2 ms on average; AWS designs io2 Block Express for "
                "less than 0.5 ms at 16 KiB.",
            ),
            (
                "EBS-LATENCY-DISK", (*DISKS, "standard"), 200, "AWS states no latency of disks",
                "Reads or writes take more than 200 ms on average.",
            ),
        )
    ),
    HealthRule(
        id="EBS-ATTACHED-CHECK", kind=KEY, symptom_of="EBS-STALLED",
        metric="StatusCheckFailed_AttachedEBS",
        statistic="Maximum", period=60, way=Way.ABOVE, threshold=0, n=10, m=10,
        severity=Severity.CRITICAL, missing=Missing.QUIET, whose=Whose.AWS, source=ALARMS,
        namespace="AWS/EC2",
        means="For ten minutes the instance has not reached one of its EBS volumes.",
        steps=("Check the AWS Health events for the instance and its volumes.",
               "Stop and start the instance, which moves it to other hardware."),
        effect="The instance reaches its volumes.",
    ),
    *(
        HealthRule(
            id=id, kind=KEY, symptom_of="EBS-BURST", metric="BurstBalance",
            statistic="Minimum", period=60, way=Way.BELOW, threshold=threshold,
            n=n, m=n, severity=severity, missing=Missing.QUIET, whose=Whose.OURS,
            source=f"{OURS}; {EBS}", unit=unit, derive=derive, means=means, steps=MORE_BURST,
            effect="The volume keeps its performance.",
        )
        for id, threshold, unit, n, severity, derive, means in (
            (
                "EBS-BURST", 20, " %", 15, Severity.WARNING, None,
                "Less than 20 % of the burst balance is left; without it the volume falls back to "
                "baseline performance.",
            ),
            (
                "EBS-BURST-SOON", 4, HOURS_LEFT, 15, Severity.WARNING, hours_left(up_to=80),
                "The burst balance falls, and is used up in a few hours.",
            ),
            (
                "EBS-BURST-EMPTY", 1, " %", 5, Severity.CRITICAL, None,
                "The burst balance is used up: the volume is down to its baseline performance.",
            ),
        )
    ),
    *(
        HealthRule(
            id=id, kind=KEY, symptom_of="EBS-IOPS", metric=metric, statistic="Maximum", period=60,
            way=Way.ABOVE, threshold=0, n=5, m=15, severity=Severity.WARNING, missing=Missing.QUIET,
            whose=Whose.OURS, source=f"{OURS}; {EBS}", namespace="AWS/EC2", steps=INSTANCE_STEPS,
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
        way=Way.ABOVE, threshold=DAY - 60, n=IDLE_DAYS, m=IDLE_DAYS, severity=Severity.ADVICE,
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
        name, tags = name_of(volume, id), tags_of(volume)
        yield Resource(KEY, id, name, account, region, id, facts, tags=tags)


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
    gib, (iops, mib_s) = resource.facts["gib"], as_gp3(resource.facts)
    return f"{gib:,} GiB of gp2; performs like gp3 with {iops:,} IOPS and {mib_s} MiB/s"


CONFIGURATION = (
    ConfigurationRule(
        id="EBS-UNATTACHED", kind=KEY, symptom_of="EBS-IDLE",
        severity=Severity.ADVICE, whose=Whose.OURS, source=OURS,
        means="It is billed, and nothing uses it.",
        steps=("Take a snapshot and delete it, or attach it.",),
        effect=Saves.WHOLE_COST,
        check=_unattached,
    ),
    ConfigurationRule(
        id="EBS-GP2", kind=KEY, severity=Severity.ADVICE, whose=Whose.OURS, source=f"{OURS}; {EBS}",
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
        Wanted("VolumeQueueLength", "Maximum", 300, Tier.HOUR),
        Wanted("VolumeReadOps", "Sum", 300, Tier.HOUR),
        Wanted("VolumeWriteOps", "Sum", 300, Tier.HOUR),
    ),
    elsewhere={"AWS/EC2": ("InstanceId", "instance")},
    uses=uses,
    choices=choices,
    is_quiet=True,
    console=EC2_CONSOLE.format("VolumeDetails:volumeId={id}"),
)
