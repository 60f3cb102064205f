"""An AmazonEC2 offer file of 440 MB: how fast and in how much memory it is read.

Beside parsing alone: ijson's `basic_parse` with the same backend, which makes no values.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import ijson  # noqa: E402

from connectivity.core.comparison.price_names import price_names  # noqa: E402
from costmodel.importers.aws_price_list import read_offer  # noqa: E402
from costmodel.importers.needed import Needed  # noqa: E402
from tests.offers import large_ec2  # noqa: E402

MEGABYTES = 440


def parse(path: Path) -> None:
    with path.open("rb") as file:
        for _ in ijson.basic_parse(file):
            pass


def read(path: Path) -> None:
    read_offer(path, Needed(price_names()))


def measured(step: str, path: str) -> tuple[float, float]:
    """Seconds, and peak MB, in a process of its own."""
    begin = time.perf_counter()
    {"parse": parse, "read": read}[step](Path(path))
    seconds = time.perf_counter() - begin
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as at:
        path = Path(at) / "offer.json"
        with path.open("wb") as file:
            file.writelines(large_ec2(MEGABYTES)[1])
        results = {}
        for step in ("parse", "read", "parse", "read"):
            run = [sys.executable, __file__, step, str(path)]
            done = subprocess.run(run, check=True, capture_output=True, text=True)
            seconds, peak = map(float, done.stdout.split())
            results[step] = min(results.get(step, (seconds, peak)), (seconds, peak))
        size = path.stat().st_size / 1e6
    for step, (seconds, peak) in results.items():
        print(f"{step}: {size / seconds:.0f} MB a second, peak {peak:.0f} MB")
    ratio = results["parse"][0] / results["read"][0]
    print(f"reading has {ratio:.2f} times the speed of parsing alone")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*measured(*sys.argv[1:]))
    else:
        main()
