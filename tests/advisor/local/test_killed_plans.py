"""Plans on PostgreSQL and Redis that no solver proves soon: killed, cancelled, out of time."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "benchmarks"))  # as they are run
import killable  # noqa: E402

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(
        not shutil.which("redis-server") or not killable.PROGRAMS,
        reason="needs PostgreSQL and Redis",
    ),
]
WAIT_S = 90
STOPS_S = 15  # after which a solver that is not wanted any more takes no time
HURRY = """
from datetime import timedelta
from advisor.jobs import runner
from advisor.schedule import SCHEDULE
from connectivity.pulse import Pulse
runner.LEASE = timedelta(seconds=4)
Pulse.__init__.__defaults__ = (0.8,)
SCHEDULE["jobs that lost their worker"]["schedule"] = 1.0
"""
START = """
from advisor.jobs import runner
from advisor.models import Team
import estates
document = estates.company(300, 60)
arguments = {"document": document, "options": None, "price_list": None, "topology_version": None,
             "max_objects": 215, "time_limit_s": %s, "include": [], "explain": None,
             "days_per_step": 7}
print(runner.start("plan", arguments, team_id=Team.objects.default().pk, user_id=None).pk)
"""

TOLD = """SELECT state, attempts, losses, so_far ->> 'objective_usd'
    FROM advisor_job WHERE id = %s"""
ENDED = """SELECT result ->> 'outcome', result ->> 'gap_usd', result -> 'objects', so_far
    FROM advisor_job WHERE id = %s"""


@pytest.fixture
def here() -> Iterator[killable.Installation]:
    with (
        tempfile.TemporaryDirectory() as path,
        killable.installation(Path(path), [["jobs", "clock"]], HURRY) as installation,
    ):
        installation.environment["PYTHONPATH"] = f"{ROOT}:{ROOT}/benchmarks"
        for name in ("worker-0", "beat"):
            installation.parts[name].start()
        yield installation


def until(holds: Callable[[], object], condition: str) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, condition
        time.sleep(0.1)


def started(here: killable.Installation, seconds: int) -> int:
    return int(here.manage("shell", "--verbosity", "0", "-c", START % seconds))


def told(here: killable.Installation, job: int) -> tuple[str, int, int, str | None]:
    """State, attempts, losses, and what the best plan so far costs."""
    return here.ask(TOLD, job)[0]


def busy_s(here: killable.Installation) -> float:
    """Of a processor, that the worker takes in a second."""

    def ticks() -> int:
        stats = (Path(f"/proc/{pid}/stat") for pid in here.parts["worker-0"].family())
        times = (stat.read_text().rpartition(")")[2].split()[11:13] for stat in stats)
        return sum(int(user) + int(system) for user, system in times)

    before = ticks()
    time.sleep(1)
    return (ticks() - before) / os.sysconf("SC_CLK_TCK")


def a_plan_whose_worker_is_killed_is_made_by_the_next(here: killable.Installation) -> int:
    job = started(here, 600)
    until(lambda: told(here, job)[:3] == ("running", 1, 0) and told(here, job)[3], "a first plan")
    here.parts["worker-0"].kill()
    here.parts["worker-0"].start()
    until(lambda: told(here, job)[:3] == ("running", 2, 1) and told(here, job)[3], "a second one")
    until(lambda: busy_s(here) > 0.1, "it is computed")
    return job


def a_plan_that_is_cancelled_takes_no_more_of_a_processor(
    here: killable.Installation, job: int
) -> None:
    here.ask("UPDATE advisor_job SET state = 'cancelled' WHERE id = %s", job)
    began = time.monotonic()
    until(lambda: max(busy_s(here), busy_s(here)) < 0.05, "the solver ends")
    assert time.monotonic() - began < STOPS_S


def what_is_out_of_time_is_the_best_so_far_with_its_gap(here: killable.Installation) -> None:
    job = started(here, 10)
    until(lambda: told(here, job)[0] == "done", "its time ends")
    ((outcome, gap, objects, so_far),) = here.ask(ENDED, job)
    assert outcome == "stopped"
    assert float(gap) > 0
    assert sum(objects.values()) <= 215
    assert so_far is None


def test_plans_outlive_their_worker_and_end_when_they_shall(here: killable.Installation) -> None:
    """One test, so that everything is started once."""
    job = a_plan_whose_worker_is_killed_is_made_by_the_next(here)
    a_plan_that_is_cancelled_takes_no_more_of_a_processor(here, job)
    what_is_out_of_time_is_the_best_so_far_with_its_gap(here)
