"""What an option is: its charges, the objects it makes, its rules, and which flows it can carry."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from connectivity.core.columns import Flows, numbered
from connectivity.core.rule import Rule
from connectivity.core.topology import OPTION_KEYS
from costmodel.core.charges import Bools, Charge, Ints


def everything(flows: Flows) -> Bools:
    return np.ones(len(flows), dtype=np.bool_)


class Objects(NamedTuple):
    """Things of one kind that people look after; each counts once, however many rows mention it."""

    kind: str
    owner: Ints  # accounts
    thing: Ints


def nothing(flows: Flows) -> Iterator[Objects]:
    yield from ()


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One way of connecting two VPCs.

    `charges` yields what AWS bills for flows that the option carries; `objects` yields what people
    look after; `carries` is False for flows for which the option has no form at all, so that they
    cannot even be priced.
    """

    key: str
    name: str
    charges: Callable[[Flows], Iterable[Charge]]
    rules: tuple[Rule, ...]
    objects: Callable[[Flows], Iterable[Objects]] = nothing
    carries: Callable[[Flows], Bools] = everything
    assumes: tuple[str, ...] = ()  # sentences that the answer must carry
    keeps_vpcs: bool = True  # False where the two ends become one VPC
    takes_route: bool = True  # False where it needs no entry in the VPCs' route tables

    @property
    def rank(self) -> int:
        """The place in the contract's order, which settles ties."""
        return OPTION_KEYS.index(self.key)

    def count_objects(self, flows: Flows) -> dict[str, int]:
        counts = {one.kind: len(numbered(one.thing)[0]) for one in self.objects(flows)}
        return {kind: count for kind, count in counts.items() if count}
