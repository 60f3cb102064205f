"""A mixed-integer linear program under construction: columns, what they cost, and rows of sums."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from connectivity.core.network.flow_arrays import distinct_pairs
from costmodel.core.charges import Bools, Floats, Ints

INFINITE = float("inf")
GOLDEN = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio
SEED = 20_261_126  # of the numbers by which sets of columns are told apart; any other would do


Marks = NDArray[np.uint64]
NO_MARKS: Marks = np.zeros(0, dtype=np.uint64)


class Matrix(NamedTuple):
    """A whole program: columns of shape (columns,), rows of shape (rows,), entries row by row."""

    cost: Floats
    upper: Floats  # of every column; all begin at 0
    is_whole: Bools
    low: Floats
    high: Floats
    start: Ints  # of every row's entries, and behind the last. Shape (rows + 1,)
    column: Ints
    value: Floats
    mark: Marks = NO_MARKS  # of every column, by which the same is found in another program


class Program:
    """Columns from 0 to an upper bound, and rows with bounds; the sum of costs is to be least."""

    def __init__(self) -> None:
        self.cost: Floats = np.zeros(0)
        self.upper: Floats = np.zeros(0)
        self._is_whole: Bools = np.zeros(0, dtype=np.bool_)
        self._rows: list[tuple[Ints, Ints, Floats]] = []
        self._bounds: list[tuple[Floats, Floats]] = []
        self._row_count = 0
        self.caused: dict[Hashable, Ints] = {}
        """The rows of every cause. A cause has rows once."""
        self._any: dict[tuple[int, int], int] = {}
        self._random = np.random.default_rng(SEED)
        self.marks: Marks = NO_MARKS
        """Of every column, by which it is told apart."""

    def __len__(self) -> int:
        return len(self.cost)

    def add(
        self,
        count: int,
        upper: float | Floats = 1.0,
        *,
        is_whole: bool = True,
        names: Ints | Marks | None = None,
    ) -> Ints:
        """More columns; their indices, shape (count,). A name says of each which it is, among those
        that a program of its kind has at this place."""
        first = len(self)
        self.cost = np.append(self.cost, np.zeros(count))
        self.upper = np.append(self.upper, np.broadcast_to(upper, count))
        self._is_whole = np.append(self._is_whole, np.full(count, is_whole))
        marks = self._random.integers(0, 2**64, count, dtype=np.uint64)
        self.marks = np.append(
            self.marks, marks if names is None else _mixed(names, len(self._rows))
        )
        return np.arange(first, first + count)

    def charge(self, columns: Ints, usd: Floats | float) -> None:
        """What columns cost more; one may be named several times."""
        np.add.at(self.cost, columns, usd)

    def bound(
        self,
        row: Ints,
        column: Ints,
        value: Floats | float,
        low: Floats | Sequence[float],
        high: Floats | Sequence[float],
        cause: Hashable = None,
    ) -> None:
        """More rows: sums of values times columns between two bounds; `row` counts from 0.

        `cause` is why they are there, if somebody may ask.
        """
        values = np.broadcast_to(np.asarray(value, dtype=np.float64), len(row))
        self._rows.append((row + self._row_count, column, values))
        self._bounds.append((np.asarray(low, dtype=float), np.asarray(high, dtype=float)))
        more = len(self._bounds[-1][0])
        if cause is not None:
            self.caused[cause] = np.arange(self._row_count, self._row_count + more)
        self._row_count += more

    def at_most(self, smaller: Ints, larger: Ints, factor: Floats | float = 1.0) -> None:
        """Each of some columns is at most another, times a factor."""
        rows = np.arange(len(smaller))
        values = np.append(
            np.ones(len(rows)), -np.broadcast_to(np.asarray(factor, dtype=float), len(rows))
        )
        columns = np.append(smaller, larger)
        none = np.full(len(rows), -INFINITE)
        self.bound(np.append(rows, rows), columns, values, none, np.zeros(len(rows)))

    def any_of(self, group: Ints, column: Ints) -> Ints:
        """For every group of columns, one that is 1 as soon as any of them is.

        Args:
            group: of every entry, numbered from 0 without holes.
            column: of every entry, a column of 0 or 1; several entries may be the same.

        Returns:
            Shape (groups,). A group of a single column is that column; groups of the same columns
            have the same one.
        """
        if not len(group):
            return np.zeros(0, dtype=np.int64)
        groups, members = distinct_pairs(group, column)
        first = np.flatnonzero(np.diff(groups, prepend=-1))
        sizes = np.diff(np.append(first, len(groups)))
        sums = np.add.reduceat(self.marks[members], first)
        chosen = members[first].copy()
        new: list[int] = []
        for place in np.flatnonzero(sizes > 1).tolist():
            key = int(sums[place]), int(sizes[place])
            if key not in self._any:
                self._any[key] = len(self) + len(new)
                new.append(place)
            chosen[place] = self._any[key]
        self.add(len(new), names=np.minimum.reduceat(self.marks[members], first)[new])
        is_new = np.zeros(len(first), dtype=np.bool_)
        is_new[new] = True
        linked = is_new[groups]
        self.at_most(members[linked], chosen[groups[linked]])
        return chosen

    def matrix(self) -> Matrix:
        """The program; entries of one row and column are added up."""
        row, column, value = (np.concatenate([part[i] for part in self._rows]) for i in range(3))
        cells, entry = np.unique(row.astype(np.int64) * len(self) + column, return_inverse=True)
        rows = cells // len(self)
        counts = np.bincount(rows, minlength=self._row_count)
        low, high = (np.concatenate([part[i] for part in self._bounds]) for i in range(2))
        return Matrix(
            self.cost,
            self.upper,
            self._is_whole,
            low,
            high,
            np.append(0, np.cumsum(counts)),
            cells % len(self),
            np.bincount(entry, weights=value, minlength=len(cells)).astype(np.float64),
            self.marks,
        )


def _mixed(names: Ints | Marks, place: int) -> Marks:
    """Numbers in which no name is seen any more. Source: SplitMix64, Steele et al., OOPSLA 2014."""
    marks = names.astype(np.uint64) + np.uint64((place + 1) * GOLDEN % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        marks = (marks ^ (marks >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(marks ^ (marks >> np.uint64(31)))
