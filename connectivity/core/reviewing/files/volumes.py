"""EBS volumes: as Terraform with its alarms, and as a pod's own."""

from typing import Any

from connectivity.core.reviewing.files.alarms import alarm, resource, text_input
from connectivity.core.reviewing.files.artefacts import Block
from connectivity.core.reviewing.files.holes import AsText, Only
from connectivity.core.reviewing.files.kubernetes import Manifest, container, pod, simple, workload

VOLUME = {"VolumeId": text_input("volume_id", "The volume that the alarms watch")}
INSTANCE = {"InstanceId": text_input("instance_id", "The instance that it is attached to")}
CLASS = "gp3"
GIB, IOPS, MIBPS = "[[ceil(size_gib)]]", "[[ceil(gp3_iops)]]", "[[ceil(gp3_mibps)]]"


def _gp3_volume() -> Block:
    """ModifyVolume gives the throughput that every gp3 volume has, unless one is said."""
    return resource(
        "aws_ebs_volume",
        "data",
        availability_zone=text_input("availability_zone", "The AZ of the volume"),
        type="gp3",
        size=GIB,
        iops=IOPS,
        throughput=MIBPS,
    )


def _alarms() -> list[Block]:
    """Alarms on the minutes in which the volume or its instance was the limit."""
    checks = {
        "VolumeIOPSExceededCheck": ("AWS/EBS", "The volume's IOPS were the limit."),
        "VolumeThroughputExceededCheck": ("AWS/EBS", "The volume's throughput was the limit."),
        "InstanceEBSIOPSExceededCheck": ("AWS/EC2", "The instance's IOPS were the limit."),
    }
    return [
        alarm(
            metric,
            VOLUME if namespace == "AWS/EBS" else INSTANCE,
            means,
            namespace=namespace,
            statistic="Maximum",
        )
        for metric, (namespace, means) in checks.items()
    ]


def _burst_alarm() -> Block:
    """An alarm while a quarter of gp2's credits is left."""
    return alarm(
        "BurstBalance",
        VOLUME,
        "A quarter of the burst balance is left.",
        namespace="AWS/EBS",
        statistic="Minimum",
        threshold=25,
        below=True,
    )


def volume_blocks() -> list[Any]:
    """The gp3 volume that a review advises, where there is one, and alarms."""
    return [
        Only("is_given(gp3_iops) and is_given(gp3_mibps)", _gp3_volume()),
        *_alarms(),
        Only("volume_type == 'gp2'", _burst_alarm()),
    ]


def own_volume() -> list[Manifest]:
    """A pod with a volume of its own, and no more of the node's than its limits."""
    limits = {"memory": "512Mi", "ephemeral-storage": "2Gi"}
    program = container(
        resources={"requests": limits, "limits": limits},
        volumeMounts=[{"name": "data", "mountPath": "/data"}],
    )
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": CLASS,
        "resources": {"requests": {"storage": f"{GIB}Gi"}},
    }
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    return [
        simple(
            "StorageClass",
            CLASS,
            version="storage.k8s.io/v1",
            provisioner="ebs.csi.aws.com",
            parameters={"type": "gp3", "iops": AsText(IOPS), "throughput": AsText(MIBPS)},
            volumeBindingMode="WaitForFirstConsumer",
        ),
        simple("PersistentVolumeClaim", "data", spec=claim),
        workload("Deployment", pod(program, volumes=volumes)),
    ]
