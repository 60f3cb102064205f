"""Workers end without losing a request, give way before they grow, and read HTTP well."""

import json
import signal
import threading
import time
from collections.abc import Callable

import pytest

from tests.advisor.serving.conftest import Server, body, one_answer, request, rest, status

pytestmark = pytest.mark.local
Serve = Callable[..., Server]


def test_a_stopped_server_finishes_what_was_begun(serve: Serve) -> None:
    server = serve()
    running = [server.connect(request("/sleep/2")) for _ in range(6)]
    idle = server.connect(request("/pid", ""))
    assert status(one_answer(idle)) == 200
    half = server.connect(request("/length", "Content-Length: 10\r\n", "POST") + b"12345")
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    half.sendall(b"67890")
    assert [status(rest(connection)) for connection in running] == [200] * 6
    assert body(rest(half)) == b"10"
    assert rest(idle) == b""
    assert server.process.wait(15) == 0


def test_who_asks_whether_it_is_ready_hears_first_that_it_ends(serve: Serve) -> None:
    server = serve()
    assert status(server.get("/readyz")) == 200
    running = server.connect(request("/sleep/6"))
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    answer = server.get("/readyz")
    assert status(answer) == 503
    assert json.loads(body(answer)) == {"status": "not ready", "server": "is told to end"}
    assert status(server.get("/pid")) == 200  # whoever has not heard it yet is served
    assert status(rest(running)) == 200
    assert server.process.wait(15) == 0


def test_a_worker_gives_way_after_so_many_requests_and_none_is_lost(serve: Serve) -> None:
    server = serve(workers=2, max_requests=15, max_requests_jitter=5)
    answers: list[str] = []

    def ask() -> None:
        answers.extend(server.text("/pid") for _ in range(60))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 180
    assert all(answer.isdecimal() for answer in answers)
    assert len(set(answers)) > 4


def test_a_worker_that_has_grown_gives_way(serve: Serve) -> None:
    server = serve(workers=1, MAX_MEMORY=300 * 2**20)
    before = server.text("/pid")
    assert server.text("/grow/300") == before
    until = time.monotonic() + 20
    while server.text("/pid") == before:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert "this worker gives way to a new one: it holds" in server.log.read_text()


def test_a_large_answer_arrives_whole(serve: Serve) -> None:
    server = serve()
    assert body(server.get("/bytes/30000000")) == b"x" * 30_000_000


def test_a_chunked_body_and_a_pipeline_are_read(serve: Serve) -> None:
    server = serve()
    chunked = (
        request("/length", "Transfer-Encoding: chunked\r\n", "POST") + b"5\r\nhello\r\n0\r\n\r\n"
    )
    last = request("/bytes/3")
    answer = rest(server.connect(chunked + request("/healthz", "") + last))
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert [answer.index(mark) for mark in (b"\r\n\r\n5", b'"ok"', b"xxx")] == sorted(
        answer.index(mark) for mark in (b"\r\n\r\n5", b'"ok"', b"xxx")
    )


def test_who_asks_whether_to_go_on_is_told(serve: Serve) -> None:
    server = serve()
    headers = "Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n"
    connection = server.connect(request("/length", headers, "POST"))
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"hello")
    assert body(rest(connection)) == b"5"


def test_what_is_not_http_is_refused_and_closed(serve: Serve) -> None:
    server = serve()
    assert status(rest(server.connect(b"\x16\x03\x01 nonsense\r\n\r\n"))) == 400
    assert status(rest(server.connect(b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000))) == 431
