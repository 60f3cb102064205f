"""Manifests for tests: the smallest workload, changed place by place; and their reviews."""

from copy import deepcopy
from typing import Any

import yaml

from connectivity.core.problems import DocumentRefused
from connectivity.core.reviewed_manifests.answers import ReviewedManifests, reviewed_manifests
from connectivity.core.reviewing.tables import Tables, recorded_instance_types
from connectivity.importers.manifests import File, read_manifests
from tests.conftest import ROOT

SHOP = ROOT / "tests" / "samples" / "manifests" / "shop.yaml"
TABLES = Tables(recorded_instance_types())
LABELS = {"app": "web"}
Manifest = dict[str, Any]


def workload(kind: str = "Deployment", **fields: Any) -> Manifest:
    """A workload called web; `spec__replicas=3` sets a field, `pod__x` one of its pods' spec, and
    `container__x` one of its container."""
    container = {"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": LABELS}, "template": template}
    spec |= {"serviceName": "web"} if kind == "StatefulSet" else {}
    manifest = deepcopy(
        {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": spec}
    )
    pod: Any = manifest["spec"]["template"]["spec"]  # type: ignore[index]
    places = {"pod": pod, "container": pod["containers"][0]}
    for path, value in fields.items():
        first, *rest = path.split("__")
        place = places.get(first, manifest)
        keys = rest if first in places else [first, *rest]
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return manifest


def service(annotations: Any = None, **spec: Any) -> Manifest:
    """A Service of web."""
    spec = {"selector": LABELS, "ports": [{"port": 80}], **spec}
    return _object("v1", "Service", spec, annotations)


def ingress(annotations: Any = None, **spec: Any) -> Manifest:
    """An Ingress that leads to the Service of web."""
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    return _object("networking.k8s.io/v1", "Ingress", {"rules": rules, **spec}, annotations)


def budget(**spec: Any) -> Manifest:
    """A PodDisruptionBudget of web."""
    spec = {"selector": {"matchLabels": LABELS}, **spec}
    return _object("policy/v1", "PodDisruptionBudget", spec)


def scaler(**spec: Any) -> Manifest:
    """A HorizontalPodAutoscaler of web."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": target, **spec}
    return _object("autoscaling/v2", "HorizontalPodAutoscaler", spec)


def node(name: str, zone: str, kind: str = "m5.large", pods: str = "29") -> Manifest:
    """A node of a zone."""
    labels = {"topology.kubernetes.io/zone": zone, "node.kubernetes.io/instance-type": kind}
    manifest = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}
    return {**manifest, "status": {"capacity": {"pods": pods}}}


def _object(version: str, kind: str, spec: Any, annotations: Any = None) -> Manifest:
    metadata = {"name": "web"} | ({"annotations": annotations} if annotations else {})
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def text_of(*manifests: Manifest) -> str:
    """The manifests as one file."""
    return "---\n".join(yaml.safe_dump(each, sort_keys=False) for each in manifests)


def review(*manifests: Manifest | str, **asked: Any) -> ReviewedManifests:
    """The reviews of manifests, given as values or as text."""
    text = "---\n".join(m if isinstance(m, str) else text_of(m) for m in manifests)
    return review_bytes(text.encode(), **asked)


def review_bytes(data: bytes, **asked: Any) -> ReviewedManifests:
    """The reviews of a file."""
    stated = read_manifests([File("web.yaml", data)])
    return reviewed_manifests("web", stated.objects, TABLES, **asked)


def fully_given(given: dict[str, Any], *manifests: Manifest | str) -> ReviewedManifests:
    """The reviews with what is given, of that what they take."""
    keys = {read.review.key for read in review(*manifests).read}
    return review(*manifests, given={key: given[key] for key in given.keys() & keys})


def settings(told: ReviewedManifests, key: str) -> dict[str, Any]:
    """What was read for the review of a kind, by input."""
    (read,) = (entry for entry in told.read if entry.review.key == key)
    return {name: setting.value for name, setting in read.settings.items()}


def problems(*manifests: Manifest | str, **asked: Any) -> list[str]:
    """What is refused."""
    try:
        review(*manifests, **asked)
    except DocumentRefused as error:
        return [str(problem) for problem in error.problems]
    return []
