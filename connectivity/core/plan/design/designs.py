"""A design: one option for every flow, billed as it would be built, and whether it may be."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from connectivity.core.comparison.combined_bill import (
    Uses,
    bill_together,
    objects_together,
    operations_usd,
)
from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.candidates import able, candidates
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.plan.design.standing import exceeded, standing
from costmodel.core.bill import Bill
from costmodel.core.units import cents

Choice = Sequence[Option | None]  # of every flow; None: it is not planned
NOTHING: frozenset[Hashable] = frozenset()


@dataclass(frozen=True)
class Design:
    """An option for every flow, and its one bill."""

    options: tuple[Option, ...]
    bill: Bill
    objects: dict[str, int]
    operations_usd: Decimal

    @cached_property
    def exact_usd(self) -> Decimal:
        """Bill and operations a month, unrounded. A design has every price."""
        return sum((line.usd for line in self.bill.lines), self.operations_usd)

    @property
    def total_usd(self) -> Decimal:
        """Bill and operations a month, to the cent."""
        return cents(self.exact_usd)

    @property
    def object_count(self) -> int:
        """Managed resources of every kind together."""
        return sum(self.objects.values())

    @property
    def order(self) -> tuple[Decimal, int, int, tuple[int, ...]]:
        """Equal to the cent: fewer managed resources, then the order of the options, all together
        and flow by flow."""
        orders = tuple(option.order for option in self.options)
        return self.total_usd, self.object_count, sum(orders), orders


def chosen(keys: Mapping[str, str], comparison: Comparison) -> Choice:
    """The options of a plan for the flows of a topology, by their names; None: it has none."""
    known = OPTIONS.by_key
    return tuple(known.get(keys.get(flow.name, "")) for flow in comparison.case.topology.flows)


def design_of(comparison: Comparison, choice: Choice) -> Design | None:
    """A design as it is billed, its flows in the order of those that are planned; None where a
    price is missing, or an option cannot carry its flows."""
    case = joined(comparison.case, joining_pairs(comparison.case, choice))
    uses = _uses(choice)
    priced = bill_together(case, comparison.prices, uses)
    if priced is None or priced.gaps:
        return None
    objects = objects_together(case, uses)
    options = tuple(option for option in choice if option is not None)
    return Design(options, priced, objects, operations_usd(objects, case))


def can_be_built(
    comparison: Comparison, choice: Choice, lifted: frozenset[Hashable] = NOTHING
) -> bool:
    """No rule forbids a design: neither what a flow uses by itself, nor what flows use together,
    nor two targets of one route.

    Args:
        lifted: what need not be kept of what flows use together: the `together` of rules.
    """
    case = comparison.case
    network = joined(case, joining_pairs(case, choice))
    known = (
        comparison.once(able) if network is case else candidates(case, comparison.answers, network)
    )
    usable = {each.option: each.usable for each in known}
    uses = _uses(choice)
    if not all(option in usable and usable[option][rows].all() for option, rows in uses.items()):
        return False
    broken = {together for together, _ in exceeded(network, standing(choice))}
    return _has_one_target_each(network, uses) and broken <= lifted


def _uses(choice: Choice) -> Uses:
    rows: dict[Option, list[int]] = {}
    for row, option in enumerate(choice):
        if option is not None:
            rows.setdefault(option, []).append(row)
    return {option: np.array(flows, dtype=np.int64) for option, flows in rows.items()}


def _has_one_target_each(network: Case, uses: Uses) -> bool:
    pairs = [np.unique(network.pair[rows]) for option, rows in uses.items() if option.takes_route]
    every = np.concatenate(pairs) if pairs else np.zeros(0, dtype=np.int64)
    return len(np.unique(every)) == len(every)
