"""Why flows have the options that a plan gives them, as plain values."""

from collections.abc import Sequence

import numpy as np

from connectivity.core.as_json.values import Plain, usd_text
from connectivity.core.comparison.compare import Comparison
from connectivity.core.network.topology import Topology
from connectivity.core.plan.trade_offs.turning_points import TurningPoint
from connectivity.core.plan.why.explanation import MAX_FLOWS, Explanation
from connectivity.core.plan.why.shared_costs import Shared
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean
from costmodel.core.units import figure

MAX_NAMED = 20  # flows that share a thing
DIGITS = 6


def flows_to_explain(topology: Topology, names: Sequence[str] | None) -> list[int]:
    """Flows by index; without names those that carry the most GB.

    Raises:
        DocumentRefused: with every name that no flow has, and where there are too many.
    """
    flows = topology.flows
    if names is None:
        gb = np.array([flow.gb for flow in flows])
        return np.argsort(-gb, kind="stable")[:MAX_FLOWS].tolist()
    if len(names) > MAX_FLOWS:
        words = f"has {len(names):,} entries; up to {MAX_FLOWS} flows are explained at a time"
        raise DocumentRefused([Problem("explain", words)])
    rows = {flow.name: row for row, flow in enumerate(flows)}
    problems = [
        Problem(f"explain[{i}]", f"no flow is called {ascii(name)}{did_you_mean(name, rows) or ''}")
        for i, name in enumerate(names)
        if name not in rows
    ]
    if problems:
        raise DocumentRefused(problems)
    return [rows[name] for name in names]


def plain_explanation(comparison: Comparison, each: Explanation) -> Plain:
    """Of one flow. Money is USD a month, as text; None stands for what was not found out."""
    flows = comparison.case.topology.flows
    other = each.next_best
    return {
        "flow": flows[each.flow].name,
        "option": each.option.key,
        "shared": [_shared(comparison, thing) for thing in each.shared],
        "part_usd": usd_text(each.part_usd),
        "marginal_usd": usd_text(each.marginal_usd),
        "alone_usd": usd_text(each.alone_usd),
        "next_best": other.option.key if other else None,
        "extra_usd": usd_text(other.extra_usd if other else None),
        "flips": [_flip(turn) for turn in each.turns],
        "complete": each.is_complete,
    }


def _shared(comparison: Comparison, thing: Shared) -> Plain:
    flows = comparison.case.topology.flows
    return {
        "what": thing.what,
        "flows": [flows[row].name for row in thing.flows[:MAX_NAMED]],
        "more_flows": max(0, len(thing.flows) - MAX_NAMED),
        "usd": usd_text(thing.usd),
    }


def _flip(turn: TurningPoint) -> Plain:
    lever = turn.lever
    return {
        "when": flip_words(turn),
        "to": turn.to.key,
        "kind": lever.kind,
        "name": lever.name,
        "now": float(lever.today),
        "value": float(turn.value),
        "tried": float(turn.tried),
    }


def flip_words(turn: TurningPoint) -> str:
    """What has to change before a flow has another option."""
    lever, side = turn.lever, "above" if turn.is_above else "below"
    value, now = (figure(float(each), DIGITS) for each in (turn.value, lever.today))
    match lever.kind:
        case "gb":
            return f"traffic of {lever.name} {side} {value} GB a month (today {now})"
        case "price":
            return f"price of {lever.name} {side} {value} USD (today {now})"
        case _:
            return f"operations of one {lever.name} {side} {value} USD a month (today {now})"
