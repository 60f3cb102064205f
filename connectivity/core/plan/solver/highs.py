"""HiGHS: what it is given, and what it answers."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from connectivity.core.plan.solver.program import INFINITE, Marks, Matrix
from costmodel.core.charges import Floats

GAP_USD = 1e-3  # below which HiGHS stops: a tenth of a cent
TOLERANCE = 1e-9  # of HiGHS, for rows, reduced costs and whole numbers
THREADS = 1  # a worker plans beside others


class Outcome(StrEnum):
    OPTIMAL = "optimal"
    STOPPED = "stopped"  # by its time, or by whoever asked
    INFEASIBLE = "infeasible"


class Going(NamedTuple):
    """How far a solver is."""

    seconds: float
    usd: float  # of the best design so far; infinite: none yet
    bound_usd: float  # no design costs less
    values: Floats | None = None  # of a solution that has just been met


Watch = Callable[[Going], bool]


def carry_on(going: object) -> bool:
    """Watches nothing."""
    return True


class Solution(NamedTuple):
    """What HiGHS says; values and multipliers are None where it has none.

    `bound` is of a program in whole numbers, `multipliers` of one in fractions: one for every row.
    """

    outcome: Outcome
    values: Floats | None
    bound: float = -INFINITE
    multipliers: Floats | None = None


def in_whole_numbers(matrix: Matrix, seconds: float, watch: Watch) -> Solution:
    """The cheapest solution, and a bound that no solution is below."""
    highs, highspy = _highs(matrix, seconds)
    if watch is not carry_on:
        highs.cbMipInterrupt.subscribe(lambda event: _look(event, watch, _of_mip))
        highs.cbMipImprovingSolution.subscribe(lambda event: watch(_met(event.data_out)))
    kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
    columns = np.arange(len(matrix.cost), dtype=np.int32)
    whole = np.array([int(kind) for kind in kinds], dtype=np.uint8)[matrix.is_whole.astype(int)]
    highs.changeColsIntegrality(len(columns), columns, whole)
    highs.run()
    outcome, values = _outcome(highspy, highs)
    if outcome is Outcome.INFEASIBLE:
        return Solution(outcome, None, INFINITE)
    return Solution(outcome, values, float(highs.getInfo().mip_dual_bound))


class Basis:
    """That in which the last program in fractions ended, for the next one to begin with: what
    little differs is then found in a few steps. It proves nothing."""

    def __init__(self) -> None:
        self._last: tuple[Marks, Marks, Any] | None = None

    def put(self, highs: Any, highspy: Any, matrix: Matrix) -> None:
        """Let HiGHS begin with it."""
        if self._last is None or not len(matrix.mark):
            return
        *known, basis = self._last
        marks = matrix.mark, _row_marks(matrix)
        if not all(map(np.array_equal, known, marks)):
            kinds = highspy.HighsBasisStatus
            carried = highspy.HighsBasis()
            carried.valid = carried.alien = True
            carried.col_status = _carried(known[0], basis.col_status, marks[0], kinds.kLower)
            carried.row_status = _carried(known[1], basis.row_status, marks[1], kinds.kBasic)
            basis = carried
        highs.setBasis(basis)

    def take(self, highs: Any, matrix: Matrix) -> None:
        """Keep that of a program that HiGHS has solved."""
        if len(matrix.mark) and (basis := highs.getBasis()).valid:
            self._last = matrix.mark, _row_marks(matrix), basis


def _row_marks(matrix: Matrix) -> Marks:
    sums = np.append(np.uint64(0), np.cumsum(matrix.mark[matrix.column], dtype=np.uint64))
    return np.asarray(np.diff(sums[matrix.start]))


def _carried(known: Marks, statuses: Sequence[Any], marks: Marks, new: Any) -> list[Any]:
    """The status of each mark; of one that is not known, another."""
    order = np.argsort(known)
    last = len(known) - 1
    place = order[np.minimum(np.searchsorted(known, marks, sorter=order), last)]
    every = np.array([*statuses, new], dtype=object)
    kept: list[Any] = every[np.where(known[place] == marks, place, last + 1)].tolist()
    return kept


def in_fractions(matrix: Matrix, seconds: float, watch: Watch, basis: Basis) -> Solution:
    """The cheapest solution if nothing need be whole, and the multipliers that prove it.

    HiGHS's own presolve takes longer here than it saves.
    """
    highs, highspy = _highs(matrix, seconds)
    highs.setOptionValue("presolve", "off")
    basis.put(highs, highspy, matrix)
    if watch is not carry_on:
        highs.cbSimplexInterrupt.subscribe(lambda event: _look(event, watch, _of_simplex))
    highs.run()
    basis.take(highs, matrix)
    outcome, values = _outcome(highspy, highs)
    multipliers = np.array(highs.getSolution().row_dual)
    return Solution(outcome, values, multipliers=multipliers if len(multipliers) else None)


def _highs(matrix: Matrix, seconds: float) -> tuple[Any, Any]:
    highspy: Any = import_module("highspy")  # only where there is something to solve

    class Silent(highspy.Highs):  # type: ignore[misc]
        """Says nothing on standard output, not even its name when it is made."""

        def enableCallbacks(self) -> None:
            self.silent()
            super().enableCallbacks()

    highs = Silent()
    for name, value in (
        ("time_limit", max(seconds, 0.0)),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", GAP_USD),
        ("mip_feasibility_tolerance", TOLERANCE),
        ("primal_feasibility_tolerance", TOLERANCE),
        ("dual_feasibility_tolerance", TOLERANCE),
        ("threads", THREADS),
    ):
        highs.setOptionValue(name, value)
    if highs.passModel(_lp(highspy, matrix)) == highspy.HighsStatus.kError:
        raise ValueError("HiGHS refuses the program")
    return highs, highspy


def _lp(highspy: Any, matrix: Matrix) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(matrix.cost), len(matrix.low)
    lp.col_cost_ = matrix.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), matrix.upper
    lp.row_lower_, lp.row_upper_ = matrix.low, matrix.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.start, matrix.column
    lp.a_matrix_.value_ = matrix.value
    return lp


def _look(event: Any, watch: Watch, going: Callable[[Any], Going]) -> None:
    if not watch(going(event.data_out)):
        event.data_in.user_interrupt = True


def _of_mip(out: Any) -> Going:
    return Going(out.running_time, out.mip_primal_bound, out.mip_dual_bound)


def _met(out: Any) -> Going:
    return _of_mip(out)._replace(values=np.array(out.mip_solution))


def _of_simplex(out: Any) -> Going:
    return Going(out.running_time, INFINITE, -INFINITE)


def _outcome(highspy: Any, highs: Any) -> tuple[Outcome, Floats | None]:
    status, kinds = highs.getModelStatus(), highspy.HighsModelStatus
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Outcome.INFEASIBLE, None
    feasible = highspy.SolutionStatus.kSolutionStatusFeasible
    has_values = highs.getInfo().primal_solution_status == feasible
    values = np.array(highs.getSolution().col_value) if has_values else None
    return (Outcome.OPTIMAL if status == kinds.kOptimal else Outcome.STOPPED), values
