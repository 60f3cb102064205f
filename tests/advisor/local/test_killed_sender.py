"""A thousand mails by workers that are killed: each arrives once, or is honestly unknown."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests import fresh_database
from tests.doubles.mailbox import Mailbox, mail_server

pytestmark = pytest.mark.local
ROOT = Path(__file__).parents[3]
MAILS, WORKERS, LIMIT_S = 1_000, 3, 240
MAILS_BETWEEN_KILLS = (40, 120)
SET_UP = """
from datetime import timedelta
from django.utils import timezone
from advisor.models import Recipient, Team
from connectivity.health.accounts.aws_accounts import add_demo
team = Team.objects.default()
Team.objects.update(reports_since=timezone.now() - timedelta(days=30))
now = timezone.now()
Recipient.objects.bulk_create(
    Recipient(team=team, address=f"r{i}@example.com", confirmed_at=now) for i in range(%d)
)
"""
WORK = """
from django.utils import timezone
from advisor.models import Delivery, Team
from advisor.reports import making, sending
for pk in making.due():
    team = Team.objects.get(pk=pk)
    making.make(team, team.schedule.last(timezone.now()))
while Delivery.objects.filter(state="waiting").exists():
    for pk in sending.due():
        sending.send(pk)
"""
# What killed workers had becomes unknown; then everybody is rung once more.
AFTER = """
from datetime import timedelta
import json
from django.utils import timezone
from advisor.models import Delivery, Report
from advisor.reports import sending
for _ in range(2):
    for pk in sending.due(timezone.now() + timedelta(hours=1)):
        sending.send(pk)
print(json.dumps({
    "reports": Report.objects.count(),
    "states": dict(Delivery.objects.values_list("recipient__address", "state")),
}))
"""


def shell(environment: dict[str, str], script: str) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", script]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(environment: dict[str, str], script: str) -> str:
    process = shell(environment, script)
    output, problems = process.communicate(timeout=120)
    assert process.returncode == 0, problems
    return output


def test_a_thousand_mails_and_workers_that_are_killed(tmp_path: Path) -> None:
    with mail_server() as box:
        environment = os.environ | {
            "ADVISOR_VAR": str(tmp_path),
            "SECRET_KEY": "test",
            "DATABASE_URL": f"sqlite:///{tmp_path}/reports.sqlite3",
            "EMAIL_URL": f"smtp://127.0.0.1:{box.port}",
            "LOG_LEVEL": "ERROR",
        }
        fresh_database.put(tmp_path / "reports.sqlite3")
        done(environment, SET_UP % MAILS)
        kills = _send_and_kill(environment, box)
        report = json.loads(done(environment, AFTER))
        arrived = Counter(to for to, _ in box.mails)
    states = report["states"]
    counts = Counter(states.values())
    assert report["reports"] == 1
    assert len(states) == MAILS
    assert kills >= 5
    assert set(counts) <= {"sent", "unknown"}
    assert {arrived[to] for to, state in states.items() if state == "sent"} == {1}
    assert {arrived[to] for to, state in states.items() if state == "unknown"} <= {0, 1}
    assert counts["unknown"] <= kills
    ids = [mail["Message-ID"] for _, mail in box.mails]
    assert len(ids) == len(set(ids))
    sys.stdout.write(f"{MAILS} mails, {kills} kills: {dict(counts)}\n")


def _send_and_kill(environment: dict[str, str], box: Mailbox) -> int:
    """Workers work side by side, and one of them is killed again and again as mails arrive."""
    chance = random.Random(11)  # noqa: S311  not a secret
    until, kills = time.monotonic() + LIMIT_S, 0
    workers = [shell(environment, WORK) for _ in range(WORKERS)]

    def is_over() -> bool:
        return time.monotonic() > until or any(worker.poll() == 0 for worker in workers)

    while not is_over():
        more = len(box.mails) + chance.randint(*MAILS_BETWEEN_KILLS)
        while len(box.mails) < more and not is_over():
            time.sleep(0.05)
        if is_over():
            break
        victim = chance.randrange(WORKERS)
        workers[victim].send_signal(signal.SIGKILL)
        workers[victim].communicate(timeout=10)
        kills += 1
        workers[victim] = shell(environment, WORK)
    for worker in workers:
        worker.communicate(timeout=120)
    return kills
