"""Health: storing points beside a bare bulk insert, calls beside the fewest possible, the overview.

Storing is `connectivity.points.store` in partitions, safe to repeat, one transaction a call, on
SQLite, or on the empty database of BENCHMARK_DATABASE_URL; beside it the same rows go into a plain
table with the same key by the fastest way of the driver (COPY; on SQLite executemany). The overview
is asked of a server beside a trivial page.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
from over_http import asked, manage, milliseconds, serving

ROUNDS = 5
POINTS = 12
RESOURCES = 5_000  # of eight series each
MAKE = """
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, BACKEND_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from advisor.models import User
from connectivity.health.aws_accounts import Wish, add_account
from connectivity.models import Resource, Series
user = User.objects.create_user("bench", password="bench")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
accounts = [add_account(user.team_id, Wish(f"{i:012}", "", ("us-east-1",))) for i in range(100)]
states = (("ok", 0), ("unknown", 1), ("warning", 2), ("critical", 3))
rows = Resource.objects.bulk_create(
    Resource(team_id=user.team_id, account=accounts[i %% 100], region="us-east-1",
             kind=("nat-gateway", "nlb", "ebs-volume")[i %% 3], aws_id=f"r-{i}", key=f"r-{i}",
             name=f"resource {i}", state=states[i %% 4][0], rank=states[i %% 4][1],
             verdicts=[{"rule": "X", "why": "y" * 60}] * 8)
    for i in range(%d)
)
Series.objects.bulk_create(
    (Series(resource=row, namespace="AWS/NATGateway", metric=f"m{j}", dimensions=[], digest=f"{j}",
            statistic="Sum", period=300, tier="hourly") for row in rows for j in range(8)),
    batch_size=5000,
)
"""
STORE = "import sys; sys.path.insert(0, 'benchmarks'); import health; health.storing(%d)"


def main() -> None:
    print(calls_of(400))
    print(calls_of(1_200))
    with serving() as (port, environment):
        url = environment.get("DATABASE_URL", "")
        name, series = ("PostgreSQL", 40_000) if url.startswith("postgres") else ("SQLite", 5_000)
        output = manage(environment, "shell", "--verbosity", "0", "-c", STORE % series)
        ours, bare, rolled = json.loads(output)
        print(
            f"{name}, {series:,} series x {POINTS} points: {ours:.2f} s, {ours / bare:.2f} times "
            f"a bare bulk insert; hours and days of them {rolled / bare:.2f} times"
        )
        printed = manage(environment, "shell", "--verbosity", "0", "-c", MAKE % RESOURCES).split()
        headers = {"Cookie": f"sessionid={printed[0]}"}
        overview(port, headers)


def overview(port: int, headers: dict[str, str]) -> None:
    page = asked(port, "GET", "/health/", b"", headers)
    trivial = asked(port, "GET", "/account/password/change/", b"", headers)
    page(), trivial()
    times: list[tuple[float, float]] = [
        (milliseconds(page), milliseconds(trivial)) for _ in range(15)
    ]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"overview at {RESOURCES * 8:,} series: {ours / theirs:.1f} trivial pages")


def calls_of(series: int) -> str:
    """The calls of one account, Region and tier, beside the fewest that AWS's limits allow."""
    from connectivity.core.health.request_planning import Ask, Window, calls
    from connectivity.core.health.series import Series, Tier, metric

    end = 1_795_500_000 // 3_600 * 3_600
    asks = [
        Ask(
            Series(
                "1",
                "us-east-1",
                metric("AWS/EBS", "X", VolumeId=f"v-{i}"),
                ("Sum",),
                300,
                Tier.HOUR,
            ),
            Window(end - 3_600, end),
        )
        for i in range(series)
    ]
    planned = list(calls(asks))
    fewest = max(ceil(series / 500), ceil(series * POINTS / 100_800))
    metrics = sum(call.metrics for call in planned)
    return (
        f"{series:,} series: {len(planned)} calls, fewest possible {fewest}; "
        f"{metrics:,} metrics billed, fewest possible {series:,}"
    )


def storing(series: int) -> None:
    """Seconds of our own way, of the bare one, and of rollups, as JSON. Inside Django."""
    from django.db import connection, transaction

    from connectivity import points

    ours, bare = [], []
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare (series_id integer, at bigint, value double precision, "
            "PRIMARY KEY (series_id, at))"
        )
    for number in range(ROUNDS):
        begin = 1_795_500_000 // 3_600 * 3_600 + number * 3_600
        rows = [(s, begin + 300 * i, float(s + i)) for s in range(series) for i in range(POINTS)]
        batches = [rows[at : at + 6_000] for at in range(0, len(rows), 6_000)]

        def store(batches: list[Any] = batches) -> None:
            for batch in batches:
                with transaction.atomic():
                    points.store(batch, 300)

        def insert(batches: list[Any] = batches) -> None:
            for batch in batches:
                with transaction.atomic():
                    _insert(batch)

        ours.append(_seconds(store))
        bare.append(_seconds(insert))
    start = time.perf_counter()
    points._roll("connectivity_point", "connectivity_hourpoint", 3_600, _rows(series, begin))
    rolled = time.perf_counter() - start
    print(json.dumps([statistics.median(ours), statistics.median(bare), rolled]))


def _rows(series: int, begin: int) -> list[Any]:
    from connectivity.models import Series

    count = min(series, 20_000)  # parameters of one statement
    return [Series(pk=pk, unrolled_from=begin, mark=begin + 3_600) for pk in range(count)]


def _insert(rows: list[Any]) -> None:
    """What the driver itself does with many rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy("COPY bare FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany("INSERT INTO bare VALUES (%s, %s, %s)", rows)


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
