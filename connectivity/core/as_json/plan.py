"""A plan as the contract's plain values: what JSON, the command line and pages show."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from connectivity.core.as_json.amounts import AT_ONCE_S, BOUNDS, PLAN
from connectivity.core.as_json.plan_besides import NOTHING, Besides, Tell, besides, keep_quiet
from connectivity.core.as_json.values import Plain, plain_key, plain_line, usd_text
from connectivity.core.comparison.compare import Comparison
from connectivity.core.handover.decision import payers, risks, slowest
from connectivity.core.network.planned_network import Case
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.candidates import able, left_out
from connectivity.core.plan.design.designs import Design, design_of
from connectivity.core.plan.design.today import Breach, breaches
from connectivity.core.plan.formulation.parts import Requirements
from connectivity.core.plan.search.cheapest import Limits, Look, SoFar
from connectivity.core.plan.search.plan import Baseline, Plan, plan
from connectivity.core.plan.solver.highs import Going, Outcome, Watch, carry_on
from connectivity.core.plan.why.because import because
from connectivity.core.plan.why.conflict import SECONDS as CONFLICT_SECONDS
from connectivity.core.plan.why.conflict import conflict
from connectivity.core.plan.why.conflict_words import Reason, conflict_words, reasons
from costmodel.core.units import cents

MAX_REASONS = 100  # of a conflict, and as many of its flows
MAX_NAMED = 20  # flows of today that break a rule


def at_once(comparison: Comparison) -> Plain:
    """The plan that somebody waits for: the best that a few seconds find."""
    return planned(comparison, seconds=AT_ONCE_S)


def unasked(comparison: Comparison) -> Plain | None:
    """The plan that a comparison has although nobody asks for one; None of many flows."""
    is_small = len(comparison.case.flows) <= BOUNDS[PLAN].at_once
    return comparison.once(at_once) if is_small else None


def planned(
    comparison: Comparison,
    max_objects: int | None = None,
    *,
    seconds: float,
    watch: Look = carry_on,
    more: Besides = NOTHING,
    tell: Tell = keep_quiet,
) -> Plain:
    """Plan a topology, and give the answer of contract section 5. Money is text.

    Args:
        comparison, max_objects, seconds, watch: as `plan` takes them.
        more: what is asked for besides.
        tell: called with what is known of that, whenever it is more.

    Raises:
        DocumentRefused: a flow that shall be explained is none.
    """
    result = plan(comparison, max_objects, seconds, watch)
    limits = Limits(Requirements(max_objects), watch=watch)
    return besides(comparison, result, more, limits, tell) | {
        **_money(comparison, result),
        "outcome": result.outcome.value,
        "proven_optimal": result.is_proven,
        "gap_usd": usd_text(result.gap_usd),
        "objects": result.design.objects if result.design else {},
        "max_objects": max_objects,
        "assignment": None if result.design is None else _assignment(comparison, result.design),
        **_decided_by(comparison, result.design),
        "today_breaks": today_breaks(comparison),
        "lines": list(_lines(result)),
        "baselines": [_baseline(baseline) for baseline in result.baselines],
        "left_out": list(_left_out(result)),
        "infeasible_because": _infeasible(comparison, result, max_objects, seconds, watch),
    }


def plan_again(comparison: Comparison, options: Sequence[str], gap_usd: str) -> Plan:
    """A plan whose plain values were kept, without what anybody would compare it with.

    Args:
        comparison: of the same topology, prices and latencies.
        options: of every flow, by key, in the order of the topology.
        gap_usd: by how much another design may be cheaper.

    Raises:
        ValueError: it is no design of these inputs.
    """
    choice = [OPTIONS.by_key.get(key) for key in options]
    is_whole = len(choice) == len(comparison.case.flows) and None not in choice
    design = design_of(comparison, choice) if is_whole else None
    if design is None:
        raise ValueError("the plan lacks an option or a price under these inputs")
    gap = Decimal(gap_usd)
    outcome = Outcome.STOPPED if gap else Outcome.OPTIMAL
    bound = float(design.exact_usd - gap)
    return Plan(comparison.case, outcome, design, bound, None, (), comparison.once(left_out))


def so_far(going: SoFar) -> Plain:
    """How far a plan is: money and counts, however many flows it has."""
    design = going.design
    gap = None
    if design is not None and going.bound_usd > 0:
        gap = max(design.exact_usd - Decimal(going.bound_usd), Decimal(0))
    used = Counter(option.key for option in design.options) if design else Counter[str]()
    return {
        "part": going.part,
        "seconds": int(going.seconds),
        "objective_usd": usd_text(design.total_usd if design else None),
        "gap_usd": usd_text(gap),
        "objects": design.objects if design else {},
        "options": dict(used.most_common()),
    }


def _money(comparison: Comparison, result: Plan) -> Plain:
    design, today = result.design, comparison.today_usd
    bill = design.bill.usd if design else None
    best = result.best_single
    return {
        "monthly_usd": usd_text(bill),
        "operations_usd": usd_text(design.operations_usd if design else None),
        "objective_usd": usd_text(design.total_usd if design else None),
        "best_single": best.option.key if best else None,
        "saves_usd": usd_text(result.saves_usd),
        "saves_today_usd": usd_text(result.saves_today_usd),
        "today_usd": usd_text(today),
        "change_usd": None if bill is None or today is None else usd_text(cents(bill) - today),
    }


def _assignment(comparison: Comparison, design: Design) -> list[Plain]:
    case = comparison.case
    flows = case.topology.flows
    words = because(case, design.options, comparison.once(able))
    return [
        {"flow": flow.name, "option": option.key, "because": sentence}
        for flow, option, sentence in zip(flows, design.options, words, strict=True)
    ]


def _decided_by(comparison: Comparison, design: Design | None) -> Plain:
    """Beside money: who pays, how slow it is, and what has to be there first."""
    if design is None:
        nothing: Plain = {"worst_p99_us": None, "worst_p99_basis": None, "worst_p99_flow": None}
        return {"payers": [], **nothing, "p99_unknown_flows": None, "findings": []}
    slow = slowest(comparison, design)
    return {
        "payers": [{"account": id, "usd": str(usd)} for id, usd in payers(comparison, design)],
        "worst_p99_us": slow.reading.us if slow.reading else None,
        "worst_p99_basis": slow.reading.basis if slow.reading else None,
        "worst_p99_flow": slow.flow or None,
        "p99_unknown_flows": slow.unknown,
        "findings": [
            {
                "rule": risk.rule,
                "severity": risk.severity.value,
                "option": risk.option.key,
                "flows": risk.flows,
                "detail": risk.sentence,
            }
            for risk in risks(comparison, design)
        ],
    }


def today_breaks(comparison: Comparison) -> list[Plain]:
    """What today's design breaks; it takes no solver."""
    return [_breach(each, comparison.case) for each in breaches(comparison)]


