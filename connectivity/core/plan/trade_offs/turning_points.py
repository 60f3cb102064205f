"""Where a plan would take another option for a flow: at which GB, price or cost of operations."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from connectivity.core.comparison.compare import Comparison
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.designs import Choice, design_of
from connectivity.core.plan.search.cheapest import Cheapest, Limits, cheapest
from costmodel.core.units import CENT

HALF_A_CENT = CENT / 2
BEYOND = 4 * CENT  # by which designs differ where a turn is tried
MAX_DEPTH = 12
STEPS = 20  # in which the GB of a turn are closed in on
NEAR = Decimal("0.001")  # of GB, as a share, within which they are


class Unproven(Exception):
    """A plan on the way to a turn was not proven in its time."""


class PlanLever(NamedTuple):
    """Something that changes.

    Attributes:
        kind: gb, price or operations.
        name: of the price or the object; of the flow.
        today: its value, in USD or GB.
        ways: the values that are looked at, from today's on, downwards and upwards.
        is_straight: what any design costs is a straight line in it.
        at: the comparison with another value.
    """

    kind: str
    name: str
    today: Decimal
    ways: tuple[tuple[Decimal, ...], ...]
    is_straight: bool
    at: Callable[[Decimal], Comparison]


@dataclass(frozen=True)
class TurningPoint:
    """Beyond a value of a lever the plan has another option for a flow; it was tried, on both
    sides.

    Attributes:
        tried: the value beyond it at which the other option is the plan's.
    """

    lever: PlanLever
    value: Decimal
    tried: Decimal
    to: Option

    @property
    def is_above(self) -> bool:
        """It lies above today's value."""
        return self.tried > self.lever.today


class _Point(NamedTuple):
    value: Decimal
    choice: Choice


@dataclass
class Planner:
    """Plans again and again, as long as there is time."""

    limits: Limits
    row: int
    option: Option
    began: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds that are left."""
        return self.limits.seconds - (time.monotonic() - self.began)

    def best(self, comparison: Comparison, start: Choice | None = None) -> Cheapest:
        """The cheapest design, proven.

        Raises:
            Unproven: it is not, in the time that is left.
        """
        if self.left() <= 0:
            raise Unproven
        result = cheapest(comparison, self.limits._replace(seconds=self.left()), start)
        if not result.is_proven:
            raise Unproven
        return result

    def option_at(self, comparison: Comparison, start: Choice | None = None) -> Option | None:
        """The flow's option in the cheapest design; None where there is no design.

        Raises:
            Unproven: it is not proven, in the time that is left.
        """
        choice = self.best(comparison, start).choice
        return choice[self.row] if choice else None


def turns(clock: Planner, levers: Iterable[PlanLever], choice: Choice) -> list[TurningPoint]:
    """The nearest turn of every lever, each way, where there is one.

    Raises:
        Unproven: a plan was not proven in its time.
    """
    known = []
    for lever in levers:
        for way in lever.ways:
            walk = _straight if lever.is_straight else _closing_in
            turn = walk(clock, lever, way, choice)
            if turn is not None:
                known.append(turn)
    return known


def _closing_in(
    clock: Planner, lever: PlanLever, way: tuple[Decimal, ...], choice: Choice
) -> TurningPoint | None:
    """The first of some values at which the option is another one, and then halves. Where there is
    no design, as for want of a price that nothing used today, nothing is known."""
    near, far, to = lever.today, None, None
    for value in way:
        option = clock.option_at(lever.at(value), choice)
        if option is not clock.option:
            far, to = value, option
            break
        near = value
    if far is None or to is None:
        return None
    for _ in range(STEPS):
        if abs(far - near) <= NEAR * max(abs(far), abs(near)):
            break
        middle = (near + far) / 2
        option = clock.option_at(lever.at(middle), choice)
        if option is clock.option or option is None:
            near = middle
        else:
            far, to = middle, option
    return TurningPoint(lever, near, far, to)


def _straight(
    clock: Planner, lever: PlanLever, way: tuple[Decimal, ...], choice: Choice
) -> TurningPoint | None:
    """The least of straight lines, from today's value on: where two of them cross, either a third
    is below, or nothing is, and the first of the two is the least up to there."""
    end = way[-1]
    far = _Point(end, clock.best(lever.at(end), choice).choice)
    return _between(clock, lever, _Point(lever.today, choice), far, MAX_DEPTH)


def _between(
    clock: Planner, lever: PlanLever, near: _Point, far: _Point, depth: int
) -> TurningPoint | None:
    here = _usd(lever, far.choice, near.value) - _usd(lever, near.choice, near.value)
    there = _usd(lever, near.choice, far.value) - _usd(lever, far.choice, far.value)
    if there < HALF_A_CENT or not depth:
        return None
    here = max(here, Decimal(0))
    value = near.value + (far.value - near.value) * here / (here + there)
    best = clock.best(lever.at(value), near.choice).choice
    if _usd(lever, near.choice, value) - _usd(lever, best, value) < HALF_A_CENT:
        if far.choice[clock.row] is clock.option:
            return None
        step = (far.value - near.value) * min(BEYOND / (here + there), Decimal(1))
        return _tried(clock, lever, value, step)
    middle = _Point(value, best)
    first = _between(clock, lever, near, middle, depth - 1)
    return first or _between(clock, lever, middle, far, depth - 1)


def _tried(clock: Planner, lever: PlanLever, value: Decimal, step: Decimal) -> TurningPoint | None:
    """A turn, if the plan has another option a little beyond its value, and not before."""
    beyond = clock.option_at(lever.at(value + step))
    if beyond is None or beyond is clock.option:
        return None
    if abs(value - lever.today) > abs(step):
        before = clock.option_at(lever.at(value - step))
        if before is not clock.option:
            return None
    return TurningPoint(lever, value, value + step, beyond)


def _usd(lever: PlanLever, choice: Choice, value: Decimal) -> Decimal:
    design = design_of(lever.at(value), choice)
    if design is None:
        raise Unproven
    return design.exact_usd
