"""Which Services, Ingresses, budgets and scalers belong to which workload."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from connectivity.core.problems import Problem, Problems
from connectivity.core.reviewed_manifests.kinds import WORKLOADS
from connectivity.core.reviewed_manifests.selecting import selects, selects_by
from connectivity.core.reviewing.deployed.balancers import backends
from connectivity.core.reviewing.deployed.objects import KubeObject, Spot, Unusable, shown
from connectivity.core.reviewing.deployed.workload import (
    DEFAULT_CONTAINER,
    USUAL_ALB,
    AlbClass,
    Cluster,
    Workload,
)

BUDGET, SCALER = "PodDisruptionBudget", "HorizontalPodAutoscaler"
MAX_WORKLOADS = 100
ALB_CONTROLLERS = ("ingress.k8s.aws/alb", "eks.amazonaws.com/alb")
OF_CLUSTER = {
    ("Deployment", "coredns"): "dns",
    ("DaemonSet", "node-local-dns"): "node_dns",
    ("DaemonSet", "aws-node"): "cni",
}
"""Workloads that are read for what they say of the cluster, and not reviewed themselves."""


def workloads_of(objects: Collection[KubeObject], problems: Problems) -> list[Workload]:
    """The workloads among some objects, each with what belongs to it.

    What cannot be used is noted with its place. Of two objects of one name the later is taken, as
    kubectl apply does.
    """
    latest = {(each.kind, each.namespace, each.name): each for each in objects}
    by_kind: dict[str, list[KubeObject]] = {}
    for each in latest.values():
        by_kind.setdefault(each.kind, []).append(each)
    cluster = _cluster(by_kind, problems)
    owners = [
        each
        for kind in WORKLOADS
        for each in by_kind.get(kind, ())
        if (kind, each.name) not in OF_CLUSTER
    ]
    if len(owners) > MAX_WORKLOADS:
        problem = f"are {len(owners):,}; at most {MAX_WORKLOADS} are reviewed: give one namespace"
        problems.append(Problem("workloads", problem))
        return []
    labels = _labels(owners)
    linked = []
    for owner in owners:
        try:
            linked.append(_linked(Workload(owner, labels[owner], cluster=cluster), by_kind))
        except Unusable as error:
            problems.append(problem_at(error.spot, error.problem))
    return linked


def problem_at(spot: Spot, problem: str) -> Problem:
    """A problem with its file, document, line, object and field."""
    origin = spot.object.origin._replace(line=spot.line)
    return Problem(f"{origin}: {spot.object.title}, {spot.path_text}", problem)


def _cluster(by_kind: dict[str, list[KubeObject]], problems: Problems) -> Cluster:
    single = {
        field: each
        for (kind, name), field in OF_CLUSTER.items()
        for each in by_kind.get(kind, ())
        if each.name == name
    }
    classes = dict(USUAL_ALB)
    for each in by_kind.get("IngressClass", ()):
        try:
            if each.at("spec", "controller").text() in ALB_CONTROLLERS:
                classes[each.name] = _alb_class(each, by_kind)
        except Unusable as error:
            problems.append(problem_at(error.spot, error.problem))
    return Cluster(tuple(by_kind.get("Node", ())), **single, alb_classes=classes)


def _alb_class(ingress_class: KubeObject, by_kind: Mapping[str, list[KubeObject]]) -> AlbClass:
    """Its target type: of its parameters; of others the controller's usual one, if we know it."""
    parameters = ingress_class.at("spec", "parameters", "name").text()
    named = (each for each in by_kind.get("IngressClassParams", ()) if each.name == parameters)
    kinds = [each.at("spec", "targetType").text() for each in named]
    if kinds and kinds[0]:
        return AlbClass(kinds[0], wins=True)
    is_usual = ingress_class.at("spec", "controller").text() == ALB_CONTROLLERS[0]
    return AlbClass("instance" if is_usual and (kinds or not parameters) else "")


