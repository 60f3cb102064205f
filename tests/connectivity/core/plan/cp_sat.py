"""The cheapest design by CP-SAT, in whole numbers: a second model, of other making than the plan's.

It runs in a process of its own, as ortools brings another HiGHS than the plan's:
a line of its input is an estate, and a line of its output what it says of that.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from itertools import combinations, count, pairwise
from math import lcm
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.design.traced import traced_charges, traced_objects
from costmodel.core.charges import Capacity, Charge, Hourly, Ints, Metered
from costmodel.core.price_list import Key, Price, Tier
from costmodel.core.usage import ALL_MONTH
from tests.connectivity.core.plan.brute import HUBS
from tests.connectivity.core.plan.estate import Estate

PEERS = 125  # of a VPC, at most
FINE = 1_000  # parts of a thousandth of a capacity unit-hour
THOUSAND = 1_000


Used = tuple[int, int, Any]  # thousandths at most, and for 1 of a column


def _rate(tier: Tier) -> Fraction:
    """USD for a thousandth."""
    return Fraction(tier.usd) / THOUSAND


class Sat:
    """A model of CP-SAT, whose objective is USD times `scale`."""

    def __init__(self, comparison: Comparison, max_objects: int | None = None) -> None:
        self.comparison, self.case = comparison, comparison.case
        self.model = cp_model.CpModel()
        self.costs: list[tuple[Fraction, Any]] = []
        self.usage: dict[tuple[Key, int], list[Used]] = defaultdict(list)
        self.used: dict[Hashable, Any] = {}
        self.objects: dict[Hashable, Any] = {}
        self._choose()
        numbers = count()
        for option, (rows, columns) in self.columns.items():
            for charge, flow in traced_charges(option, self.case.flows.rows(rows)):
                self._meter(next(numbers), charge, [columns[i] for i in flow.tolist()])
            for each, flow in traced_objects(option, self.case.flows.rows(rows)):
                usd = Fraction(self.case.topology.operations_usd.get(each.kind.key, 0))
                for thing, i in zip(each.resource.tolist(), flow.tolist(), strict=True):
                    self._manage((option.key, each.kind.key, thing), columns[i], usd)
        for (key, _), usage in self.usage.items():
            self._price(key, usage)
        if max_objects is not None:
            self.model.add(sum(self.objects.values()) <= max_objects)
        self._one_target()
        self._no_overlap_on_hubs()
        self._peers()
        self.scale = lcm(*(usd.denominator for usd, _ in self.costs))
        self.model.minimize(sum(int(usd * self.scale) * term for usd, term in self.costs))

    def _choose(self) -> None:
        """Every flow has one of the options that it allows and no rule keeps from it alone."""
        self.columns = {}
        of_flow: list[list[Any]] = [[] for _ in self.case.topology.flows]
        for answer in self.comparison.answers:
            option, flows = answer.option, self.case.topology.flows
            able = option.carries(self.case.flows)
            able &= np.array([option.key in flow.options for flow in flows])
            for hit in answer.hits:
                if hit.is_hard and hit.rule.together is None:
                    able[hit.flows] = False
            rows = np.flatnonzero(able)
            if not len(rows):
                continue
            columns = [self.model.new_bool_var(f"{option.key} {row}") for row in rows.tolist()]
            self.columns[option] = rows, columns
            for row, column in zip(rows.tolist(), columns, strict=True):
                of_flow[row].append(column)
        for choices in of_flow:
            self.model.add_exactly_one(choices)

    def _any(self, name: Hashable, column: Any) -> Any:
        """What is 1 if a column is, by name."""
        if name not in self.used:
            self.used[name] = self.model.new_bool_var(str(name))
        self.model.add_implication(column, self.used[name])
        return self.used[name]

    def _manage(self, name: Hashable, column: Any, usd: Fraction) -> None:
        is_new = name not in self.objects
        self.objects[name] = self._any(name, column)
        if is_new:
            self.costs.append((usd, self.objects[name]))

    def _meter(self, number: int, charge: Charge, columns: list[Any]) -> None:
        if isinstance(charge, Metered):
            for i, amount in enumerate(charge.quantity.tolist()):
                to = None if charge.to_region is None else int(charge.to_region[i])
                self._use(charge, i, to, amount, columns[i])
            return
        for thing in np.unique(charge.resource).tolist():
            rows = np.flatnonzero(charge.resource == thing)
            users = [columns[i] for i in rows.tolist()]
            if isinstance(charge, Hourly):
                hours = int(np.broadcast_to(charge.count, charge.resource.shape)[rows[0]])
                for column in users:
                    used = self._any((number, thing), column)
                self._use(charge, int(rows[0]), None, hours * ALL_MONTH, used)
            else:
                units, most = self._units(charge, rows, users)
                self._use(charge, int(rows[0]), None, most, units)

    def _units(self, charge: Capacity, rows: Ints, columns: list[Any]) -> tuple[Any, int]:
        """Thousandths of unit-hours, rounded: at least what each dimension needs."""
        loads = [
            np.rint(load[rows] * float(ALL_MONTH * FINE) / each[rows]).astype(int).tolist()
            for load, each in zip(charge.load, charge.per_unit, strict=True)
        ]
        most = max(sum(load) for load in loads) // FINE + 1
        units = self.model.new_int_var(0, most, "units")
        for load in loads:
            needed = sum(size * column for size, column in zip(load, columns, strict=True))
            self.model.add(FINE * units + FINE // 2 >= needed - FINE * charge.free)
        return units, most

    def _use(self, charge: Charge, row: int, to: int | None, most: int, column: Any) -> None:
        """Thousandths, if a column is 1; or as many as a column says, which is at most so many."""
        regions = self.case.regions
        other = None if to is None or to < 0 else regions[to]
        key = charge.price, regions[charge.region[row]], other
        if most:
            amount = 1 if isinstance(charge, Capacity) else most
            pool = int(self.case.pools[charge.payer[row]])
            self.usage[key, pool].append((most, amount, column))

    def _price(self, key: Key, usage: list[Used]) -> None:
        price = self.comparison.prices.find(*key)
        if price is None:
            self.model.add(sum(column for *_, column in usage) == 0)
        elif price.is_flat:
            self.costs += [(_rate(price.tiers[0]) * amount, column) for _, amount, column in usage]
        elif any(each.usd > other.usd for each, other in pairwise(price.tiers)):
            self._falling(price, usage)
        else:
            amount = sum(amount * column for _, amount, column in usage)
            self.model.add(amount == sum(self._rising(price, sum(most for most, *_ in usage))))

    def _rising(self, price: Price, most: int) -> Iterator[Any]:
        """What is in each tier; the cheap ones come first by themselves."""
        for tier in price.tiers:
            width = (most if tier.end is None else min(tier.end, most)) - tier.start
            if width > 0:
                within = self.model.new_int_var(0, width, "tier")
                self.costs.append((_rate(tier), within))
                yield within

    def _falling(self, price: Price, usage: list[Used]) -> None:
        """One tier is the last that is reached: all cost its rate, and what is in those below costs
        more by a fixed sum. Any other tier gives a higher cost, so that none need be forbidden."""
        fixed, reached = Fraction(0), []
        for below, tier in zip((None, *price.tiers), price.tiers, strict=False):
            if below is not None:
                fixed += (_rate(below) - _rate(tier)) * tier.start
            is_last = self.model.new_bool_var("tier")
            self.costs.append((fixed, is_last))
            reached.append((_rate(tier), is_last))
        self.model.add_exactly_one(is_last for _, is_last in reached)
        for _, amount, column in usage:
            parts = []
            for rate, is_last in reached:
                part = self.model.new_bool_var("part")
                self.model.add_implication(part, is_last)
                self.costs.append((rate * amount, part))
                parts.append(part)
            self.model.add(sum(parts) == column)

    def _one_target(self) -> None:
        """Of the options that need a route, flows between two VPCs use one."""
        targets: dict[int, dict[str, Any]] = defaultdict(dict)
        for option, (rows, columns) in self.columns.items():
            for row, column in zip(rows.tolist(), columns, strict=True):
                if option.takes_route:
                    pair = int(self.case.pair[row])
                    targets[pair][option.key] = self._any(("route", pair, option.key), column)
        for each in targets.values():
            self.model.add_at_most_one(each.values())

    def _ends(self, keys: Iterable[str], name: str) -> dict[int, Any]:
        """By VPC, what is 1 if a flow of it uses one of some options."""
        ends = {}
        for option, (rows, columns) in self.columns.items():
            for row, column in zip(rows.tolist(), columns, strict=True):
                if option.key in keys:
                    for side in (self.case.flows.consumer, self.case.flows.provider):
                        vpc = int(side.vpc[row])
                        ends[vpc] = self._any((name, vpc), column)
        return ends

    def _no_overlap_on_hubs(self) -> None:
        vpcs, ends = self.case.topology.vpcs, self._ends(HUBS, "hub")
        attached = {
            vpc
            for each in self.case.topology.connections
            if each.kind == "attachment"
            for vpc in each.vpcs
        }
        for first, second in combinations(range(len(vpcs)), 2):
            if not any(a.overlaps(b) for a in vpcs[first].cidrs for b in vpcs[second].cidrs):
                continue
            for vpc, other in ((first, second), (second, first)):
                if vpc in ends and vpcs[other].name in attached:
                    self.model.add(ends[vpc] == 0)
            if first in ends and second in ends:
                self.model.add_at_most_one([ends[first], ends[second]])

    def _peers(self) -> None:
        """A VPC has so many peers, at most: no estate here has a peering today."""
        peers: dict[int, dict[int, Any]] = defaultdict(dict)
        for option, (rows, columns) in self.columns.items():
            for row, column in zip(rows.tolist(), columns, strict=True):
                if option.key == "vpc-peering":
                    ends = [int(self.case.flows.consumer.vpc[row])]
                    ends.append(int(self.case.flows.provider.vpc[row]))
                    used = self._any(("peering", *sorted(ends)), column)
                    for vpc, other in (ends, ends[::-1]):
                        peers[vpc][other] = used
        for each in peers.values():
            self.model.add(sum(each.values()) <= PEERS)


def solved(estate: Estate, seconds: float) -> dict[str, Any]:
    """Whether there is a design (None: unknown), what the cheapest known one costs, and what none
    costs less than. USD, as texts of fractions."""
    sat, solver = Sat(estate.compared(), estate.max_objects), cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 8
    solver.parameters.linearization_level = 2
    status = solver.solve(sat.model)
    if status == cp_model.INFEASIBLE:
        return {"is_possible": False, "is_proven": True}
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {"is_possible": None, "is_proven": False}
    usd, bound = round(solver.objective_value), round(solver.best_objective_bound)
    return {
        "is_possible": True,
        "is_proven": status == cp_model.OPTIMAL,
        "usd": str(Fraction(usd, sat.scale)),
        "bound": str(Fraction(bound, sat.scale)),
    }


def main() -> None:
    for line in sys.stdin:
        seconds, *estate = json.loads(line)
        sys.stdout.write(json.dumps(solved(Estate(*estate), seconds)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
