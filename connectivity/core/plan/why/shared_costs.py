"""What a flow of a design shares with others: things that are billed once, or looked after once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.designs import Choice
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.plan.design.traced import traced_charges, traced_objects
from costmodel.core.bill import bill
from costmodel.core.charges import Bools, Capacity, Charge, Hourly, Ints, Metered


@dataclass(frozen=True)
class Shared:
    """A resource that several flows need.

    Attributes:
        what: as a line of the bill calls it, or the kind of a managed resource.
        flows: the others that need it, by index.
        usd: what the whole resource costs a month, without others in its tiers.
    """

    what: str
    flows: tuple[int, ...]
    usd: Decimal


def shares(comparison: Comparison, choice: Choice, row: int) -> list[Shared]:
    """What a flow shares with others, in the order of its charges."""
    option = choice[row]
    if option is None:
        return []
    rows = np.array([number for number, each in enumerate(choice) if each is option])
    case = joined(comparison.case, joining_pairs(comparison.case, choice))
    resources = (*_billed(comparison, case, option, rows), *_managed(case, option, rows))
    place = int(np.searchsorted(rows, row))
    return [
        Shared(name, tuple(rows[others[others != place]].tolist()), usd)
        for name, others, usd in resources
        if place in others and len(others) > 1
    ]


def _billed(
    comparison: Comparison, case: Case, option: Option, rows: Ints
) -> Iterator[tuple[str, Ints, Decimal]]:
    for charge, flow in traced_charges(option, case.flows.rows(rows)):
        if isinstance(charge, Metered):
            continue
        for resource in np.unique(charge.resource).tolist():
            here = charge.resource == resource
            part = bill((_only(charge, here),), comparison.prices, case.regions, case.pools)
            yield charge.description, np.unique(flow[here]), part.usd or Decimal(0)


def _managed(case: Case, option: Option, rows: Ints) -> Iterator[tuple[str, Ints, Decimal]]:
    for objects, flow in traced_objects(option, case.flows.rows(rows)):
        usd = case.topology.operations_usd.get(objects.kind.key, Decimal(0))
        for resource in np.unique(objects.resource).tolist():
            yield objects.kind.key, np.unique(flow[objects.resource == resource]), usd


def _only(charge: Hourly | Capacity, here: Bools) -> Charge:
    """Some rows of a charge."""
    region, payer, resource = charge.region[here], charge.payer[here], charge.resource[here]
    if isinstance(charge, Hourly):
        count = np.broadcast_to(charge.count, here.shape)[here]
        return replace(charge, region=region, payer=payer, resource=resource, count=count)
    load = tuple(column[here] for column in charge.load)
    per_unit = tuple(column[here] for column in charge.per_unit)
    return replace(
        charge, region=region, payer=payer, resource=resource, load=load, per_unit=per_unit
    )
