"""What stands in a network at a moment, which option each flow goes over, and what that costs.

Between today and a plan more stands than is used: its hours are billed, and nothing else of it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from connectivity.core.comparison.combined_bill import objects_together, operations_usd
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.rules.rule import Members, Together
from costmodel.core.bill import Bill, bill
from costmodel.core.charges import Bools, Charge, Hourly, Ints
from costmodel.core.price_list import PriceList
from costmodel.core.units import cents

Chosen = Sequence[Option | None]  # of every flow; None: it goes over nothing yet


@dataclass(frozen=True)
class NetworkState:
    """A network at a moment.

    Attributes:
        built: for which flows an option stands, used or not. Shape (flows,) each.
        used: the option that each flow goes over.
    """

    built: dict[Option, Bools]
    used: tuple[Option | None, ...]

    def has_every_path(self) -> bool:
        """Every flow that goes over an option goes over one that stands."""
        return all(
            option is None or bool(self.built[option][row]) for row, option in enumerate(self.used)
        )


@dataclass(frozen=True)
class Month:
    """What a network would cost if it stayed as it is for a month."""

    bill: Bill
    objects: dict[str, int]
    operations_usd: Decimal

    @property
    def exact_usd(self) -> Decimal:
        """Bill and operations, unrounded."""
        return sum((line.usd for line in self.bill.lines), self.operations_usd)

    @property
    def total_usd(self) -> Decimal:
        """Bill and operations, to the cent."""
        return cents(self.exact_usd)


def standing(options: Chosen) -> NetworkState:
    """A network in which just that stands which is used."""
    built = {
        option: np.array([each is option for each in options], dtype=np.bool_)
        for option in sorted({o for o in options if o is not None}, key=lambda o: o.order)
    }
    return NetworkState(built, tuple(options))


def with_built(here: NetworkState, rows: Ints, options: Chosen) -> NetworkState:
    """The same with what some flows will use, which stand in `options` in their place."""
    return NetworkState(_changed(here.built, rows, options, stands=True), here.used)


def with_used(here: NetworkState, rows: Ints, options: Chosen) -> NetworkState:
    """The same with some flows on other options."""
    used = list(here.used)
    for row in rows.tolist():
        used[row] = options[row]
    return NetworkState(here.built, tuple(used))


def without_built(here: NetworkState, rows: Ints, options: Chosen) -> NetworkState:
    """The same without what some flows used before, as far as no other flow is on it."""
    return NetworkState(_changed(here.built, rows, options, stands=False), here.used)


def _changed(
    built: dict[Option, Bools], rows: Ints, options: Chosen, *, stands: bool
) -> dict[Option, Bools]:
    masks = {option: mask.copy() for option, mask in built.items()}
    for row in rows.tolist():
        option = options[row]
        if option is not None:
            masks.setdefault(option, np.zeros(len(options), dtype=np.bool_))[row] = stands
    return {option: mask for option, mask in masks.items() if mask.any()}


def month(case: Case, prices: PriceList, here: NetworkState) -> Month:
    """What a network costs a month.

    Source: the product's contract, section 3: hours of what exists, the rest of what is used.
    """
    uses = {option: np.flatnonzero(mask) for option, mask in here.built.items()}
    objects = objects_together(case, uses)
    charges = (*_hours(case, here), *_traffic(case, here))
    return Month(
        bill(charges, prices, case.regions, case.pools), objects, operations_usd(objects, case)
    )


def _hours(case: Case, here: NetworkState) -> Iterator[Charge]:
    for option, mask in here.built.items():
        charges = option.charges(case.flows.rows(np.flatnonzero(mask)))
        yield from (charge for charge in charges if isinstance(charge, Hourly))


def _traffic(case: Case, here: NetworkState) -> Iterator[Charge]:
    for option, mask in standing(here.used).built.items():
        charges = option.charges(case.flows.rows(np.flatnonzero(mask)))
        yield from (charge for charge in charges if not isinstance(charge, Hourly))


def exceeded(case: Case, here: NetworkState) -> set[tuple[Together, int]]:
    """The bounds that rules set to all that stands together, and that it breaks: the rule's
    `together`, and the row of its bounds."""
    members: dict[Together, Bools] = {}
    for option, mask in here.built.items():
        for together in dict.fromkeys(rule.together for rule in option.rules):
            if together is not None:
                members[together] = members.get(together, np.zeros_like(mask)) | mask
    return {
        (together, row)
        for together, mask in members.items()
        for row in _broken(case, together, mask)
    }


def _broken(case: Case, together: Together, mask: Bools) -> list[int]:
    bounds = case.once(together)
    rows = np.flatnonzero(mask)
    ends = case.flows.consumer.vpc[rows], case.flows.provider.vpc[rows]
    present = case.pair[rows] if bounds.members is Members.PAIRS else np.concatenate(ends)
    weight = np.where(np.isin(bounds.member, present), bounds.weight, 0)
    sums = np.bincount(bounds.row, weights=weight, minlength=len(bounds.at_most))
    is_over: list[int] = np.flatnonzero(sums > bounds.at_most).tolist()
    return is_over
