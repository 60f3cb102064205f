"""How many pods, zones and nodes there are, and how many pods may go at once."""

import re

from connectivity.core.reviewing.deployed.objects import KubeObject, Spot, Unusable, shown
from connectivity.core.reviewing.deployed.pods import number_of, switch_of, variable
from connectivity.core.reviewing.deployed.settings import Read, Setting, Unsettled
from connectivity.core.reviewing.deployed.workload import Workload

ZONE = "topology.kubernetes.io/zone"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
LEAST_QUORUM = 3  # members
BY_SCALER = "of the HorizontalPodAutoscaler"


def fewest_replicas(workload: Workload) -> Setting | Unsettled:
    """As many replicas as there always are: the least of a scaler, else those stated."""
    return _replicas(workload, "minReplicas")


def most_replicas(workload: Workload) -> Setting | Unsettled:
    """As many replicas as there may be: the most of a scaler, else those stated."""
    return _replicas(workload, "maxReplicas")


def _replicas(workload: Workload, bound: str) -> Setting | Unsettled:
    if not workload.is_replicated:
        return Unsettled("a DaemonSet has a pod on every node; say how many", workload.object.at())
    for scaler in workload.scalers:
        spot = scaler.at("spec", bound)
        value = spot.number()
        if value is not None:
            return Setting(value, spot, BY_SCALER)
        if bound == "minReplicas":
            return Setting(1, spot, f"{BY_SCALER}, not set: 1")
    spot = workload.object.at("spec", "replicas")
    value = spot.number()
    if value is None:
        return Setting(1, spot, "not set: Kubernetes takes 1")
    return Setting(value, spot)


def members(workload: Workload) -> Setting | None:
    """The replicas of a StatefulSet, taken as a quorum from three on; of others none."""
    if workload.kind != "StatefulSet":
        return None
    replicas = fewest_replicas(workload)
    if not isinstance(replicas, Setting) or int(replicas.value) < LEAST_QUORUM:
        return None
    return replicas._replace(note="members, if it is a quorum; 0 where it is none")


def has_volumes(workload: Workload) -> Setting | None:
    """Whether each replica of a StatefulSet has a volume of its own, which EBS binds to an AZ."""
    if workload.kind != "StatefulSet":
        return None
    spot = workload.object.at("spec", "volumeClaimTemplates")
    return Setting(bool(spot.entries()), spot, "" if spot.is_set else "not set: no volumes")


def min_available(workload: Workload) -> Setting | None:
    """minAvailable of the PodDisruptionBudget; 1 where it states nothing at all."""
    for budget in workload.budgets:
        spec = budget.at("spec")
        if spec.at("minAvailable").is_set:
            return _share(workload, spec.at("minAvailable"))
        if not spec.at("maxUnavailable").is_set:
            return Setting(1, spec.at("minAvailable"), "not set: Kubernetes takes 1")
    return None


def max_unavailable(workload: Workload) -> Setting | None:
    """maxUnavailable of the PodDisruptionBudget."""
    for budget in workload.budgets:
        if budget.at("spec", "maxUnavailable").is_set:
            return _share(workload, budget.at("spec", "maxUnavailable"))
    return None


def _share(workload: Workload, spot: Spot) -> Setting:
    """A number of pods, or a share of the replicas, which Kubernetes rounds up."""
    value = spot.value
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{1,3})%", value)
        replicas = fewest_replicas(workload)
        if not match or int(match[1]) > 100:
            raise Unusable(spot, "is neither a whole number nor a share such as 50%")
        if isinstance(replicas, Setting):
            count = -(-int(match[1]) * int(replicas.value) // 100)
            return Setting(count, spot, f"{int(match[1])} % of {replicas.value}, rounded up")
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Unusable(spot, f"is {shown(value)}, neither a whole number nor a share such as 50%")
    return Setting(value, spot)


def zones(workload: Workload) -> Setting | None:
    """The AZs that the pods may run in: of a selector, an affinity, or of all nodes."""
    selector = workload.pod("nodeSelector", ZONE)
    if selector.is_set:
        return Setting(1, selector, "a node selector")
    affinity = workload.pod("affinity", "nodeAffinity")
    required = affinity.at("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    named = [zone for term in required.entries() for zone in _zones_of(term)]
    if named:
        return Setting(len(set(named)), required, "a node affinity")
    by_label = _labels(workload.cluster.nodes, ZONE)
    if by_label:
        return Setting(len(by_label), _first(workload).at("metadata", "labels", ZONE), "of nodes")
    return None


def _zones_of(term: Spot) -> list[str]:
    return [
        value.text() or ""
        for expression in term.at("matchExpressions").entries()
        if expression.at("key").text() == ZONE and expression.at("operator").text() == "In"
        for value in expression.at("values").entries()
    ]


def _labels(nodes: tuple[KubeObject, ...], key: str) -> dict[str, int]:
    """How many nodes have each value of a label."""
    counts: dict[str, int] = {}
    for node in nodes:
        if value := node.at("metadata", "labels", key).text():
            counts[value] = counts.get(value, 0) + 1
    return counts


def _first(workload: Workload) -> KubeObject:
    return workload.cluster.nodes[0]


def node_count(workload: Workload) -> Setting | None:
    """How many nodes the list of nodes has."""
    nodes = workload.cluster.nodes
    return Setting(len(nodes), nodes[0].at("kind"), "nodes of these manifests") if nodes else None


def nodes_per_zone(workload: Workload) -> Setting | None:
    """The nodes of the zone that has the fewest."""
    by_zone = _labels(workload.cluster.nodes, ZONE)
    if not by_zone:
        return None
    spot = _first(workload).at("metadata", "labels", ZONE)
    return Setting(min(by_zone.values()), spot, "of the zone with the fewest nodes")


def instance_type(workload: Workload) -> Setting | Unsettled | None:
    """The instance type of the nodes, where all have the same."""
    types = _labels(workload.cluster.nodes, INSTANCE_TYPE)
    if not types:
        return None
    spot = _first(workload).at("metadata", "labels", INSTANCE_TYPE)
    if len(types) > 1:
        return Unsettled(f"the nodes are of {len(types)} types; say which runs these pods", spot)
    return Setting(next(iter(types)), spot)


def max_pods(workload: Workload) -> Setting | None:
    """The fewest pods that a node takes, as its kubelet says."""
    spots = [node.at("status", "capacity", "pods") for node in workload.cluster.nodes]
    known = [Setting(number_of(spot), spot) for spot in spots if spot.is_set]
    return min(known, key=lambda setting: setting.value, default=None)


def of_cni(name: str) -> Read:
    """Reads a variable of the VPC CNI, if its DaemonSet is among the manifests."""

    def read(workload: Workload) -> Setting | None:
        if workload.cluster.cni is None:
            return None
        for container in workload.cluster.cni.at(
            "spec", "template", "spec", "containers"
        ).entries():
            if spot := variable(container, name):
                is_number = name.endswith("TARGET")
                return Setting(number_of(spot) if is_number else switch_of(spot), spot, name)
        return None

    return read


def dns_replicas(workload: Workload) -> Setting | None:
    """The replicas of CoreDNS."""
    if workload.cluster.dns is None:
        return None
    spot = workload.cluster.dns.at("spec", "replicas")
    return Setting(spot.number() or 1, spot)


def has_node_dns(workload: Workload) -> Setting | None:
    """Whether NodeLocal DNSCache is among the manifests; nothing where it is not."""
    cache = workload.cluster.node_dns
    return Setting(True, cache.at("metadata", "name"), "NodeLocal DNSCache") if cache else None
