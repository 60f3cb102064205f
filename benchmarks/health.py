"""Health: points beside a bare bulk insert, calls beside the fewest possible, pages, a round.

Storing is `connectivity.points.store` in partitions, safe to repeat, one transaction a call, on
SQLite, or on the empty database of BENCHMARK_DATABASE_URL; beside it the same rows go into a plain
table with the same key by the fastest way of the driver (COPY; on SQLite executemany). Overview,
search and a resource's page are asked of a server beside a trivial page. A round is what a worker
does every quarter of an hour, of a made-up AWS that costs nothing to ask: its processor time must
grow no faster than the resources.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
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
from connectivity.health.accounts.aws_accounts import Wish, add_account
import time
from connectivity import points
from connectivity.models import Resource, Series
METRICS = ("ActiveConnectionCount", "ErrorPortAllocation", "PacketsDropCount", "IdleTimeoutCount",
           "BytesInFromSource", "BytesInFromDestination", "PacketsInFromSource",
           "PeakBytesPerSecond")
FACTS = {"mode": "zonal", "az": "us-east-1a", "routes": [], "addresses": 1, "created": None,
         "connectivity": "public"}
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
             name=f"resource {i}", state=states[i %% 4][0], rank=states[i %% 4][1], facts=FACTS,
             why="ErrorPortAllocation 15 of the last 15 data points are above 0",
             verdicts=[{"rule": "NAT-DROPS", "part": "", "state": "ok", "severity": None,
                        "why": "y" * 60, "value": 1.0, "since": None}] * 8)
    for i in range(%d)
)
end = int(time.time()) // 3600 * 3600
series = Series.objects.bulk_create(
    (Series(resource=row, namespace="AWS/NATGateway", metric=METRICS[j], dimensions=[],
            digest=f"{j}", statistic="Sum", period=300, tier="hourly", begun=end - 86400, mark=end)
     for row in rows for j in range(8)),
    batch_size=5000,
)
drawn = [row.pk for row in series if row.metric == METRICS[0]]
points.store([(pk, end - 3600 * i, float(pk + i)) for pk in drawn for i in range(1, 25)], 3600)
points.store([(pk, end - 300 * i, float(i)) for pk in drawn[:50] for i in range(1, 289)], 300)
print(rows[0].uid)
"""
ROUND_SIZES = (500, 2_000, 5_000)
ACCOUNTS = 10
ROUND = (
    "import sys; sys.path[:0] = ['benchmarks', '.']; import health; print(health.round_seconds(%d))"
)
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
        pages(port, headers, printed[1])
        first = None
        for count in ROUND_SIZES:
            output = manage(environment, "shell", "--verbosity", "0", "-c", ROUND % count)
            each = float(output) / count * 1_000
            first = first or each
            print(
                f"a round of {count:,} resources: {float(output):.2f} s of processor time, "
                f"{each:.2f} ms a resource, {each / first:.2f} times that of {ROUND_SIZES[0]:,}"
            )


def pages(port: int, headers: dict[str, str], resource: str) -> None:
    trivial = asked(port, "GET", "/account/password/change/", b"", headers)
    paths = {
        "overview": "/health/",
        "search": "/health/?q=resource+49&state=critical",
        "resource": f"/health/resources/{resource}/?range=24h",
    }
    for name, path in paths.items():
        page = asked(port, "GET", path, b"", headers)
        page(), trivial()
        times: list[tuple[float, float]] = [
            (milliseconds(page), milliseconds(trivial)) for _ in range(15)
        ]
        ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
        print(
            f"{name} at {RESOURCES:,} resources, {RESOURCES * 8:,} series: {ours:.0f} ms, "
            f"{ours / theirs:.1f} trivial pages"
        )


@dataclass
class MadeUp:
    """AWS with so many NAT gateways an account, whose every point is 1: nothing costs less."""

    count: int

    def can_paginate(self, name: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        return lambda **asked: {}

    def describe_nat_gateways(self, **asked: Any) -> dict[str, Any]:
        each = {"VpcId": "vpc-1", "SubnetId": "subnet-1"}
        return {"NatGateways": [{"NatGatewayId": f"nat-{i}"} | each for i in range(self.count)]}

    def list_metrics(self, **asked: Any) -> dict[str, Any]:
        from tests.estate import NAT_METRICS

        if asked["Namespace"] != "AWS/NATGateway":
            return {"Metrics": []}
        return {
            "Metrics": [
                {
                    "Namespace": "AWS/NATGateway",
                    "MetricName": name,
                    "Dimensions": [{"Name": "NatGatewayId", "Value": f"nat-{i}"}],
                }
                for i in range(self.count)
                for name in NAT_METRICS
            ]
        }

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        start, end = (int(asked[name].timestamp()) for name in ("StartTime", "EndTime"))
        period = asked["MetricDataQueries"][0]["MetricStat"]["Period"]
        times = [datetime.fromtimestamp(at, UTC) for at in range(start, end, period)]
        answer = {"Timestamps": times, "Values": [1.0] * len(times), "StatusCode": "Complete"}
        results = [answer | {"Id": query["Id"]} for query in asked["MetricDataQueries"]]
        return {"MetricDataResults": results, "Messages": []}


def round_seconds(count: int) -> float:
    """Processor time of one quarter-hourly round of ten accounts. Inside Django."""
    from advisor.models import User
    from connectivity.core.health.series import Tier
    from connectivity.health.accounts.aws_access import Asking
    from connectivity.health.accounts.aws_accounts import Wish, add_account
    from connectivity.health.rounds import scheduling
    from connectivity.models import Collection, Resource, Series
    from tests.estate import NoLimit

    user = User.objects.create_user(f"round-{count}")
    clock = 1_795_500_000 // 900 * 900
    aws = MadeUp(count // ACCOUNTS)
    asking = Asking(lambda *_: aws, NoLimit(), lambda: clock)  # type: ignore[arg-type]
    wishes = [Wish(f"{count:06}{i:06}", "", ("us-east-1",)) for i in range(ACCOUNTS)]
    accounts = [add_account(user.team_id, wish, uses_own=True) for wish in wishes]
    lines = Collection.objects.filter(account__in=accounts)
    for pk in lines.filter(task="discover").values_list("pk", flat=True):
        scheduling.run(pk, asking, is_asked_for=True)
    series = Series.objects.filter(resource__account__in=accounts)
    assert Resource.objects.filter(account__in=accounts).count() == count  # noqa: S101
    series.update(begun=clock - 86_400, mark=clock - 900)
    quarter = list(lines.filter(task=Tier.QUARTER.value).values_list("pk", flat=True))
    for pk in quarter:  # the first one warms up
        scheduling.run(pk, asking, is_asked_for=True)
    clock += 900
    begin = time.process_time()
    for pk in quarter:
        scheduling.run(pk, asking, is_asked_for=True)
    return time.process_time() - begin


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
