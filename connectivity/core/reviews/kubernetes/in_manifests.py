"""What manifests say of replicas, budgets, zones and nodes, and what keeps a workload standing."""

from collections.abc import Iterator

from connectivity.core.reviewing.deployed import counts, patches
from connectivity.core.reviewing.deployed.objects import KubeObject
from connectivity.core.reviewing.deployed.settings import (
    Advised,
    Cure,
    FromManifests,
    Part,
    Remark,
)
from connectivity.core.reviewing.deployed.workload import Workload
from connectivity.core.reviewing.files.kubernetes import BY_HOST, BY_ZONE


def selector_of(workload: Workload) -> dict[str, object]:
    """The labels that a workload selects its own pods by."""
    return dict(workload.object.at("spec", "selector").mapping())


def one_at_a_time(workload: Workload, advised: Advised) -> Iterator[Part]:
    """A new PodDisruptionBudget."""
    budget = KubeObject(
        "policy/v1",
        "PodDisruptionBudget",
        workload.object.namespace,
        workload.object.name,
        {},
        workload.object.origin,
    )
    yield Part(budget, {"spec": {"maxUnavailable": 1, "selector": selector_of(workload)}})


def not_blocking(workload: Workload, advised: Advised) -> Iterator[Part]:
    """The budget that stands, with maxUnavailable in place of minAvailable."""
    for budget in workload.budgets:
        yield Part(budget, {"spec": {"minAvailable": None, "maxUnavailable": 1}})


def spread_out(workload: Workload, advised: Advised) -> Iterator[Part]:
    """Constraints by zone and by host that do not stand yet."""
    constraints = [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": selector_of(workload),
        }
        for key in (BY_ZONE, BY_HOST)
        if key not in keys_of_spread(workload)
    ]
    yield patches.of_pod(workload, topologySpreadConstraints=constraints)


def keys_of_spread(workload: Workload) -> set[str | None]:
    """What the pods are spread by."""
    constraints = workload.pod("topologySpreadConstraints").entries()
    return {constraint.at("topologyKey").text() for constraint in constraints}


def remarks(workload: Workload) -> Iterator[Remark]:
    """What a neighbour notices, and what Kubernetes refuses."""
    limits = workload.serving("resources", "limits")
    if not limits.at("memory").is_set:
        yield Remark("without a memory limit it can take all that its node has", limits)
    if len(workload.budgets) > 1:
        says = "its pods have more than one PodDisruptionBudget: Kubernetes evicts none of them"
        yield Remark(says, workload.budgets[1].at("spec", "selector"))


MANIFESTS = FromManifests(
    applies=lambda workload: workload.is_replicated,
    inputs={
        "nodes": counts.node_count,
        "instance_type": counts.instance_type,
        "max_pods": counts.max_pods,
        "prefix_delegation": counts.of_cni("ENABLE_PREFIX_DELEGATION"),
        "warm_enis": counts.of_cni("WARM_ENI_TARGET"),
        "external_snat": counts.of_cni("AWS_VPC_K8S_CNI_EXTERNALSNAT"),
        "replicas": counts.fewest_replicas,
        "min_available": counts.min_available,
        "max_unavailable": counts.max_unavailable,
        "zones": counts.zones,
    },
    of_cluster=("pods_per_node", "nodes", "subnet_addresses"),
    cures=(
        Cure(
            "not is_given(min_available) and not is_given(max_unavailable) and replicas > 1",
            "A drain takes one pod at a time.",
            one_at_a_time,
            is_new=True,
        ),
        Cure(
            "allowed_disruptions <= 0 and replicas > 0",
            "The PodDisruptionBudget lets one pod go: a drain no longer hangs.",
            not_blocking,
        ),
        Cure(
            "replicas > 1",
            "The replicas are spread over zones and hosts.",
            spread_out,
            applies=lambda workload: not {BY_ZONE, BY_HOST} <= keys_of_spread(workload),
        ),
    ),
    remarks=remarks,
)
