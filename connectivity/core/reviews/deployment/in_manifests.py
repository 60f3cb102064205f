"""What manifests say of a rollout: hooks, grace, load balancers; and what loses no request."""

from collections.abc import Iterator

from connectivity.core.reviewing.deployed import annotations, balancers, counts, patches, pods
from connectivity.core.reviewing.deployed.settings import (
    Advised,
    Cure,
    FromManifests,
    Part,
    Remark,
)
from connectivity.core.reviewing.deployed.workload import Workload

SLEEP = "max(prestop_seconds, advised_prestop_seconds)"
GRACE = f"max(grace_seconds, advised_grace_seconds + {SLEEP} - advised_prestop_seconds)"
"""What stands and is more than the advice stays."""


def graceful(workload: Workload, advised: Advised) -> Iterator[Part]:
    """The hook, the grace period, and the target group's delay."""
    hook = patches.sleeping(workload, advised(SLEEP))
    yield patches.of_pod(workload, terminationGracePeriodSeconds=advised(GRACE))
    yield patches.of_container(workload, lifecycle={"preStop": hook})
    if spot := balancers.target_group(workload):
        delay = advised("advised_deregistration_delay_seconds")
        yield patches.with_attribute(spot, annotations.DEREGISTRATION, delay)


def may_sleep(workload: Workload) -> bool:
    """Whether the preStop hook is a sleep, or none yet: any other is its author's."""
    return patches.sleeping(workload, 0) is not None


def remarks(workload: Workload) -> Iterator[Remark]:
    """What loses requests beside the times."""
    strategy = workload.object.at("spec", "strategy", "type")
    if strategy.text() == "Recreate":
        yield Remark("Recreate ends every pod before the first new one starts", strategy)
    if not workload.serving("readinessProbe").is_set:
        says = "without a readinessProbe a new pod gets requests before it can answer"
        yield Remark(says, workload.serving("readinessProbe"))
    if not may_sleep(workload):
        says = "no patch changes this preStop hook, which may do more than wait: do it yourself"
        yield Remark(says, workload.serving("lifecycle", "preStop"))


MANIFESTS = FromManifests(
    applies=lambda workload: workload.is_served,
    inputs={
        "path": balancers.path,
        "prestop_seconds": pods.prestop,
        "grace_seconds": pods.grace,
        "on_sigterm": pods.signals,
        "deregistration_delay_seconds": balancers.deregistration_delay,
        "replicas": counts.most_replicas,
        "long_lived_connections": balancers.long_lived,
    },
    cures=(
        Cure(
            "used_prestop > COMFORT or used_grace > COMFORT or used_deregistration > COMFORT"
            " or prestop_seconds >= grace_seconds",
            "A leaving pod goes on for {advised_prestop_seconds} s or more, until nobody sends to "
            "it, and has {advised_grace_seconds} s or more in all.",
            graceful,
            applies=may_sleep,
        ),
    ),
    remarks=remarks,
)
