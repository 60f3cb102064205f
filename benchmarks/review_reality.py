"""What reviews predict beside what is counted, at full size, in networks that it makes.

Bursts of thousands against accept queues, peers that are gone for minutes, hundreds of slow clients
with and without nginx, rollouts in real time, tracked connections and the C library's lookups. Says
what the kernel of this machine cannot show.

    .venv/bin/python benchmarks/review_reality.py [--only rollouts]
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.connectivity.review_reality import kernel, programs
from tests.connectivity.review_reality.namespaces import lack
from tests.connectivity.review_reality.rows import Row

BURSTS = [
    {"burst_connections": 4000, "accept_per_second": 4000, "backlog": 511},
    {
        "burst_connections": 4000,
        "burst_per_second": 6000,
        "accept_per_second": 1500,
        "backlog": 1024,
    },
    {
        "burst_connections": 3000,
        "burst_per_second": 4000,
        "accept_per_second": 1000,
        "backlog": 8192,
        "somaxconn": 128,
    },
]
PEERS = [
    {"keepalive_seconds": 60, "interval_seconds": 5, "probes": 3},
    {"keepalive_seconds": 26, "interval_seconds": 5, "probes": 3},
    {"keepalive_seconds": 30, "interval_seconds": 10, "probes": 9, "user_timeout_seconds": 75},
    {"keepalive_seconds": 20, "interval_seconds": 7, "probes": 9, "user_timeout_seconds": 30},
    {"keepalive_seconds": "off", "user_timeout_seconds": 20},
    {"keepalive_seconds": "off", "user_timeout_seconds": 60},
]
HOST = {"path_timeout_seconds": 60, "retries2": 7}
POOL = {
    "workers": 40,
    "requests_per_second": 150,
    "service_seconds": 0.1,
    "request_bytes": 4000,
    "slow_bytes_per_second": 1000,
}
TRAFFIC = {"per_second": 500, "abandons_every": 10, "udp_every": 4, "lives_seconds": 2}
TIMEOUTS = {"time_wait_seconds": 20, "established_timeout_seconds": 25, "udp_timeout_seconds": 5}
LOAD = {"requests_per_second": 30, "replicas": 3}


class Subject(NamedTuple):
    """What is counted, and what of the kernel it takes."""

    rows: Callable[[], list[Row]]
    needs: tuple[str, ...] = ()


SUBJECTS = {
    "accept_queues": Subject(lambda: kernel.accept_queues(BURSTS)),
    "dead_peers": Subject(lambda: kernel.dead_peers(PEERS, HOST), ("interfaces",)),
    "lookups": Subject(kernel.lookups, ("interfaces",)),
    "tracked_connections": Subject(
        lambda: kernel.tracked_connections(TRAFFIC, TIMEOUTS), ("tracking",)
    ),
    "worker_pools": Subject(lambda: programs.worker_pools(POOL, 4), ("switching users",)),
    "rollouts": Subject(lambda: programs.rollouts(load=LOAD, pace=1), ()),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=SUBJECTS, help="one subject")
    only = parser.parse_args().only
    wrong = 0
    for name, subject in SUBJECTS.items():
        if only in (None, name):
            wrong += told(name, subject)
    sys.exit(f"{wrong} differ" if wrong else 0)


def told(name: str, subject: Subject) -> int:
    if reason := lack(*subject.needs):
        print(f"{name}: not shown: {reason}")
        return 0
    begin = time.monotonic()
    rows = subject.rows()
    print(f"{name} ({time.monotonic() - begin:.0f} s)")
    for row in rows:
        verdict = "" if row.agrees else "  differs"
        print(f"  {row.subject}: predicted {row.predicted:,.6g}, {row.counted:,.6g}{verdict}")
    return sum(not row.agrees for row in rows)


if __name__ == "__main__":
    main()
