"""Connections whose peer is gone without a word: everything that is sent to it is dropped."""

import ctypes
import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.connectivity.review_reality.namespaces import PAIR, answers, set_parameters, sh

NEAR, FAR, PORT = "10.9.0.1", "10.9.0.2", 8000
NEW_NETWORK = 0x40000000
ETHERNET = "02:00:00:00:00:02"
SCRIPT = f"""
mkdir -p /run/netns; mount -t tmpfs none /run/netns; ip netns add far
{PAIR} address {ETHERNET} netns far
ip addr add {NEAR}/30 dev near; ip link set near up
ip -n far addr add {FAR}/30 dev far; ip -n far link set far up
ip neigh replace {FAR} lladdr {ETHERNET} nud permanent dev near
"""  # AWS answers ARP for what is gone, too
GONE = "ip -n far addr flush dev far"


def experiment(cases: list[dict[str, Any]], parameters: dict[str, str]) -> list[dict[str, Any]]:
    """After how many seconds each connection ended, and with which error.

    Args:
        cases: options by name of TCP; `sends` says that data are not acknowledged, `lasts` how many
            seconds are waited.
    """
    set_parameters(parameters)
    sh(SCRIPT)
    with far_network():
        listener = socket.create_server((FAR, PORT))
    clients = [opened(case) for case in cases]
    peers = [listener.accept()[0] for _ in cases]
    sh(GONE)
    ends = ended(clients, cases)
    for end in (*clients, *peers, listener):
        end.close()
    return ends


@contextmanager
def far_network() -> Iterator[None]:
    """Sockets that are made within belong to the other namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as own, Path("/run/netns/far").open() as far:
        assert libc.setns(far.fileno(), NEW_NETWORK) == 0
        yield
        assert libc.setns(own.fileno(), NEW_NETWORK) == 0


def opened(case: dict[str, Any]) -> socket.socket:
    client = socket.socket()
    for name, value in case["options"].items():
        level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
        client.setsockopt(level, getattr(socket, name), value)
    client.connect((FAR, PORT))
    return client


def ended(clients: list[socket.socket], cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    poll, start = select.poll(), time.monotonic()
    for client, case in zip(clients, cases, strict=True):
        poll.register(client, 0)  # errors alone
        if case.get("sends"):
            client.send(b"x")
    ends: dict[int, dict[str, Any]] = {}
    last = start + max(case["lasts"] for case in cases)
    while len(ends) < len(clients) and time.monotonic() < last:
        for fileno, _ in poll.poll(1000 * max(0, last - time.monotonic())):
            poll.unregister(fileno)
            ends[fileno] = {"seconds": time.monotonic() - start}
    for client in clients:
        error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        ends.setdefault(client.fileno(), {"seconds": None})["error"] = os.strerror(error)
    return [ends[client.fileno()] for client in clients]


if __name__ == "__main__":
    answers(experiment)
