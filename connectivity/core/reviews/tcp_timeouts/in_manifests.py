"""What manifests say of keepalive, of the path's memory and of quorums."""

from collections.abc import Iterator

from connectivity.core.reviewing.deployed import balancers, counts, network_balancers, patches, pods
from connectivity.core.reviewing.deployed.settings import (
    Advised,
    Cure,
    FromManifests,
    Part,
    Remark,
)
from connectivity.core.reviewing.deployed.workload import Workload
from connectivity.core.reviewing.files.sysctls import HAS_KEEPALIVE, KEEPALIVE_SYSCTLS


def keepalive(workload: Workload, advised: Advised) -> Iterator[Part]:
    """Keepalive ahead of the path's timeout."""
    values = {name: advised(text.strip("[]")) for name, text in KEEPALIVE_SYSCTLS.items()}
    yield patches.with_sysctls(workload, values)


def remarks(workload: Workload) -> Iterator[Remark]:
    """What closes connections beside the paths that forget them."""
    if idle := balancers.alb_idle_timeout(workload):
        says = (
            f"the ALB closes what is silent for {idle.value} s, TCP keepalive or not: the program "
            "keeps idle HTTP connections longer"
        )
        yield Remark(says, idle.spot)
    if workload.is_on_host_network and pods.sysctls(workload):
        says = "Kubernetes refuses sysctls of pods on their node's network"
        yield Remark(says, workload.pod("securityContext", "sysctls"))


MANIFESTS = FromManifests(
    applies=lambda workload: True,
    inputs={
        "keepalive_seconds": pods.sysctl("net.ipv4.tcp_keepalive_time", 7200),
        "interval_seconds": pods.sysctl("net.ipv4.tcp_keepalive_intvl", 75),
        "probes": pods.sysctl("net.ipv4.tcp_keepalive_probes", 9),
        "retries2": pods.sysctl("net.ipv4.tcp_retries2", 15),
        "path_timeout_seconds": network_balancers.nlb_idle_timeout,
        "stateful_replicas": counts.members,
        "zones": counts.zones,
        "nodes_per_zone": counts.nodes_per_zone,
        "zone_bound_volumes": counts.has_volumes,
    },
    cures=(
        Cure(
            f"used_idle > 0.9 and {HAS_KEEPALIVE}",
            "Keepalive after {advised_keepalive_seconds} s of silence, on sockets with "
            "SO_KEEPALIVE. These sysctls are safe from Kubernetes 1.29 on.",
            keepalive,
            applies=lambda workload: not workload.is_on_host_network,
        ),
    ),
    remarks=remarks,
)
