"""Whether what a comparison says of other circumstances is true, over random topologies.

    python benchmarks/truth.py 2000 0

compares so many topologies, from that seed on, with the shipped price list and with one that has
made-up rates for whatever it lacks. Every flip is applied to the document or to the price list, a
thousandth beyond and before its threshold; every cost curve, every input of the sensitivity and
every what-if is billed again; payers and mixes are added up; every list is turned round. Prints
what was looked at, and everything that was not as it was said.
"""

import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from connectivity.core.latency.lookup import LatencySet
from connectivity.importers import latency_table
from costmodel.core.price_list import PriceList
from costmodel.importers import price_table
from tests.topologies import completed, random_document
from tests.truth import Truth, World, check

ROOT = Path(__file__).parent.parent
PRICES = max((ROOT / "costmodel" / "data").glob("prices_*.csv"))
LATENCIES = ROOT / "connectivity" / "data" / "option_p99_us-east-1_2020.csv"
MAX_SHOWN = 50


def main(count: int, seed: int) -> int:
    """The number of differences."""
    listed, latencies = shipped()
    lists = (listed, completed(listed))
    truth, begin = Truth(), time.monotonic()
    for number in range(seed, seed + count):
        truth.count("documents")
        for prices in lists:
            try:
                check(World(random_document(number), prices, latencies), truth)
            except Exception:  # a crash is a difference, and the others are looked at, too
                truth.differences.append(f"document {number}: {traceback.format_exc()}")
    for label, many in sorted(truth.counts.items()):
        print(f"{many:>10,} {label}")
    print(f"{len(truth.differences):>10,} differences, {time.monotonic() - begin:,.0f} s")
    for difference in truth.differences[:MAX_SHOWN]:
        print(difference)
    return len(truth.differences)


def shipped() -> tuple[PriceList, LatencySet]:
    """The shipped prices and latencies, without a database."""
    rows, cells = (path.read_text(encoding="utf-8").splitlines() for path in (PRICES, LATENCIES))
    return (
        PriceList("shipped", "", price_table.read(rows)),
        LatencySet("shipped", "", latency_table.read(cells)),
    )


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:3]]
    sys.exit(1 if main(*(asked + [100, 0][len(asked) :])) else 0)
