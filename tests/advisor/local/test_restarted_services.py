"""PostgreSQL and Redis, really restarted under a worker: nothing is lost, nothing is twice."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.advisor.local.test_killed_collector import REPORT, ROOT, SET_UP, manage
from tests.ports import free_port
from tests.postgres import Postgres

pytestmark = pytest.mark.local
# The claims of what died have ended.
ENDED = """
from connectivity.models import Collection
Collection.objects.update(claimed_until=None)
"""
# As the clock does; where nothing is left to do all is due: what one round plans the next collects.
RING = """
from django.db.models import Q
from django.utils import timezone
from advisor.tasks import collect_due_health
from connectivity.models import Collection, Series
busy = Q(due_at__lte=timezone.now()) | Q(claimed_until__isnull=False)
count = Collection.objects.filter(busy).count()
missing = Collection.objects.filter(succeeded_at=None).count()
missing += Series.objects.filter(mark=None, gone_at=None).count()
if missing and not count:
    Collection.objects.update(due_at=timezone.now())
if count or missing:
    collect_due_health()
print(count + missing)
"""
ROLL = """
from connectivity import points
points.roll_up()
"""


@contextmanager
def redis(folder: Path, port: int) -> Iterator[None]:
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        server.kill()
        server.wait(10)


def shell(environment: dict[str, str], script: str) -> str:
    return manage(environment, "shell", "--verbosity", "0", "-c", script)


def until_all_is_collected(environment: dict[str, str], seconds: int = 300) -> None:
    end = time.monotonic() + seconds
    while left := int(shell(environment, RING)):
        assert time.monotonic() < end, left
        time.sleep(2)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to PostgreSQL's user; another pytest on the machine would close one of pytest's own."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


def test_both_are_restarted_under_a_worker(folder: Path) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("Redis's server is not installed")
    postgres, port = Postgres(folder), free_port()
    postgres.start()
    environment = os.environ | {
        "ADVISOR_VAR": str(folder),
        "SECRET_KEY": "test",
        "DATABASE_URL": postgres.url,
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
    }
    worker = None
    try:
        with redis(folder, port):
            manage(environment, "migrate", "--verbosity", "0")
            manage(environment, "load_data", "--verbosity", "0")
            shell(environment, SET_UP)
            command = [sys.executable, "-m", "advisor.workers", "health"]
            with (folder / "worker.log").open("wb") as log:
                worker = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
            shell(environment, RING)
            time.sleep(3)
            postgres.stop()
            time.sleep(1)
            postgres.start()
        with redis(folder, port):  # the second one: what waited in the first is gone
            shell(environment, ENDED)
            until_all_is_collected(environment)
            assert worker.poll() is None, (folder / "worker.log").read_text()
            shell(environment, ROLL)
            report = json.loads(shell(environment, REPORT))
    finally:
        if worker is not None:
            worker.kill()
            worker.wait(10)
        postgres.stop()
    assert report["holes"] == []
    assert (report["unmarked"], report["twice"], report["claimed"]) == (0, 0, 0)
    assert (report["resources"], report["findings"] > 5) == (15, True)
