"""Every option for a topology, side by side: money, latency, feasibility."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar, cast

import numpy as np

from connectivity.core.comparison.answer import Answer, best_of
from connectivity.core.comparison.combined_bill import bill_together, operations_usd, uses_of
from connectivity.core.comparison.per_flow_mix import Mix, mix
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.latency.worst_p99 import budget_rules, headlines
from connectivity.core.network.planned_network import Case, case
from connectivity.core.network.topology import Topology
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.rules.rule import Hit, hits
from connectivity.core.rules.vpc_and_connection import FLOW_RULES, VPC_RULES, policy_rules
from costmodel.core.bill import bill
from costmodel.core.charges import Bools
from costmodel.core.curve import Curve
from costmodel.core.price_list import PriceList
from costmodel.core.units import cents

Found = TypeVar("Found")
Progress = Callable[[int, int], None]
Common = tuple[list[Hit], list[Hit]]  # of flows and of VPCs, the same for every option


@dataclass(frozen=True)
class Comparison:
    """All answers for one topology, in the contract's order, and what they rest on."""

    case: Case
    prices: PriceList
    latencies: LatencySet
    answers: tuple[Answer, ...]
    mix: Mix
    today_usd: Decimal | None
    curves: dict[tuple[str, str], Curve] = field(default_factory=dict, compare=False, repr=False)
    """Cost curves by option and axis, as far as they were asked for."""
    _found: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, find: Callable[["Comparison"], Found]) -> Found:
        """What a function finds in this comparison, asked only once."""
        if find not in self._found:
            self._found[find] = find(self)
        return cast("Found", self._found[find])

    @property
    def candidates(self) -> list[Answer]:
        """What may be recommended, the cheapest first."""
        return [answer for answer in self.answers if answer.is_candidate]


def compare(
    topology: Topology,
    prices: PriceList,
    latencies: LatencySet,
    options: Sequence[Option] = OPTIONS,
    progress: Progress = lambda done, total: None,
) -> Comparison:
    """Price, time and check every option for a topology.

    Args:
        topology: validated.
        prices, latencies: what is missing in them is a named gap or an unknown figure.
        options: those asked for.
        progress: told (done, total) after every option.

    Returns:
        Answers that do not depend on the order of the flows.
    """
    planned = case(topology)
    common = hits(FLOW_RULES, planned), hits(VPC_RULES, planned)
    answers = []
    for done, option in enumerate(options, start=1):
        answers.append(_answer(option, planned, prices, latencies, common))
        progress(done, len(options))
    return Comparison(
        planned,
        prices,
        latencies,
        tuple(sorted(answers, key=lambda answer: answer.order)),
        _mix(planned, prices, answers),
        _today(planned, prices),
    )


def _mix(case: Case, prices: PriceList, answers: Sequence[Answer]) -> Mix:
    """What each flow chooses by itself, or the recommended option for all where that costs less:
    alone, no flow counts on others that share a load balancer or reach a tier with it."""
    own = mix(case, prices, [(answer.option, _usable(answer, case)) for answer in answers])
    best = best_of(answers)
    if best is None or best.total_usd is None:
        return own
    if own.total_usd is not None and own.total_usd <= best.total_usd:
        return own
    return Mix((best.option,) * len(case.flows), best.bill, best.operations_usd, is_buildable=True)


def _answer(
    option: Option, case: Case, prices: PriceList, latencies: LatencySet, common: Common
) -> Answer:
    heads = headlines(option.key, case, latencies)
    rules = (*option.rules, *policy_rules(option.key), *budget_rules(heads))
    of_flows, of_vpcs = common
    findings = (*hits(rules, case), *of_flows, *(of_vpcs if option.keeps_vpcs else ()))
    stopped = np.zeros(len(case.flows), dtype=np.bool_)
    for hit in findings:
        if hit.is_hard:
            stopped[hit.flows] = True
    carried, places = bool(option.carries(case.flows).all()), (case.regions, case.pools)
    objects = option.count_objects(case.flows) if carried else {}
    return Answer(
        option=option,
        hits=findings,
        is_stopped=stopped,
        bill=bill(option.charges(case.flows), prices, *places) if carried else None,
        objects=objects,
        operations_usd=operations_usd(objects, case),
        heads=heads,
        is_allowed=bool(case.options.holding(option.key).all()),
    )


def _usable(answer: Answer, case: Case) -> Bools:
    """The flows that may choose an option: allowed by themselves, and without a hard finding."""
    return case.options.holding(answer.option.key) & ~answer.is_stopped


def _today(case: Case, prices: PriceList) -> Decimal | None:
    """The bill of what the flows use today; None unless all say so and all can be priced."""
    known: dict[str | None, Option] = {option.key: option for option in OPTIONS}
    uses = uses_of([known.get(flow.today) for flow in case.topology.flows])
    priced = None if uses is None else bill_together(case, prices, uses)
    exact = None if priced is None else priced.usd
    return None if exact is None else cents(exact)
