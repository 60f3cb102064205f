"""A normal user's times while hundreds of clients send, and read, a byte a second.

On what `scripts/run` starts, and behind nginx with the repository's configuration: p99 without the
slow clients, with them, and the ratio. Says, too, what became of the slow clients.

    .venv/bin/python benchmarks/slow_clients.py [--connections 500] [--seconds 300] [--only local]
"""

import argparse
import contextlib
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import product

PAUSE_S = 0.05
PAGES = ("/", "/latency/", "/prices/", "/api/v1/jobs/", "/healthz")
LARGE = "/static/plotly-{version}/plotly.min.js"
USER = "127.0.0.2"  # the slow ones come from another address


@dataclass(frozen=True)
class Times:
    """Milliseconds of the requests of one user, and how many failed."""

    milliseconds: tuple[float, ...]
    failed: int

    def percentile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        count = len(self.milliseconds)
        p50, p99 = statistics.median(self.milliseconds), self.percentile(0.99)
        return f"{count} requests, {self.failed} failed, p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def browse(port: int, cookie: str, seconds: float) -> Times:
    """One user after another page, each on a new connection."""
    times, failed = [], 0
    until = time.monotonic() + seconds
    for path in itertools.cycle(PAGES):
        begin = time.monotonic()
        if begin > until:
            return Times(tuple(times), failed)
        failed += not _answers(port, path, cookie)
        times.append((time.monotonic() - begin) * 1000)
        time.sleep(PAUSE_S)
    raise AssertionError


def _answers(port: int, path: str, cookie: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(USER, 0))
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path, headers={"Cookie": cookie})
        reply = connection.getresponse()
        reply.read()
        return reply.status == 200
    return False


def large() -> str:
    """The address of Plotly's own file: 4.8 MB that anybody may read."""
    import plotly

    return LARGE.format(version=plotly.__version__)


def swarm(port: int, count: int, seconds: float) -> "subprocess.Popen[bytes]":
    program = Path(__file__).parent / "swarm.py"
    command = [sys.executable, str(program), str(port), str(count), str(seconds), large()]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def compared(port: int, cookie: str, count: int, seconds: float) -> tuple[Times, Times, str]:
    """Without the slow clients, with them, and what became of them."""
    browse(port, cookie, 5)  # warms up
    alone = browse(port, cookie, max(seconds / 5, 4))
    clients = swarm(port, count, seconds + 4)
    time.sleep(2)
    beside = browse(port, cookie, seconds)
    told, _ = clients.communicate(timeout=60)
    return alone, beside, str(json.loads(told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--only", choices=["local", "nginx"])
    parser.add_argument("--command", nargs=argparse.REMAINDER, help="another server, for `local`")
    asked = parser.parse_args()
    for name in ("local", "nginx"):
        if asked.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as path:
            folder = Path(path)
            start = product.proxied(folder) if name == "nginx" else product.local(
                folder, asked.command
            )  # fmt: skip
            with start as server:
                (cookie,), _ = server.people(1)
                alone, beside, told = compared(
                    server.port, cookie, asked.connections, asked.seconds
                )
                memory = server.resident("gunicorn") or server.resident("")
        sizes = ", ".join(f"{size >> 20}" for size in memory.values())
        print(f"{name}: alone {alone}")
        print(f"{name}: beside {asked.connections} slow clients {beside}")
        print(
            f"{name}: p99 is {beside.percentile(0.99) / alone.percentile(0.99):.2f} times; {told}"
        )
        print(f"{name}: memory of its processes at the end {sizes} MiB")


if __name__ == "__main__":
    main()
