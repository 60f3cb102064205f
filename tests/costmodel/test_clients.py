"""A place for price files that is slow, endless, or leads elsewhere: an error, and no file."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from costmodel import clients
from costmodel.clients import FetchError, offer_files
from costmodel.deadline import Deadline
from tests.doubles.http_server import http_server

INDEX = "/offers/v1.0/aws/AmazonVPC/current/region_index.json"
GOES_ON_S = 20


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Answers an index and a file as `answers` says, by path."""
    answers: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                answers[self.path](self)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    for name, value in (("MAX_INDEX_BYTES", 2**20), ("MAX_FILE_BYTES", 2**20), ("RETRIES", 0)):
        monkeypatch.setattr(clients, name, value)
    answers[INDEX] = index_to("/file.json")
    with http_server(Handler) as port:
        answers["url"] = f"http://127.0.0.1:{port}"
        yield answers


def sends(content: bytes, status: int = 200, **headers: str) -> Any:
    def answer(handler: Any) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def index_to(url: str) -> Any:
    return sends(f'{{"regions": {{"us-east-1": {{"currentVersionUrl": "{url}"}}}}}}'.encode())


def drips(first: bytes, part: bytes, pause: float = 0.05) -> Any:
    def answer(handler: Any) -> None:
        handler.wfile.write(first)
        until = time.monotonic() + GOES_ON_S
        while time.monotonic() < until:
            handler.wfile.write(part)
            time.sleep(pause)

    return answer


def fetched(place: Any) -> list[bytes]:
    with offer_files(("AmazonVPC",), ["us-east-1"], place["url"], lambda *_: None) as (files, _):
        return [path.read_bytes() for path in files]


def test_a_file_is_fetched(place: Any) -> None:
    place["/file.json"] = sends(b"{}" * 5_000)
    assert fetched(place) == [b"{}" * 5_000]


HEAD = b"HTTP/1.0 200 OK\r\n"
BAD = {
    "slow head": drips(HEAD, b"X: y\r\n"),
    "slow body": drips(HEAD + b"\r\n", b" "),
    "endless": drips(HEAD + b"\r\n", b" " * 2**16, pause=0),
    "elsewhere": sends(b"", 302, Location="http://169.254.169.254/"),
    "broken off": sends(b"{}", **{"Content-Length": "500"}),
    "an error": sends(b"{}", 404),
    "no length": sends(b"{}", **{"Content-Length": "many"}),
}


@pytest.mark.parametrize("path", [INDEX, "/file.json"])
@pytest.mark.parametrize("how", BAD)
def test_what_is_slow_endless_or_elsewhere_is_refused_soon(
    place: Any, path: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place[path] = BAD[how]
    monkeypatch.setattr(clients, "INDEX_S" if path == INDEX else "FILE_S", 0.4)
    begun = time.monotonic()
    with pytest.raises(FetchError) as refused:
        fetched(place)
    assert time.monotonic() - begun < GOES_ON_S / 2
    assert path in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/", "//evil.example/x", "file:///etc/passwd"]
)
def test_an_index_leads_to_files_beside_it_alone(place: Any, url: str) -> None:
    place[INDEX] = index_to(url)
    with pytest.raises(FetchError, match="leads elsewhere"):
        fetched(place)


def test_a_connection_that_comes_after_the_end_is_cut_at_once() -> None:
    """A retry must not begin what nobody ends any more."""
    ours, theirs = socket.socketpair()
    with Deadline(0.001) as deadline, ours, theirs:
        time.sleep(0.05)
        deadline.guard(ours)
        ours.settimeout(5)
        assert ours.recv(1) == b""
