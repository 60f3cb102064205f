"""The loads of `benchmarks/` at about a tenth: slow clients, and arrivals that do not wait."""

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "benchmarks"))  # as they are run
import open_loop  # noqa: E402
import product  # noqa: E402
import services  # noqa: E402
import slow_clients  # noqa: E402

pytestmark = pytest.mark.local
FLOOR_MS = 250  # of a p99 on a machine that other tests keep busy
CONNECTIONS, SECONDS = 50, 15
LEAK_MIB = 60


def judge(port: int, cookie: str) -> None:
    alone, beside, summary = slow_clients.compared(port, cookie, CONNECTIONS, SECONDS)
    assert (alone.failed, beside.failed) == (0, 0)
    assert f"'at once': {CONNECTIONS}" in summary
    limit = 5 * max(alone.percentile(0.99), FLOOR_MS)
    assert beside.percentile(0.99) <= limit, f"alone {alone}; beside {beside}"


def test_slow_clients_hold_up_nobody_on_scripts_run(tmp_path: Path) -> None:
    with product.local(tmp_path) as server:
        (cookie,), _ = server.people(1)
        judge(server.port, cookie)


def test_slow_clients_hold_up_nobody_behind_nginx(tmp_path: Path) -> None:
    with product.proxied(tmp_path) as server:
        (cookie,), _ = server.people(1)
        judge(server.port, cookie)


@pytest.mark.skipif(
    not shutil.which("redis-server") or not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    reason="needs PostgreSQL and Redis",
)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to run PostgreSQL as its own user")
def test_half_of_the_capacity_is_answered_without_an_error(tmp_path: Path) -> None:
    with services.running() as named, open_loop.loaded(tmp_path, named) as (server, loads):
        rate, before, after = open_loop.measured(server, loads, 30)
    assert rate > 0
    assert [load.errors() for load in loads] == [{}, {}]
    assert after["web"] < before["web"] + LEAK_MIB, (before, after)
