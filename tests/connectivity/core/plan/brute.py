"""Every design of a small estate, evaluated plainly: what a plan is held against."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations

import numpy as np

from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.planned_network import Case
from connectivity.core.network.planned_network import case as case_of
from connectivity.core.network.topology import Topology
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.traced import traced_charges, traced_objects
from connectivity.core.rules.rule import hits
from connectivity.core.rules.vpc_and_connection import VPC_RULES, policy_rules
from costmodel.core.charges import Bools, Capacity, Floats, Hourly, Ints, Metered
from costmodel.core.price_list import Key, usd_by_tier
from costmodel.core.usage import ALL_MONTH

HUBS = ("transit-gateway", "cloud-wan")
SHARING = next(number for number, option in enumerate(OPTIONS) if option.key == "vpc-sharing")
Pool = tuple[Key, int]
HALF_A_CENT = 0.005 - 1e-6


class Designs:
    """All assignments of options to the flows of a comparison."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        offered = [
            [i for i, option in enumerate(OPTIONS) if option.key in flow.options]
            for flow in comparison.case.topology.flows
        ]
        grid = np.meshgrid(*offered, indexing="ij")
        self.options: Ints = np.stack([axis.ravel() for axis in grid], axis=1)
        """By index into OPTIONS. Shape (designs, flows)."""
        self.usd = np.full(len(self.options), np.inf)
        self.objects = np.zeros(len(self.options), dtype=int)
        self.is_feasible = np.zeros(len(self.options), dtype=np.bool_)
        codes = (self.options == SHARING) @ (1 << np.arange(self.options.shape[1]))
        for code in np.unique(codes).tolist():
            rows = np.flatnonzero(codes == code)
            shared = [row for row in range(self.options.shape[1]) if code >> row & 1]
            network = _joined(comparison.case.topology, shared)
            world = World(comparison, case_of(network), self.options[rows])
            self.usd[rows], self.objects[rows] = world.usd, world.objects
            self.is_feasible[rows] = world.is_feasible & np.isfinite(world.usd)

    def fits(self, max_objects: int | None = None) -> Bools:
        """The feasible designs with so few managed resources."""
        if max_objects is None:
            return self.is_feasible
        return self.is_feasible & (self.objects <= max_objects)

    def best_usd(self, max_objects: int | None = None) -> float:
        """What the cheapest feasible design costs; infinite without one."""
        return float(self.usd[self.fits(max_objects)].min(initial=np.inf))

    def least_of_equal(self, total_usd: Decimal, max_objects: int | None = None) -> tuple[int, int]:
        """Of the designs of a total: the fewest managed resources, and the least sum of places."""
        equal = self.fits(max_objects) & (self.usd < float(total_usd) + HALF_A_CENT)
        fewest = int(self.objects[equal].min())
        places = np.array([option.order for option in OPTIONS])[self.options].sum(axis=1)
        return fewest, int(places[equal & (self.objects == fewest)].min())


def _joined(topology: Topology, shared: list[int]) -> Topology:
    """The topology in which the two ends of some flows are one VPC, by the first one's name."""
    name = {vpc.name: vpc.name for vpc in topology.vpcs}
    order = [vpc.name for vpc in topology.vpcs]
    region = {vpc.name: vpc.region for vpc in topology.vpcs}
    for row in shared:
        if region[topology.flows[row].consumer] != region[topology.flows[row].provider]:
            continue
        ends = {name[topology.flows[row].consumer], name[topology.flows[row].provider]}
        first = min(ends, key=order.index)
        name = {vpc: first if now in ends else now for vpc, now in name.items()}
    vpcs = []
    for vpc in topology.vpcs:
        if name[vpc.name] != vpc.name:
            continue
        members = [each for each in topology.vpcs if name[each.name] == vpc.name]
        azs = sorted({az for each in members for az in each.azs})
        cidrs = dict.fromkeys(cidr for each in members for cidr in each.cidrs)
        subnets = sum(each.subnets for each in members)
        whole = replace(vpc, azs=tuple(azs), cidrs=tuple(cidrs), subnets=subnets)
        vpcs.append(whole if len(members) > 1 else vpc)
    flows = [
        each._replace(consumer=name[each.consumer], provider=name[each.provider])
        for each in topology.flows
    ]
    moved = [replace(each, vpc=name[each.vpc]) for each in topology.services]
    connections = [
        replace(each, vpcs=tuple(dict.fromkeys(name[v] for v in each.vpcs)))
        for each in topology.connections
    ]
    return replace(
        topology, vpcs=tuple(vpcs), flows=tuple(flows), services=tuple(moved),
        connections=tuple(c for c in connections if c.kind != "peering" or len(c.vpcs) == 2),
    )  # fmt: skip


