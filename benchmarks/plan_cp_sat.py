"""Plans against CP-SAT, which proves the least cost of another model in whole numbers.

.venv/bin/python benchmarks/plan_cp_sat.py [--estates 60] [--seed 0] [--seconds 120]
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from connectivity.core.plan.search.plan import Plan, plan
from connectivity.core.plan.solver.highs import Outcome
from tests.connectivity.core.plan.estate import SMALL, Estate

ROOT = Path(__file__).parents[1]
HALF_A_CENT = Decimal("0.0051")
SIZES = (SMALL, SMALL, 40, 150, 500, 2_000)  # flows, in turns
FLOWS_PER_VPC = 8
MANY_FLOWS = 300  # beyond which no estate has a bound on its resources


class Verdict(NamedTuple):
    """What two solvers say of an estate.

    Attributes:
        wrong: how they contradict each other; empty: they do not.
        is_equal: both have proven the same least cost, or that there is no design.
    """

    estate: Estate
    wrong: str
    is_equal: bool
    seconds: float


def estates(count: int, seed: int, sizes: Sequence[int] = SIZES) -> Iterator[tuple[Estate, Plan]]:
    """Random estates of all sizes and their plans; of every third, if it is not too large, again
    with fewer managed resources than its plan has."""
    for number in range(seed, seed + count):
        flows = sizes[number % len(sizes)]
        estate = Estate(number, flows, max(12, flows // FLOWS_PER_VPC))
        planned = plan(estate.compared())
        design = planned.design
        if number % 3 == 0 and flows <= MANY_FLOWS and design and design.object_count > 1:
            estate = estate._replace(max_objects=design.object_count * 9 // 10)
            planned = plan(estate.compared(), estate.max_objects)
        yield estate, planned


def verdicts(planned: Iterable[tuple[Estate, Plan]], seconds: float) -> Iterator[Verdict]:
    """What CP-SAT says of plans, within a time for each."""
    with _cp_sat() as (asks, answers):
        for estate, known in planned:
            began = time.monotonic()
            asks.write(json.dumps([seconds, *estate]) + "\n")
            asks.flush()
            answer = json.loads(answers.readline())
            wrong = _wrong(known, answer)
            is_equal = not wrong and _is_settled(known) and answer["is_proven"]
            yield Verdict(estate, wrong, is_equal, time.monotonic() - began)


@contextmanager
def _cp_sat() -> Iterator[tuple[IO[str], IO[str]]]:
    command = [sys.executable, "-m", "tests.connectivity.core.plan.cp_sat"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        if process.stdin is None or process.stdout is None:
            raise ValueError("no pipes")
        yield process.stdin, process.stdout
        process.stdin.close()


def _is_settled(known: Plan) -> bool:
    return known.is_proven if known.design else known.outcome is Outcome.INFEASIBLE


def _wrong(known: Plan, answer: dict[str, Any]) -> str:
    design = known.design
    if design is None or not answer["is_possible"]:
        is_other = answer["is_possible"] is (design is None)
        return "only one of them has a design" if is_other else ""
    usd, bound = (_decimal(answer[name]) for name in ("usd", "bound"))
    lowest = Decimal(known.bound_usd) - HALF_A_CENT
    if usd < lowest or bound > design.exact_usd + HALF_A_CENT:
        return f"{design.exact_usd:,.4f} USD here, {usd:,.4f} by CP-SAT, none below {bound:,.4f}"
    return ""


def _decimal(text: str) -> Decimal:
    fraction = Fraction(text)
    return Decimal(fraction.numerator) / fraction.denominator


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--estates", type=int, default=60)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--seconds", type=float, default=120)
    args = asked.parse_args()
    equal = wrong = 0
    for verdict in verdicts(estates(args.estates, args.seed), args.seconds):
        equal, wrong = equal + verdict.is_equal, wrong + bool(verdict.wrong)
        says = verdict.wrong or ("equal" if verdict.is_equal else "not contradicted")
        print(f"{verdict.estate}: {says}, {verdict.seconds:.1f} s", flush=True)
    print(f"{args.estates} estates: {equal} equal, {wrong} wrong")
    sys.exit(f"{wrong} are wrong" if wrong else 0)


if __name__ == "__main__":
    main()
