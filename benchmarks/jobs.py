"""Jobs under kill -9 of workers, broker, clock and database: all done, none of them twice.

A trigger of the database writes down each step of each job in the same transaction, so that what
took effect is counted exactly, whoever died meanwhile.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import psycopg

sys.path.insert(0, str(Path(__file__).parent))
from killable import Installation, installation

QUEUES = [["jobs", "clock"], ["jobs", "clock"]]  # of two processes with their workers
STEPS = """
CREATE TABLE step (
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    job bigint NOT NULL, state text NOT NULL, attempt int NOT NULL
);
CREATE FUNCTION note_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO step (job, state, attempt) VALUES (NEW.id, NEW.state, NEW.attempts);
    RETURN NEW;
END $$;
CREATE TRIGGER steps AFTER UPDATE OF state ON advisor_job FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_step();
"""
# Seven kinds of work: comparisons of all options or of two, with 1, 5 and 40 flows; an account.
MAKE = """
import json, sys
from advisor.jobs import runner
from advisor.celery import app
from advisor.models import Job, Team
from connectivity.health.accounts.aws_accounts import add_demo
sys.path.insert(0, "benchmarks")
from estates import document
team = Team.objects.default()
account = add_demo(team.pk)[0]
def compare(flows, options):
    return {"document": document(flows, 4), "options": options, "price_list": None,
            "include": [], "topology_version": None}
works = [("compare", compare(flows, options)) for flows in (1, 5, 40)
         for options in (None, ["vpc-peering", "privatelink"])]
works.append(("check-account", {"account": str(account.uid)}))
all_jobs = Job.objects.bulk_create(
    [Job(kind=works[n % 7][0], arguments=works[n % 7][1], team=team) for n in range(COUNT)], 500
)
with app.connection_for_write() as connection:
    for job in all_jobs:
        runner._send(job.uid, runner.LAST, connection)
"""
WEIGHTS = {"slot": 10, "worker": 4, "all of a worker": 2, "redis": 2, "postgres": 2, "beat": 1}
LOST = """
SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'failed'),
    coalesce(sum(losses), 0), coalesce(sum(attempts), 0), coalesce(max(attempts), 0)
FROM advisor_job
"""
TWICE = """
SELECT count(*) FROM
    (SELECT job FROM step WHERE state = 'done' GROUP BY job HAVING count(*) > 1) AS twice
"""
UNTOLD = """
SELECT count(*) FROM advisor_job j WHERE state = 'done' AND (result IS NULL OR NOT EXISTS
    (SELECT 1 FROM step s WHERE s.job = j.id AND s.state = 'done' AND s.attempt = j.attempts))
"""
AGAIN = """
SELECT extract(epoch FROM a.at), extract(epoch FROM b.at) FROM step a
JOIN step b ON b.job = a.job AND b.attempt = a.attempt + 1 AND b.state = 'running'
WHERE a.state = 'running'
"""


@dataclass
class Outcome:
    """What became of the jobs, and what was done to them."""

    count: int
    seconds: float = 0
    kills: list[tuple[float, str]] = field(default_factory=list)  # when, and what
    done: int = 0
    failed: int = 0
    losses: int = 0
    attempts: int = 0
    most_attempts: int = 0
    twice: int = 0
    untold: int = 0
    back: list[float] = field(default_factory=list)  # seconds from a kill to the next attempt

    def table(self) -> str:
        kinds = Counter(kind for _, kind in self.kills)
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        back = sorted(self.back) or [0.0]
        rows = {
            "jobs": f"{self.count:,} in {self.seconds:.0f} s",
            "kill -9": f"{len(self.kills)}: {told}",
            "done, failed": f"{self.done:,}, {self.failed}",
            "done twice": str(self.twice),
            "done without its own result": str(self.untold),
            "attempts": f"{self.attempts:,}, at most {self.most_attempts} of a job",
            "lost in the middle": str(self.losses),
            "back after a kill": f"{len(self.back)}: p50 {back[len(back) // 2]:.1f} s, "
            f"p99 {percentile(back, 99):.1f} s, at most {back[-1]:.1f} s",
        }
        return "\n".join(f"{name:28} {value}" for name, value in rows.items())


def percentile(values: Sequence[float], number: int) -> float:
    """By interpolation."""
    return (
        quantiles(values, n=100, method="inclusive")[number - 1] if len(values) > 1 else values[0]
    )


def kill(here: Installation, kind: str, chance: random.Random) -> None:
    worker = here.parts[f"worker-{chance.randrange(len(QUEUES))}"]
    if kind in ("redis", "postgres", "beat"):
        here.parts[kind].kill()
    elif kind == "all of a worker":
        worker.kill()
    else:  # a fork of its first process is a worker of Celery's, whose forks are its slots
        first, *others = worker.family() or [0]
        forks = [pid for pid in others if (parent(pid) == first) == (kind == "worker")]
        for pid in forks and [chance.choice(forks)]:
            os.kill(pid, signal.SIGKILL)


def parent(pid: int) -> int:
    """The process that started it; 0: it has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def run(
    here: Installation,
    count: int,
    seconds: float,
    pause_s: tuple[float, float],
    first_s: float = 8,
) -> Outcome:
    """Until all jobs are done, or for so long. They are there before anybody works on them."""
    chance = random.Random(20)  # noqa: S311  not a secret
    outcome = Outcome(count)
    here.ask(STEPS)
    here.manage("shell", "--verbosity", "0", "-c", MAKE.replace("COUNT", str(count)))
    began = time.monotonic()
    here.mend()
    next_kill = began + first_s
    while time.monotonic() - began < seconds and not is_done(here):
        if time.monotonic() >= next_kill:
            kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            outcome.kills.append((time.time(), kind))
            kill(here, kind, chance)
            next_kill = time.monotonic() + chance.uniform(*pause_s)
            time.sleep(chance.uniform(0.1, 1))
            here.mend()
        time.sleep(0.3)
    outcome.seconds = time.monotonic() - began
    return judged(here, outcome)


def is_done(here: Installation) -> bool:
    try:
        left = "SELECT count(*) FROM advisor_job WHERE state IN ('queued', 'running')"
        return here.ask(left)[0][0] == 0
    except psycopg.OperationalError:
        return False


def judged(here: Installation, outcome: Outcome) -> Outcome:
    here.mend()
    here.wait_for_database()
    numbers = here.ask(LOST)[0]
    outcome.done, outcome.failed, outcome.losses = map(int, numbers[:3])
    outcome.attempts, outcome.most_attempts = map(int, numbers[3:])
    outcome.twice = here.ask(TWICE)[0][0]
    outcome.untold = here.ask(UNTOLD)[0][0]
    for first, second in here.ask(AGAIN):
        at = min((at for at, _ in outcome.kills if first <= at <= second), default=None)
        if at is not None:
            outcome.back.append(float(second) - at)
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=1_200, help="after which it ends")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as path, installation(Path(path), QUEUES) as here:
        outcome = run(here, given.jobs, given.seconds, (3, 8))
    print(outcome.table())
    is_whole = (outcome.done, outcome.twice, outcome.untold) == (given.jobs, 0, 0)
    sys.exit(not is_whole)


if __name__ == "__main__":
    main()
