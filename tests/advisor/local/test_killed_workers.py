"""Jobs on PostgreSQL and Redis whose workers, broker and database are killed, or told to end.

`benchmarks/jobs.py` at less than a tenth, with shorter leases.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "benchmarks"))  # as they are run
import jobs as load  # noqa: E402
import killable  # noqa: E402
import psycopg  # noqa: E402
import redis  # noqa: E402

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(
        not shutil.which("redis-server") or not killable.PROGRAMS,
        reason="needs PostgreSQL and Redis",
    ),
]
WAIT_S = 90
COUNT = 100
HURRY = """
import time
from datetime import timedelta
from advisor.jobs import runner
from advisor.schedule import SCHEDULE
from connectivity.pulse import Pulse
runner.LEASE = timedelta(seconds=4)
runner.KINDS["sleep"] = lambda team_id, arguments, progress: time.sleep(arguments["s"]) or {}
compare = runner.KINDS["compare"]
runner.KINDS["compare"] = lambda *given: time.sleep(0.2) or compare(*given)
Pulse.__init__.__defaults__ = (0.8,)
SCHEDULE["jobs that lost their worker"]["schedule"] = 1.0
"""
FILL = """
from advisor.celery import app
with app.connection_for_write() as connection:
    for number in range(500):
        for task in ("collect-health", "send-report"):
            app.send_task(task, args=[number], connection=connection)
"""
START = """
from advisor.jobs import runner
from advisor.models import Team
print(runner.start(%r, %s, team_id=Team.objects.default().pk, user_id=None).pk)
"""
ONE_FLOW = """{"document": __import__("estates").document(1, 4), "options": None,
    "price_list": None, "include": [], "topology_version": None}"""


@pytest.fixture
def here() -> Iterator[killable.Installation]:
    queues = [["jobs", "clock"], ["jobs", "clock"], ["health", "mail"]]
    with (
        tempfile.TemporaryDirectory() as path,
        killable.installation(Path(path), queues, HURRY) as installation,
    ):
        installation.environment["PYTHONPATH"] = f"{ROOT}:{ROOT}/benchmarks"
        yield installation


def until(holds: Callable[[], object], condition: str) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, condition
        time.sleep(0.1)


def started(here: killable.Installation, kind: str, arguments: str) -> int:
    return int(here.manage("shell", "--verbosity", "0", "-c", START % (kind, arguments)))


def state(here: killable.Installation, job: int) -> tuple[str, int, int]:
    return here.ask("SELECT state, attempts, losses FROM advisor_job WHERE id = %s", job)[0]


def what_waits_elsewhere_delays_no_comparison(here: killable.Installation) -> None:
    """All slots of health and mail stand still, and 500 tasks wait in each queue."""
    other = here.parts["worker-2"]
    other.start()
    until(lambda: len(other.family()) == 9, "a worker with four slots and one with two")
    for pid in other.family()[1:]:
        os.kill(pid, signal.SIGSTOP)
    here.manage("shell", "--verbosity", "0", "-c", FILL)
    here.parts["worker-0"].start()
    begun = started(here, "compare", ONE_FLOW)
    until(lambda: state(here, begun)[0] == "done", "a comparison beside full queues")
    broker = redis.Redis.from_url(here.environment["REDIS_URL"])
    assert min(broker.llen("health"), broker.llen("mail")) >= 490
    other.kill()


def a_worker_that_is_told_to_end_gives_its_job_back_at_once(here: killable.Installation) -> None:
    job = started(here, "sleep", "{'s': 300}")
    until(lambda: state(here, job) == ("running", 1, 0), "it runs")
    here.parts["worker-1"].start()
    until(lambda: len(here.parts["worker-1"].family()) == 6, "somebody else is there")
    began = time.monotonic()
    here.parts["worker-0"].stop()
    until(lambda: state(here, job) == ("running", 2, 0), "the other one runs it")
    assert time.monotonic() - began < 20
    here.ask("UPDATE advisor_job SET state = 'cancelled' WHERE id = %s", job)
    here.parts["worker-1"].kill()


def what_is_killed_is_done_once(here: killable.Installation) -> None:
    here.ask("DELETE FROM advisor_job")
    outcome = load.run(here, COUNT, WAIT_S, (0.8, 1.6), first_s=4)
    summary = outcome.table()
    assert (outcome.done, outcome.failed) == (COUNT, 0), summary
    assert (outcome.twice, outcome.untold) == (0, 0), summary
    assert len(outcome.kills) >= 3, summary
    assert max(outcome.back, default=0) < 60, summary


def test_jobs_outlive_whoever_works_on_them(here: killable.Installation) -> None:
    """One test, so that everything is started once."""
    what_waits_elsewhere_delays_no_comparison(here)
    a_worker_that_is_told_to_end_gives_its_job_back_at_once(here)
    what_is_killed_is_done_once(here)


def test_a_database_that_is_away_is_no_end(tmp_path: Path) -> None:
    """Who looks whether all is done asks again."""
    missing = killable.Installation(tmp_path, {"DATABASE_URL": "postgres://127.0.0.1:1/none"})
    with pytest.raises(psycopg.OperationalError):
        missing.ask("SELECT 1")
    assert not load.is_done(missing)
