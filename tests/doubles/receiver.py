"""An HTTP server on loopback that remembers what it is sent, and answers as it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

import pytest

from tests.doubles.http_server import http_server


class Received(NamedTuple):
    method: str
    path: str
    headers: Message
    body: bytes


@dataclass
class Receiver:
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    recorder = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            recorder.requests.append(Received(self.command, self.path, self.headers, body))
            status, headers, content = (
                recorder.answers.pop(0) if recorder.answers else (200, {}, b"ok")
            )
            if not status:
                self.close_connection = True  # without a word
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _any

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    with http_server(Handler) as port:
        recorder.port = port
        yield recorder
