"""Scenarios of EBS volumes: stalled, throttled, slow, out of credits, unattached."""

from datetime import UTC, datetime

from connectivity.core.health.docs import ALARMS, EBS, EBS_IO, EBS_TYPES
from connectivity.core.health.series import metric
from tests.connectivity.health.scenarios.model import DAY, Facts, Scenario, Value
from tests.connectivity.health.scenarios.nat_gateways import last
from tests.estate import NOW

GENERAL = "docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html"
DISK = "docs.aws.amazon.com/ebs/latest/userguide/hdd-vols.html"
WELL: dict[str, Value] = {
    "VolumeStalledIOCheck": 0,
    "VolumeIOPSExceededCheck": 0,
    "VolumeThroughputExceededCheck": 0,
    "VolumeReadOps": 6_000,
    "VolumeWriteOps": 6_000,
    "VolumeReadBytes": 1e8,
    "VolumeWriteBytes": 1e8,
    "VolumeAvgReadLatency": 1,
    "VolumeAvgWriteLatency": 1,
}
CREATED = datetime.fromtimestamp(NOW - 100 * DAY, UTC)


def volume(
    name: str,
    type: str = "gp3",
    gib: int = 100,
    *,
    iops: int | None = 3_000,
    is_attached: bool = True,
    idle_s: float | None = None,
    without: tuple[str, ...] = (),
    of_instance: dict[str, Value] | None = None,
    **minutes: Value,
) -> Facts:
    """A volume of an instance, and what differs from one that is well."""
    id, instance = f"vol-{name}", f"i-{name}"
    told = WELL | minutes if is_attached else minutes
    return Facts(
        id,
        {
            "DescribeVolumes": [
                {
                    "VolumeId": id,
                    "VolumeType": type,
                    "Size": gib,
                    "CreateTime": CREATED,
                    "Attachments": [{"InstanceId": instance}] if is_attached else [],
                    **({} if iops is None else {"Iops": iops}),
                }
            ]
        },
        minutes={
            metric("AWS/EBS", key, VolumeId=id): value
            for key, value in told.items()
            if key not in without
        }
        | {
            metric("AWS/EC2", key, InstanceId=instance): value
            for key, value in (of_instance or {}).items()
        },
        days={}
        if idle_s is None
        else {metric("AWS/EBS", "VolumeIdleTime", VolumeId=id): [idle_s] * 30},
    )


FLAGS = ("VolumeIOPSExceededCheck", "VolumeThroughputExceededCheck", "VolumeStalledIOCheck")
SLOW = {"EBS-LATENCY": "warning"}

SCENARIOS = (
    Scenario("A gp3 volume with nothing wrong", volume("well"), "ok", source=EBS),
    Scenario(
        "Reads and writes are stalled in 10 of 10 minutes",
        volume("stalled", VolumeStalledIOCheck=last(40, 1)),
        "critical", {"EBS-STALLED": "critical", "EBS-STALLED-EARLY": "warning"}, ALARMS,
    ),
    Scenario(
        "Reads and writes are stalled in the last minutes",
        volume("stalls", VolumeStalledIOCheck=last(11, 1)),
        "warning", {"EBS-STALLED-EARLY": "warning"},
    ),
    Scenario(
        "Reads take 300 ms",
        volume("slow", VolumeAvgReadLatency=300), "warning", SLOW, EBS_TYPES,
    ),
    Scenario(
        "Reads and writes of io2 take 5 ms",
        volume("slow-io2", "io2", VolumeAvgWriteLatency=5),
        "warning", {"EBS-LATENCY-IO2": "warning"}, EBS_IO,
    ),
    Scenario(
        "Reads of st1 take 30 ms, as disks do",
        volume("disk", "st1", 1_000, iops=None, VolumeAvgReadLatency=30, BurstBalance=100),
        "ok", source=DISK,
    ),
    Scenario(
        "180,000 operations a minute on 3,000 IOPS, without flags",
        volume("busy", without=FLAGS, VolumeReadOps=90_000, VolumeWriteOps=90_000),
        "warning", {"EBS-IOPS-RATE": "warning"}, GENERAL,
    ),
    Scenario(
        "125 MiB/s on the throughput that gp3 includes",
        volume("wide", VolumeReadBytes=125 * 2**20 * 60, VolumeWriteBytes=0),
        "warning", {"EBS-THROUGHPUT-RATE": "warning"}, GENERAL,
    ),
    Scenario(
        "The volume's IOPS are exceeded in each minute",
        volume("iops", VolumeIOPSExceededCheck=last(60, 1)),
        "warning", {"EBS-IOPS": "warning"}, EBS,
    ),
    Scenario(
        "The volume's throughput is exceeded in each minute",
        volume("throughput", VolumeThroughputExceededCheck=last(60, 1)),
        "warning", {"EBS-THROUGHPUT": "warning"}, EBS,
    ),
    Scenario(
        "The instance's EBS IOPS are exceeded",
        volume("instance", of_instance={"InstanceEBSIOPSExceededCheck": last(60, 1)}),
        "warning", {"EBS-INSTANCE-IOPS": "warning"}, EBS, says="instance, not the volume",
    ),
    Scenario(
        "The status check of attached EBS volumes fails in 10 of 10 minutes",
        volume("check", of_instance={"StatusCheckFailed_AttachedEBS": last(40, 1)}),
        "critical", {"EBS-ATTACHED-CHECK": "critical"}, ALARMS,
    ),
    Scenario(
        "The burst balance of gp2 is 0",
        volume("empty", "gp2", iops=None, BurstBalance=0),
        "critical",
        {"EBS-BURST": "warning", "EBS-BURST-EMPTY": "critical", "EBS-GP2": "advice"}, GENERAL,
    ),
    Scenario(
        "The burst balance of gp2 falls by 30 % an hour",
        volume("falls", "gp2", iops=None, BurstBalance=lambda before: 40 + before / 2),
        "warning", {"EBS-BURST-SOON": "warning", "EBS-GP2": "advice"}, GENERAL, says="hours",
    ),
    Scenario(
        "The burst balance of st1 is 0; gp3 costs more than it does",
        volume("disk-empty", "st1", 1_000, iops=None, BurstBalance=0),
        "critical", {"EBS-BURST": "warning", "EBS-BURST-EMPTY": "critical"}, DISK,
        says="costs more per GB",
    ),
    Scenario(
        "500 GiB of gp2 move up to 250 MiB/s, and gp3 needs that set",
        volume("old", "gp2", 500, iops=None, BurstBalance=100),
        "ok", {"EBS-GP2": "advice"}, GENERAL, says="3,000 IOPS and 250 MiB/s",
    ),
    Scenario(
        "5,000 GiB of gp2 do 15,000 IOPS, and gp3 needs them set",
        volume("large", "gp2", 5_000, iops=None, BurstBalance=100),
        "ok", {"EBS-GP2": "advice"}, GENERAL, says="15,000 IOPS and 250 MiB/s",
    ),
    Scenario(
        "2,000 GiB are not attached, and so have no metric",
        volume("loose", gib=2_000, is_attached=False), "unknown", {"EBS-UNATTACHED": "advice"},
        EBS, unknown=("EBS-STALLED",),
    ),
    Scenario(
        "Nothing is read or written for seven days",
        volume("idle", idle_s=DAY, VolumeReadOps=0, VolumeWriteOps=0),
        "ok", {"EBS-IDLE": "advice"}, EBS,
    ),
)  # fmt: skip
