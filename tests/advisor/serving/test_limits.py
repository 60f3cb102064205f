"""What is too large is refused before it is read: by web alone, and by web behind nginx."""

import json
import select
import socket
import time
from pathlib import Path

import pytest

from advisor.limits.body_sizes import ANONYMOUS, DOCUMENT, LARGER, USUAL, most_bytes
from advisor.serving.channel import MAX_LARGE_BODIES
from connectivity.importers.latency import LARGEST
from tests.advisor.serving.conftest import HTTPS, Doors, body, request, rest, status

pytestmark = pytest.mark.local
JSON = HTTPS + "Content-Type: application/json\r\n"
COMPARISONS = "/api/v1/comparisons/"


@pytest.fixture(params=["web", "nginx"])
def port(request: pytest.FixtureRequest, doors: Doors) -> int:
    return doors.product.web if request.param == "web" else doors.product.port


def of_length(path: str, length: int, headers: str = "") -> bytes:
    return request(path, f"{JSON}{headers}Content-Length: {length}\r\n", "POST")


@pytest.mark.parametrize("path", [COMPARISONS, "/topologies/paste/", "/account/login/"])
def test_a_declared_length_is_refused_before_a_byte_of_the_body(
    doors: Doors, port: int, path: str
) -> None:
    """Also with a token: nothing is sent but the header, and the answer is there."""
    answer = doors.send(port, of_length(path, 400_000_000, doors.token))
    assert status(answer) == 413
    if path.startswith("/api/"):
        document = json.loads(body(answer))
        assert [problem["path"] for problem in document["problems"]] == ["body"]
        assert f"\r\nX-Request-Id: {document['request_id']}\r\n".lower() in answer.decode().lower()
    else:
        assert b"Too large" in body(answer)
        assert b"Content-Security-Policy" in answer
        assert b"X-Frame-Options: DENY" in answer


def test_whoever_waits_to_be_told_to_go_on_is_told_not_to(doors: Doors, port: int) -> None:
    answer = doors.send(port, of_length(COMPARISONS, 99_000_000, "Expect: 100-continue\r\n"))
    assert status(answer) == 413


def test_chunks_are_cut_at_the_limit(doors: Doors, port: int) -> None:
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    first = request(COMPARISONS, f"{JSON}{doors.token}Transfer-Encoding: chunked\r\n", "POST")
    assert status(doors.send(port, first, chunk * 400)) == 413
    assert status(doors.send(port, first, chunk * 100 + b"0\r\n\r\n")) == 400  # read: no document


@pytest.mark.parametrize(
    "who",
    ["", "Cookie: sessionid=madeupmadeupmadeup\r\n", "Authorization: Token madeup\r\n"],
    ids=["nobody", "a made-up session", "a made-up token"],
)
def test_of_whoever_is_not_known_little_is_read(doors: Doors, port: int, who: str) -> None:
    spaces = b" " * ANONYMOUS
    assert status(doors.send(port, of_length(COMPARISONS, ANONYMOUS, who), spaces)) in (400, 401)
    answer = doors.send(port, of_length(COMPARISONS, ANONYMOUS + 1, who), spaces + b" ")
    assert status(answer) == 413
    (problem,) = json.loads(body(answer))["problems"]
    assert f"{ANONYMOUS:,} bytes" in problem["problem"]
    assert f"with one it is {DOCUMENT:,}" in problem["problem"]


def test_web_itself_reads_nothing_of_a_large_body_before_it_knows_the_sender(doors: Doors) -> None:
    port = doors.product.web
    assert status(doors.send(port, of_length(COMPARISONS, DOCUMENT))) == 413
    expect = "Expect: 100-continue\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(of_length(COMPARISONS, ANONYMOUS + 1, doors.token + expect))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b" " * (ANONYMOUS + 1))
        assert status(rest(connection)) == 400


@pytest.mark.parametrize("who", ["token", "cookie"])
def test_known_callers_send_documents_up_to_the_limit(doors: Doors, port: int, who: str) -> None:
    """A session without its CSRF token is read, and refused by that."""
    headers = getattr(doors, who)
    document = b'{"topology": {}' + b" " * (DOCUMENT - 16) + b"}"
    answer = doors.send(port, of_length(COMPARISONS, len(document), headers), document)
    assert status(answer) == (400 if who == "token" else 403)
    assert b"bytes" not in body(answer)
    above = of_length(COMPARISONS, DOCUMENT + 1, headers)
    assert status(doors.send(port, above, document + b" ")) == 413


def test_more_large_bodies_than_there_is_room_for_come_later(doors: Doors) -> None:
    """Of callers who are known: what lies on the disk at once is bounded."""
    port = doors.product.web
    first = of_length(COMPARISONS, DOCUMENT, doors.token)
    begun = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(48)]
    refused: list[bytes] = []
    try:
        for connection in begun:
            connection.sendall(first + b" ")
        until = time.monotonic() + 12  # before bodies of a byte are put off
        waiting = set(begun)
        while len(refused) < 48 - 2 * MAX_LARGE_BODIES and time.monotonic() < until:
            for connection in select.select(waiting, [], [], 1)[0]:
                waiting.discard(connection)
                refused.append(connection.recv(65536))
    finally:
        for connection in begun:
            connection.close()
    assert len(refused) >= 48 - 2 * MAX_LARGE_BODIES
    assert {status(answer) for answer in refused} == {503}
    assert all(b"Retry-After: 5" in answer for answer in refused)
    document = b"{}" + b" " * ANONYMOUS
    whole = doors.send(port, of_length(COMPARISONS, len(document), doors.token), document)
    assert status(whole) == 400  # read again


def test_no_line_of_the_servers_has_the_keys_of_open_addresses(doors: Doors, port: int) -> None:
    reset = "/account/password/reset/key/"
    for address in ("/shared/", "/invitations/", "/reports/unsubscribe/", reset):
        doors.send(port, request(f"{address}opensesame/", HTTPS))
    logs = sorted(Path(doors.product.environment["ADVISOR_VAR"]).glob("process-*.log"))
    assert len(logs) == 2
    lines = [line for log in logs for line in log.read_text().splitlines()]
    assert any("/shared/" in line for line in lines)
    assert [line for line in lines if "opensesame" in line and "django.request" not in line] == []


def test_a_file_of_az_names_is_small(doors: Doors, port: int) -> None:
    path = "/api/v1/latency/zone-names/"
    assert status(doors.send(port, of_length(path, 2 * USUAL, doors.token))) == 413


def test_the_table_has_the_limits_of_the_readers(doors: Doors) -> None:
    assert most_bytes("/latency/upload/", is_known=True) > LARGEST
    assert most_bytes("/latency/upload/", is_known=False) == ANONYMOUS
    assert most_bytes("/anything/else/", is_known=True) == USUAL
    assert max(LARGER.values()) < 2 * LARGEST
