"""What no solution of a program costs less than, whoever found the multipliers that say so."""

from typing import NamedTuple

import numpy as np

from connectivity.core.plan.solver.program import Matrix
from costmodel.core.charges import Bools, Floats


class Certificate(NamedTuple):
    """A bound, and what a column adds to it.

    Attributes:
        bound: no solution costs less.
        reduced: a solution costs at least so much more for each unit by which the column is above
            0; where it is negative, for each unit below its upper bound. Shape (columns,).
    """

    bound: float
    reduced: Floats


class RestrictedProgram(NamedTuple):
    """A program without some columns, which keep values.

    Attributes:
        is_free: the columns that it has. Shape (columns of the whole,).
        values: of the others. Shape (columns of the whole,).
        usd: what these cost.
    """

    matrix: Matrix
    is_free: Bools
    values: Floats
    usd: float

    def whole(self, values: Floats) -> Floats:
        """A solution of the whole program; shape (columns of the whole,)."""
        result = self.values.copy()
        result[self.is_free] = values
        return result


def certificate(matrix: Matrix, multipliers: Floats) -> Certificate:
    """What multipliers of the rows prove, any at all: rows are added up, so often each.

    Args:
        multipliers: of every row; positive ones speak of its lower bound. Shape (rows,).
    """
    side = np.where(multipliers > 0, matrix.low, matrix.high)
    is_bounded = np.isfinite(side)
    side, multipliers = np.where(is_bounded, side, 0), np.where(is_bounded, multipliers, 0)
    row = np.repeat(np.arange(len(side)), np.diff(matrix.start))
    spent = np.bincount(
        matrix.column, weights=matrix.value * multipliers[row], minlength=len(matrix.cost)
    )
    reduced = matrix.cost - spent
    bound = side @ multipliers + np.minimum(reduced, 0) @ matrix.upper
    return Certificate(float(bound), reduced)


def within(matrix: Matrix, proof: Certificate, reach: float) -> RestrictedProgram:
    """What solutions that cost at most so much more than the bound leave open."""
    is_free = (np.abs(proof.reduced) <= reach) | ~matrix.is_whole
    return part(matrix, is_free, np.where(proof.reduced < 0, matrix.upper, 0.0))


def near(matrix: Matrix, values: Floats, is_open: Bools) -> RestrictedProgram:
    """What is left open where some columns are open, and all that shares a row with one that does;
    the others keep their values."""
    row = np.repeat(np.arange(len(matrix.low)), np.diff(matrix.start))
    is_free = is_open
    for _ in range(2):
        touched = np.bincount(row, weights=is_free[matrix.column], minlength=len(matrix.low)) > 0
        is_free = np.bincount(matrix.column, weights=touched[row], minlength=len(is_open)) > 0
    return part(matrix, is_free | ~matrix.is_whole, np.rint(values))


def part(matrix: Matrix, is_free: Bools, values: Floats) -> RestrictedProgram:
    """A program without the columns that are not free; rows with nothing left to decide go too."""
    kept_values = np.where(is_free, 0.0, values)
    rows = len(matrix.low)
    row = np.repeat(np.arange(rows), np.diff(matrix.start))
    used = np.bincount(row, weights=matrix.value * kept_values[matrix.column], minlength=rows)
    is_kept = is_free[matrix.column]
    counts = np.bincount(row[is_kept], minlength=rows)
    low, high = matrix.low - used, matrix.high - used
    is_row = (counts > 0) | (low > 0) | (high < 0)
    smaller = Matrix(
        matrix.cost[is_free],
        matrix.upper[is_free],
        matrix.is_whole[is_free],
        low[is_row],
        high[is_row],
        np.append(0, np.cumsum(counts[is_row])),
        (np.cumsum(is_free) - 1)[matrix.column[is_kept]],
        matrix.value[is_kept],
    )
    return RestrictedProgram(smaller, is_free, kept_values, float(kept_values @ matrix.cost))