def _breach(breach: Breach, case: Case) -> Plain:
    rows = breach.flows.tolist()
    return {
        "rule": breach.rule.id,
        "option": breach.option.key,
        "flows": [case.topology.flows[row].name for row in rows[:MAX_NAMED]],
        "more_flows": max(0, len(rows) - MAX_NAMED),
        "detail": breach.rule.detail(case, rows[0]),
        "remedy": breach.rule.remedy,
    }


def _lines(result: Plan) -> Iterator[Plain]:
    accounts = result.case.topology.accounts
    for line in result.design.bill.lines if result.design else ():
        yield plain_line(line, accounts[line.payer].id)


def _baseline(baseline: Baseline) -> Plain:
    design = baseline.design
    return {
        "name": baseline.name,
        "option": baseline.option.key if baseline.option else None,
        "objective_usd": usd_text(design.total_usd if design else None),
        "feasible": baseline.is_feasible,
        "objects": design.objects if design else {},
    }


def _left_out(result: Plan) -> Iterator[Plain]:
    for key, options in result.left_out.items():
        yield {"options": [option.key for option in options], **plain_key(key)}


def _infeasible(
    comparison: Comparison, result: Plan, max_objects: int | None, seconds: float, watch: Look
) -> Plain | None:
    """The smallest set of flows and rules found that leaves no design."""
    if result.design is not None or result.outcome is not Outcome.INFEASIBLE:
        return None
    case, answers = comparison.case, comparison.answers
    usable = comparison.once(able)
    looking = _looking(watch, result)
    longest = min(seconds, CONFLICT_SECONDS)
    clash = conflict(case, comparison.prices, answers, usable, max_objects, longest, looking)
    why = reasons(case, answers, clash, max_objects)
    return {
        "sentence": conflict_words(case, clash),
        "flows": [case.topology.flows[row].name for row in clash.flows[:MAX_REASONS]],
        "more_flows": max(0, len(clash.flows) - MAX_REASONS),
        "reasons": [_reason(each, case) for each in why[:MAX_REASONS]],
        "more_reasons": max(0, len(why) - MAX_REASONS),
    }


def _looking(watch: Look, result: Plan) -> Watch:
    """Who watches a plan goes on watching while it is found out why there is none."""
    if watch is carry_on:
        return carry_on

    def look(going: Going) -> bool:
        return watch(SoFar(going.seconds, result.design, result.bound_usd))

    return look


def _reason(reason: Reason, case: Case) -> Plain:
    flow, option, rule, detail, remedy = reason
    return {
        "flow": None if flow is None else case.topology.flows[flow].name,
        "option": option.key if option else None,
        "rule": rule.id if rule else None,
        "detail": detail,
        "remedy": remedy,
        "source": rule.source if rule else None,
    }
