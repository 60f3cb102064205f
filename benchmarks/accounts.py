"""Sixty accounts of which five hang and five refuse: how late the lines of the others begin.

What `scripts/run` starts (worker, broker, clock, web on SQLite) asks an AWS of our own on loopback:
STS, EC2, ELBv2 and CloudWatch, whose answers are written from botocore's models. First all accounts
are well. Then all lines of all accounts are made due at the same moment, and in that moment five
begin to hang for 70 s a request, and five to refuse their role. Then all are due again, with those
left alone; and once more, while all of the worker's processes are killed (kill -9). A line is late
by the time from when it was due to when a worker took it up. In the end every series must have each
of its points.

    .venv/bin/python benchmarks/accounts.py [--accounts 60] [--hanging 5] [--refusing 5]
"""

import argparse
import contextlib
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
import product

from tests.doubles.aws_accounts import AwsAccounts, Fault, aws_accounts

LATEST_S = 60  # a healthy line begins within so long
WAIT_S = 300
HANG_S = 70
KILL_AFTER_S = 4
REGISTER = """
from advisor.models import Team
from connectivity.health.accounts.aws_accounts import Wish, add_account
for number in range({count}):
    account = f"{{number:012}}"
    role = f"arn:aws:iam::{{account}}:role/Reader"
    wish = Wish(account, "", ("us-east-1",), role, "an-external-id")
    add_account(Team.objects.default().pk, wish)
"""


class Round(NamedTuple):
    """How late each line of the healthy accounts began, in seconds."""

    name: str
    late: tuple[float, ...]
    missing: int  # lines that did not begin at all

    def __str__(self) -> str:
        ordered = sorted(self.late) or [0.0]
        p50, p99 = (ordered[min(len(ordered) - 1, int(s * len(ordered)))] for s in (0.5, 0.99))
        return (
            f"{self.name}: {len(self.late)} healthy lines late by p50 {p50:.0f} s, "
            f"p99 {p99:.0f} s, at most {ordered[-1]:.0f} s; {self.missing} did not begin"
        )


class Sizes(NamedTuple):
    """Of a run; the first accounts hang, the next refuse."""

    accounts: int = 60
    hanging: int = 5
    refusing: int = 5

    @property
    def ill(self) -> tuple[str, ...]:
        return tuple(f"{number:012}" for number in range(self.hanging + self.refusing))


class Rows:
    """The product's database, looked at from outside."""

    def __init__(self, path: Path, ill: Sequence[str]) -> None:
        self.path = path
        self.ill = frozenset(ill)

    def ask(self, query: str, *values: object) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
            return connection.execute(query, values).fetchall()

    def of_healthy(self, query: str) -> list[tuple]:
        """Rows without their account, which is the first column."""
        return [row for account, *row in self.ask(query) if account not in self.ill]

    def lines(self) -> list[tuple]:
        """When each healthy line was last taken up, and when it last succeeded."""
        return self.of_healthy(
            "SELECT a.account, c.tried_at, c.succeeded_at FROM connectivity_collection c "
            "JOIN connectivity_awsaccount a ON a.id = c.account_id WHERE a.is_demo = 0"
        )

    def make_due(self) -> float:
        """Every line, whose ever it is, at one moment."""
        now = time.time()
        text = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        self.ask("UPDATE connectivity_collection SET due_at = ?", text)
        return now

    def torn(self) -> int:
        """Series by the minute, of healthy accounts, that lack a point up to their mark."""
        rows = self.of_healthy(
            "SELECT a.account, s.mark, MIN(p.at), MAX(p.at), COUNT(*) FROM connectivity_series s "
            "JOIN connectivity_resource r ON r.id = s.resource_id "
            "JOIN connectivity_awsaccount a ON a.id = r.account_id "
            "LEFT JOIN connectivity_point p ON p.series_id = s.id "
            "WHERE s.period = 60 AND s.gone_at IS NULL AND a.is_demo = 0 GROUP BY s.id"
        )
        return sum(
            mark is None or last is None or last + 60 != mark or (last - first) // 60 + 1 != count
            for mark, first, last, count in rows
        )


def seconds(text: str | None) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() if text else 0.0


def until_taken(rows: Rows, name: str, due: float, column: int = 0) -> Round:
    """Wait until each healthy line was taken up (or succeeded) since it was due."""
    until = time.monotonic() + WAIT_S
    while True:
        moments = [seconds(line[column]) for line in rows.lines()]
        late = tuple(max(0.0, moment - due) for moment in moments if moment >= int(due))
        if len(late) == len(moments) or time.monotonic() > until:
            return Round(name, late, len(moments) - len(late))
        time.sleep(1)


def kill_pool(here: product.Product) -> int:
    """Every process that works on tasks, at once; how many those were."""
    killed = 0
    for worker in here.resident("advisor.workers"):
        with contextlib.suppress(OSError):
            parent = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[1]
            grandparent = Path(f"/proc/{parent}/cmdline").read_text()
            children = Path(f"/proc/{worker}/task/{worker}/children").read_text()
            if not children and "advisor.workers" in grandparent:
                os.kill(worker, signal.SIGKILL)
                killed += 1
    return killed


@contextlib.contextmanager
def as_worker(aws: AwsAccounts) -> Iterator[None]:
    """The environment in which boto3 finds the double, and credentials for it."""
    ours = {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "AKIAWORKER",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }
    before = dict(os.environ)
    os.environ |= ours
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def measure(sizes: Sizes) -> tuple[list[Round], int, int]:
    """The rounds, how many processes were killed, and how many series are torn."""
    with tempfile.TemporaryDirectory() as path, aws_accounts() as aws, as_worker(aws):
        folder = Path(path)
        with product.local(folder) as here:
            here.manage("shell", "--verbosity", "0", "-c", REGISTER.format(count=sizes.accounts))
            rows = Rows(folder / "advisor.sqlite3", sizes.ill)
            begun = until_taken(rows, "all accounts well, for the first time", 1.0, column=1)
            for number, account in enumerate(sizes.ill):
                is_hanging = number < sizes.hanging
                refusal = Fault("AccessDenied", "is not authorized to perform", 403)
                aws.fail(Fault(hangs_s=HANG_S) if is_hanging else refusal, account)
            surprised = until_taken(rows, "when they begin to hang and refuse", rows.make_due())
            quiet = until_taken(rows, "while those are left alone", rows.make_due())
            due = rows.make_due()
            time.sleep(KILL_AFTER_S)
            killed = kill_pool(here)
            restarted = until_taken(rows, "all workers' processes killed", due, column=1)
            return [begun, surprised, quiet, restarted], killed, rows.torn()


def main(arguments: Sequence[str] | None = None) -> bool:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in Sizes()._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=value)
    sizes = Sizes(**vars(parser.parse_args(arguments)))
    rounds, killed, torn = measure(sizes)
    for number, each in enumerate(rounds):
        if number:  # the first has no moment at which it was due
            print(each)
    print(f"{killed} processes killed; {torn} series that lack a point")
    measured = rounds[1:3]
    is_fair = all(max(each.late, default=0) <= LATEST_S and not each.missing for each in measured)
    return is_fair and not torn and not rounds[3].missing


if __name__ == "__main__":
    sys.exit(not main())
