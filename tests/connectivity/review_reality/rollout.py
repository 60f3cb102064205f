"""A rolling update of real processes, with the hooks of a manifest, under steady requests.

What stands in for Kubernetes is this file: it runs the preStop hook and the grace period of the
manifest, takes a pod out of the endpoints some time after its deletion, and starts a new one first.
"""

import asyncio
import sys
import time
from asyncio.subprocess import Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.connectivity.review_reality.namespaces import answers

PROGRAM = str(Path(__file__).with_name("pod_program.py"))
REQUEST = b"GET / HTTP/1.1\r\nHost: app\r\n\r\n"
READY = b"GET /ready HTTP/1.1\r\nHost: app\r\n\r\n"
FIRST_PORT = 8000
LEAST_GRACE_SECONDS = 2


@dataclass
class Pod:
    """A process, where it listens, and when its deletion began."""

    port: int
    process: Process
    lost: list[tuple[float, str]] = field(default_factory=list)
    deleted: float = 0.0


@dataclass(frozen=True)
class Cluster:
    """What does not change during a rollout. `pace` is how long a second of the settings takes."""

    spec: dict[str, Any]
    on_sigterm: str
    takes_out_seconds: float
    request_seconds: float
    per_second: float
    pace: float
    endpoints: list[Pod] = field(default_factory=list)
    sent: set[asyncio.Task[None]] = field(default_factory=set)
    late: list[float] = field(default_factory=lambda: [0.0])

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self.pace)


def experiment(replicas: int, **settings: Any) -> dict[str, Any]:
    """Of each pod that left, the requests that it lost: seconds after its deletion, and how."""
    cluster = Cluster(**settings)
    lost = asyncio.run(rolled_out(cluster, replicas))
    return {"lost": lost, "late_seconds": max(cluster.late)}


async def rolled_out(cluster: Cluster, replicas: int) -> list[list[tuple[float, str]]]:
    old = [await started(cluster, FIRST_PORT + i) for i in range(replicas)]
    cluster.endpoints.extend(old)
    senders = [asyncio.create_task(requests(cluster, pod)) for pod in old]
    await cluster.sleep(cluster.request_seconds)
    leaving = []
    for i, pod in enumerate(old):  # maxSurge 1, maxUnavailable 0
        fresh = await started(cluster, FIRST_PORT + replicas + i)
        cluster.endpoints.append(fresh)
        senders.append(asyncio.create_task(requests(cluster, fresh)))
        leaving.append(asyncio.create_task(deleted(cluster, pod)))
    await asyncio.gather(*leaving)
    await cluster.sleep(cluster.request_seconds)
    stay = list(cluster.endpoints)
    cluster.endpoints.clear()
    await asyncio.gather(*senders)
    await asyncio.gather(*cluster.sent)
    for pod in stay:
        pod.process.kill()
        await pod.process.wait()
    return [pod.lost for pod in old]


async def started(cluster: Cluster, port: int) -> Pod:
    """A process that answers its readiness probe."""
    options = (str(port), str(cluster.request_seconds * cluster.pace), cluster.on_sigterm)
    process = await asyncio.create_subprocess_exec(sys.executable, "-SE", PROGRAM, *options)
    while await asked(port, READY):
        await asyncio.sleep(0.02)
    return Pod(port, process)


async def requests(cluster: Cluster, pod: Pod) -> None:
    """Steady requests while the pod is an endpoint, each on a connection of its own."""
    start, count = time.monotonic(), 0
    while pod in cluster.endpoints:
        task = asyncio.create_task(request(cluster, pod))
        cluster.sent.add(task)
        task.add_done_callback(cluster.sent.discard)
        count += 1
        at = start + count * cluster.pace / cluster.per_second
        await asyncio.sleep(max(0, at - time.monotonic()))
        cluster.late.append(time.monotonic() - at)


async def request(cluster: Cluster, pod: Pod) -> None:
    if lost := await asked(pod.port, REQUEST):
        pod.lost.append(((time.monotonic() - pod.deleted) / cluster.pace, lost))


async def asked(port: int, request: bytes) -> str:
    """How a request was lost; empty: it was answered."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return "refused"
    try:
        writer.write(request)
        return "" if await reader.read() else "cut"
    except OSError:
        return "cut"
    finally:
        writer.close()


async def deleted(cluster: Cluster, pod: Pod) -> None:
    """What the kubelet and the endpoints do with a pod that is deleted."""
    pod.deleted = time.monotonic()
    await asyncio.gather(taken_out(cluster, pod), ended(cluster, pod))


async def taken_out(cluster: Cluster, pod: Pod) -> None:
    await cluster.sleep(cluster.takes_out_seconds)
    cluster.endpoints.remove(pod)


async def ended(cluster: Cluster, pod: Pod) -> None:
    """preStop, SIGTERM, and SIGKILL at the end of the grace period, 2 s after SIGTERM at least."""
    hook = cluster.spec["containers"][0].get("lifecycle", {}).get("preStop", {})
    grace = cluster.spec["terminationGracePeriodSeconds"]
    slept = min(hook.get("sleep", {}).get("seconds", 0), grace)
    await cluster.sleep(slept)
    pod.process.terminate()
    left = max(LEAST_GRACE_SECONDS, grace - slept)
    try:
        await asyncio.wait_for(pod.process.wait(), left * cluster.pace)
    except TimeoutError:
        pod.process.kill()
        await pod.process.wait()


if __name__ == "__main__":
    answers(experiment)
