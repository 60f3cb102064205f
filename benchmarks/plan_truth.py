"""Plans against every design there is, and against what anybody would think of.

.venv/bin/python benchmarks/plan_truth.py [--estates 400] [--documents 1000] [--seed 0]
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.plan.search.plan import plan
from connectivity.core.registered_document import topology
from tests.connectivity.core.plan.brute import Designs
from tests.connectivity.core.plan.instances import PRICES, instance
from tests.factories import price_list

HALF_A_CENT = 0.0051
BOUNDS = (None, 3, 6)  # managed resources
SMALL, LARGE = (8, 4), (30, 5)  # flows, and options of each


def compared(seed: int, size: tuple[int, int]) -> Comparison:
    """A random estate, compared."""
    document = topology(instance(seed, *size))
    return compare(document, price_list(PRICES), LatencySet("none", "", ()))


def differing(seeds: Iterable[int]) -> Iterator[str]:
    """Estates whose plan is not the cheapest of all designs, is not proven, or is none though there
    is a design; and those of which another design with the same total leaves less to manage."""
    for seed in seeds:
        comparison = compared(seed, SMALL)
        designs = Designs(comparison)
        for most in BOUNDS:
            design, best = (planned := plan(comparison, most)).design, designs.best_usd(most)
            if design is None:
                if np.isfinite(best):
                    yield f"{seed}, {most}: no plan, but a design of {best:,.2f} USD"
                continue
            if abs(float(design.exact_usd) - best) > HALF_A_CENT or not planned.is_proven:
                yield f"{seed}, {most}: {design.exact_usd:,.4f} USD, the best is {best:,.4f}"
            few = design.object_count, sum(option.order for option in design.options)
            if designs.least_of_equal(design.total_usd, most) != few:
                yield f"{seed}, {most}: another design of the same total comes first"


def dearer(seeds: Iterable[int]) -> Iterator[str]:
    """Documents whose plan costs more than a baseline."""
    for seed in seeds:
        planned = plan(compared(seed, LARGE))
        for each in planned.baselines:
            usd = each.design.total_usd if each.design and each.is_feasible else None
            if usd is not None and (planned.design is None or planned.design.total_usd > usd):
                yield f"{seed}: dearer than {each.name}, {usd:,} USD"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--estates", type=int, default=400)
    asked.add_argument("--documents", type=int, default=1_000)
    asked.add_argument("--seed", type=int, default=0)
    args = asked.parse_args()
    wrong = 0
    for name, count, check in (
        ("estates against every design", args.estates, differing),
        ("documents against every baseline", args.documents, dearer),
    ):
        began, places = time.monotonic(), range(args.seed, args.seed + count)
        for line in check(places):
            wrong += 1
            print(line)
        print(f"{count:,} {name}: {time.monotonic() - began:.0f} s")
    sys.exit(f"{wrong} are wrong" if wrong else 0)


if __name__ == "__main__":
    main()
