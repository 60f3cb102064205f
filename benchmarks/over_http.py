"""A comparison of 100 flows over HTTP, beside two trivial JSON views of the same server.

Starts gunicorn as `scripts/run` does, on a free port of loopback, with a database of its own.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from estates import document

ROOT = Path(__file__).parents[1]
FLOWS, VPCS = 100, 20
ROUNDS, EACH = 5, 40
FEW = ["vpc-sharing", "vpc-peering", "transit-gateway", "privatelink"]


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return done.stdout.decode()


def asked(
    port: int, method: str, path: str, body: bytes, headers: dict[str, str], status: int = 200
) -> Callable[[], int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask() -> int:
        connection.request(method, path, body or None, headers)
        reply = connection.getresponse()
        size = len(reply.read())
        if reply.status != status:
            sys.exit(f"{path} answered {reply.status}")
        return size

    return ask


def milliseconds(ask: Callable[[], int]) -> float:
    begin = time.perf_counter()
    ask()
    return (time.perf_counter() - begin) * 1000


UNLIMITED = {  # a load comes from few callers
    "CALLER_LIMITS": "token_at_once=0,user_at_once=0,token_per_minute=0,user_per_minute=0"
}


@contextmanager
def serving() -> Iterator[tuple[int, dict[str, str]]]:
    """A server with a database of its own: its port, and the environment of its commands."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        own = {"ADVISOR_VAR": folder, "SECRET_KEY": "benchmark"} | UNLIMITED
        sqlite = f"sqlite:///{folder}/benchmark.sqlite3"
        own["DATABASE_URL"] = os.environ.get("BENCHMARK_DATABASE_URL", sqlite)  # an empty one
        environment = os.environ | own
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "load_data", "--verbosity", "0")
        address = f"127.0.0.1:{port}"
        command = [sys.executable, "-m", "gunicorn", "advisor.wsgi", "--bind", address]
        command += ["--workers", "1", "--config", "python:advisor.server", "--log-level", "warning"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            wait_for(port)
            yield port, environment
        finally:
            server.terminate()
            server.wait()


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the server did not start")


def main() -> None:
    with serving() as (port, environment):
        make = "from advisor.models import User; User.objects.create_user('bench')"
        manage(environment, "shell", "--verbosity", "0", "-c", make)
        key = manage(environment, "create_token", "bench", "benchmark").strip()
        measure(port, {"Authorization": f"Token {key}", "Content-Type": "application/json"})


def measure(port: int, headers: dict[str, str]) -> None:
    body = {"topology": document(FLOWS, VPCS)}
    trivial = asked(port, "GET", "/healthz", b"", headers)
    simple = asked(port, "GET", "/api/v1/jobs/", b"", headers)
    path = "/api/v1/comparisons/"
    few = asked(port, "POST", path, json.dumps(body | {"options": FEW}).encode(), headers)
    every = asked(port, "POST", path, json.dumps(body).encode(), headers)
    sizes = [ask() for ask in (trivial, simple, few, every)]
    ratios = []
    for _ in range(ROUNDS):  # alternately, so that all meet the same machine
        asks = (trivial, simple, few, every)
        rows = [[milliseconds(ask) for ask in asks] for _ in range(EACH)]
        least, listed, chosen, whole = (statistics.median(c) for c in zip(*rows, strict=True))
        ratios.append((chosen / listed, whole / listed, chosen / least, whole / least))
        print(
            f"/healthz {least:5.2f} ms   an empty list, signed in {listed:5.2f} ms   "
            f"{FLOWS} flows, {len(FEW)} options {chosen:6.2f} ms, all options {whole:6.2f} ms"
        )
    to_list, all_to_list, bare, all_bare = (
        statistics.median(column) for column in zip(*ratios, strict=True)
    )
    print(f"{len(FEW)} options: {to_list:.1f} times the list, {bare:.1f} times /healthz")
    print(f"all options: {all_to_list:.1f} times the list, {all_bare:.1f} times /healthz")
    print(f"their answers have {sizes[2] / 1000:.0f} and {sizes[3] / 1000:.0f} kB")


if __name__ == "__main__":
    main()
