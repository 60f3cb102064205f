"""The latency matrix of 100 AZs out of 100,000 measurements, beside a trivial page and its query.

25 Regions of four AZs each: 400 pairs. A CSV does not say everything that makes a method, so that
the runs of each of ten files are a cell of their own: 4,000 cells of 25 runs.

Everything is over HTTP on loopback but the query, which is timed by itself in a process of its own.
"""

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from over_http import asked, manage, milliseconds, serving

ROUNDS = 25
MAKE = """
import csv, io, itertools, time
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, BACKEND_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from advisor.models import User
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.measurements import Filing, file_measurements
from connectivity.models import Measurement
user = User.objects.create_user("bench", password="bench")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
prefixes = list(AZ_PREFIXES.values())[:25]
begin = time.perf_counter()
for part in range(10):
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\\n")
    rows.writerow(["option", "source", "dest", "percentile", "value_us", "tool", "date", "samples"])
    for prefix in prefixes:
        azs = [f"{prefix}-az{i}" for i in range(1, 5)]
        for (source, destination), run in itertools.product(itertools.product(azs, azs), range(25)):
            day = f"2026-{part + 1:02d}-{run + 1:02d}"
            us = 60 + 7 * run + (500 if source != destination else 0)
            rows.writerow(["vpc-peering", source, destination, "p99", us, "netperf", day, 20000])
    file_measurements(user.team_id, f"{part}.csv", out.getvalue().encode(), Filing())
print(f"{Measurement.objects.count():,} measurements filed in {time.perf_counter() - begin:.0f} s")
print("session", session.session_key)
"""
QUERY = """
import time
from advisor.models import User
from connectivity import queries
team = User.objects.get(username="bench").team_id
times = []
for _ in range(15):
    begin = time.perf_counter()
    queries.best_cells(team, "vpc-peering", "p99", ("low", "medium", "high"))
    times.append(time.perf_counter() - begin)
print("query", sorted(times)[7] * 1000)
"""


def main() -> None:
    with serving() as (port, environment):
        printed = manage(environment, "shell", "--verbosity", "0", "-c", MAKE)
        print(printed.splitlines()[0])
        headers = {"Cookie": f"sessionid={printed.split('session ')[1].split()[0]}"}
        timing = manage(environment, "shell", "--verbosity", "0", "-c", QUERY)
        query = float(timing.split("query ")[1])
        trivial = asked(port, "GET", "/account/password/change/", b"", headers)
        matrix = asked(port, "GET", "/latency/?option=vpc-peering", b"", headers)
        matrix(), trivial()
        rows = [(milliseconds(trivial), milliseconds(matrix)) for _ in range(ROUNDS)]
    base, page = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"a trivial page takes {base:.1f} ms, the matrix's query {query:.1f} ms")
    over = (page - query) / base
    print(f"the matrix takes {page:.1f} ms: its query, and {over:.1f} times a trivial page")


if __name__ == "__main__":
    main()
