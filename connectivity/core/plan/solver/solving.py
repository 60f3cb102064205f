"""The least cost of a program, how far that is proven, and how it is going.

First in fractions: nearly always the answer is whole, and its multipliers prove that. Where it is
not, they prove of most columns which value they have in every solution that is cheaper than one
that is known, and whole numbers are looked for in the rest.
"""

import time
from dataclasses import dataclass

import numpy as np

from connectivity.core.plan.solver.certificate import (
    Certificate,
    RestrictedProgram,
    certificate,
    near,
    within,
)
from connectivity.core.plan.solver.highs import (
    GAP_USD,
    Basis,
    Going,
    Outcome,
    Solution,
    Watch,
    carry_on,
    in_fractions,
    in_whole_numbers,
)
from connectivity.core.plan.solver.program import INFINITE, Matrix
from costmodel.core.charges import Floats

WHOLE = 1e-6  # by which a value may miss a whole number: designs are billed as they are rounded
LARGE = 250_000  # columns: some 60,000 flows
ENOUGH = 1e-6
"""Of the cost of a large program: a solution so near to its bound is the answer. To prove the last
cents takes a sixth of the time."""
MARGIN_USD = 1.0  # beyond a known cost, so that what has it is surely among what is left


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solver answers.

    Attributes:
        values: of every column; None where no solution is as cheap as what was known.
        bound: no solution costs less.
    """

    outcome: Outcome
    values: Floats | None
    bound: float


def solve(
    matrix: Matrix,
    seconds: float,
    known_usd: float = INFINITE,
    watch: Watch = carry_on,
    basis: Basis | None = None,
) -> Solved:
    """The solution of least cost.

    Args:
        matrix: the program.
        seconds: after which the best so far is the answer.
        known_usd: what a solution costs that is known already.
        watch: asked now and then; False stops.
        basis: to begin with, and to leave to the next; None: neither.
    """
    end = time.monotonic() + seconds
    relaxed = in_fractions(matrix, seconds, watch, basis or Basis())
    if relaxed.outcome is Outcome.INFEASIBLE:
        return Solved(Outcome.INFEASIBLE, None, INFINITE)
    if relaxed.multipliers is None:
        return Solved(Outcome.STOPPED, None, -INFINITE)
    proof = certificate(matrix, relaxed.multipliers)
    if relaxed.values is None:
        return Solved(Outcome.STOPPED, None, proof.bound)
    is_open = matrix.is_whole & (np.abs(relaxed.values - np.rint(relaxed.values)) > WHOLE)
    if not is_open.any():
        return Solved(relaxed.outcome, relaxed.values, proof.bound)
    first = near(matrix, relaxed.values, is_open)
    return _made_whole(matrix, proof, first, end, known_usd, watch)


def _made_whole(
    matrix: Matrix,
    proof: Certificate,
    first: RestrictedProgram,
    end: float,
    known_usd: float,
    watch: Watch,
) -> Solved:
    """The solution in whole numbers: looked for nearby, then wherever it may be."""
    telling = _telling(watch, first, proof.bound, proof.bound)
    nearby = _whole(first, in_whole_numbers(first.matrix, end - time.monotonic(), telling))
    usd = known_usd if nearby is None else min(known_usd, float(nearby @ matrix.cost))
    if nearby is not None and usd - proof.bound < _enough_usd(matrix, usd):
        return Solved(Outcome.OPTIMAL, nearby, proof.bound)
    left = within(matrix, proof, usd + MARGIN_USD - proof.bound)
    telling = _telling(watch, left, proof.bound, usd)
    answer = in_whole_numbers(left.matrix, end - time.monotonic(), telling)
    if answer.outcome is Outcome.INFEASIBLE:
        if nearby is not None:  # HiGHS contradicts itself
            return Solved(Outcome.STOPPED, nearby, proof.bound)
        return Solved(answer.outcome, None, usd + MARGIN_USD)
    bound = max(proof.bound, min(answer.bound + left.usd, usd))
    solutions = [each for each in (nearby, _whole(left, answer)) if each is not None]
    best = min(solutions, key=lambda each: float(each @ matrix.cost), default=None)
    return Solved(answer.outcome, best, bound)


def _enough_usd(matrix: Matrix, usd: float) -> float:
    """By how much a solution of this cost may miss the bound, and be the answer."""
    return max(GAP_USD, ENOUGH * usd) if len(matrix.cost) > LARGE else GAP_USD


def _telling(watch: Watch, part: RestrictedProgram, least: float, most: float) -> Watch:
    """Who watches a part is told of the whole, which costs at least and at most so much."""
    if watch is carry_on:
        return watch

    def look(going: Going) -> bool:
        bound = min(max(going.bound_usd + part.usd, least), most)
        values = None if going.values is None else part.whole(going.values)
        return watch(Going(going.seconds, going.usd + part.usd, bound, values))

    return look


def _whole(part: RestrictedProgram, answer: Solution) -> Floats | None:
    """What a search of a part gave, as a solution of the whole."""
    return None if answer.values is None else part.whole(answer.values)
