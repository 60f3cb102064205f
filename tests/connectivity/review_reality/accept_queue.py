"""A burst of connections and a program that accepts them at its own pace."""

import multiprocessing
import re
import socket
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.connectivity.review_reality.namespaces import answers, set_parameters, sh

BEFORE_RETRY_SECONDS = 0.9  # a SYN that was dropped comes again after 1 s, and would be counted
COUNTERS = ("ListenOverflows", "ListenDrops")
EVERY = 10  # connections between two looks at the counters
SILENCE_SECONDS = 0.3
AT_ONCE_SECONDS = 0.5
METRIC = r"^node_netstat_TcpExt_ListenOverflows (\S+)"


def experiment(
    backlog: int,
    burst: int,
    burst_per_second: float | None,
    accept_per_second: float,
    parameters: dict[str, str],
    exporter: list[str],
) -> dict[str, Any]:
    """What the kernel counts. Where no speed is given, all come before the first is accepted.

    Args:
        exporter: a command that shows the counters on port 9100; empty: none.
    """
    default = Path("/proc/sys/net/core/somaxconn").read_text()
    set_parameters(parameters)
    fork = multiprocessing.get_context("fork")
    with socket.socket() as listener, closing(fork.SimpleQueue()) as told:
        listener.bind(("127.0.0.1", 0))
        listener.listen(backlog)
        shown = sh(f"ss -Hltn sport = :{listener.getsockname()[1]}").split()
        start = time.monotonic() + 0.1
        begin = start if burst_per_second else start + AT_ONCE_SECONDS
        program = fork.Process(target=accepts, args=(listener, begin, accept_per_second, told))
        program.start()
        came = comes(listener.getsockname(), start, burst, burst_per_second)
        last, late = told.get()
        program.join()
    return {
        **came,
        "late_seconds": max(late, came["late_seconds"]),
        "default_somaxconn": int(default),
        "send_queue": int(shown[2]),
        "drain_seconds": last - max(begin, start + came["burst_seconds"]),
        "exported": exported(exporter) if exporter else None,
    }


def counters() -> dict[str, int]:
    names, values = Path("/proc/net/netstat").read_text().splitlines()[:2]
    every = dict(zip(names.split(), values.split(), strict=True))
    return {name: int(every[name]) for name in COUNTERS}


def comes(
    address: tuple[str, int], start: float, burst: int, per_second: float | None
) -> dict[str, Any]:
    """Connect so many times at that speed, and count before anything that was dropped is tried
    again."""
    clients, overflow, late = [], None, 0.0
    time.sleep(max(0, start - time.monotonic()))
    for i in range(burst):
        if per_second:
            at = start + i / per_second
            time.sleep(max(0, at - time.monotonic()))
            late = max(late, time.monotonic() - at)
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(address)
        clients.append(client)
        if overflow is None and i % EVERY == 0 and counters()["ListenOverflows"]:
            overflow = time.monotonic() - start
    took, counted = time.monotonic() - start, counters()
    for client in clients:
        client.close()
    if took > (BEFORE_RETRY_SECONDS if per_second else AT_ONCE_SECONDS):
        late = took
    return {**counted, "burst_seconds": took, "overflow_seconds": overflow, "late_seconds": late}


def accepts(listener: socket.socket, begin: float, per_second: float, told: Any) -> None:
    """Take connections not faster than that until none comes; tell when the last one was, and how
    late a turn was at most."""
    listener.settimeout(SILENCE_SECONDS)
    turn, last, late = begin, begin, 0.0
    while True:
        time.sleep(max(0, turn - time.monotonic()))
        asked = time.monotonic()
        try:
            listener.accept()[0].close()
        except TimeoutError:
            told.put((last, late))
            return
        last = time.monotonic()
        had_to_wait = last - asked > 0.5 / per_second
        late = max(late, asked - turn)
        turn = (last if had_to_wait else turn) + 1 / per_second


def exported(command: list[str]) -> float:
    """ListenOverflows as Prometheus would read it."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            return float(re.findall(METRIC, scraped(), re.M)[0])
        finally:
            server.kill()


def scraped() -> str:
    for _ in range(100):
        with suppress(OSError), urlopen("http://127.0.0.1:9100/metrics", timeout=5) as page:
            return str(page.read().decode())
        time.sleep(0.05)
    raise AssertionError("the exporter does not answer")


if __name__ == "__main__":
    answers(experiment)
