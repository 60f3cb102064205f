"""Arrivals that do not wait for answers, at half of what was measured as the capacity.

Web and a worker on PostgreSQL and Redis behind nginx, each with a folder of its own. First so many
clients ask one after another for a while: that is the capacity. Then requests are sent at half that
rate, on time whether or not earlier ones were answered. Says errors, times, and memory at the
beginning and at the end.

    .venv/bin/python benchmarks/open_loop.py [--seconds 300]
"""

import argparse
import contextlib
import http.client
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import product
import services
from estates import document

PEOPLE = 12  # sessions and tokens, so that no limit of one of them is what is measured
CLIENTS = 8  # that ask one after another, for the capacity
MAX_OPEN = 200  # threads that wait for answers
SHARES = {"page": 40, "list": 25, "compare": 20, "store": 10, "job": 5}  # of 100 requests
OK = (200, 201, 202)


@dataclass
class Load:
    """Requests of many people, and what came of them."""

    port: int
    cookies: list[str]
    tokens: list[str]
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.compare = json.dumps({"topology": document(20, 6)}).encode()
        self.store = json.dumps(document(20, 6)).encode()

    def request(self, number: int) -> tuple[str, str, bytes, dict[str, str]]:
        dice = random.Random(number)  # noqa: S311  the same requests every time
        kind = dice.choices(list(SHARES), list(SHARES.values()))[0]
        token = {"Authorization": f"Token {dice.choice(self.tokens)}"}
        sent = token | {"Content-Type": "application/json"}
        match kind:
            case "page":
                path = dice.choice(["/", "/latency/", "/prices/", "/health/", "/jobs/"])
                return "GET", path, b"", {"Cookie": dice.choice(self.cookies)}
            case "list":
                path = dice.choice(["/api/v1/jobs/", "/api/v1/topologies/", "/api/v1/prices/"])
                return "GET", path, b"", token
            case "compare":
                return "POST", "/api/v1/comparisons/", self.compare, sent
            case "store":
                return "POST", "/api/v1/topologies/", self.store, sent
        return "POST", "/api/v1/comparisons/", self.compare, sent | {"Prefer": "respond-async"}

    def ask(self, number: int, due: float) -> None:
        method, path, body, headers = self.request(number)
        outcome = self._outcome(method, path, body, headers)
        with self.lock:
            self.outcomes[outcome] += 1
            self.seconds.append(time.monotonic() - due)

    def _outcome(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, body or None, headers)
                reply = connection.getresponse()
                reply.read()
            except (OSError, http.client.HTTPException) as error:
                return f"{method} {path}: {type(error).__name__}"
        return "ok" if reply.status in OK else f"{method} {path}: {reply.status}"

    def errors(self) -> dict[str, int]:
        return {outcome: count for outcome, count in self.outcomes.items() if outcome != "ok"}

    def told(self) -> str:
        ordered = sorted(self.seconds)
        p50, p99 = statistics.median(ordered), ordered[int(0.99 * (len(ordered) - 1))]
        return (
            f"{len(ordered)} requests, errors {self.errors() or 'none'}, "
            f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
        )


def capacity(load: Load, seconds: float) -> float:
    """Requests a second of clients that ask one after another."""
    until = time.monotonic() + seconds

    def ask(first: int) -> int:
        count = 0
        while (now := time.monotonic()) < until:
            load.ask(first + count, now)
            count += 1
        return count

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(ask, range(0, CLIENTS * 10**6, 10**6))) / seconds


def arrivals(load: Load, rate: float, seconds: float) -> None:
    """Requests at a rate, each at its time."""
    began = time.monotonic()
    with ThreadPoolExecutor(MAX_OPEN) as pool:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            pool.submit(load.ask, number, due)


@contextlib.contextmanager
def loaded(folder: Path, named: dict[str, str]) -> Iterator[tuple[product.Product, list[Load]]]:
    """The product with people who have signed in, and two loads of them."""
    with product.proxied(folder, **named) as server:
        cookies, tokens = server.people(PEOPLE)
        yield server, [Load(server.port, cookies, tokens) for _ in range(2)]


def memory(server: product.Product) -> dict[str, int]:
    """MiB of web's processes and the worker's."""
    words = {"web": "gunicorn", "worker": "advisor.workers"}
    return {name: sum(server.resident(word).values()) >> 20 for name, word in words.items()}


def measured(
    server: product.Product, loads: list[Load], seconds: float
) -> tuple[float, dict[str, int], dict[str, int]]:
    """The rate of the arrivals, and memory after a tenth of them and at the end."""
    first, second = loads
    rate = capacity(first, max(seconds / 10, 3)) / 2
    arrivals(second, rate, seconds / 10)
    before = memory(server)
    arrivals(second, rate, seconds - seconds / 10)
    return rate, before, memory(server)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=300)
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        named = stack.enter_context(services.running())
        server, loads = stack.enter_context(loaded(folder, named))
        rate, before, after = measured(server, loads, asked.seconds)
        print(f"capacity {2 * rate:.1f} requests a second: {loads[0].told()}")
        print(f"{rate:.1f} a second for {asked.seconds:.0f} s: {loads[1].told()}")
        print(f"memory after a tenth of it {before} MiB, at its end {after} MiB")


if __name__ == "__main__":
    main()
