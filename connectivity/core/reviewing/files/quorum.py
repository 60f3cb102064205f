"""The members of a quorum on Kubernetes: spread over zones, each with a volume of its own."""

from connectivity.core.reviewing.files.kubernetes import (
    BY_HOST,
    BY_ZONE,
    LABELS,
    Manifest,
    budget,
    container,
    pod,
    simple,
    spread,
    workload,
)

CLASS = "by-zone"
VOLUME = {
    "metadata": {"name": "data"},
    "spec": {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": CLASS,
        "resources": {"requests": {"storage": "10Gi"}},
    },
}


def quorum(members: str) -> list[Manifest]:
    """StorageClass, headless Service, StatefulSet and budget. No zone and no host has two more
    members than another, and a volume is made in the zone where its pod starts."""
    template = pod(
        container(volumeMounts=[{"name": "data", "mountPath": "/data"}]),
        topologySpreadConstraints=[spread(key, "DoNotSchedule") for key in (BY_ZONE, BY_HOST)],
    )
    more: Manifest = {"replicas": members, "serviceName": "app", "volumeClaimTemplates": [VOLUME]}
    return [
        simple(
            "StorageClass",
            CLASS,
            version="storage.k8s.io/v1",
            provisioner="ebs.csi.aws.com",
            parameters={"type": "gp3"},
            volumeBindingMode="WaitForFirstConsumer",
        ),
        headless("app"),
        workload("StatefulSet", template, **more),
        budget(),
    ]


def headless(name: str) -> Manifest:
    """A Service that resolves to the pods' own addresses: nothing is translated or tracked."""
    spec = {
        "clusterIP": "None",
        "selector": dict(LABELS),
        "ports": [{"name": "app", "port": 8000}],
    }
    return simple("Service", name, spec=spec)
