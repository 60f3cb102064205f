"""EBS volume: IOPS, burst balance, throughput, and the instance in front of it."""

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.files.artefacts import terraform_file
from connectivity.core.reviewing.files.kubernetes import manifests
from connectivity.core.reviewing.files.volumes import (
    own_volume,
    volume_blocks,
)
from connectivity.core.reviewing.inputs import choice, number, text
from connectivity.core.reviewing.review import (
    Finding,
    Limit,
    LimitKind,
    Metric,
    Review,
    Words,
)
from connectivity.core.reviewing.sources import (
    EBS_GENERAL,
    EBS_TYPES,
    EC2_TYPES,
    NOTES,
)
from connectivity.core.reviewing.tables import of_instance
from connectivity.core.reviewing.volumes import (
    CONSTANTS,
    SEVERAL,
    TO_GP3,
    gp_rates,
    volume_limits,
)

WITHOUT_BALANCE = "The volume has no burst balance to run out of."
LARGER = "Use a larger instance type; a faster volume changes nothing."


REVIEW = Review(
    key="ebs",
    title="EBS volume",
    about="Whether the volume or its instance is the limit, how long a gp2 burst lasts, and what a "
    "gp3 volume of the same work needs and costs.",
    inputs=(
        choice("volume_type", "", ("gp2", "gp3", "io1", "io2"), required=True),
        number("size_gib", "size of the volume", within=(1, 65_536), required=True),
        number("iops", "the mean", required=True, load=True),
        number("page_in_iops", "of pages that are read back under memory pressure", 0, load=True),
        number("peak_iops", "of a peak that draws on gp2's credits", load=True),
        number("peak_seconds", "how long it lasts", within=(0, 86_400)),
        number("throughput_mibps", "the mean", 0, load=True),
        number("io_kib", "size of an I/O", 16, (0.5, 1024)),
        number(
            "provisioned_iops",
            "of the volume",
            within=(100, 256_000),
            required_when="volume_type == 'io1' or volume_type == 'io2'",
        ),
        number("provisioned_mibps", "of the volume", within=(125, 4000)),
        text("instance_type", "that it is attached to; figures that are given win over its own"),
        number("instance_iops", "baseline of the instance"),
        number("instance_mibps", "baseline of the instance"),
        number("credit_share", "of gp2's full burst balance, to begin with", 1, (0, 1)),
        number("pods", "that share the volume", 1),
        text("region", "for prices, such as us-east-1"),
    ),
    constants=CONSTANTS,
    lookups=(of_instance, gp_rates),
    helpers={
        "is_provisioned": "volume_type == 'io1' or volume_type == 'io2'",
        "fits_gp3": "is_given(gp3_iops) and is_given(gp3_mibps)",
        "counted": "ceil(io_kib / IO_KIB)",
        "bursts": "volume_type == 'gp2' and baseline_iops < GP2_BURST",
        "has_peak": "bursts and is_given(peak_iops) and is_given(peak_seconds)",
        "peak_driven_iops": "peak_iops * counted",
        "most_gp3_iops": "min(GP3_MAX_IOPS, max(GP3_IOPS, GP3_PER_GIB * size_gib))",
        "wanted_gp3_mibps": "max(GP3_MIBPS, ceil(driven_mibps / COMFORT))",
        "wanted_gp3_iops": "max(GP3_IOPS, baseline_iops, ceil(driven_iops / COMFORT), "
        "4 * gp3_mibps)",
    },
    numbers={
        "driven_iops": "(iops + page_in_iops) * counted",
        "driven_mibps": "max(throughput_mibps, (iops + page_in_iops) * io_kib / 1024)",
        "baseline_iops": "min(GP2_MAX, max(GP2_MIN, GP2_PER_GIB * size_gib))"
        " if volume_type == 'gp2'"
        " else first_known(provisioned_iops, GP3_IOPS)",
        "burst_iops": "max(GP2_BURST, baseline_iops) if volume_type == 'gp2' else baseline_iops",
        "limit_mibps": "(GP2_MIBPS_SMALL if size_gib <= GP2_SMALL else GP2_MIBPS)"
        " if volume_type == 'gp2'"
        " else first_known(provisioned_mibps, GP3_MIBPS) if volume_type == 'gp3'"
        " else min(IO2_MAX_MIBPS, MIBPS_PER_IOPS * baseline_iops) if volume_type == 'io2'"
        " else min(IO1_MIBPS, MIBPS_PER_IOPS * baseline_iops) if baseline_iops <= IO1_STEP"
        " else min(IO1_MAX_MIBPS, baseline_iops / IO1_RATIO)",
        "refill_seconds": "GP2_CREDITS / baseline_iops if bursts else None",
        "seconds_to_empty": "GP2_CREDITS * credit_share"
        " / (min(driven_iops, GP2_BURST) - baseline_iops)"
        " if bursts and driven_iops > baseline_iops else None",
        "gp3_mibps": "wanted_gp3_mibps if wanted_gp3_mibps <= GP3_MAX_MIBPS else None",
        "gp3_iops": "wanted_gp3_iops if wanted_gp3_iops <= most_gp3_iops else None",
        "gp2_usd": "size_gib * rate_gp2 if volume_type == 'gp2' else None",
        "gp3_usd": "None if not is_given(gp3_iops) else size_gib * rate_gp3"
        " + ((gp3_iops - GP3_IOPS) * rate_gp3_iops if gp3_iops > GP3_IOPS else 0)"
        " + ((gp3_mibps - GP3_MIBPS) / 1024 * rate_gp3_throughput"
        " if gp3_mibps > GP3_MIBPS else 0)",
    },
    limits=(
        *volume_limits(
            "iops",
            "driven_iops",
            "baseline_iops",
            Words(
                "The volume gives {baseline_iops} IOPS; a gp2 volume gives more while its credits "
                "last.",
                "",
                EBS_TYPES,
                "VolumeIOPSExceededCheck stays 0.",
            ),
        ),
        *volume_limits(
            "burst",
            "peak_seconds",
            "GP2_CREDITS * credit_share / (min(peak_driven_iops, GP2_BURST) - baseline_iops)"
            " if peak_driven_iops > baseline_iops else None",
            Words(
                "A peak that lasts longer than the burst balance falls to {baseline_iops} IOPS.",
                "",
                EBS_GENERAL,
                WITHOUT_BALANCE,
            ),
            when="has_peak",
            kind=LimitKind.TIME,
        ),
        *volume_limits(
            "burst",
            "driven_iops",
            "burst_iops",
            Words(
                "A gp2 volume bursts to {burst_iops} IOPS, while its credits last.",
                "",
                EBS_GENERAL,
                WITHOUT_BALANCE,
            ),
            when="burst_iops > baseline_iops and not has_peak",
        ),
        *volume_limits(
            "throughput",
            "driven_mibps",
            "limit_mibps",
            Words(
                "The volume carries {limit_mibps} MiB/s.",
                "",
                EBS_TYPES,
                "VolumeThroughputExceededCheck stays 0.",
            ),
        ),
        Limit(
            "instance-iops",
            load="driven_iops",
            limit="first_known(instance_iops, type_ebs_iops)",
            words=Words(
                "The instance, not the volume, is the limit of IOPS.",
                LARGER,
                EC2_TYPES,
                "InstanceEBSIOPSExceededCheck stays 0.",
            ),
        ),
        Limit(
            "instance-throughput",
            load="driven_mibps",
            limit="first_known(instance_mibps, type_ebs_mbps * MB / MIB)",
            words=Words(
                "The instance, not the volume, is the limit of throughput.",
                LARGER,
                EC2_TYPES,
                "The volume's throughput is reached.",
            ),
        ),
    ),
    findings=(
        Finding(
            "gp3",
            Severity.ADVICE,
            when="volume_type == 'gp2' and fits_gp3",
            detail="gp3 with {gp3_iops} IOPS and {gp3_mibps} MiB/s; a month {gp3_usd} USD, gp2 "
            "{gp2_usd} USD.",
            words=Words(
                "gp3 has its IOPS at all times, without a burst balance, at a lower price a GiB.",
                TO_GP3,
                EBS_GENERAL,
            ),
        ),
        Finding(
            "gp3",
            Severity.ADVICE,
            when="volume_type == 'gp2' and not fits_gp3",
            detail="No gp3 volume of {size_gib} GiB carries {driven_iops} IOPS and {driven_mibps} "
            "MiB/s.",
            words=Words(
                "gp3 has its IOPS at all times, without a burst balance, at a lower price a GiB.",
                SEVERAL,
                EBS_GENERAL,
            ),
        ),
        Finding(
            "gp3-throughput",
            Severity.WARNING,
            when="volume_type == 'gp2' and driven_mibps > GP3_MIBPS and is_given(gp3_mibps)",
            detail="{driven_mibps} MiB/s are driven.",
            words=Words(
                "A volume that is changed to gp3 has 125 MiB/s unless more is asked for.",
                "Give Throughput = {gp3_mibps} when you change it.",
                EBS_GENERAL,
            ),
        ),
        Finding(
            "gp3-throughput",
            Severity.WARNING,
            when="volume_type == 'gp2' and driven_mibps > GP3_MIBPS and not is_given(gp3_mibps)",
            detail="{driven_mibps} MiB/s are driven.",
            words=Words("One gp3 volume carries 2,000 MiB/s at most.", SEVERAL, EBS_GENERAL),
        ),
        Finding(
            "thrash",
            Severity.WARNING,
            when="page_in_iops > iops",
            detail="{page_in_iops} IOPS read pages back, {iops} do work.",
            words=Words(
                "Under memory pressure the kernel drops code pages and reads them back from the "
                "volume.",
                "Set memory limits and reserves, and do not overcommit memory.",
                NOTES,
            ),
        ),
        Finding(
            "shared",
            Severity.ADVICE,
            when="pods > 1",
            detail="{pods} pods share the volume.",
            words=Words(
                "Pods that share a volume share its IOPS; nothing isolates them.",
                "Use volumes of their own or instance storage, and ephemeral-storage limits, as "
                "in ebs-pod.yaml.",
                NOTES,
            ),
        ),
        Finding(
            "provision",
            Severity.CRITICAL,
            when="volume_type == 'gp3' and (provisioned_iops < GP3_IOPS"
            " or provisioned_iops > most_gp3_iops"
            " or provisioned_mibps > min(GP3_MAX_MIBPS, MIBPS_PER_IOPS * baseline_iops))",
            detail="{baseline_iops} IOPS and {limit_mibps} MiB/s on {size_gib} GiB.",
            words=Words(
                "EBS refuses these values of a gp3 volume.",
                "Provision 3,000 to {most_gp3_iops} IOPS, and a quarter of them in MiB/s at most; "
                "or a larger volume.",
                EBS_GENERAL,
            ),
        ),
    ),
    artefacts=(
        terraform_file(
            "main.tf",
            "A gp3 volume for this work, and alarms where volume or instance is the limit.",
            "terraform plan; a volume that is there is imported first. The alarms stay OK.",
            volume_blocks(),
        ),
        manifests(
            "pod.yaml",
            "A pod with such a volume of its own, and limits of memory and of the node's volume.",
            "kubectl exec deploy/app -- df /data",
            *own_volume(),
        ),
    ),
    metrics=(
        Metric("AWS/EBS", "VolumeIOPSExceededCheck", "Maximum"),
        Metric("AWS/EBS", "VolumeThroughputExceededCheck", "Maximum"),
        Metric("AWS/EC2", "InstanceEBSIOPSExceededCheck", "Maximum"),
        Metric("AWS/EBS", "BurstBalance", "Minimum"),
    ),
)
