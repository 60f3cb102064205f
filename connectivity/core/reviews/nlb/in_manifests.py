"""What annotations of a Service say of its Network Load Balancer."""

from connectivity.core.reviewing.deployed import annotations, counts, network_balancers
from connectivity.core.reviewing.deployed.settings import FromManifests, Setting, Unsettled
from connectivity.core.reviewing.deployed.workload import Workload

SWITCH: dict[str | None, bool] = {"true": True, "false": False}


def targets(workload: Workload) -> Setting | Unsettled | None:
    """Its targets: the pods, or the nodes where targets are instances."""
    kind = network_balancers.nlb_target_type(workload)
    is_of_pods = kind is not None and kind.value == "ip"
    return counts.fewest_replicas(workload) if is_of_pods else counts.node_count(workload)


MANIFESTS = FromManifests(
    applies=lambda workload: network_balancers.network_balancer(workload) is not None,
    inputs={
        "listener": network_balancers.listener,
        "idle_timeout_seconds": network_balancers.nlb_idle_timeout,
        "targets": targets,
        "cross_zone": network_balancers.crosses_zones,
        "target_type": network_balancers.nlb_target_type,
        "preserve_client_ip": network_balancers.of_nlb(
            annotations.TARGET_GROUP, SWITCH, "preserve_client_ip.enabled"
        ),
    },
)
