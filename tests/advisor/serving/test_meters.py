"""What the processes of a server count together, across the end of any of them."""

import os
import signal
import time
from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from advisor.api.schema.postprocessing import BEFORE_ANY_ADDRESS
from tests.advisor.serving.conftest import Server, rest

pytestmark = pytest.mark.local
Samples = dict[tuple[str, ...], float]
WAIT_S = 30


def meters(server: Server) -> Samples:
    """By name and the values of labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(server.text("/meters"))
        for sample in family.samples
    }


def memory(seen: Samples) -> dict[str, float]:
    """Of each process, by its number."""
    return {key[1]: value for key, value in seen.items() if key[0].endswith("memory_bytes")}


def has_sizes(seen: Samples) -> bool:
    """Both processes said how large they are; each does so once a second, from its first on."""
    sizes = memory(seen)
    return set(sizes) == {"1", "2"} and all(size > 10 * 2**20 for size in sizes.values())


def until(server: Server, is_so: Callable[[Samples], bool]) -> Samples:
    end = time.monotonic() + WAIT_S
    while not is_so(seen := meters(server)):
        assert time.monotonic() < end, seen
        time.sleep(0.2)
    return seen


def test_processes_count_together_and_whoever_follows_goes_on(
    serve: Callable[..., Server],
) -> None:
    server = serve(workers=2, SECONDS={"HEADER": 1.0})
    refused = ("advisor_http_requests_refused_total", "400")
    dropped = ("advisor_http_connections_dropped_total", "header")
    for _ in range(8):
        rest(server.connect(b"no HTTP\r\n\r\n"))
    silent = [server.connect(b"GET / HTTP/1.1\r\n") for _ in range(3)]
    for connection in silent:
        rest(connection)
    seen = until(server, lambda seen: seen[dropped] == 3 and has_sizes(seen))
    assert seen[refused] == 8
    assert {key[1] for key in seen if key[0] == refused[0]} >= set(BEFORE_ANY_ADDRESS)
    before = {server.text("/pid") for _ in range(20)}
    assert len(before) == 2
    os.kill(int(min(before)), signal.SIGKILL)
    until(server, lambda _: len({server.text("/pid") for _ in range(20)} - before) == 1)
    rest(server.connect(b"no HTTP\r\n\r\n"))
    seen = until(server, lambda seen: seen[refused] == 9)
    assert seen[dropped] == 3
    assert set(memory(seen)) <= {"1", "2"}
    connections = sum(value for key, value in seen.items() if key[0] == "advisor_http_connections")
    assert connections <= 6
