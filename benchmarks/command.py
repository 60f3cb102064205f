"""The whole command beside importing what it cannot do without: one flow, and 100,000 flows.

Medians of three, by the clock and by processor time: the second hardly depends on what else the
machine does.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from estates import document

ROOT = Path(__file__).parents[1]
FLOWS, VPCS = 100_000, 1_000
RUNS = 3
BARE = ("-c", "import numpy, django.db.models, rest_framework, celery")


class Cost(NamedTuple):
    """What a process took, and its peak of memory."""

    seconds: float
    processor: float
    gib: float


def cost(*arguments: str) -> Cost:
    runs = [_run(*arguments) for _ in range(RUNS)]
    return Cost(*(median(column) for column in zip(*runs, strict=True)))


def _run(*arguments: str) -> Cost:
    begin = perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def main() -> None:
    bare = cost(*BARE)
    print(f"the bare imports: {bare.seconds:.2f} s, {bare.processor:.2f} s of a processor")
    with tempfile.TemporaryDirectory() as folder:
        for flows, vpcs in ((1, 2), (FLOWS, VPCS)):
            path = Path(folder) / f"{flows}.json"
            path.write_text(json.dumps(document(flows, vpcs)), encoding="utf-8")
            for form in ("table", "json"):
                taken = cost("manage.py", "compare", str(path), "--format", form)
                print(
                    f"{flows:,} flows, {vpcs:,} VPCs, {path.stat().st_size / 1e6:.1f} MB, as "
                    f"{form}: {taken.seconds:.2f} s, {taken.seconds / bare.seconds:.1f} times the "
                    f"bare imports; {taken.processor:.2f} s of a processor, "
                    f"{taken.processor / bare.processor:.1f} times; {taken.gib:.2f} GiB"
                )


if __name__ == "__main__":
    main()
