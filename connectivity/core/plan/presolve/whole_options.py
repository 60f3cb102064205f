"""Options that another one replaces for less, whichever flows use them."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.presolve.marginal import Marginal, marginal
from costmodel.core.charges import Bools, Ints
from costmodel.core.price_list import PriceList

SAMPLE = 100  # flows that are looked at first: where one of them saves nothing, no more need be


def drop_options(case: Case, prices: PriceList, options: Sequence[Option], usable: Bools) -> None:
    """Forbid every option that another one replaces.

    Args:
        usable: the flows that may use each option; changed. Shape (options, flows).
    """
    for number, option in enumerate(options):
        rows = np.flatnonzero(usable[number])
        rivals = [
            rival
            for other, rival in enumerate(options)
            if other != number
            and usable[other, rows].all()
            and _obeys_no_more(rival, option)
            and _saves(case, prices, rival, option, rows[:SAMPLE])
        ]
        if not len(rows) or not rivals:
            continue
        ours = marginal(option, case, rows, prices)
        if any(_replaces(marginal(rival, case, rows, prices), ours) for rival in rivals):
            usable[number] = False


def _saves(case: Case, prices: PriceList, rival: Option, option: Option, rows: Ints) -> bool:
    """What flows pay by themselves is no more for the rival."""
    theirs, ours = (marginal(each, case, rows, prices) for each in (rival, option))
    return bool((ours.least >= theirs.most).all())


def _obeys_no_more(rival: Option, option: Option) -> bool:
    """Wherever the option is allowed, with whatever else there is, so is its rival."""
    limits, more = (
        {rule.together for rule in each.rules if rule.together} for each in (option, rival)
    )
    return more <= limits and (option.takes_route or not rival.takes_route)


def _replaces(rival: Marginal, option: Marginal) -> bool:
    """For any set of flows the rival costs less: what each flow pays, and what they share.

    Everything shared that the rival needs is paid by something that the option needs at least as
    often; what is left of that must leave every flow a saving.
    """
    saves = option.least - rival.most
    if (saves < 0).any():
        return False
    shared = _shared(option, is_least=True)
    left = [usd for _, usd in shared]
    of_flow: dict[int, list[int]] = defaultdict(list)
    for number, (flows, _) in sorted(enumerate(shared), key=lambda entry: len(entry[1][0])):
        for flow in flows:
            of_flow[flow].append(number)
    for flows, usd in _shared(rival, is_least=False):
        payers = (number for number in of_flow[min(flows)] if left[number] >= usd)
        payer = next((number for number in payers if flows <= shared[number][0]), None)
        if payer is None:
            return usd == 0
        left[payer] -= usd
    return all(
        saving > 0 or any(left[number] > 0 for number in of_flow[flow])
        for flow, saving in enumerate(saves.tolist())
    )


def _shared(costs: Marginal, *, is_least: bool) -> list[tuple[frozenset[int], float]]:
    """Everything that is shared: the flows that need it, and USD a month."""
    shared: list[tuple[frozenset[int], float]] = []
    for resources in costs.resources:
        members: dict[int, set[int]] = defaultdict(set)
        for flow, resource in zip(
            resources.flow.tolist(), resources.resource.tolist(), strict=True
        ):
            members[resource].add(flow)
        usd = resources.least if is_least else resources.most
        shared += [(frozenset(flows), float(usd[resource])) for resource, flows in members.items()]
    return [entry for entry in shared if entry[1] > 0 or is_least]
