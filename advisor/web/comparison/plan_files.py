"""A plan in the files of a comparison: what leads the tables, and the option of each flow."""

from collections.abc import Iterator
from typing import Any

from advisor.web.comparison.plan_rows import PlanRows
from connectivity.core.as_json.plan_words import plan_words

FLOW_COLUMNS = ("flow", "from", "to", "gb_per_month", "option", "because")
KNOWN = ("monthly_usd", "operations_usd", "change_usd", "worst_p99_us", "worst_p99_basis")


def plan_row(plan: dict[str, Any], columns: tuple[str, ...]) -> list[Any]:
    """The plan in the columns of an option, and what more an option has."""
    has_plan = plan["assignment"] is not None
    known = {"option": "plan", "feasible": has_plan} | {key: plan[key] for key in KNOWN}
    payers = "; ".join(f"{payer['account']} {payer['usd']}" for payer in plan["payers"])
    words = " ".join(plan_words(plan))
    why = "" if has_plan else words
    word = "Feasible" if has_plan else "Not feasible"
    return [*(known.get(column, "") for column in columns), "", "", word, why, payers, words]


def flow_rows(rows: PlanRows) -> Iterator[tuple[Any, ...]]:
    """Every flow with its option."""
    if not rows.has_design:
        return
    flows = zip(rows.case.topology.flows, rows.plan["assignment"], strict=True)
    for flow, each in flows:
        to = flow.service or flow.provider
        yield flow.name, flow.consumer, to, f"{flow.gb:.3f}", each["option"], each["because"]


def plan_sentences(rows: PlanRows) -> Iterator[str]:
    """The headline, what is in the way, what was left out."""
    yield from plan_words(rows.plan)
    for reason in rows.reasons:
        where = " for ".join(filter(None, (reason["option"], reason["flow"])))
        rule = f" ({reason['rule']})" if reason["rule"] else ""
        yield f"{where}{': ' if where else ''}{reason['detail']}{rule}. {reason['remedy']}"
    if rows.left_out:
        yield f"Left out, because a price is missing: {'; '.join(rows.left_out)}."


def plan_line(rows: PlanRows) -> tuple[str, ...]:
    """The plan in the columns of the Markdown table."""
    plan = rows.plan
    if not rows.has_design:
        return "Plan", "no plan", "", "", "", "Not feasible"
    payers = ", ".join(f"{payer.account}: {payer.usd}" for payer in rows.payers)
    more = f" and {rows.more_payers} more accounts" if rows.more_payers else ""
    us = plan["worst_p99_us"]
    p99 = "no data" if us is None else f"{us:g} ({plan['worst_p99_basis']})"
    unknown = plan["p99_unknown_flows"]
    p99 += f"; unknown for {unknown} flows" if unknown and us is not None else ""
    paid = f"{payers}{more}" or "nobody: nothing is billed"
    return "Plan", plan["monthly_usd"], plan["operations_usd"], paid, p99, "Feasible"


def use_lines(rows: PlanRows) -> Iterator[str]:
    """Which flows use which option, a line each."""
    if rows.has_design:
        for use in rows.uses:
            yield f"- {use.option} for {use.flows:,}: {use.largest}"
