"""Kubernetes manifests, for a program that is called app: names and images are yours to put in."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectivity.core.reviewing.files.artefacts import yaml_file
from connectivity.core.reviewing.files.holes import AsText
from connectivity.core.reviewing.review import Artefact, Kind

Manifest = dict[str, Any]

LABELS = {"app": "app"}
IMAGE = "app:1"
NODE_EXPORTER = "prom/node-exporter:v1.9.1"


def manifests(name: str, purpose: str, check: str, *documents: Any, when: str = "True") -> Artefact:
    """A file of manifests."""
    return yaml_file(name, Kind.KUBERNETES, purpose, check, documents, when=when)


def container(name: str = "app", image: str = IMAGE, **more: Any) -> Manifest:
    """A container."""
    return {"name": name, "image": image, **more}


def pod(*containers: Manifest, labels: Mapping[str, str] = LABELS, **more: Any) -> Manifest:
    """The template of a pod; of the program alone, if no containers are given."""
    spec = {**more, "containers": list(containers or (container(),))}
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def workload(
    kind: str, template: Manifest, name: str = "app", namespace: str = "", **more: Any
) -> Manifest:
    """A Deployment, DaemonSet or StatefulSet."""
    labels = dict(template["metadata"]["labels"])
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": _metadata(name, namespace, labels),
        "spec": {**more, "selector": {"matchLabels": labels}, "template": template},
    }


def _metadata(name: str, namespace: str, labels: Mapping[str, str]) -> Manifest:
    place = {"namespace": namespace} if namespace else {}
    return {"name": name, **place, "labels": dict(labels)}


def simple(kind: str, name: str, namespace: str = "", version: str = "v1", **more: Any) -> Manifest:
    """An object without a pod, such as a ConfigMap."""
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **place}, **more}


def budget(name: str = "app") -> Manifest:
    """A PodDisruptionBudget that lets one pod go at a time: a drain neither takes all nor hangs."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": {"app": name}}}
    return simple("PodDisruptionBudget", name, version="policy/v1", spec=spec)


def spread(key: str, when: str, labels: Mapping[str, str] = LABELS) -> Manifest:
    """Pods spread over zones or hosts."""
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": when,
        "labelSelector": {"matchLabels": dict(labels)},
    }


BY_ZONE, BY_HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"


def pod_sysctls(values: Mapping[str, str]) -> Manifest:
    """Kernel parameters of a pod's own network namespace; Kubernetes has them as texts."""
    settings = [{"name": name, "value": AsText(value)} for name, value in values.items()]
    return {"sysctls": settings}


def exporter(*collectors: str, more: Sequence[str] = ()) -> Manifest:
    """node-exporter as a container, with these collectors alone."""
    switches = [f"--collector.{each}" for each in collectors]
    return container(
        "node-exporter",
        NODE_EXPORTER,
        args=["--collector.disable-defaults", *switches, *more],
        ports=[{"name": "metrics", "containerPort": 9100}],
        resources={"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
    )


ETHTOOL = ("bw_in", "bw_out", "pps", "linklocal", "conntrack")
AVAILABLE = "conntrack_allowance_available"


def ethtool_exporter() -> Manifest:
    """node-exporter on every node, with the counters of the ENA driver."""
    names = "|".join([*(f"{each}_allowance_exceeded" for each in ETHTOOL), AVAILABLE])
    more = (f"--collector.ethtool.metrics-include=^({names})$", "--path.procfs=/host/proc")
    server = exporter("ethtool", "netdev", "netstat", "conntrack", more=more)
    server["volumeMounts"] = [{"name": "proc", "mountPath": "/host/proc", "readOnly": True}]
    template = pod(
        server,
        labels={"app": "node-exporter"},
        hostNetwork=True,
        tolerations=[{"operator": "Exists"}],
        volumes=[{"name": "proc", "hostPath": {"path": "/proc"}}],
    )
    return workload("DaemonSet", template, "node-exporter", "monitoring")
