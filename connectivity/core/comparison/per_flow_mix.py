"""The cheapest allowed and feasible option of each flow alone, billed together; or the one option
that costs all of them less together.

Not proven to be the cheapest plan: what flows could share is counted for each when it chooses.
No flow chooses an option that has a hard finding for it when every flow uses that option, so a mix
keeps every limit that the options keep; only route table entries of a VPC pair can collide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from connectivity.core.comparison.combined_bill import (
    bill_together,
    objects_together,
    operations_usd,
    uses_of,
)
from connectivity.core.network.flow_arrays import Flows
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from costmodel.core.bill import Bill
from costmodel.core.charges import Bools, Floats
from costmodel.core.pool_cost import usd_of_pools
from costmodel.core.price_list import PriceList
from costmodel.core.units import cents


@dataclass(frozen=True)
class Mix:
    """What each flow would choose by itself, and the one bill of all those choices."""

    options: tuple[Option | None, ...]  # per flow; None where nothing can be chosen
    bill: Bill | None
    operations_usd: Decimal | None
    is_buildable: bool  # no two VPCs would need two targets in one route

    @property
    def usd(self) -> Decimal | None:
        """A month, rounded once; None where a flow has no option or a price is missing."""
        exact = None if self.bill is None else self.bill.usd
        return None if exact is None else cents(exact)

    @cached_property
    def total_usd(self) -> Decimal | None:
        """With operations, to the cent."""
        exact = None if self.bill is None else self.bill.usd
        if exact is None or self.operations_usd is None:
            return None
        return cents(exact + self.operations_usd)


def mix(case: Case, prices: PriceList, usable: Sequence[tuple[Option, Bools]]) -> Mix:
    """The mix of some options, each with the flows that may use it."""
    chosen = _choose(case, prices, usable)
    uses = uses_of(chosen)
    if uses is None:
        return Mix(chosen, None, None, is_buildable=False)
    operations = operations_usd(objects_together(case, uses), case)
    priced = bill_together(case, prices, uses)
    return Mix(chosen, priced, operations, is_buildable=_is_buildable(case, chosen))


def _is_buildable(case: Case, chosen: tuple[Option | None, ...]) -> bool:
    """Flows between the same two VPCs use at most one option that takes a route table entry."""
    target: dict[int, Option] = {}
    return all(
        target.setdefault(pair, option) is option
        for pair, option in zip(case.pair.tolist(), chosen, strict=True)
        if option is not None and option.takes_route
    )


def _choose(
    case: Case, prices: PriceList, usable: Sequence[tuple[Option, Bools]]
) -> tuple[Option | None, ...]:
    ranked = sorted(usable, key=lambda pair: pair[0].order)
    if not ranked:
        return (None,) * len(case.flows)
    costs = np.stack([_costs_alone(option, case, prices, flows) for option, flows in ranked])
    cheapest = np.argmin(costs, axis=0)
    known = np.isfinite(costs.min(axis=0))
    return tuple(
        ranked[best][0] if any_known else None
        for best, any_known in zip(cheapest.tolist(), known.tolist(), strict=True)
    )


def _costs_alone(option: Option, case: Case, prices: PriceList, usable: Bools) -> Floats:
    """Cents of every flow if only it used the option, operations included; inf where it cannot."""
    costs = np.full(len(case.flows), np.inf)
    rows = np.flatnonzero(usable & option.carries(case.flows))
    if len(rows):
        alone = case.flows.rows(rows).alone()
        worlds = np.arange(3 * len(rows)) // 3
        usd = usd_of_pools(option.charges(alone), prices, case.regions, worlds)
        usd += _operations_alone(option, case, alone)
        costs[rows] = np.where(np.isnan(usd), np.inf, np.rint(usd * 100))
    return costs


def _operations_alone(option: Option, case: Case, alone: Flows) -> Floats:
    usd = np.zeros(len(alone))
    for objects in option.objects(alone):
        price = float(case.topology.operations_usd.get(objects.kind.key, 0))
        first = np.unique(objects.resource, return_index=True)[1]
        usd += price * np.bincount(objects.owner[first] // 3, minlength=len(alone))
    return usd
