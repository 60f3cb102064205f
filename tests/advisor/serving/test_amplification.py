"""Requests whose answer and memory could be many times their size: bounded, in real processes."""

import json

import pytest

from tests.advisor.serving.conftest import Doors, body, status

EMPTY = {"version": 1, "name": "x", "accounts": [], "vpcs": [], "services": []}
MAX_ANSWER = 100_000  # bytes
MAX_GROWTH_MB = 50
WARM = 4  # requests, so that every worker has loaded what it needs
MANY = 90_000  # flows that are nothing: fewer than are refused for their number alone


def with_flows(flows: str) -> bytes:
    document = json.dumps({"topology": EMPTY | {"flows": []}})
    return document.replace('"flows": []', f'"flows": [{flows}]').encode()


def megabytes(doors: Doors) -> float:
    """What the processes of the server hold."""
    return sum(doors.product.resident("gunicorn").values()) / 1e6


HOSTILE = {
    "900 kB of empty flows": with_flows(",".join(["{}"] * 300_000)),
    "empty flows": with_flows(",".join(["{}"] * MANY)),
    "unknown keys": with_flows("{" + ",".join(f'"k{i}":1' for i in range(50_000)) + "}"),
    "one flow of 400,000 VPCs": with_flows(f'{{"from": [{",".join(["9"] * 400_000)}]}}'),
    "one flow of unknown VPCs": with_flows(f'{{"from": [{",".join(["9"] * MANY)}]}}'),
    "other fields": json.dumps({f"k{i}": 1 for i in range(50_000)}).encode(),
}


@pytest.mark.local
@pytest.mark.parametrize("name", HOSTILE)
def test_a_refusal_is_small_and_leaves_no_memory_behind(doors: Doors, name: str) -> None:
    data = HOSTILE[name]
    head = (
        f"POST /api/v1/comparisons/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{doors.token}"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        "X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
    )
    small = with_flows("{}")
    for _ in range(WARM):
        doors.send(doors.product.web, head.replace(str(len(data)), str(len(small))).encode(), small)
    before = megabytes(doors)
    assert before > MAX_GROWTH_MB  # they were found
    answer = doors.send(doors.product.web, head.encode(), data)
    grown = megabytes(doors) - before
    assert status(answer) == 400, answer[:500]
    assert len(answer) <= MAX_ANSWER
    assert 0 < len(json.loads(body(answer))["problems"]) <= 100
    assert grown <= MAX_GROWTH_MB
