"""The search for the cheapest design: one program, or several where VPCs may be joined.

Which VPCs are one decides what is shared and what rules look at. Where flows may use VPC sharing
the search begins with a program that knows less than it should, and is never dearer than a design;
it is split by whether a pair of VPCs is joined until what it answers is a design.
"""

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.candidates import able
from connectivity.core.plan.design.designs import Choice, Design, can_be_built, design_of
from connectivity.core.plan.design.joined import Pair
from connectivity.core.plan.formulation.model import NO_COLUMN, Model
from connectivity.core.plan.formulation.parts import (
    ANY,
    TIED_FLOWS,
    Branch,
    Memory,
    Requirements,
    models,
)
from connectivity.core.plan.search.ties import same_total
from connectivity.core.plan.solver.highs import Going, Outcome, Watch, carry_on
from connectivity.core.plan.solver.program import INFINITE
from connectivity.core.plan.solver.solving import solve
from costmodel.core.charges import Floats
from costmodel.core.units import CENT

SECONDS = 60.0
ROUNDING = 1e-12  # of sums in float64, by which a bound may be too high, as a share of it
HALF_A_CENT = float(CENT / 2)
TIE_SECONDS = 5.0
BILLING_SHARE = 0.1  # of the time, for designs that are met on the way


class SoFar(NamedTuple):
    """How far a search is.

    Attributes:
        design: the best that is known; None: none yet.
        bound_usd: no design costs less, in USD a month.
        part: of what is asked for, which is being made.
    """

    seconds: float
    design: Design | None
    bound_usd: float
    part: str = "plan"


Look = Callable[[SoFar], bool]


class Limits(NamedTuple):
    """What a search keeps to.

    Attributes:
        asked: what its designs keep.
        seconds: after which the best design so far is the answer.
        watch: asked now and then how far it is; False stops.
        tells_ties: of designs with the same total the one with fewer managed resources is sought.
        memory: of searches of nearly the same estate; None: none came before, and none follows.
    """

    asked: Requirements = ANY
    seconds: float = SECONDS
    watch: Look = carry_on
    tells_ties: bool = True
    memory: Memory | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Cheapest:
    """What a search found.

    Attributes:
        choice: an option for every flow that is planned; none without a design.
        bound_usd: no design costs less, in USD a month.
    """

    outcome: Outcome
    design: Design | None
    choice: Choice
    bound_usd: float

    @property
    def is_proven(self) -> bool:
        """No design costs less, to the cent."""
        if self.design is None:
            return self.outcome is Outcome.INFEASIBLE
        return float(self.design.exact_usd) - self.bound_usd < HALF_A_CENT


@dataclass
class _Search:
    comparison: Comparison
    limits: Limits
    began: float = field(default_factory=time.monotonic)
    best: Design | None = None
    choice: Choice = ()
    is_stopped: bool = False
    billing: float = 0.0  # seconds, of designs that were met on the way

    @property
    def left(self) -> float:
        return max(self.limits.seconds - (time.monotonic() - self.began), 0.0)

    @property
    def tells_ties(self) -> bool:
        is_small = len(self.comparison.case.flows) <= TIED_FLOWS
        return self.limits.tells_ties and is_small and not self.is_stopped

    def take(self, choice: Choice) -> Design | None:
        """A design that may be built, which is the best so far if it is better; else None."""
        if self.best is not None and choice == self.choice:
            return self.best
        design = design_of(self.comparison, choice)
        case, asked = self.comparison.case, self.limits.asked
        if design is None or not asked.allows(case, choice, design.object_count):
            return None
        if not can_be_built(self.comparison, choice, self.limits.asked.lifted):
            return None
        if self.best is None or design.order < self.best.order:
            self.best, self.choice = design, choice
        return design

    def look(self, bound: float) -> bool:
        """Tell how far it is, given what the designs cost at least that are left."""
        known = float(self.best.exact_usd) if self.best else INFINITE
        here = SoFar(time.monotonic() - self.began, self.best, max(min(bound, known), 0.0))
        self.is_stopped |= not self.limits.watch(here)
        return not self.is_stopped

    def watch(self, model: Model, part: Branch, bound: float) -> Watch:
        """Of the solver of a part, which alone says more where it is all."""
        if self.limits.watch is carry_on:
            return carry_on
        is_all = not (part.joined or part.apart)

        def look(going: Going) -> bool:
            if going.values is not None:
                self._meet(_chosen(model, going.values))
            return self.look(_proven(going.bound_usd, model) if is_all else bound)

        return look

    def _meet(self, choice: Choice) -> None:
        """Take a design that a solver met, if there is time for its bill."""
        began = time.monotonic()
        if self.billing <= BILLING_SHARE * (began - self.began):
            self.take(choice)
            self.billing += time.monotonic() - began

    def may_win(self, bound: float) -> bool:
        """A design that costs so little would be better than the best so far, or equal to it."""
        return self.best is None or bound < float(self.best.total_usd) + HALF_A_CENT


