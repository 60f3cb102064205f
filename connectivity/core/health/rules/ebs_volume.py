"""Rules for EBS volumes. BurstBalance exists for gp2, st1 and sc1 alone."""

from connectivity.core.health.judging import HealthRule, Missing, State, Way, Whose
from connectivity.core.health.sources import ALARMS, EBS, OURS

KIND = "ebs-volume"

RULES = (
    HealthRule(
        id="EBS-STALLED", kind=KIND, metric="VolumeStalledIOCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=10, m=10, state=State.CRITICAL, missing=Missing.UNKNOWN,
        whose=Whose.AWS, source=ALARMS,
        means="Reads and writes have stood still for ten minutes.",
        steps=("Look at AWS's health events for the volume.", "Fail over to another volume."),
    ),
    HealthRule(
        id="EBS-STALLED-EARLY", kind=KIND, metric="VolumeStalledIOCheck", statistic="Maximum",
        period=60, way=Way.ABOVE, threshold=0, n=2, m=2, state=State.WARNING,
        missing=Missing.UNKNOWN, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Reads and writes have stood still for two minutes.",
        steps=("Look at AWS's health events for the volume.",),
    ),
    HealthRule(
        id="EBS-IOPS", kind=KIND, metric="VolumeIOPSExceededCheck", statistic="Maximum", period=60,
        way=Way.ABOVE, threshold=0, n=5, m=15, state=State.WARNING, missing=Missing.UNKNOWN,
        whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="The volume is asked for more operations a second than it has.",
        steps=("Raise the volume's IOPS.", "Take a larger instance if it is the limit."),
    ),
    HealthRule(
        id="EBS-THROUGHPUT", kind=KIND, metric="VolumeThroughputExceededCheck",
        statistic="Maximum", period=60, way=Way.ABOVE, threshold=0, n=5, m=15,
        state=State.WARNING, missing=Missing.UNKNOWN, whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="The volume is asked for more bytes a second than it has.",
        steps=("Raise the volume's throughput.",),
    ),
    HealthRule(
        id="EBS-BURST", kind=KIND, metric="BurstBalance", statistic="Minimum", period=300,
        way=Way.BELOW, threshold=20, n=3, m=3, state=State.WARNING, missing=Missing.QUIET,
        whose=Whose.OURS, source=f"{OURS}; {EBS}",
        means="Less than a fifth of the burst credits is left; without them the volume is slow.",
        steps=("Move it to gp3, which has no credits and costs less for each GB.",),
    ),
)  # fmt: skip