def _labels(owners: Collection[KubeObject]) -> dict[KubeObject, str]:
    """A name for each: as much of name, namespace and kind as tells them apart."""
    forms = [
        {each: each.name for each in owners},
        {each: f"{each.namespace}.{each.name}".strip(".") for each in owners},
        {each: f"{each.kind}.{each.namespace}.{each.name}".replace("..", ".") for each in owners},
    ]
    labels: dict[KubeObject, str] = {}
    taken = set[str]()
    for form in forms:
        left = {each: label for each, label in form.items() if each not in labels}
        counts = Counter(left.values())
        for each, label in left.items():
            if counts[label] == 1 and label not in taken:
                labels[each] = label
                taken.add(label)
    alike = [each for each in owners if each not in labels]
    return labels | {each: f"{forms[-1][each]}.{i}" for i, each in enumerate(alike, 1)}


def _linked(workload: Workload, by_kind: dict[str, list[KubeObject]]) -> Workload:
    containers = workload.pod("containers")
    if not containers.entries():
        raise Unusable(containers, "is empty: a workload has a container")
    names = [entry.at("name").text() for entry in containers.entries()]
    if None in names or len(set(names)) < len(names):
        raise Unusable(containers, "need names of their own")
    near = _Near(workload.object, by_kind)
    services = near.services(workload.labels)
    names_of_services = {service.name for service in services}
    container, is_guessed = _serving(workload, services)
    return replace(
        workload,
        container=container,
        is_guessed=is_guessed,
        services=services,
        ingresses=tuple(e for e in near.of("Ingress") if backends(e) & names_of_services),
        bindings=tuple(
            each
            for each in near.of("TargetGroupBinding")
            if each.at("spec", "serviceRef", "name").text() in names_of_services
        ),
        budgets=near.budgets(workload.labels),
        scalers=near.scalers(),
    )


class _Near:
    """The objects of a workload's namespace, and which of them are of it."""

    def __init__(self, owner: KubeObject, by_kind: Mapping[str, list[KubeObject]]) -> None:
        self._owner, self._by_kind = owner, by_kind

    def of(self, kind: str) -> list[KubeObject]:
        return [each for each in self._by_kind.get(kind, ()) if _is_near(each, self._owner)]

    def services(self, labels: Mapping[str, Any]) -> tuple[KubeObject, ...]:
        selectors = ((each, each.at("spec", "selector")) for each in self.of("Service"))
        return tuple(each for each, at in selectors if selects(at.mapping(), labels))

    def budgets(self, labels: Mapping[str, Any]) -> tuple[KubeObject, ...]:
        selectors = ((each, each.at("spec", "selector")) for each in self.of(BUDGET))
        return tuple(each for each, at in selectors if at.is_set and selects_by(at, labels))

    def scalers(self) -> tuple[KubeObject, ...]:
        targets = ((each, each.at("spec", "scaleTargetRef")) for each in self.of(SCALER))
        owner = (self._owner.kind, self._owner.name)
        return tuple(
            e for e, at in targets if (at.at("kind").text(), at.at("name").text()) == owner
        )


def _port(spot: Spot) -> int | str | None:
    """A port by its number or name."""
    value = spot.value
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | str)):
        raise Unusable(spot, f"is {shown(value)}, neither a number nor a name of a port")
    return value


def _is_near(other: KubeObject, owner: KubeObject) -> bool:
    """Whether both are in one namespace; charts state it of some objects and not of others."""
    return other.namespace == owner.namespace or "" in (other.namespace, owner.namespace)


def _serving(workload: Workload, services: tuple[KubeObject, ...]) -> tuple[int, bool]:
    """The container whose port a Service names; else the one that kubectl takes, else the first.

    Returns:
        Its index, and whether it is no more than the first of several.
    """
    containers = workload.pod("containers").entries()
    targets = {
        _port(port.at("targetPort")) or _port(port.at("port"))
        for service in services
        for port in service.at("spec", "ports").entries()
    }
    for index, container in enumerate(containers):
        for port in container.at("ports").entries():
            if {_port(port.at("containerPort")), _port(port.at("name"))} & targets - {None}:
                return index, False
    usual = workload.template("metadata", "annotations", DEFAULT_CONTAINER).text()
    for index, container in enumerate(containers):
        if container.at("name").text() == usual:
            return index, False
    return 0, len(containers) > 1