def cheapest(
    comparison: Comparison, limits: Limits = NO_LIMITS, start: Choice | None = None
) -> Cheapest:
    """The cheapest design, as far as it is proven.

    Args:
        start: a design to begin with.
    """
    search = _Search(comparison, limits)
    if start is not None:
        search.take(start)
    pairs = joinable(comparison, limits.asked.idle)
    bound = _explore(search, Branch(frozenset(), frozenset(), pairs))
    outcome = Outcome.STOPPED if search.is_stopped else Outcome.OPTIMAL
    if search.best is None and not search.is_stopped:
        outcome = Outcome.INFEASIBLE
    bound_usd = max(bound, 0.0)  # nothing costs less than nothing
    return Cheapest(outcome, search.best, search.choice, bound_usd)


def joinable(comparison: Comparison, idle: frozenset[int] = frozenset()) -> frozenset[Pair]:
    """The pairs of VPCs that a design may join."""
    case = comparison.case
    masks = [each.usable for each in comparison.once(able) if not each.option.keeps_vpcs]
    usable = np.any(masks, axis=0) if masks else np.zeros(len(case.flows), dtype=np.bool_)
    usable[list(idle)] = False
    width = len(case.topology.vpcs)
    return frozenset(divmod(code, width) for code in case.pair[usable].tolist())


def _explore(search: _Search, whole: Branch) -> float:
    """Parts by what their designs cost at least; gives back what every design costs at least."""
    heap: list[tuple[float, int, Branch]] = [(-INFINITE, 0, whole)]
    number, closed = 0, INFINITE
    while heap and search.may_win(heap[0][0]):
        least = min(closed, heap[0][0])
        if not search.look(least) or (number and not search.left):
            search.is_stopped = True
            break
        part = heapq.heappop(heap)[2]
        bound, is_closed, choice = _solve(search, part, least)
        if is_closed or search.is_stopped:
            closed = min(closed, bound)
            continue
        for half in part.split(_next(search.comparison.case, part, choice)):
            number += 1
            heapq.heappush(heap, (bound, number, half))
    ends = [closed, *(entry[0] for entry in heap[:1])]
    return min([*ends, *([float(search.best.exact_usd)] if search.best else [])])


def _next(case: Case, part: Branch, choice: Choice) -> Pair:
    """The pair to decide next: one that the solution would join, if there is one."""
    width = len(case.topology.vpcs)
    joins = (
        divmod(int(case.pair[row]), width)
        for row, option in enumerate(choice)
        if option is not None and not option.keeps_vpcs
    )
    return next((pair for pair in joins if pair in part.open), min(part.open))


def _solve(search: _Search, part: Branch, least: float) -> tuple[float, bool, Choice]:
    """What every design of a part costs at least, whether nothing is left to find in it, and a
    solution; `least` is what all designs cost at least that are left."""
    memory = search.limits.memory or Memory()
    programs = models(search.comparison, part, search.limits.asked, memory)
    if programs is None:
        return INFINITE, True, ()
    model, whole = programs
    known_usd = _known_usd(model, search)
    watch = search.watch(model, part, least)
    solved = solve(model.program.matrix(), search.left, known_usd, watch, memory.basis)
    if solved.outcome is Outcome.INFEASIBLE:
        if not (part.is_whole and known_usd < INFINITE):
            return INFINITE, True, ()
        search.is_stopped = True  # HiGHS denies a design that is known: it proves nothing
        return -INFINITE, True, ()
    search.is_stopped |= solved.outcome is Outcome.STOPPED
    bound = _proven(solved.bound, model)
    choice: Choice = _chosen(model, solved.values)
    design = search.take(choice) if solved.values is not None else None
    if design is not None and search.tells_ties:
        design, choice = _least_of_equal(search, whole, design, choice)
    is_real = design is not None and float(design.exact_usd) - bound < HALF_A_CENT
    return bound, is_real or not part.open or not search.may_win(bound), choice


def _proven(bound: float, model: Model) -> float:
    """What designs cost at least, given what the solutions of their program do."""
    return bound - model.slack_usd - abs(bound) * ROUNDING if bound > -INFINITE else bound


def _least_of_equal(
    search: _Search, model: Model, design: Design, choice: Choice
) -> tuple[Design | None, Choice]:
    if search.best is None or design.total_usd > search.best.total_usd:
        return design, choice
    tied = solve(same_total(model, design.total_usd), min(search.left, TIE_SECONDS))
    if tied.values is None:
        return design, choice
    other = _chosen(model, tied.values)
    return search.take(other), other


def _chosen(model: Model, values: Floats | None) -> tuple[Option | None, ...]:
    values = np.zeros(len(model.program)) if values is None else values
    used = np.where(model.column == NO_COLUMN, -1.0, values[model.column])
    best = used.argmax(axis=0)
    is_planned = (model.column != NO_COLUMN).any(axis=0)
    return tuple(
        model.candidates[number].option if planned else None
        for number, planned in zip(best.tolist(), is_planned.tolist(), strict=True)
    )


def _known_usd(model: Model, search: _Search) -> float:
    """What the best design costs at most in the program; infinite where it has what the program
    has not."""
    number = {candidate.option: row for row, candidate in enumerate(model.candidates)}
    rows = [row for row, option in enumerate(search.choice) if option is not None]
    numbers = [number.get(option) for option in search.choice if option is not None]
    if search.best is None or None in numbers:
        return INFINITE
    is_there = (model.column[np.array(numbers), rows] != NO_COLUMN).all()
    return float(search.best.exact_usd) + model.slack_usd if is_there else INFINITE
