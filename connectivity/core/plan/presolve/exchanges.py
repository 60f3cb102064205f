"""What a flow never chooses, because another option costs it less even if it pays for all alone."""

from collections.abc import Sequence

import numpy as np

from connectivity.core.network.flow_arrays import distinct_pairs, numbered
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.presolve.marginal import Marginal, SharedResources, marginal
from connectivity.core.rules.rule import Members
from costmodel.core.charges import Bools, Floats, Ints
from costmodel.core.price_list import PriceList

NOISE_USD = 1e-6  # of sums in float64; what is dropped is dearer by more


class FlowCosts:
    """What every option costs every flow. Shapes (options, flows); infinite where it is not usable.

    Attributes:
        least: what the flow pays whatever others do, with what no other flow can share.
        most: what it pays alone.
        itself: what it meters, at the lowest rates, and at the highest.
        is_free: it can be chosen whatever other flows choose.
    """

    def __init__(
        self, case: Case, prices: PriceList, options: Sequence[Option], usable: Bools
    ) -> None:
        self.case, self.options, self.usable = case, options, usable
        self.rows = [np.flatnonzero(mask) for mask in usable]
        self.resources: list[list[SharedResources]] = []
        self.least, self.most, self.dearest = (np.full(usable.shape, np.inf) for _ in range(3))
        self.cheapest = np.full(usable.shape, np.inf)
        for number, (option, rows) in enumerate(zip(options, self.rows, strict=True)):
            costs = marginal(option, case, rows, prices)
            self.resources.append([_distinct(resources) for resources in costs.resources])
            self._put(number, rows, costs)
        self.is_free = usable & ~self._bounded()
        self.is_free &= self._routes_freely()

    def _put(self, number: int, rows: Ints, costs: Marginal) -> None:
        least, most = costs.least.copy(), costs.most.copy()
        for resources in self.resources[number]:
            count = np.bincount(resources.resource, minlength=len(resources.least))
            own = np.where(count == 1, resources.least, 0)
            np.add.at(least, resources.flow, own[resources.resource])
            np.add.at(most, resources.flow, resources.most[resources.resource])
        self.least[number, rows], self.most[number, rows] = least, most
        self.cheapest[number, rows], self.dearest[number, rows] = costs.least, costs.most

    def _bounded(self) -> Bools:
        """The flows that a rule counts together with others."""
        bounded = np.zeros(self.usable.shape, dtype=np.bool_)
        flows = self.case.flows
        for number, option in enumerate(self.options):
            for rule in option.rules:
                if rule.together is None:
                    continue
                bounds = self.case.once(rule.together)
                if bounds.members is Members.PAIRS:
                    bounded[number] |= np.isin(self.case.pair, bounds.member)
                else:
                    ends = flows.consumer.vpc, flows.provider.vpc
                    bounded[number] |= np.any([np.isin(end, bounds.member) for end in ends], axis=0)
        return bounded

    def _routes_freely(self) -> Bools:
        """An option needs no entry in route tables; or none that flows between the same VPCs could
        need for another option; or all of these can follow the flow, for no more than they cost."""
        is_routed = np.array([option.takes_route for option in self.options])
        routed = self.usable & is_routed[:, np.newaxis]
        pair = numbered(self.case.pair)[1]
        count = np.bincount(pair, weights=routed.any(axis=0)).astype(np.float64)
        free = ~is_routed[:, np.newaxis] | (count[pair] <= 1)
        for number in np.flatnonzero(is_routed).tolist():
            free[number] |= self._is_followed(number, routed, pair, count)
        return np.asarray(free)

    def _is_followed(self, number: int, routed: Bools, pair: Ints, count: Floats) -> Bools:
        others = np.delete(routed, number, axis=0)
        cheapest = np.where(others, np.delete(self.cheapest, number, axis=0), np.inf)
        follower = self.dearest[number].copy()
        for resources in self.resources[number]:
            flows = self.rows[number][resources.flow]
            both, entry = numbered(resources.resource * len(count) + pair[flows])
            is_common = (np.bincount(entry) == count[both % len(count)])[entry]
            np.add.at(follower, flows, np.where(is_common, 0, resources.most[resources.resource]))
        follows = ~routed.any(axis=0) | (
            routed[number]
            & ~self._bounded()[number]
            & (follower <= cheapest.min(axis=0, initial=np.inf))
        )
        stays = np.bincount(pair, weights=~follows) == 0
        return np.asarray(stays[pair])


def drop_flows(table: FlowCosts, usable: Bools) -> None:
    """Forbid what costs a flow more than the best that it can have alone, and what several flows
    share if it costs more than all of them could save by it.

    Args:
        usable: the flows that may use each option; changed. Shape (options, flows).
    """
    alone = np.where(table.is_free, table.most, np.inf)
    for number, rows in enumerate(table.rows):
        if not len(rows):
            continue
        best = np.delete(alone, number, axis=0).min(axis=0, initial=np.inf)[rows]
        saving = best - table.least[number, rows]
        is_dropped = saving < -NOISE_USD
        for flows, resource, usd in _merged(table.resources[number]):
            room = np.bincount(resource, weights=np.maximum(saving, 0)[flows], minlength=len(usd))
            is_dropped[flows[(room + NOISE_USD < usd)[resource]]] = True
        usable[number, rows[is_dropped]] = False


def _distinct(resources: SharedResources) -> SharedResources:
    """Every flow once for each resource."""
    flow, resource = distinct_pairs(resources.flow, resources.resource)
    return SharedResources(flow, resource, resources.least, resources.most)


def _merged(groups: Sequence[SharedResources]) -> list[tuple[Ints, Ints, Floats]]:
    """Flows, resources and USD of what several flows share; those that the same flows need are
    one resource."""
    marks = np.random.default_rng(1).integers(
        0, 2**62, 1 + max((int(resources.flow.max(initial=-1)) for resources in groups), default=-1)
    )
    usd: dict[tuple[int, int], float] = {}
    members: dict[tuple[int, int], Ints] = {}
    for resources in groups:
        order = np.argsort(resources.resource, kind="stable")
        flows, resource = resources.flow[order], resources.resource[order]
        first = np.flatnonzero(np.diff(resource, prepend=-1))
        sizes = np.diff(np.append(first, len(resource)))
        sums = np.add.reduceat(marks[flows], first) if len(first) else first
        for place in np.flatnonzero(sizes > 1).tolist():
            key = int(sums[place]), int(sizes[place])
            usd[key] = usd.get(key, 0.0) + float(resources.least[resource[first[place]]])
            members[key] = flows[first[place] : first[place] + sizes[place]]
    if not members:
        return []
    resource = np.repeat(np.arange(len(members)), [len(flows) for flows in members.values()])
    return [(np.concatenate(list(members.values())), resource, np.array(list(usd.values())))]
