"""What no cheapest design can contain, so that the solver need not look at it.

Each step rests on an exchange: whatever a design has of what is left out, it can have something
else instead, for less, that no rule forbids. What is left out is proven, not guessed.
"""

from collections.abc import Sequence

import numpy as np

from connectivity.core.network.planned_network import Case
from connectivity.core.plan.design.candidates import Candidate
from connectivity.core.plan.presolve.exchanges import FlowCosts, drop_flows
from connectivity.core.plan.presolve.marginal import marginal
from connectivity.core.plan.presolve.whole_options import drop_options
from costmodel.core.price_list import PriceList

MAX_ROUNDS = 10


def reduced(
    case: Case,
    prices: PriceList,
    candidates: Sequence[Candidate],
    kept: Sequence[Candidate] = (),
) -> list[Candidate]:
    """The candidates without what no cheapest design contains.

    Only for designs of least cost: a bound on managed resources would forbid the exchanges.

    Args:
        kept: what shall stay though it could go: of the same flows at other prices, say.
    """
    usable = np.array([candidate.usable for candidate in candidates])
    options = [candidate.option for candidate in candidates]
    for number, option in enumerate(options):
        rows = np.flatnonzero(usable[number])
        usable[number, rows[~marginal(option, case, rows, prices).is_priced]] = False
    drop_options(case, prices, options, usable)
    for _ in range(MAX_ROUNDS if not kept else 1):
        before = usable.copy()
        drop_flows(FlowCosts(case, prices, options, usable), usable)
        if np.array_equal(before, usable):
            break
    masks = {each.option: each.usable for each in kept}
    for number, (option, able) in enumerate(candidates):
        usable[number] |= able & masks.get(option, False)
    return [
        Candidate(option, mask) for option, mask in zip(options, usable, strict=True) if mask.any()
    ]
