"""Traffic at a steady rate in a network that tracks connections, and the entries that it has."""

import contextlib
import socket
import time
from collections import deque
from pathlib import Path
from typing import Any

from tests.connectivity.review_reality.namespaces import TRACK, answers, set_parameters, sh

LOOPBACK = "127.0.0.1"
SERVERS = 50  # addresses: to one alone a source port, and its entry, would be used again
TABLE = Path("/proc/net/nf_conntrack")
COUNT = Path("/proc/sys/net/netfilter/nf_conntrack_count")
SLABS = Path("/proc/slabinfo")


def experiment(
    per_second: int,
    lives_seconds: float,
    abandons_every: int,
    udp_every: int,
    lasts_seconds: float,
    parameters: dict[str, str],
) -> dict[str, Any]:
    """The entries after so many seconds, and what they take of memory.

    Args:
        lives_seconds: then a connection is closed, or sends a last byte and is left alone.
        abandons_every: of so many connections one is left alone.
        udp_every: beside so many connections comes one query by UDP, which is answered.
    """
    sh(TRACK)
    set_parameters(parameters)
    begin = objects()
    listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
    port = listener.getsockname()[1]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((LOOPBACK, 0))
    alive = deque[tuple[float, list[socket.socket], bool]]()
    left_alone, late, start = [], 0.0, time.monotonic()
    for i in range(int(per_second * lasts_seconds)):
        at = start + i / per_second
        time.sleep(max(0, at - time.monotonic()))
        late = max(late, time.monotonic() - at)
        client = socket.create_connection((f"127.0.0.{1 + i % SERVERS}", port))
        alive.append((at + lives_seconds, [client, listener.accept()[0]], not i % abandons_every))
        while alive and alive[0][0] <= time.monotonic():
            left_alone += over(*alive.popleft()[1:])
        if not i % udp_every:
            asks(server)
    counted = int(COUNT.read_text())
    end = objects()
    return {
        "counted": counted,  # before the table is read: reading removes what is over
        "entries": len(TABLE.read_text().splitlines()),
        "late_seconds": late,
        "entry_bytes": end[1],
        "allocated_bytes": (end[0] - begin[0]) * end[1],
    }


def over(ends: list[socket.socket], is_abandoned: bool) -> list[socket.socket]:
    """Close both ends, or send a byte and keep them."""
    if is_abandoned:
        ends[0].send(b"x")
        return ends
    for end in ends:
        end.close()
    return []


def asks(server: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"?", server.getsockname())
        server.sendto(b"!", server.recvfrom(9)[1])
        client.recv(9)


def objects() -> tuple[int, int]:
    """How many entries the kernel has allocated, of all networks, and the bytes of one; only a
    real root may know."""
    with contextlib.suppress(PermissionError):
        for line in SLABS.read_text().splitlines():
            name, active, _, size, *_ = line.split()
            if name == "nf_conntrack":
                return int(active), int(size)
    return 0, 0


if __name__ == "__main__":
    answers(experiment)
