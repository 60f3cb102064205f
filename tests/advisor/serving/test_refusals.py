"""What the server's own loop refuses has the one form of refusals and an id, which is logged."""

import json
import re
import time
from collections.abc import Callable

import pytest

from tests.advisor.serving.conftest import Server, body, request, rest, status
from tests.api_schema import wire_fault

pytestmark = pytest.mark.local
Serve = Callable[..., Server]
QUICK = {"SECONDS": {"HEADER": 1.5, "BODY": 1.5}, "workers": 1, "threads": 1}
API = "/api/v1/topologies/"
IDENTITY = "X-Request-ID: of-a-caller.1\r\n"
LONG = f"X-Long: {'a' * 40_000}\r\n"


def identity(answer: bytes) -> str:
    match = re.search(rb"\r\nX-Request-ID: ([A-Za-z0-9._-]{8,64})\r\n", answer, re.IGNORECASE)
    assert match, answer
    return match[1].decode()


def refused(server: Server, first: bytes) -> bytes:
    """The whole answer, as the API's schema has it; its id stands in the log with its status."""
    answer = rest(server.connect(first))
    assert wire_fault(first, answer) == ""
    lines = [line for line in server.log.read_text().splitlines() if identity(answer) in line]
    assert any(f" {status(answer)} " in line for line in lines), (answer, lines)
    return answer


@pytest.mark.parametrize(
    ("headers", "method", "code"),
    [
        ("No header\r\n", "GET", 400),
        ("Content-Length: many\r\n", "POST", 400),
        ("Transfer-Encoding: gzip\r\n", "POST", 501),
        (LONG, "GET", 431),
        ("Content-Length: 9000\r\n", "POST", 408),
        ("Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", "POST", 400),
        (f"Content-Length: {2**41}\r\n", "POST", 413),
    ],
    ids=["header", "length", "encoding", "large", "slow", "chunk", "huge"],
)
def test_of_the_api_it_is_the_form_of_every_refusal(
    serve: Serve, headers: str, method: str, code: int
) -> None:
    answer = refused(serve(**QUICK), request(f"{API}?page=2", headers, method))
    assert status(answer) == code
    assert b"\r\nContent-Type: application/json\r\n" in answer
    document = json.loads(body(answer))
    assert document["request_id"] == identity(answer)
    assert [problem["path"] for problem in document["problems"]] == ["request"]


def test_elsewhere_it_is_a_text_that_names_the_id(serve: Serve) -> None:
    answer = refused(serve(**QUICK), request("/shared/opensesame/", "No header\r\n"))
    assert status(answer) == 400
    assert f"Request ID: {identity(answer)}" in body(answer).decode()
    assert "opensesame" not in serve(**QUICK).log.read_text()


def test_a_header_that_does_not_end_is_told_so(serve: Serve) -> None:
    answer = refused(serve(**QUICK), f"GET {API} HTTP/1.1\r\nX-Slow: ".encode())
    assert status(answer) == 408
    assert json.loads(body(answer))["request_id"] == identity(answer)
    assert status(refused(serve(**QUICK), b"")) == 408


def test_the_id_is_the_callers_own_where_it_is_sane(serve: Serve) -> None:
    slow = f"{IDENTITY}Content-Length: 9000\r\n"
    assert identity(refused(serve(**QUICK), request(API, slow, "POST"))) == "of-a-caller.1"
    other = refused(serve(**QUICK), request(API, "X-Request-ID: no\r\nbad\r\n", "POST"))
    assert identity(other) != "no"


def test_whoever_is_sent_away_has_it_too(serve: Serve) -> None:
    server = serve(MAX_WAITING=1, workers=1, threads=1)
    server.connect(request("/sleep/4"))
    time.sleep(0.3)
    server.connect(request("/pid"))
    time.sleep(0.3)
    answer = refused(server, request(API, f"{IDENTITY}Connection: close\r\n"))
    assert status(answer) == 503
    assert b"\r\nRetry-After: 5\r\n" in answer
    assert json.loads(body(answer))["request_id"] == identity(answer) == "of-a-caller.1"
    head = refused(server, request(API, method="HEAD"))
    assert (status(head), body(head)) == (503, b"")


def test_what_the_loop_answers_has_an_id(serve: Serve) -> None:
    assert identity(serve(**QUICK).get("/healthz"))
