"""Whoever sends or reads too slowly is cut off, and holds nobody up meanwhile."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from advisor.serving.deadlines import BYTES_A_SECOND, SECONDS, Phase, allowed_s
from tests.advisor.serving.conftest import Server, body, one_answer, request, rest, status, trickle

pytestmark = pytest.mark.local
Serve = Callable[..., Server]
QUICK = {
    "SECONDS": {"HEADER": 1.5, "BODY": 1.5, "IDLE": 1.5, "ANSWER": 6},
    "workers": 1,
    "threads": 1,
}
POST = request("/length", "Content-Length: 60000\r\n", "POST")
SLACK_S = 6


@pytest.mark.parametrize(
    "first",
    [b"", b"GET /pid HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", POST],
    ids=["nothing", "a header", "a body"],
)
def test_a_byte_now_and_then_does_not_keep_a_connection(serve: Serve, first: bytes) -> None:
    server = serve(**QUICK)
    slow = server.connect(first)
    took = trickle(slow, 20) if first else _until_closed(slow)
    assert 1 < took < 1.5 + SLACK_S


def test_between_two_requests_a_connection_may_wait_for_a_while(serve: Serve) -> None:
    server = serve(**QUICK)
    kept = server.connect(request("/pid", ""))
    assert status(one_answer(kept)) == 200
    time.sleep(0.7)
    kept.sendall(request("/pid", ""))
    assert status(one_answer(kept)) == 200
    assert 1 < _until_closed(kept) < 1.5 + SLACK_S


def test_a_slow_reader_is_cut_off_and_holds_no_thread(serve: Serve) -> None:
    server = serve(**QUICK)
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", server.port))
    server.open.append(reader)
    reader.sendall(request("/bytes/30000000"))
    time.sleep(0.3)
    began = time.monotonic()
    assert server.text("/pid").isdecimal()
    assert time.monotonic() - began < 6
    time.sleep(6 + 3)
    reader.settimeout(5)
    with pytest.raises(ConnectionResetError):  # nothing of it lies in the kernel either
        _read_all(reader)


def test_who_goes_on_reading_or_sending_has_more_time() -> None:
    for phase in (Phase.BODY, Phase.ANSWER):
        assert allowed_s(phase, 10 * BYTES_A_SECOND) == SECONDS[phase] + 10
    for phase in (Phase.HEADER, Phase.IDLE, Phase.WORKING):
        assert allowed_s(phase, 10 * BYTES_A_SECOND) == SECONDS[phase]


def test_health_is_answered_while_every_thread_computes(serve: Serve) -> None:
    server = serve(workers=2, threads=2)
    for _ in range(20):
        server.connect(request("/sleep/8"))
    time.sleep(0.5)
    for _ in range(10):
        began = time.monotonic()
        answer = server.get("/healthz")
        assert (status(answer), body(answer)) == (200, b'{"status": "ok"}')
        assert time.monotonic() - began < 4


def test_beyond_the_most_connections_the_longest_waiting_makes_room(serve: Serve) -> None:
    server = serve(MAX_CONNECTIONS=20, workers=1)
    for _ in range(60):
        server.connect(b"GET /pid HTTP/1.1\r\n")
    began = time.monotonic()
    assert status(server.get("/pid")) == 200
    assert time.monotonic() - began < 8


def test_more_waiting_requests_than_can_be_answered_are_sent_away(serve: Serve) -> None:
    server = serve(MAX_WAITING=3, workers=1, threads=1)
    waiting = [server.connect(request("/sleep/6"))]
    time.sleep(0.3)
    waiting += [server.connect(request("/pid")) for _ in range(3)]
    time.sleep(0.3)
    began = time.monotonic()
    refused = server.get("/pid")
    assert time.monotonic() - began < 5
    assert status(refused) == 503
    assert b"Retry-After: 5" in refused
    assert [status(rest(connection)) for connection in waiting] == [200] * 4


def test_nothing_is_computed_for_a_client_that_went_away(serve: Serve) -> None:
    server = serve(workers=1, threads=1)
    gone = [server.connect(request("/sleep/3")) for _ in range(5)]
    time.sleep(0.3)
    for connection in gone:
        connection.close()
    began = time.monotonic()
    assert server.text("/pid").isdecimal()
    assert time.monotonic() - began < 6


def test_a_request_that_computes_too_long_costs_its_worker_alone(serve: Serve) -> None:
    server = serve(SECONDS={"WORKING": 1.5}, workers=1, threads=2, graceful_timeout=3)
    before = server.text("/pid")
    threading.Thread(target=server.get, args=("/sleep/60",), daemon=True).start()
    until = time.monotonic() + 20
    while (now := server.text("/pid")) in (before, ""):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert now.isdecimal()
    assert "a request to /sleep/60 takes too long" in server.log.read_text()


def _read_all(connection: socket.socket) -> None:
    while connection.recv(65536):
        continue


def _until_closed(connection: socket.socket) -> float:
    began = time.monotonic()
    connection.settimeout(20)
    rest(connection)
    return time.monotonic() - began
