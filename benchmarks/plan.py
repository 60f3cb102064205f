"""The cheapest design of a large company: making its program, solving it, other ways, and sizes.

.venv/bin/python benchmarks/plan.py [--vpcs 1000] [--flows 20000] [--large 100000] [--seconds 300]
"""

import argparse
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import estates

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.plan.design.candidates import candidates
from connectivity.core.plan.formulation.model import model_of
from connectivity.core.plan.formulation.parts import Memory
from connectivity.core.plan.presolve.reduction import reduced
from connectivity.core.plan.search.cheapest import Limits, cheapest
from connectivity.core.plan.search.plan import MIX, Plan, plan
from connectivity.core.plan.solver.program import Matrix
from connectivity.core.plan.solver.solving import solve
from connectivity.core.plan.trade_offs.variations import with_gb
from connectivity.core.registered_document import topology
from costmodel.core.price_list import PriceList
from costmodel.importers import price_table

SHIPPED = max((Path(__file__).parents[1] / "costmodel" / "data").glob("prices_*.csv"))
EDITS = 9
TIMES_GB = (0.5, 2, 20)
SEED = 20_261_126


def compared(flows: int, vpcs: int) -> Comparison:
    """A company, compared."""
    prices = PriceList("shipped", "", price_table.read(SHIPPED.read_text().splitlines()))
    network = topology(estates.company(flows, vpcs))
    return compare(network, prices, LatencySet("none", "", ()))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a processor, and what came of them."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def matrix_of(comparison: Comparison) -> Matrix:
    """The program of a plan, from what flows may use on."""
    case, prices = comparison.case, comparison.prices
    able = candidates(case, comparison.answers)
    return model_of(case, prices, reduced(case, prices, able)).program.matrix()


def with_big_m(matrix: Matrix) -> Matrix:
    """The same, with one row for everything shared: the sum of what uses it is at most their
    number, if it is there."""
    row = np.repeat(np.arange(len(matrix.low)), np.diff(matrix.start))
    counts = np.diff(matrix.start)
    users = np.bincount(row, weights=matrix.value == 1, minlength=len(counts))
    shared = np.bincount(row, weights=matrix.value == -1, minlength=len(counts))
    is_link = (counts == 2) & (users == 1) & (shared == 1) & (matrix.high == 0)
    is_link &= np.isneginf(matrix.low)
    linked = is_link[row]
    thing = matrix.column[linked & (matrix.value == -1)]
    things, group = np.unique(thing, return_inverse=True)
    user = matrix.column[linked & (matrix.value == 1)]
    most = np.bincount(group).astype(float)
    place = np.cumsum(~is_link) - 1
    first = int((~is_link).sum())
    rows = np.concatenate([place[row[~linked]], first + group, first + np.arange(len(things))])
    columns = np.concatenate([matrix.column[~linked], user, things])
    values = np.concatenate([matrix.value[~linked], np.ones(len(user)), -most])
    shape = first + len(things), len(matrix.cost)
    table = csr_array((values, (rows, columns)), shape=shape)
    return matrix._replace(
        low=np.append(matrix.low[~is_link], np.full(len(things), -np.inf)),
        high=np.append(matrix.high[~is_link], np.zeros(len(things))),
        start=table.indptr, column=table.indices, value=table.data,
    )  # fmt: skip


def by_scipy(matrix: Matrix, seconds: float) -> Any:
    """What `scipy.optimize.milp` makes of it."""
    shape = len(matrix.low), len(matrix.cost)
    table = csr_array((matrix.value, matrix.column, matrix.start), shape=shape)
    return milp(
        matrix.cost,
        integrality=matrix.is_whole.astype(int),
        bounds=Bounds(0, matrix.upper),
        constraints=LinearConstraint(table, matrix.low, matrix.high),
        options={"time_limit": seconds},
    )


def edits(comparison: Comparison) -> list[float]:
    """How long the plan takes with other GB of a flow, in first plans."""
    limits, dice = Limits(memory=Memory()), random.Random(SEED)  # noqa: S311  not a secret
    first, known = timed(lambda: cheapest(comparison, limits))
    gb, times = comparison.case.column("gb"), []
    for row in dice.sample(range(len(gb)), EDITS):
        other = with_gb(comparison, row, float(gb[row]) * dice.choice(TIMES_GB))
        again, _ = timed(lambda other=other: cheapest(other, limits, known.choice))
        times.append(again / first)
    return times


def tell(planned: Plan) -> None:
    """What it costs, and others beside it."""
    design = planned.design
    if design is None:
        sys.exit(f"no design: {planned.outcome}")
    gap = planned.gap_usd or 0
    print(f"  {design.total_usd:,} USD, {planned.outcome}, gap {gap} USD, ", end="")
    print(f"{float(gap) / float(design.total_usd):.1e} of it; {memory():.2f} GiB at most so far")
    for each in planned.baselines:
        if each.design is not None and each.is_feasible:
            times = each.design.total_usd / design.total_usd
            print(f"  {each.name}{' (cheapest per flow)' * (each.name == MIX)}: {times:.3f} times")


def memory() -> float:
    """GiB of this process, at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--vpcs", type=int, default=1_000)
    asked.add_argument("--flows", type=int, default=20_000)
    asked.add_argument("--large", type=int, default=100_000, help="flows; 0: none")
    asked.add_argument("--seconds", type=float, default=300, help="of each solver")
    args = asked.parse_args()
    comparison = compared(args.flows, args.vpcs)
    making, matrix = timed(lambda: matrix_of(comparison))
    solving, _ = timed(lambda: solve(matrix, args.seconds))
    print(f"{args.flows:,} flows, {args.vpcs:,} VPCs: {len(matrix.cost):,} columns, ", end="")
    print(f"{len(matrix.low):,} rows, {len(matrix.value):,} entries; seconds of a processor:")
    whole, planned = timed(lambda: plan(compared(args.flows, args.vpcs), seconds=args.seconds))
    print(f"making {making:.2f}, solving {solving:.2f}: {making / solving:.2f} times")
    print(f"document to plan, with all bills and baselines: {whole:.2f}")
    tell(planned)
    times = edits(comparison)
    print(
        f"{EDITS} edits: {statistics.median(times):.2f} of the first plan, {max(times):.2f} at most"
    )
    if args.large:
        larger(args.large, args.large * args.vpcs // args.flows, whole, args.seconds)
    others(matrix, whole, args.seconds)


def others(matrix: Matrix, whole: float, seconds: float) -> None:
    """What scipy's solver makes of the same program, and of one with big-M rows."""
    for name, program in (("the same program", matrix), ("big-M rows", with_big_m(matrix))):
        lasted, answer = timed(lambda program=program: by_scipy(program, seconds))
        usd = (
            "no design" if answer.x is None else f"{answer.fun:,.2f} USD, gap {answer.mip_gap:.1e}"
        )
        print(f"scipy.optimize.milp, {name}: {lasted:.1f}, {usd}; ", end="")
        print(f"document to plan is {whole / lasted:.2f} times")


def larger(flows: int, vpcs: int, whole: float, seconds: float) -> None:
    """A large company's plan, beside what the smaller one took."""
    longer, planned = timed(lambda: plan(compared(flows, vpcs), seconds=seconds))
    print(f"{flows:,} flows, {vpcs:,} VPCs, document to plan: {longer:.1f}, ", end="")
    print(f"{longer / whole:.1f} times as long")
    tell(planned)


if __name__ == "__main__":
    main()
