"""Workers that are killed while they collect: nothing is lost, nothing is stored twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import fresh_database

pytestmark = pytest.mark.local
ROOT = Path(__file__).parents[3]
KILLS = 6
SET_UP = """
from advisor.models import Team
from connectivity.health.accounts.aws_accounts import add_demo
add_demo(Team.objects.default().pk)
"""
# Each later worker lives after the claims of those that died have ended.
COLLECT = """
import time
from advisor.models import Team
from connectivity.health.rounds import scheduling
from connectivity.health.accounts.aws_access import Asking
scheduling.run_all(Team.objects.default().pk, Asking(clock=lambda: %d + time.monotonic() %% 1))
"""
REPORT = """
import json
from django.db import connection
from connectivity.models import Collection, Finding, Resource, Series
holes = []
for series in Series.objects.filter(gone_at=None, period__lt=3600).exclude(mark=None):
    with connection.cursor() as cursor:
        table = "SELECT at FROM connectivity_point WHERE series_id = %s ORDER BY at"
        cursor.execute(table, [series.pk])
        at = [row[0] for row in cursor.fetchall()]
    expected = list(range(series.begun, series.mark, series.period))
    if at != expected:
        holes.append([series.metric, len(at), len(expected)])
keys = list(Finding.objects.filter(closed_at=None).values_list("resource", "rule", "part"))
print(json.dumps({
    "holes": holes, "unmarked": Series.objects.filter(mark=None, gone_at=None).count(),
    "series": Series.objects.count(), "resources": Resource.objects.count(),
    "twice": len(keys) - len(set(keys)), "findings": len(keys),
    "claimed": Collection.objects.exclude(claimed_until=None).count(),
}))
"""


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_six_workers_are_killed_and_the_seventh_finds_everything(tmp_path: Path) -> None:
    environment = os.environ | {
        "ADVISOR_VAR": str(tmp_path),
        "SECRET_KEY": "test",
        "DATABASE_URL": f"sqlite:///{tmp_path}/health.sqlite3",
    }
    fresh_database.put(tmp_path / "health.sqlite3")
    manage(environment, "shell", "--verbosity", "0", "-c", SET_UP)
    begin = int(time.time())
    chance = random.Random(7)  # noqa: S311  not a secret
    for number in range(KILLS):
        script = COLLECT % (begin + 900 * number)
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", script]
        worker = subprocess.Popen(command, cwd=ROOT, env=environment)
        time.sleep(chance.uniform(1.0, 4.0))
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    manage(environment, "shell", "--verbosity", "0", "-c", COLLECT % (begin + 900 * KILLS))
    report = json.loads(manage(environment, "shell", "--verbosity", "0", "-c", REPORT))
    assert report["holes"] == []
    assert (report["unmarked"], report["twice"], report["claimed"]) == (0, 0, 0)
    assert (report["resources"], report["findings"] > 5) == (15, True)
