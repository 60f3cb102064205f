"""What manifests say of workers, and of the proxy in front of them."""

from collections.abc import Iterator

from connectivity.core.reviewing.deployed import balancers, counts, programs
from connectivity.core.reviewing.deployed.settings import Advised, Cure, FromManifests, Part
from connectivity.core.reviewing.deployed.workload import Workload


def buffered(workload: Workload, advised: Advised) -> Iterator[Part]:
    """ingress-nginx takes requests whole again."""
    for spot in balancers.unbuffered(workload):
        yield Part(spot.object, {"metadata": {"annotations": {spot.path[-1]: "on"}}})


MANIFESTS = FromManifests(
    applies=lambda workload: workload.is_served,
    inputs={
        "workers": programs.blocking_workers,
        "instances": counts.fewest_replicas,
        "buffer": balancers.buffer,
        "worker_timeout_seconds": programs.stated_option("timeout"),
    },
    cures=(
        Cure(
            "buffer == 'none' and slow_share > 0",
            "ingress-nginx takes a request whole before it passes it on.",
            buffered,
        ),
    ),
)
