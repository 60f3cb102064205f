"""5,000 simulated pings, old and new, whole and cut: how many are read, and how far figures are
from the truth. Not a ratio: it counts."""

import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.pings import GENERATIONS, invented, simulated, wrong

RUNS = 5_000
SEED = 20261125


def main() -> None:
    rng = random.Random(SEED)  # noqa: S311  # not for secrets
    begin = time.perf_counter()
    read, bad, cuts = Counter[str](), list[str](), 0
    for ping in simulated(RUNS, SEED):
        problems = wrong(ping)
        bad += problems
        read[ping.generation] += not problems
        cuts += invented(ping, rng.randrange(len(ping.printed)))
    print(
        f"{RUNS:,} pings, 0.1 to 300 ms, 1 to 1,000 packets, in {time.perf_counter() - begin:.0f} s"
    )
    for generation in GENERATIONS:
        print(f"  {generation}: {read[generation]:,} read, every figure within the print")
    print(f"  {len(bad)} problems; {cuts} cut runs gave a figure of their own")
    print("\n".join(bad[:20]))


if __name__ == "__main__":
    main()
