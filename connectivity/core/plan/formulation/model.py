"""The program of a plan, made of the options' own charges, objects and rules."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import reduce
from typing import NamedTuple

import numpy as np

from connectivity.core.network.flow_arrays import Flows, numbered
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.candidates import Candidate
from connectivity.core.plan.design.traced import traced_charges, traced_objects
from connectivity.core.plan.formulation.tiered_prices import Meter
from connectivity.core.plan.solver.program import INFINITE, Program
from connectivity.core.rules.rule import Bounds, Members, Together
from costmodel.core.charges import Bools, Capacity, Charge, Floats, Hourly, Ints, Metered
from costmodel.core.price_list import Key, PriceList
from costmodel.core.usage import ALL_MONTH, Columns, one_row_each

NO_COLUMN = -1


class RowCause(Enum):
    """Why rows are there, beside the rules that bound what is used together."""

    ONE_OPTION = auto()  # every flow uses one
    JOINED = auto()  # VPCs that are one have a flow that makes them so
    ONE_TARGET = auto()  # of a route between two VPCs
    MAX_OBJECTS = auto()  # managed resources, as they were asked for
    MAX_CHANGES = auto()  # flows that leave today's option, as they were asked for


class Network(NamedTuple):
    """The flows as rules look at them.

    Attributes:
        is_open: the VPCs that others may still be joined with. Shape (vpcs,).
        lifted: the `together` of rules that need not be kept.
    """

    case: Case
    is_open: Bools
    lifted: frozenset[Hashable] = frozenset()


@dataclass(frozen=True)
class Model:
    """A program, and what its columns mean.

    Attributes:
        column: of every candidate and flow, NO_COLUMN where the flow may not use it. Shape
            (candidates, flows).
        objects: a column for every managed resource that may come to be; several may be the same.
        lacking: the prices that the list lacks, and the numbers of the candidates that need them.
        slack_usd: by how much a bill may be below the program's cost, because capacity units are
            rounded to thousandths.
    """

    case: Case
    candidates: Sequence[Candidate]
    program: Program
    column: Ints
    objects: Ints
    lacking: dict[Key, list[int]]
    slack_usd: float


def model_of(
    case: Case,
    prices: PriceList,
    candidates: Sequence[Candidate],
    max_objects: int | None = None,
    network: Network | None = None,
) -> Model:
    """The program whose solutions are the designs of a topology.

    Args:
        case: the flows, as they are billed.
        prices: what is missing in it cannot be used.
        candidates: the options, and which flows may use each; a flow without any is not planned.
        max_objects: how many managed resources there may be; None: any number.
        network: what rules look at, where that is not the case.
    """
    rules = network or Network(case, np.zeros(len(case.topology.vpcs), dtype=np.bool_))
    program = Program()
    column = np.full((len(candidates), len(case.flows)), NO_COLUMN, dtype=np.int64)
    for number, (option, usable) in enumerate(candidates):
        names = np.flatnonzero(usable) + (option.order + 1) * len(usable)
        column[number, usable] = program.add(len(names), names=names)
    _one_option_each(program, column)
    meter = Meter(program, prices, case.regions)
    objects = []
    for number, (option, usable) in enumerate(candidates):
        flows, columns = case.flows.rows(usable), column[number, usable]
        for charge, flow in traced_charges(option, flows):
            _meter(program, meter, number, charge, columns[flow], case.pools)
        objects.append(_objects(program, option, flows, columns, case))
    managed = np.concatenate(objects) if objects else np.zeros(0, dtype=np.int64)
    _one_target_each(program, rules.case, candidates, column)
    _together(program, rules, candidates, column)
    if max_objects is not None:
        row = np.zeros(len(managed), dtype=np.int64)
        program.bound(row, managed, 1.0, [0], [max_objects], RowCause.MAX_OBJECTS)
    meter.price()
    return Model(case, candidates, program, column, managed, meter.lacking, meter.slack_usd)


def _one_option_each(program: Program, column: Ints) -> None:
    usable, flow = np.nonzero(column != NO_COLUMN)
    is_planned = (column != NO_COLUMN).any(axis=0).astype(np.float64)
    program.bound(flow, column[usable, flow], 1.0, is_planned, is_planned, RowCause.ONE_OPTION)


def _meter(
    program: Program, meter: Meter, number: int, charge: Charge, column: Ints, pools: Ints
) -> None:
    """What the rows of a charge use, each if its column is used."""
    hours: Ints | Floats
    match charge:
        case Metered():
            rows = Columns(charge.payer, charge.region, charge.to_region, charge.quantity)
            meter.add(number, charge.price, rows, pools[charge.payer], column)
        case Hourly():
            first, resource = one_row_each(charge.resource), numbered(charge.resource)[1]
            hours = _least(resource, np.broadcast_to(charge.count, resource.shape)) * ALL_MONTH
            rows = Columns(charge.payer[first], charge.region[first], None, hours)
            meter.add(
                number, charge.price, rows, pools[rows.payer], program.any_of(resource, column)
            )
        case Capacity():
            first, resource = one_row_each(charge.resource), numbered(charge.resource)[1]
            hours, used = _busiest(program, charge, resource, column)
            rows = Columns(charge.payer[first], charge.region[first], None, hours)
            meter.add(number, charge.price, rows, pools[rows.payer], used, is_rounded=True)


def _least(resource: Ints, count: Ints) -> Ints:
    """The least of what the rows of a resource say of it; where they differ, more may be billed.

    Shape (resources,).
    """
    least = np.full(int(resource.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, resource, count)
    return least


def _busiest(
    program: Program, charge: Capacity, resource: Ints, column: Ints
) -> tuple[Floats, Ints]:
    """For every resource, thousandths of unit-hours, and the column whose value they are times.

    A column between 0 and 1 says how much of the most that a resource can have is used: at least
    what each of its dimensions needs.
    """
    needs = [
        load * ALL_MONTH / per_unit
        for load, per_unit in zip(charge.load, charge.per_unit, strict=True)
    ]
    resources = int(resource.max(initial=-1)) + 1
    sums = [np.bincount(resource, weights=need, minlength=resources) for need in needs]
    most = np.maximum(reduce(np.maximum, sums) - charge.free, 0)
    names = np.full(resources, np.iinfo(np.uint64).max)
    np.minimum.at(names, resource, program.marks[column])
    used = program.add(resources, is_whole=False, names=names)
    scale = np.maximum(most, 1)
    for need in needs:
        row, columns = np.append(resource, np.arange(resources)), np.append(column, used)
        values = np.append(need / scale[resource], -most / scale)
        program.bound(row, columns, values, np.full(resources, -INFINITE), charge.free / scale)
    return most, used


def _objects(program: Program, option: Option, flows: Flows, column: Ints, case: Case) -> Ints:
    """A column for every managed resource of an option, with its price of operations."""
    managed = []
    for objects, flow in traced_objects(option, flows):
        usd = float(case.topology.operations_usd.get(objects.kind.key, 0))
        managed.append(program.any_of(numbered(objects.resource)[1], column[flow]))
        program.charge(managed[-1], usd)
    return np.concatenate(managed) if managed else np.zeros(0, dtype=np.int64)


def _one_target_each(
    program: Program, case: Case, candidates: Sequence[Candidate], column: Ints
) -> None:
    """Flows between the same two VPCs use at most one option that takes a route table entry."""
    routed = [number for number, (option, _) in enumerate(candidates) if option.takes_route]
    pairs, pair = numbered(case.pair)
    has_others = (np.bincount(pair) > 1)[pair]
    number, flow = np.nonzero((column[routed] != NO_COLUMN) & has_others)
    choices, choice = numbered(pair[flow] * len(routed) + number)
    targets = program.any_of(choice, column[routed][number, flow])
    of_pair = choices // max(len(routed), 1)
    is_contested = (np.bincount(of_pair, minlength=len(pairs)) > 1)[of_pair]
    contested, row = numbered(of_pair[is_contested])
    ones = np.ones(len(contested))
    program.bound(row, targets[is_contested], 1.0, ones - 1, ones, RowCause.ONE_TARGET)


def _together(
    program: Program, network: Network, candidates: Sequence[Candidate], column: Ints
) -> None:
    """What rules allow of all that uses an option, or several options that share a rule."""
    sharing: dict[Together, list[int]] = defaultdict(list)
    for number, (option, _) in enumerate(candidates):
        for together in dict.fromkeys(rule.together for rule in option.rules):
            if together is not None and together not in network.lifted:
                sharing[together].append(number)
    for together, numbers in sharing.items():
        bounds = _known(network.case.once(together), network)
        if len(bounds.row):
            _bound(program, bounds, together, column[numbers], network.case)


def _known(bounds: Bounds, network: Network) -> Bounds:
    """Nothing is bounded that counts a VPC of which it is open what it is joined with."""
    if not network.is_open.any():
        return bounds
    width = len(network.is_open)
    if bounds.members is Members.PAIRS:
        is_open = network.is_open[bounds.member // width] | network.is_open[bounds.member % width]
    else:
        is_open = network.is_open[bounds.member]
    at_most = bounds.at_most.copy()
    at_most[bounds.row[is_open]] = INFINITE
    return bounds._replace(at_most=at_most)


def _bound(program: Program, bounds: Bounds, cause: Together, column: Ints, case: Case) -> None:
    number, flow = np.nonzero(column != NO_COLUMN)
    columns = column[number, flow]
    if bounds.members is Members.PAIRS:
        members = case.pair[flow]
    else:
        members = np.append(case.flows.consumer.vpc[flow], case.flows.provider.vpc[flow])
        columns = np.append(columns, columns)
    is_bound = np.isin(members, bounds.member)
    names, group = numbered(members[is_bound])
    used = program.any_of(group, columns[is_bound])
    place = np.searchsorted(names, bounds.member)
    is_used = np.isin(bounds.member, names)
    program.bound(
        bounds.row[is_used],
        used[place[is_used]],
        bounds.weight[is_used],
        np.full(len(bounds.at_most), -INFINITE),
        bounds.at_most,
        cause,
    )
