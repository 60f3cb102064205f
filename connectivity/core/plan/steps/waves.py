"""Which flows change their option together: what lets something of today end, and hours with it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from connectivity.core.network.flow_arrays import numbered
from connectivity.core.network.planned_network import Case
from connectivity.core.plan.design.standing import Chosen, standing
from connectivity.core.plan.design.traced import traced_charges
from costmodel.core.charges import Bools, Floats, Hourly, Ints
from costmodel.core.price_list import PriceList
from costmodel.core.units import HOURS_PER_MONTH

WAVES = 12  # at most; beyond, neighbours are joined


class KeptResources(NamedTuple):
    """What is billed by the hour today, and ends with the plan.

    Attributes:
        usd: what it costs a month. Shape (resources,).
        resource, unit: which resources the flows of a unit keep alive. Shape (entries,).
    """

    usd: Floats
    resource: Ints
    unit: Ints


def waves(case: Case, prices: PriceList, today: Chosen, changed: Bools) -> list[Ints]:
    """Indices of flows that change their option together, rising in each.

    Flows between the same two VPCs share route table entries and are one unit. Units that keep the
    same resource alive follow each other, the dearest for each unit first.

    Args:
        changed: the flows with another option in the plan. Shape (flows,).
    """
    rows = np.flatnonzero(changed)
    unit_of = np.full(len(changed), -1)
    pairs, unit_of[rows] = numbered(case.pair[rows])
    groups = list(_grouped(_kept_resources(case, prices, today, unit_of), len(pairs)))
    joined = [np.concatenate(part) for part in _joined(groups)]
    return [rows[np.isin(unit_of[rows], units)] for units in joined]


def _joined(groups: Sequence[Ints]) -> Iterator[Sequence[Ints]]:
    ends = np.linspace(0, len(groups), min(WAVES, len(groups)) + 1).astype(int).tolist()
    for start, end in zip(ends, ends[1:], strict=False):
        yield groups[start:end]


def _grouped(resources: KeptResources, units: int) -> Iterator[Ints]:
    """Each unit in one group: by what costs most for each unit that is left on it."""
    is_left = np.ones(units, dtype=np.bool_)
    while True:
        counts = np.bincount(resources.resource, is_left[resources.unit], len(resources.usd))
        worth = np.divide(resources.usd, counts, out=np.zeros(len(counts)), where=counts > 0)
        if not worth.any():
            break
        of_resource = resources.unit[resources.resource == worth.argmax()]
        group = np.unique(of_resource[is_left[of_resource]])
        is_left[group] = False
        yield group
    if is_left.any():
        yield np.flatnonzero(is_left)


def _kept_resources(case: Case, prices: PriceList, today: Chosen, unit_of: Ints) -> KeptResources:
    usd: list[float] = []
    resources: list[Ints] = []
    units: list[Ints] = []
    for option, mask in standing(today).built.items():
        rows = np.flatnonzero(mask)
        for charge, flow in traced_charges(option, case.flows.rows(rows)):
            if not isinstance(charge, Hourly):
                continue
            resource, unit = numbered(charge.resource)[1], unit_of[rows[flow]]
            stays = np.unique(resource[unit < 0])
            ends = ~np.isin(resource, stays)
            resources.append(resource[ends] + len(usd))
            units.append(unit[ends])
            usd += _usd(case, prices, charge, resource)
    nothing = [np.zeros(0, dtype=np.int64)]
    return KeptResources(
        np.array(usd), np.concatenate(resources or nothing), np.concatenate(units or nothing)
    )


def _usd(case: Case, prices: PriceList, charge: Hourly, resource: Ints) -> list[float]:
    """What each resource costs a month at the first rate; nothing where the list lacks it."""
    first = np.unique(resource, return_index=True)[1]
    counts = np.broadcast_to(charge.count, resource.shape)[first]
    known = [
        prices.find(charge.price, case.regions[region], None) for region in charge.region[first]
    ]
    rates = [0.0 if price is None else float(price.tiers[0].usd) for price in known]
    return [
        rate * count * HOURS_PER_MONTH for rate, count in zip(rates, counts.tolist(), strict=True)
    ]
