"""Random estates of any size that two processes can make: that of the plan, and that of CP-SAT."""

from typing import Any, NamedTuple

import numpy as np

from connectivity.core.comparison.compare import Comparison, compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.plan.design.candidates import candidates
from connectivity.core.registered_document import topology
from tests.connectivity.core.plan.instances import PRICES, instance, large_instance
from tests.factories import price_list

SMALL = 8  # flows


class Estate(NamedTuple):
    """A random estate: small ones have up to so many flows, others as many. None joins VPCs."""

    seed: int
    flows: int
    vpcs: int = 0
    max_objects: int | None = None

    def compared(self) -> Comparison:
        """It, compared; what a flow needs that no option gives it is not asked."""
        is_small = self.flows <= SMALL
        document = (
            instance(self.seed, self.flows)
            if is_small
            else large_instance(self.seed, self.flows, self.vpcs)
        )
        for flow in document["flows"]:
            offered = {*flow["options"], *([] if is_small else ["public-internet"])}
            flow["options"] = sorted(offered - {"vpc-sharing"}) or ["public-internet"]
        known = _compared(document)
        if is_small:
            return known
        usable = [each.usable for each in candidates(known.case, known.answers)]
        for row in np.flatnonzero(~np.any(usable, axis=0)).tolist():
            document["flows"][row].pop("p99_budget_us", None)
        return _compared(document)


def _compared(document: dict[str, Any]) -> Comparison:
    return compare(topology(document), price_list(PRICES), LatencySet("none", "", ()))
