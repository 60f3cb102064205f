"""A topology as columns: row i of every array is flow i, values are indices into its lists.

One flow and a million flows are then the same code.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from connectivity.core.network.regions import has_choice
from costmodel.core.charges import Bools, Floats, Ints

MILLIONTHS = 1_000_000
NO_SERVICE = -1
AzList = tuple[str, ...]
AzCount = Callable[[AzList, AzList], int]
FEW_LISTS = 16  # up to which counts of all pairs are made at once, and kept
DENSE = 16  # codes a row, up to which a table of all codes is quicker than sorting the rows


@dataclass(frozen=True, slots=True)
class Side:
    """One end of every flow."""

    vpc: Ints
    account: Ints
    region: Ints
    azs: Ints  # an index into `Flows.az_lists`
    rank: Ints  # of the VPC: 0 talks with most others; of equal ones by account id, then name

    def rows(self, which: Ints | Bools) -> "Side":
        """The same end of some flows: a mask or indices."""
        return Side(*(column[which] for column in _side_columns(self)))

    @staticmethod
    def joined(sides: "list[Side]") -> "Side":
        """Several ends, one after the other."""
        return Side(*(np.concatenate([getattr(s, f.name) for s in sides]) for f in fields(Side)))


@dataclass(frozen=True, slots=True)
class Flows:
    """Every flow, shape (flows,). Traffic is in thousandths of a GB a month."""

    consumer: Side
    provider: Side
    hub: Ints  # the account that owns the hubs
    service: Ints  # NO_SERVICE for a flow to a whole VPC
    protocol: Ints  # an index into PROTOCOLS
    cross_zone: Bools
    existing_nlb: Bools
    request: Ints  # consumer to provider
    response: Ints  # provider to consumer
    crossing: Ints  # of both directions, what crosses AZs; 0 between Regions
    new: Floats  # millionths of a connection a second, whole
    active: Floats  # millionths of an open connection, whole
    requests: Floats  # millionths of a request a second, whole; NaN where it is not known
    az_lists: tuple[AzList, ...]

    def __len__(self) -> int:
        return len(self.service)

    @property
    def total(self) -> Ints:
        """Thousandths of a GB a month, both directions. Shape (flows,)."""
        return self.request + self.response

    @property
    def ends(self) -> Side:
        """Both ends, one after the other: twice as many rows."""
        return Side.joined([self.consumer, self.provider])

    @property
    def same_region(self) -> Bools:
        """Both ends are in one Region. Shape (flows,)."""
        return self.consumer.region == self.provider.region

    @property
    def to_service(self) -> Bools:
        """They go to a service, not to a whole VPC. Shape (flows,)."""
        return self.service != NO_SERVICE

    @property
    def common_azs(self) -> Ints:
        """How many AZs both ends have. Shape (flows,)."""
        return self.count_azs(_in_common)

    @property
    def has_choice(self) -> Bools:
        """Which flows may cross AZs or not. Shape (flows,)."""
        return self.count_azs(has_choice).astype(np.bool_)

    def count_azs(self, count: AzCount) -> Ints:
        """`count` of the AZ lists of both ends, asked once per pair of lists. Shape (flows,)."""
        if len(self.az_lists) <= FEW_LISTS:
            table = _az_counts(count, self.az_lists)
            return table[self.consumer.azs, self.provider.azs]
        width = len(self.az_lists)
        codes, rows = numbered(self.consumer.azs * width + self.provider.azs)
        pairs = (divmod(code, width) for code in codes.tolist())
        counts = [count(self.az_lists[ours], self.az_lists[theirs]) for ours, theirs in pairs]
        return np.array(counts, dtype=np.int64)[rows]

    def rows(self, which: Ints | Bools) -> "Flows":
        """Some of the flows; where a column has many states, of each of them."""
        ends = self.consumer.rows(which), self.provider.rows(which)
        columns = [column[..., which] for column in _flow_columns(self)]
        values: list[Any] = [*ends, *columns, self.az_lists]
        return Flows(*values)

    def alone(self) -> "Flows":
        """Every flow in a world of its own: nothing is shared; accounts 3i, 3i+1 and 3i+2."""
        row = np.arange(len(self))
        return replace(
            self,
            consumer=replace(self.consumer, vpc=2 * row, account=3 * row),
            provider=replace(self.provider, vpc=2 * row + 1, account=3 * row + 1),
            hub=3 * row + 2,
            service=np.where(self.to_service, row, NO_SERVICE),
        )

    def numbered_accounts(self, width: int) -> "Flows":
        """Accounts that say of which flow they are, too: the flow's index times `width`, which is
        more than any account, plus the account."""
        first = np.arange(len(self)) * width
        return replace(
            self,
            consumer=replace(self.consumer, account=first + self.consumer.account),
            provider=replace(self.provider, account=first + self.provider.account),
            hub=first + self.hub,
        )


_side_columns = attrgetter(*(field.name for field in fields(Side)))
_flow_columns = attrgetter(*[field.name for field in fields(Flows)][2:-1])  # without its ends


def _in_common(ours: AzList, theirs: AzList) -> int:
    return len(set(ours) & set(theirs))


class Sets(NamedTuple):
    """A set of texts of every flow. Most flows have one of a few."""

    different: tuple[frozenset[str], ...]
    of: Ints

    def holding(self, text: str) -> Bools:
        """The flows whose set holds a text. Shape (rows,)."""
        return np.array([text in texts for texts in self.different], dtype=np.bool_)[self.of]


def sets(values: Iterable[frozenset[str]]) -> Sets:
    """Sets of texts as codes, each different set once."""
    codes: dict[frozenset[str], int] = {}
    of = np.array([codes.setdefault(value, len(codes)) for value in values], dtype=np.int64)
    return Sets(tuple(codes), of)


def numbered(codes: Ints) -> tuple[Ints, Ints]:
    """The different codes (whole numbers from 0), rising, and the place of each row's among them.

    >>> [column.tolist() for column in numbered(np.array([7, 3, 7]))]
    [[3, 7], [1, 0, 1]]

    Shapes (codes,) and that of `codes`.
    """
    end = int(codes.max(initial=-1)) + 1
    if end > DENSE * len(codes):
        return np.unique(codes, return_inverse=True)
    is_there = np.zeros(end, dtype=np.bool_)
    is_there[codes] = True
    different = is_there.nonzero()[0]
    places = np.empty(end, dtype=np.int64)
    places[different] = np.arange(len(different))
    return different, places[codes]


def distinct_pairs(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Every pair of whole numbers (from 0) once, rising. Shape (pairs,) each.

    >>> [column.tolist() for column in distinct_pairs(np.array([2, 1, 2]), np.array([5, 7, 5]))]
    [[1, 2], [7, 5]]
    """
    width = int(right.max(initial=-1)) + 1
    pairs = np.unique(left.astype(np.int64) * width + right)
    return np.divmod(pairs, max(width, 1))


@lru_cache(maxsize=64)
def _az_counts(count: AzCount, lists: tuple[AzList, ...]) -> Ints:
    return np.array([[count(ours, theirs) for theirs in lists] for ours in lists], dtype=np.int64)


def ints(values: list[int]) -> Ints:
    """Values of a document, as a column. Shape (values,)."""
    return np.array(values, dtype=np.int64)


def floats(values: list[float]) -> Floats:
    """Values of a document, as a column. Shape (values,)."""
    return np.array(values, dtype=np.float64)


def bools(values: list[bool]) -> Bools:
    """Values of a document, as a column. Shape (values,)."""
    return np.array(values, dtype=np.bool_)
