"""Reviews against programs: pools of workers behind nginx or not, and rollouts.

Each function is a subject, at a size to choose; its experiments run side by side.
"""

import csv
import re
import tempfile
from collections.abc import Iterator
from typing import Any

import yaml

from tests.connectivity.review_reality.namespaces import happens
from tests.connectivity.review_reality.rows import (
    Row,
    file,
    number,
    review,
    side_by_side,
    undisturbed,
)

POOL = {
    "workers": 6,
    "requests_per_second": 25,
    "service_seconds": 0.1,
    "request_bytes": 4000,
    "slow_bytes_per_second": 1000,
}
MORE_THAN_A_HUNDRED = 120
WATCHED_SECONDS = 2.0


def worker_pools(pool: dict[str, Any] = POOL, seconds: float = WATCHED_SECONDS) -> list[Row]:
    """The fewest slow clients that make requests wait, and that none do behind nginx."""
    told = review("slow-clients", **pool)
    exhausting = int(number(told, "slow_clients_to_exhaust"))
    direct = range(exhausting - 1, exhausting + 2)
    proxied = (exhausting, MORE_THAN_A_HUNDRED)
    counted = side_by_side(
        [lambda k=k: _pool(pool, k, seconds, False) for k in direct]
        + [lambda k=k: _pool(pool, k, seconds, True) for k in proxied]
    )
    service = pool["service_seconds"]
    waits = dict(zip(direct, counted, strict=False))
    fewest = min((k for k, each in waits.items() if max(each["waits"]) > 3 * service), default=0)
    rows = [Row("slow clients that exhaust the pool", exhausting, fewest)]
    for k, each in zip(proxied, counted[len(direct) :], strict=True):
        behind = f"behind nginx, beside {k} slow clients"
        answered = re.search(r"200 after (\S+) s", each["printed"])
        rows += [
            Row(f"longest wait {behind}, seconds", service, max(each["waits"]), 0.2),
            Row(
                f"the script's own, {behind}", service, float(answered[1]) if answered else 99, 0.2
            ),
            Row(f"{at_once(pool)} at once {behind}", 2 * service, max(each["burst"]), 0.2),
        ]
    return rows


def at_once(pool: dict[str, Any]) -> int:
    """More than there are workers: half of them wait for the first to be answered."""
    return int(pool["workers"] * 1.5)


def _pool(pool: dict[str, Any], slow: int, seconds: float, has_proxy: bool) -> Any:
    """The pool beside so many slow clients: those of the script for a pool that they exhaust."""
    exhausting = int(number(review("slow-clients", **pool), "slow_clients_to_exhaust"))
    of_script = {**pool, "workers": pool["workers"] + slow - exhausting}
    told = review("slow-clients", **of_script)
    with tempfile.TemporaryDirectory() as folder:
        return happens(
            "worker_pool",
            seconds * 3 + 30,
            workers=pool["workers"],
            service_seconds=pool["service_seconds"],
            per_second=pool["requests_per_second"] * 0.99,  # the rest are the slow clients
            at_once=at_once(pool) if has_proxy else 0,
            script=file(told, "imitate.sh"),
            nginx=file(told, "nginx.conf") if has_proxy else "",
            folder=folder,
            seconds=seconds,
        )


ROLLOUTS = [
    {"endpoint_seconds": 2, "grace_seconds": 10, "longest_request_seconds": 1},
    {
        "endpoint_seconds": 2,
        "prestop_seconds": 3,
        "grace_seconds": 10,
        "longest_request_seconds": 2,
        "on_sigterm": "exit",
    },
    {
        "endpoint_seconds": 2,
        "grace_seconds": 4,
        "longest_request_seconds": 3,
        "on_sigterm": "ignore",
    },
]
LOAD = {"requests_per_second": 10, "replicas": 2}
PACE = 0.25


def rollouts(
    cases: list[dict[str, Any]] = ROLLOUTS, load: dict[str, int] = LOAD, pace: float = PACE
) -> list[Row]:
    """Rollouts with today's settings, and with those of the review's manifest."""
    tasks = [lambda case=case: list(_rollout({**case, **load}, pace)) for case in cases]
    return sum(side_by_side(tasks), [])


def _rollout(inputs: dict[str, Any], pace: float) -> Iterator[Row]:
    told = review("deployment", **inputs)
    on_sigterm = inputs.get("on_sigterm", "drain")
    manifest, *_ = yaml.safe_load_all(file(told, "pod.yaml"))
    assert manifest["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    today, advised = (
        undisturbed(
            "rollout",
            120,
            0.3 * pace,
            replicas=replicas,
            spec=spec,
            on_sigterm=on_sigterm,
            takes_out_seconds=number(told, "stop_new_seconds"),
            request_seconds=inputs["longest_request_seconds"],
            per_second=inputs["requests_per_second"],
            pace=pace,
        )["lost"]
        for spec, replicas in (
            (spec_of(inputs), inputs["replicas"]),
            (manifest["spec"]["template"]["spec"], manifest["spec"]["replicas"]),
        )
    )
    predicted = number(told, "lost_per_rollout")
    yield Row(f"lost, {on_sigterm}", predicted, sum(map(len, today)), 0.1)
    *_, last = csv.DictReader(file(told, "timeline.csv").splitlines())
    for pod in today:
        yield Row("of a pod, as its timeline ends", float(last["lost"]), len(pod), 0.1)
        is_refused = number(told, "refused_per_pod") > 0
        begins = number(told, "accepts_until_seconds" if is_refused else "kill_seconds")
        ends = number(told, "stop_new_seconds" if is_refused else "kill_seconds")
        yield Row("from second", begins, min(pod)[0], 0.2)
        yield Row("until second", ends, max(pod)[0], 0.2)
        assert {how for _, how in pod} == {"refused" if is_refused else "cut"}
    yield Row(f"lost with the advised manifest, {on_sigterm}", 0, sum(map(len, advised)))


def spec_of(inputs: dict[str, Any]) -> dict[str, Any]:
    """A pod with today's settings."""
    hook = {"preStop": {"sleep": {"seconds": inputs.get("prestop_seconds", 0)}}}
    return {
        "terminationGracePeriodSeconds": inputs["grace_seconds"],
        "containers": [{"lifecycle": hook}],
    }
