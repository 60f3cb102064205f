"""From today to a plan: what to build, to switch and to remove, so that no flow loses its path."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.plan.design.standing import (
    Chosen,
    Month,
    NetworkState,
    exceeded,
    month,
    standing,
    with_built,
    with_used,
    without_built,
)
from connectivity.core.plan.steps.waves import waves
from connectivity.core.rules.rule import Rule
from costmodel.core.charges import Ints, Kind
from costmodel.core.price_list import PriceList
from costmodel.core.units import cents

DAYS = 7  # that a network stays as it is after each step
MAX_DAYS = 365
MONTH_DAYS = Decimal(365) / 12


class Action(StrEnum):
    BUILD = "build"
    SWITCH = "switch"
    REMOVE = "remove"


ROLLBACKS = {
    Action.BUILD: "Delete what this step created; no traffic uses it yet.",
    Action.SWITCH: "Point routes and names back; the earlier path still stands.",
    Action.REMOVE: "Create it again as it was; until then traffic stays on the new path.",
}


class Hours(NamedTuple):
    """Hours of something that begin or, below 0, end with a step: USD a month, unrounded."""

    description: str
    region: str
    payer: int
    usd: Decimal


@dataclass(frozen=True)
class Step:
    """Something to do, and the network after it.

    Attributes:
        wave: counted from 1.
        flows: that it is done for, by index, rising. Shape (flows of it,).
        objects: managed resources that it creates or, below 0, deletes, by kind.
        breaks: rules that what stands after it breaks, though neither today's network nor the plan
            does.
    """

    wave: int
    action: Action
    flows: Ints
    after: NetworkState
    month: Month
    objects: dict[str, int]
    hours: tuple[Hours, ...]
    breaks: tuple[Rule, ...]

    @property
    def rollback(self) -> str:
        """How to take it back."""
        return ROLLBACKS[self.action]


@dataclass(frozen=True)
class Migration:
    """The way from a network to another, in which every step leaves every flow a path.

    Attributes:
        today, planned: what each costs a month.
        is_whole: every flow goes over an option today that has its prices, so that the two can be
            compared.
        days: that the network stays as it is after each step.
    """

    today: Month
    planned: Month
    is_whole: bool
    steps: tuple[Step, ...]
    days: int

    @property
    def saves_usd(self) -> Decimal | None:
        """A month, when it is over; None where today lacks flows or prices."""
        return self.today.total_usd - self.planned.total_usd if self.is_whole else None

    @property
    def extra_usd(self) -> Decimal | None:
        """What the days of all steps cost beyond today's network, to the cent; below 0 where they
        save already; None where that is not to be compared."""
        if not self.is_whole:
            return None
        return cents(self._extra[-1]) if self.steps else Decimal("0.00")

    @property
    def payback_days(self) -> int | None:
        """After how many days from the first step on it has cost no more than staying, to the end
        of a step where that is in the way; None: never, or not to be compared."""
        saves = self.today.exact_usd - self.planned.exact_usd
        dearer = [number for number, usd in enumerate(self._extra, 1) if usd > 0]
        if not self.is_whole or saves <= 0:
            return None
        if not dearer:
            return 0
        if dearer[-1] < len(self.steps):
            return (dearer[-1] + 1) * self.days
        left = self._extra[-1] / saves * MONTH_DAYS
        return len(self.steps) * self.days + int(left.to_integral_value(ROUND_CEILING))

    @property
    def _extra(self) -> list[Decimal]:
        """Beyond today's network, from the first step to the end of each."""
        share = self.days / MONTH_DAYS
        usd = ((step.month.exact_usd - self.today.exact_usd) * share for step in self.steps)
        return list(accumulate(usd))


def migration(
    case: Case, prices: PriceList, today: Chosen, planned: Sequence[Option], days: int = DAYS
) -> Migration:
    """What to do from today to a plan, step by step.

    A wave builds, switches and removes. The next one is always that after which the network costs
    least, but one that breaks a rule while old and new stand together waits for the others.

    Args:
        today: the option of every flow as it is; None: the flow is new.
        planned: the option of every flow as it shall be.
        days: that the network stays as it is after each step.

    Raises:
        ValueError: VPC sharing joins other VPCs in the plan than today. Workloads then move to
            another VPC, and no network stands between the two.
    """
    if joining_pairs(case, today) != joining_pairs(case, planned):
        raise ValueError("VPC sharing joins other VPCs in the plan than today")
    changed = np.array([a is not b for a, b in zip(today, planned, strict=True)], dtype=np.bool_)
    way = _Way(case, prices, tuple(today), tuple(planned))
    steps = tuple(way.steps(waves(case, prices, today, changed)))
    first, last = (_month(case, prices, standing(each)) for each in (today, planned))
    is_whole = None not in today and not first.bill.gaps
    return Migration(first, last, is_whole, steps, days)


@dataclass(frozen=True)
class _Way:
    case: Case
    prices: PriceList
    today: tuple[Option | None, ...]
    planned: tuple[Option, ...]

    def steps(self, waves: list[Ints]) -> Iterator[Step]:
        here = standing(self.today)
        left = list(range(len(waves)))
        for number in range(1, len(waves) + 1):
            wave = min(left, key=lambda index: self._rank(here, waves[index]))
            left.remove(wave)
            for action, after in self._states(here, waves[wave]):
                step = self._step(number, action, waves[wave], here, after)
                if action is Action.SWITCH or step.objects or step.hours:
                    yield step
                here = after

    def _states(self, here: NetworkState, rows: Ints) -> Iterator[tuple[Action, NetworkState]]:
        built = with_built(here, rows, self.planned)
        yield Action.BUILD, built
        switched = with_used(built, rows, self.planned)
        yield Action.SWITCH, switched
        yield Action.REMOVE, without_built(switched, rows, self.today)

    def _rank(self, here: NetworkState, rows: Ints) -> tuple[int, Decimal]:
        built, _, removed = (state for _, state in self._states(here, rows))
        return len(self._breaks(built)), _month(self.case, self.prices, removed).exact_usd

    def _step(
        self, wave: int, action: Action, rows: Ints, before: NetworkState, after: NetworkState
    ) -> Step:
        old, new = (_month(self.case, self.prices, state) for state in (before, after))
        kinds = dict.fromkeys((*old.objects, *new.objects))
        counts = {kind: new.objects.get(kind, 0) - old.objects.get(kind, 0) for kind in kinds}
        return Step(
            wave,
            action,
            rows,
            after,
            new,
            {kind: count for kind, count in counts.items() if count},
            tuple(_hours(old, new)),
            self._breaks(after),
        )

    def _breaks(self, here: NetworkState) -> tuple[Rule, ...]:
        ends = (
            exceeded(_network(self.case, end), end)
            for end in map(standing, (self.today, self.planned))
        )
        broken = {
            together for together, _ in exceeded(_network(self.case, here), here).difference(*ends)
        }
        rules = (rule for option in here.built for rule in option.rules)
        return tuple({r.together: r for r in rules if r.together in broken}.values())


def _hours(old: Month, new: Month) -> Iterator[Hours]:
    sums: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    for state, sign in ((old, -1), (new, 1)):
        for line in state.bill.lines:
            if line.kind is Kind.HOURS:
                sums[line.description, line.region, line.payer] += sign * line.usd
    yield from (Hours(*key, usd) for key, usd in sums.items() if usd)


def _network(case: Case, here: NetworkState) -> Case:
    """The flows where the VPCs that they join are one."""
    return joined(case, joining_pairs(case, here.used))


def _month(case: Case, prices: PriceList, here: NetworkState) -> Month:
    return month(_network(case, here), prices, here)
