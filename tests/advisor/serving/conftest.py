"""Servers of processes of their own, on loopback."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmarks import product
from tests.api_schema import wire_fault
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
WAIT_S = 60
HTTPS = "X-Forwarded-Proto: https\r\nConnection: close\r\n"


@dataclass
class Server:
    """A server with the small application."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    open: list[socket.socket] = field(default_factory=list)

    def connect(self, first: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
        connection = socket.create_connection(
            ("127.0.0.1", self.port), timeout=WAIT_S, source_address=(source, 0)
        )
        self.open.append(connection)
        connection.sendall(first)
        return connection

    def get(self, path: str) -> bytes:
        """The whole answer."""
        with contextlib.closing(self.connect(request(path))) as connection:
            return rest(connection)

    def text(self, path: str) -> str:
        return body(self.get(path)).decode()


def request(path: str, headers: str = "Connection: close\r\n", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()


def rest(connection: socket.socket) -> bytes:
    """What comes until the other end closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def one_answer(connection: socket.socket) -> bytes:
    """The next whole answer of a connection that stays open."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    length = int(answer.partition(b"Content-Length: ")[2].split(b"\r\n", 1)[0])
    while len(body(answer)) < length:
        answer += connection.recv(65536)
    return answer


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def trickle(connection: socket.socket, most_s: float) -> float:
    """Send a byte ten times a second until the other end closes: after how many seconds."""
    began = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - began < most_s:
        try:
            connection.sendall(b"a")
            if not connection.recv(65536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts a server; what is given changes the product's configuration."""
    started: list[tuple[str, Server]] = []
    tmp_path = tmp_path_factory.mktemp("serving")

    def start(**changed: Any) -> Server:
        key = json.dumps(changed)
        for known, server in started:
            if known == key and server.process.poll() is None:
                return server
        port = free_port()
        log = tmp_path / f"server-{len(started)}.log"
        own = {
            "CHANGED": key,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ADVISOR_VAR": str(tmp_path),
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "python:tests.advisor.serving.quick",
        ]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{port}"],
                cwd=ROOT, env=os.environ | own, stdout=file, stderr=file,
            )  # fmt: skip
        server = Server(port, process, log)
        started.append((key, server))
        _wait(server)
        return server

    yield start
    for _, server in started:
        for connection in server.open:
            connection.close()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(WAIT_S)


def _wait(server: Server) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until and server.process.poll() is None:
        with contextlib.suppress(OSError):
            if status(server.get("/healthz")) == 200:
                return
        time.sleep(0.1)
    raise AssertionError(server.log.read_text())


@dataclass(frozen=True)
class Doors:
    """The product, and callers who are known."""

    product: product.Product
    token: str
    cookie: str

    def send(self, port: int, first: bytes, more: bytes = b"", source: str = "127.0.0.1") -> bytes:
        """The whole answer to a request with a body, as the API's schema has it; a refusal may
        come before its end."""
        with socket.create_connection(
            ("127.0.0.1", port), timeout=WAIT_S, source_address=(source, 0)
        ) as connection:
            connection.sendall(first)
            sent = memoryview(more)
            while sent:
                try:
                    sent = sent[connection.send(sent[:65536]) :]
                except ConnectionError:
                    break
            answer = rest(connection)
        assert wire_fault(first, answer) == ""
        return answer


@pytest.fixture(scope="session")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with product.proxied(tmp_path_factory.mktemp("proxied")) as running:
        (cookie,), (token,) = running.people(1)
        yield Doors(running, f"Authorization: Token {token}\r\n", f"Cookie: {cookie}\r\n")
