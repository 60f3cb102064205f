"""Connections whose peer is gone without a word: everything that is sent to it is dropped."""

import select
import socket
import time
from contextlib import suppress
from typing import Any

from tests.connectivity.review_reality.far_network import FAR, LINK, far_network
from tests.connectivity.review_reality.namespaces import answers, set_parameters, sh

PORT = 8000
PIECE_BYTES = 1000
GONE = "ip -n far addr flush dev far"


def experiment(cases: list[dict[str, Any]], parameters: dict[str, str]) -> dict[str, Any]:
    """After how many seconds each connection ended, and what the kernel takes of one that writes.

    Args:
        cases: options by name of TCP; `sends` says that data are not acknowledged, `lasts` how many
            seconds are waited.
    """
    set_parameters(parameters)
    sh(LINK)
    with far_network():
        listener = socket.create_server((FAR, PORT))
    *clients, writer = [opened(case) for case in (*cases, {"options": {}})]
    peers = [listener.accept()[0] for _ in (*clients, writer)]
    sh(GONE)
    taken = taken_bytes(writer)
    ends = ended(clients, cases)
    for end in (*clients, *peers, listener):
        end.close()
    return {"ended_seconds": ends, "taken_bytes": taken}


def taken_bytes(writer: socket.socket) -> int:
    """What a program can write before it has to wait, while nothing is acknowledged."""
    writer.setblocking(False)
    taken = 0
    with suppress(BlockingIOError):
        while True:
            taken += writer.send(bytes(PIECE_BYTES))
    return taken


def opened(case: dict[str, Any]) -> socket.socket:
    client = socket.socket()
    for name, value in case["options"].items():
        level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
        client.setsockopt(level, getattr(socket, name), value)
    client.connect((FAR, PORT))
    return client


def ended(clients: list[socket.socket], cases: list[dict[str, Any]]) -> list[float | None]:
    poll, start = select.poll(), time.monotonic()
    for client, case in zip(clients, cases, strict=True):
        poll.register(client, 0)  # errors alone
        if case.get("sends"):
            client.send(b"x")
    ends: dict[int, float] = {}
    last = start + max(case["lasts"] for case in cases)
    while len(ends) < len(clients) and time.monotonic() < last:
        for fileno, _ in poll.poll(1000 * max(0, last - time.monotonic())):
            poll.unregister(fileno)
            ends[fileno] = time.monotonic() - start
    return [ends.get(client.fileno()) for client in clients]


if __name__ == "__main__":
    answers(experiment)
