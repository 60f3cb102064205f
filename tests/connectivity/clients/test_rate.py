"""One rate for all workers, held in a real Redis; without one each process holds to it alone."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from advisor.local import broker
from connectivity.clients.rate import BURST, PER_SECOND, Limiter, _redis


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The Redis of the environment, or one that the product itself would start."""
    if os.environ.get("REDIS_URL"):
        yield os.environ["REDIS_URL"]
        return
    socket = tmp_path / "r.sock"
    command = [str(broker.binary()), "--port", "0", "--unixsocket", str(socket), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    yield f"redis+socket://{socket}"
    process.terminate()
    process.wait(10)
    _redis.cache_clear()


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


def test_a_redis_that_restarts_forgets_and_goes_on(address: str) -> None:
    pauses: list[float] = []
    limiter = Limiter(address, pauses.append)
    limiter.wait("restarting")
    _redis(address).delete("calls:restarting")
    limiter.wait("restarting")
    assert pauses == []


def test_without_redis_a_process_holds_to_the_rate_alone() -> None:
    pauses: list[float] = []
    limiter = Limiter("redis://127.0.0.1:1/0", pauses.append)
    for _ in range(3):
        limiter.wait("alone")
    assert len(pauses) == 2
    assert 0 < pauses[-1] <= 2 / PER_SECOND
    assert issubclass(redis.ConnectionError, redis.RedisError)
