"""Clients that take their time: they send a byte a second, or read one, and come back when put off.

Run as a program it holds that many connections for that many seconds, and says what became of them.
"""

import argparse
import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

KINDS = ("head", "body", "read")
BEAT_S = 1.0
FIRST = {
    "head": "GET /account/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "body": "POST /account/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n",
    "read": "GET {large} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}


@dataclass
class Swarm:
    """So many connections to a port of loopback, of the three kinds in turn."""

    port: int
    count: int
    large: str  # the address of something large that anybody may read
    source: str = "127.0.0.1"
    opened: int = 0
    closed: int = 0
    peak: int = 0
    clients: dict[int, "Client"] = field(default_factory=dict)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self, seconds: float, is_over: Callable[[], bool] = lambda: False) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not is_over():
            self.fill()
            beat = time.monotonic() + BEAT_S
            for client in list(self.clients.values()):
                client.drip()
            while (left := beat - time.monotonic()) > 0:
                for key, _ in self.selector.select(left):
                    key.data.readable()
        for client in list(self.clients.values()):
            client.end()

    def fill(self) -> None:
        """As many of each kind as there were at the beginning."""
        kinds = Counter(client.kind for client in self.clients.values())
        for number, kind in enumerate(KINDS):
            share = (self.count + number) // len(KINDS)
            for _ in range(share - kinds[kind]):
                Client(self, kind, FIRST[kind].format(large=self.large).encode())
        self.peak = max(self.peak, len(self.clients))


class Client:
    """One of them."""

    def __init__(self, swarm: Swarm, kind: str, first: bytes) -> None:
        self.swarm, self.kind, self.first = swarm, kind, first
        self.socket = socket.socket()
        if kind == "read":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        self.socket.bind((swarm.source, 0))
        self.socket.connect_ex(("127.0.0.1", swarm.port))
        swarm.opened += 1
        swarm.clients[id(self)] = self
        if kind != "read":  # a reader looks once a second
            swarm.selector.register(self.socket, selectors.EVENT_READ, self)

    def drip(self) -> None:
        try:
            if self.first:
                self.first = self.first[self.socket.send(self.first) :]
            elif self.kind == "read":
                self._read(1)
            else:
                self.socket.send(b"a")
        except BlockingIOError:
            return
        except OSError:
            self.end()

    def readable(self) -> None:
        try:
            self._read(65536)
        except BlockingIOError:
            return
        except OSError:
            self.end()

    def _read(self, most: int) -> None:
        if not self.socket.recv(most):
            self.end()

    def end(self) -> None:
        if self.swarm.clients.pop(id(self), None) is None:
            return
        self.swarm.closed += 1
        if self.kind != "read":
            self.swarm.selector.unregister(self.socket)
        self.socket.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("large")
    parser.add_argument("--source", default="127.0.0.1")
    asked = parser.parse_args()
    swarm = Swarm(asked.port, asked.count, asked.large, asked.source)
    swarm.run(asked.seconds)
    told = {"opened": swarm.opened, "closed": swarm.closed, "at once": swarm.peak}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
