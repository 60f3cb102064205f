"""One rate for all workers, held in a real Redis; without one each process holds to it alone."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from advisor.local import broker
from connectivity.clients.rate import BURST, PER_SECOND, Limiter, _redis


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The Redis of the environment, or one that the product itself would start."""
    if os.environ.get("REDIS_URL"):
        yield os.environ["REDIS_URL"]
        return
    with own_redis(tmp_path / "r.sock") as url:
        yield url


@contextmanager
def own_redis(socket: Path) -> Iterator[str]:
    """A server of our own for as long as it is needed."""
    command = [str(broker.binary()), "--port", "0", "--unixsocket", str(socket), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    try:
        yield f"redis+socket://{socket}"
    finally:
        process.terminate()
        process.wait(10)
        socket.unlink(missing_ok=True)


def test_two_workers_share_one_bucket(address: str) -> None:
    pauses: list[float] = []
    key = f"test-{time.time_ns()}"
    workers = [Limiter(address, pauses.append) for _ in range(2)]
    for number in range(BURST):
        workers[number % 2].wait(key)
    assert pauses == []
    for number in range(10):
        workers[number % 2].wait(key)
    assert len(pauses) == 10
    assert pauses[-1] == pytest.approx(10 / PER_SECOND, abs=0.2)
    workers[0].wait(f"{key}-other")
    assert len(pauses) == 10


def test_a_redis_that_restarts_is_used_again_and_between_holds_each_process(tmp_path: Path) -> None:
    pauses: list[float] = []
    socket = tmp_path / "r.sock"
    with own_redis(socket) as url:
        limiter = Limiter(url, pauses.append)
        for _ in range(BURST + 1):
            limiter.wait("restarting")
    assert len(pauses) == 1
    for _ in range(3):  # nobody answers
        limiter.wait("restarting")
    assert len(pauses) == 3
    with own_redis(socket):
        limiter.wait("restarting")
        assert _redis(url).exists("calls:restarting")
    assert len(pauses) == 3


def test_without_redis_a_process_holds_to_the_rate_alone() -> None:
    pauses: list[float] = []
    limiter = Limiter("redis://127.0.0.1:1/0", pauses.append)
    for _ in range(3):
        limiter.wait("alone")
    assert len(pauses) == 2
    assert 0 < pauses[-1] <= 2 / PER_SECOND
