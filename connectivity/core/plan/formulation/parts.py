"""Parts of all designs, by which VPCs they join; the program of each."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.candidates import Candidate, able, candidates, possible
from connectivity.core.plan.design.joined import Pair, joined, merged_vpcs, roots
from connectivity.core.plan.formulation.model import NO_COLUMN, Model, Network, RowCause, model_of
from connectivity.core.plan.presolve.reduction import reduced
from connectivity.core.plan.solver.highs import Basis
from connectivity.core.plan.solver.program import INFINITE
from costmodel.core.charges import Bools

FEW_FLOWS = 100  # up to which solving is quicker than finding what need not be looked at
TIED_FLOWS = 1_000  # up to which designs that cost the same are told apart


class Requirements(NamedTuple):
    """What designs are asked to keep.

    Attributes:
        max_objects: how many managed resources there may be; None: any number.
        idle: flows that are not planned, by index.
        lifted: what they need not keep of what flows use together: the `together` of rules.
        max_changes: how many flows may leave the option that they use today; None: any number.
    """

    max_objects: int | None = None
    idle: frozenset[int] = frozenset()
    lifted: frozenset[Hashable] = frozenset()
    max_changes: int | None = None

    @property
    def is_bounded(self) -> bool:
        """More, or less, is asked than rules ask: what dominance proves does not hold."""
        return self.max_objects is not None or self.max_changes is not None or bool(self.lifted)

    def allows(self, case: Case, options: Sequence[Option | None], objects: int) -> bool:
        """A design keeps it, with so many managed resources."""
        return (self.max_objects is None or objects <= self.max_objects) and (
            self.max_changes is None or changes(case, options) <= self.max_changes
        )


ANY = Requirements()


def changes(case: Case, options: Sequence[Option | None]) -> int:
    """How many flows leave the option that they use today; a new flow leaves none."""
    pairs = zip(case.topology.flows, options, strict=True)
    return sum(
        option is not None and flow.today not in (None, option.key) for flow, option in pairs
    )


@dataclass(frozen=True)
class Branch:
    """Designs that join some pairs of VPCs and do not join others; the rest is open."""

    joined: frozenset[Pair]
    apart: frozenset[Pair]
    open: frozenset[Pair]

    @property
    def is_whole(self) -> bool:
        """It is every design."""
        return not (self.joined or self.apart or self.open)

    def split(self, pair: Pair) -> Iterator["Branch"]:
        """The designs that join a pair, and those that do not."""
        rest = self.open - {pair}
        yield Branch(self.joined | {pair}, self.apart, rest)
        yield Branch(self.joined, self.apart | {pair}, rest)


class Memory:
    """What the last search leaves to the next one of nearly the same estate, which then begins
    where that ended: one flow's traffic, or a price, is another.

    Attributes:
        candidates: what the program had.
        basis: that of its solution.
    """

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.basis = Basis()


def models(
    comparison: Comparison, part: Branch, asked: Requirements, memory: Memory
) -> tuple[Model, Model] | None:
    """The program of a part without what no cheapest design contains, and with all of it, which may
    be the same; None where a flow has nothing that it may use."""
    usable = _able(comparison, part, asked.idle)
    if usable is None:
        return None
    case, prices = comparison.case, comparison.prices
    if part.is_whole:
        if asked.is_bounded:
            rules = Network(case, np.zeros(len(case.topology.vpcs), dtype=np.bool_), asked.lifted)
            model = model_of(case, prices, usable, asked.max_objects, rules)
            _bound_changes(model, asked.max_changes)
            return model, model
        if len(case.flows) <= FEW_FLOWS:
            model = model_of(case, prices, usable)
            return model, model
        memory.candidates = reduced(case, prices, usable, memory.candidates)
        if _flows_of(memory.candidates) < _flows_of(usable):
            return None  # nothing that some flow may use has its prices
        model = model_of(case, prices, memory.candidates)
        return model, model_of(case, prices, usable) if len(case.flows) <= TIED_FLOWS else model
    network = joined(case, part.joined)
    merged = merged_vpcs(network, part.joined | part.open) if part.open else network
    rules = Network(network, _open(case, part), asked.lifted)
    model = model_of(merged, prices, usable, asked.max_objects, rules)
    _join(model, case, part)
    _bound_changes(model, asked.max_changes)
    return model, model


def _flows_of(usable: Sequence[Candidate]) -> int:
    """How many flows may use anything."""
    return int(np.any([each.usable for each in usable], axis=0).sum()) if usable else 0


def _bound_changes(model: Model, most: int | None) -> None:
    """All but so many of the flows that use an option today keep it."""
    if most is None:
        return
    keys = [flow.today for flow in model.case.topology.flows]
    is_planned = (model.column != NO_COLUMN).any(axis=0)
    is_used = np.array([key is not None for key in keys], dtype=np.bool_) & is_planned
    kept = [
        model.column[number, row]
        for number, each in enumerate(model.candidates)
        for row, key in enumerate(keys)
        if key == each.option.key and each.usable[row]
    ]
    columns = np.array(kept, dtype=np.int64)
    least = float(is_used.sum() - most)
    program, row = model.program, np.zeros(len(columns), dtype=np.int64)
    program.bound(row, columns, 1.0, [least], [INFINITE], RowCause.MAX_CHANGES)


def _open(case: Case, part: Branch) -> Bools:
    """The VPCs of which it is open what they are joined with. Shape (vpcs,)."""
    root = roots(case, part.joined | part.open)
    ends = root[np.array([end for pair in part.open for end in pair], dtype=np.int64)]
    return np.isin(root, ends)


def _able(comparison: Comparison, part: Branch, idle: frozenset[int]) -> list[Candidate] | None:
    """What each flow may use in a part; None where a flow has nothing."""
    case, answers = comparison.case, comparison.answers
    network = joined(case, part.joined)
    known = comparison.once(able) if network is case else candidates(case, answers, network)
    if part.open:
        known = _loosened(comparison, part, network, known)
    usable = [each.usable.copy() for each in known]
    width = len(case.topology.vpcs)
    apart = np.isin(case.pair, [vpc * width + other for vpc, other in part.apart])
    for each, mask in zip(known, usable, strict=True):
        mask[list(idle)] = False
        if not each.option.keeps_vpcs:
            mask[apart] = False
    planned = np.ones(len(case.flows), dtype=np.bool_)
    planned[list(idle)] = False
    if not usable or not np.any(usable, axis=0)[planned].all():
        return None
    return [
        Candidate(each.option, mask) for each, mask in zip(known, usable, strict=True) if mask.any()
    ]


def _loosened(
    comparison: Comparison, part: Branch, network: Case, known: Sequence[Candidate]
) -> list[Candidate]:
    """What each flow may use, if its VPCs may still be joined with others in any way."""
    case, answers = comparison.case, comparison.answers
    all_joined = joined(case, part.joined | part.open)
    is_open = case.touching(_open(case, part))
    usable = {each.option: each.usable for each in known}
    nothing = np.zeros(len(case.flows), dtype=np.bool_)
    loose = possible(case, answers, (network, all_joined))
    return [
        Candidate(option, np.where(is_open, mask, usable.get(option, nothing)))
        for option, mask in loose
    ]


def _join(model: Model, case: Case, part: Branch) -> None:
    """Every pair that is joined has a flow that joins it."""
    pairs = sorted(part.joined)
    if not pairs:
        return
    width = len(case.topology.vpcs)
    codes = np.array([vpc * width + other for vpc, other in pairs])
    joining = [n for n, each in enumerate(model.candidates) if not each.option.keeps_vpcs]
    number, flow = np.nonzero(model.column[joining] != NO_COLUMN)
    place = np.searchsorted(codes, case.pair[flow])
    is_there = codes[np.minimum(place, len(codes) - 1)] == case.pair[flow]
    columns = model.column[joining][number, flow][is_there]
    ones = np.ones(len(codes))
    model.program.bound(place[is_there], columns, 1.0, ones, ones * INFINITE, RowCause.JOINED)