class World:
    """The designs that join the same VPCs."""

    def __init__(self, comparison: Comparison, case: Case, options: Ints) -> None:
        self.comparison, self.case, self.options = comparison, case, options
        self.usd, self.objects = self._cost()
        self.is_feasible = self._feasible()

    def _cost(self) -> tuple[Floats, Ints]:
        case, prices = self.case, self.comparison.prices
        sums: dict[Pool, Floats] = defaultdict(lambda: np.zeros(len(self.options)))
        operations, objects = np.zeros(len(self.options)), np.zeros(len(self.options), dtype=int)
        is_carried = np.ones(len(self.options), dtype=np.bool_)
        for number, option in enumerate(OPTIONS):
            is_used = self.options == number
            able = option.carries(case.flows)
            is_carried &= ~(is_used & ~able).any(axis=1)
            rows = np.flatnonzero(able)
            if not is_used.any() or not len(rows):
                continue
            self._add(option, is_used[:, rows], rows, sums)
            for each, flow in traced_objects(option, case.flows.rows(rows)):
                usd = float(case.topology.operations_usd.get(each.kind.key, 0))
                for thing in np.unique(each.resource):
                    is_there = is_used[:, rows][:, flow[each.resource == thing]].any(axis=1)
                    objects += is_there
                    operations += usd * is_there
        total = operations
        for (key, _), amount in sums.items():
            usd = usd_by_tier(np.rint(amount), prices.find(*key))
            total = total + np.where(amount > 0, usd, 0.0)
        return np.where(is_carried & ~np.isnan(total), total, np.inf), objects

    def _add(self, option: Option, is_used: Bools, rows: Ints, sums: dict[Pool, Floats]) -> None:
        case = self.case
        for charge, flow in traced_charges(option, case.flows.rows(rows)):
            if isinstance(charge, Metered):
                for i in np.flatnonzero(charge.quantity).tolist():
                    to = -1 if charge.to_region is None else int(charge.to_region[i])
                    key = charge.price, case.regions[charge.region[i]], None
                    if to >= 0:
                        key = charge.price, case.regions[charge.region[i]], case.regions[to]
                    pool = int(case.pools[charge.payer[i]])
                    sums[key, pool] += is_used[:, flow[i]] * float(charge.quantity[i])
                continue
            for thing in np.unique(charge.resource):
                rows_of_it = np.flatnonzero(charge.resource == thing)
                key = charge.price, case.regions[charge.region[rows_of_it[0]]], None
                pool = int(case.pools[charge.payer[rows_of_it[0]]])
                used = is_used[:, flow[rows_of_it]]
                if isinstance(charge, Hourly):
                    count = np.broadcast_to(charge.count, charge.resource.shape)[rows_of_it[0]]
                    sums[key, pool] += used.any(axis=1) * float(count * ALL_MONTH)
                else:
                    sums[key, pool] += np.rint(self._units(charge, used, rows_of_it))

    def _units(self, charge: Capacity, used: Bools, rows_of_it: Ints) -> Floats:
        hours = [
            used @ load[rows_of_it].astype(float) * ALL_MONTH / per_unit[rows_of_it[0]]
            - charge.free
            for load, per_unit in zip(charge.load, charge.per_unit, strict=True)
        ]
        return np.maximum(np.max(hours, axis=0), 0)

    def _feasible(self) -> Bools:
        is_feasible = self._one_target() & self._no_overlap_on_hubs() & self._not_inside()
        powers = 1 << np.arange(self.options.shape[1])
        for number in range(len(OPTIONS)):
            codes = (self.options == number) @ powers
            verdicts = {code: self._is_able(number, code) for code in set(codes.tolist())}
            is_feasible &= np.array([verdicts[code] for code in codes.tolist()])
        return is_feasible

    def _is_able(self, number: int, code: int) -> bool:
        """No rule stops an option for the flows of a code, if only they use it."""
        topology = self.case.topology
        rows = [row for row in range(len(topology.flows)) if code >> row & 1]
        if not rows:
            return True
        option = OPTIONS[number]
        answer = next(each for each in self.comparison.answers if each.option is option)
        of_budgets = {hit.rule.id for hit in answer.hits} & {"BUDGET-01", "BUDGET-02"}
        late = {
            row
            for hit in answer.hits
            if hit.rule.id in of_budgets and hit.is_hard
            for row in hit.flows.tolist()
        }
        if late & set(rows):
            return False
        apart = self.comparison.case.topology
        stated = case_of(replace(apart, flows=tuple(apart.flows[row] for row in rows)))
        alone = case_of(replace(topology, flows=tuple(topology.flows[row] for row in rows)))
        rules = (*option.rules, *(VPC_RULES if option.keeps_vpcs else ()))
        ends = stated if number == SHARING else alone
        every = (*hits(rules, ends), *hits(policy_rules(option.key), stated))
        return not any(hit.is_hard for hit in every)

    def _not_inside(self) -> Bools:
        """A flow that does not leave its VPC takes no route to another one."""
        routed = [i for i, option in enumerate(OPTIONS) if option.takes_route and option.keeps_vpcs]
        is_inside = self.case.flows.consumer.vpc == self.case.flows.provider.vpc
        return ~(np.isin(self.options, routed) & is_inside).any(axis=1)

    def _one_target(self) -> Bools:
        routed = [i for i, option in enumerate(OPTIONS) if option.takes_route]
        pairs = self.case.pair
        is_clear = np.ones(len(self.options), dtype=np.bool_)
        for row, other in combinations(range(len(pairs)), 2):
            if pairs[row] == pairs[other]:
                ours, theirs = self.options[:, row], self.options[:, other]
                both = np.isin(ours, routed) & np.isin(theirs, routed)
                is_clear &= ~(both & (ours != theirs))
        return is_clear

    def _no_overlap_on_hubs(self) -> Bools:
        hubs = [i for i, option in enumerate(OPTIONS) if option.key in HUBS]
        case = self.case
        existing = {v for c in case.topology.connections if c.kind == "attachment" for v in c.vpcs}

        @cache
        def is_clear(rows: tuple[int, ...]) -> bool:
            ends = {case.consumer(row).name for row in rows} | {
                case.provider(row).name for row in rows
            }
            vpcs = [v for v in case.topology.vpcs if v.name in ends | existing]
            return not any(
                ours.overlaps(theirs)
                for vpc, other in combinations(vpcs, 2)
                if {vpc.name, other.name} & ends
                for ours in vpc.cidrs
                for theirs in other.cidrs
            )

        on_hub = np.isin(self.options, hubs)
        return np.array([is_clear(tuple(np.flatnonzero(row).tolist())) for row in on_hub])
