"""What a form of the page behind a plan asks for, or why that cannot be."""

from django.http import QueryDict

from advisor.web.comparison.besides.listing import listing_of
from advisor.web.comparison.besides.work import Wanted, allowed
from advisor.web.request_helpers import MAX_TEXT
from connectivity.core.as_json.amounts import PLAN_PARTS
from connectivity.core.network.topology import Topology
from connectivity.core.plan.why.explanation import MAX_FLOWS
from connectivity.core.problems import did_you_mean


def wanted(values: QueryDict) -> Wanted:
    """The parts and flows of a form, each once."""
    parts = dict.fromkeys(part[:MAX_TEXT] for part in values.getlist("part"))
    flows = dict.fromkeys(name[:MAX_TEXT] for name in values.getlist("flow"))
    return Wanted(tuple(parts), tuple(flows), listing_of(values).days)


def refusal(asked: Wanted, topology: Topology) -> str:
    """Why nothing is started; empty: it can be."""
    count = len(topology.flows)
    unknown = [part for part in asked.parts if part not in PLAN_PARTS]
    if unknown or not asked.parts:
        given = f"{unknown[0]!r} is none" if unknown else "nothing was chosen"
        return f"Part: {given}; choose {', '.join(PLAN_PARTS)}."
    many = [part for part in asked.parts if part not in allowed(count)]
    if many:
        most = f"up to {PLAN_PARTS[many[0]]:,} flows, and these are {count:,}"
        return f"Part: {many[0]!r} is available for {most}; run manage.py plan on the document."
    if len(asked.flows) > MAX_FLOWS:
        return f"Flows: {len(asked.flows)} were chosen; up to {MAX_FLOWS} are explained at a time."
    names = [flow.name for flow in topology.flows]
    there = set(names)
    missing = next((name for name in asked.flows if name not in there), None)
    if missing is None:
        return ""
    return f"Flows: no flow is called {missing!r}{did_you_mean(missing, names) or ''}."
