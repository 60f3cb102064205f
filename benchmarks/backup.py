"""How fast a database of many points becomes a backup and comes back, and in how much memory.

    python benchmarks/backup.py --points 1000000 --files 20

Both commands run as processes of their own, on SQLite in a folder that goes afterwards. A file is
one of measurements, of five megabytes.
"""

import argparse
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILL = """
import os
from django.db import connection
from advisor.models import Team
from connectivity.models import LatencyUpload
with connection.cursor() as cursor:
    for series in range({points} // 20_000 + 1):
        rows = [(series, at * 60, at * 0.37) for at in range(min(20_000, {points}))]
        cursor.executemany("INSERT INTO connectivity_point VALUES (%s, %s, %s)", rows)
for i in range({files}):
    LatencyUpload.objects.create(
        team=Team.objects.default(), name=str(i), raw=os.urandom(5_000_000), key=str(i), tool="ping"
    )
"""


def timed(environment: dict[str, str], *arguments: str) -> tuple[float, str]:
    begun = time.perf_counter()
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return time.perf_counter() - begun, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup"
        own = {"ADVISOR_VAR": folder, "SECRET_KEY": secrets.token_urlsafe(40), "DATABASE_URL": ""}
        environment = os.environ | own
        timed(environment, "migrate", "--verbosity", "0")
        fill = FILL.format(points=options.points, files=options.files)
        timed(environment, "shell", "--verbosity", "0", "-c", fill)
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        for name, arguments in (
            ("backup", ("backup", "--out", str(path))),
            ("check", ("restore", "--check", str(path))),
            ("restore", ("restore", "--replace", str(path))),
        ):
            seconds, output = timed(environment, *arguments)
            end = resource.getrusage(resource.RUSAGE_CHILDREN)
            processor = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
            print(f"{name}: {seconds:.1f} s, {processor:.1f} s of a processor")
            print(f"  {output.strip()}")
            start = end
        print(f"database {(Path(folder) / 'advisor.sqlite3').stat().st_size / 2**20:,.0f} MiB")
        print(f"the largest process (of all, filling too): {end.ru_maxrss / 2**10:,.0f} MiB")


if __name__ == "__main__":
    main()
