"""A comparison as text for a terminal."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from advisor.management.plan_table import plan_head
from advisor.management.text_columns import aligned
from connectivity.core.comparison.recommendation import feasibility
from connectivity.core.latency.distance import instead_words
from connectivity.core.latency.lookup import BASELINE


def comparison_table(answer: dict[str, Any]) -> str:
    """The answer of contract section 4: verdict, options, bills, findings, gaps."""
    parts = [_plan(answer), _verdict(answer), _options(answer)]
    parts += [_details(option) for option in answer["answers"]]
    parts.append("\n".join(_footer(answer)))
    return "\n\n".join(part for part in parts if part)


def _plan(answer: dict[str, Any]) -> str:
    """The plan leads, where there is more than one flow to plan."""
    plan = answer["plan"]
    if plan is None or len(answer["mix"]["assignment"]) == 1:
        return ""
    return plan_head(answer["topology"], plan)


def _verdict(answer: dict[str, Any]) -> str:
    lines = [f"{answer['topology']}: {answer['because']}"]
    lines += [f"  would change: {flip['when']}, to {flip['to']}" for flip in answer["flips"]]
    return "\n".join(lines)


def _options(answer: dict[str, Any]) -> str:
    rows = [("option", "USD/month", "operations", "p99 µs", "over single VPC", "basis", "feasible")]
    for option in answer["answers"]:
        mark = " *" if option["option"] == answer["recommended"] else ""
        severities = {
            finding["severity"] for finding in (*option["findings"], *option["findings_more"])
        }
        feasible = feasibility(severities, is_feasible=option["feasible"]).lower()
        feasible += "" if option["feasible"] else f": {_first_reason(option)}"
        rows.append(
            (
                option["option"] + mark,
                _usd(option),
                option["operations_usd"],
                _figure(option["worst_p99_us"]),
                "-" if option["option"] == BASELINE else _figure(option["overhead_us"], sign=True),
                option["worst_p99_basis"],
                feasible,
            )
        )
    return aligned(rows, right={1, 2, 3, 4}) + "\n* recommended"


def _usd(option: dict[str, Any]) -> str:
    if option["monthly_usd"] is not None:
        return str(option["monthly_usd"])
    return "gap" if option["gaps"] else "-"


def _figure(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "no data"
    return f"{value:+g}" if sign else f"{value:g}"


def _first_reason(option: dict[str, Any]) -> str:
    hard = next(finding for finding in option["findings"] if finding["severity"] == "hard")
    return f"{hard['rule']} {hard['flow']}: {hard['detail']}"


def _details(option: dict[str, Any]) -> str:
    rows = [
        (
            f"  {line['what']}",
            f"{line['quantity']} {line['unit']}",
            line["rate"],
            line["usd"],
            line["payer"],
            f"{line['usage_type']} {line['region']}",
            f"{line['as_of'] or 'undated'}{', weak' if line['weak'] else ''}",
        )
        for line in option["lines"]
    ]
    rules = Counter((f["rule"], f["severity"]) for f in option["findings"])
    rules.update({(f["rule"], f["severity"]): f["flows"] for f in option["findings_more"]})
    first = {(f["rule"], f["severity"]): f for f in reversed(option["findings"])}
    findings = [
        f"  {rule} {severity} ({count} of {option['flows']} flows): "
        f"{first[rule, severity]['detail']}"
        for (rule, severity), count in rules.items()
    ]
    gaps = [_gap(gap) for gap in option["gaps"]]
    payers = [f"  paid by {payer['account']}: {payer['usd']}" for payer in option["payers"]]
    body = [*payers, *([aligned(rows, right={1, 2, 3})] if rows else []), *gaps, *findings]
    return "\n".join([option["name"], *body]) if body else ""


def _gap(gap: dict[str, Any]) -> str:
    where = " to ".join(filter(None, (gap["region"], gap["to_region"])))
    name = " ".join(filter(None, (gap["usage_type"], gap["operation"])))
    wins = f"; wins below {gap['wins_below_usd']} USD" if gap["wins_below_usd"] else ""
    if gap["wins_between_usd"]:
        wins = f"; wins between {' and '.join(gap['wins_between_usd'])} USD"
    return f"  no price: {name} in {where} (for {gap['needed_by']}{wins})"


def _footer(answer: dict[str, Any]) -> Iterable[str]:
    mix = answer["mix"]
    used = Counter(assignment["option"] or "no option" for assignment in mix["assignment"])
    chosen = ", ".join(f"{option} for {count}" for option, count in used.items())
    total = f"{mix['monthly_usd']} USD/month" if mix["monthly_usd"] else "no total"
    if mix["monthly_usd"] and mix["operations_usd"] not in (None, "0.00"):
        total += f" and {mix['operations_usd']} of operations"
    saves = mix["saves_usd"] if mix["feasible"] and mix["saves_usd"] else "0.00"
    less = f", {saves} less than {answer['recommended']} for all" if saves != "0.00" else ""
    yield f"each flow by itself: {total}{less} ({chosen}; not proven)"
    if answer["today_usd"] is not None:
        yield f"today: {answer['today_usd']} USD/month"
    prices = answer["price_list"]
    yield from _between_regions(answer["answers"])
    yield f"prices {prices['name']} as of {prices['as_of']}, engine {answer['engine']}"
    yield f"latencies as of {answer['latency_as_of']}, rules as of {answer['rules_as_of']}"
    yield from answer["assumptions"]


def _between_regions(answers: Sequence[dict[str, Any]]) -> Iterable[str]:
    """What is known of the farthest flow where no p99 is."""
    unknown = [answer for answer in answers if answer["worst_p99_us"] is None]
    names = ("bound_us", "typical_us", "typical_error", "median_us")
    words = dict.fromkeys(instead_words(*(answer[name] for name in names)) for answer in unknown)
    yield from (f"cross-Region, instead of a p99: {word}" for word in words if word)
