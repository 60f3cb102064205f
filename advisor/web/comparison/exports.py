"""A comparison as a file: JSON as the API gives it, CSV for spreadsheets, Markdown for a page."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse

from advisor.text import encoding
from advisor.text.escaping import markdown_safe, spreadsheet_safe
from advisor.web.comparison.plan_files import (
    FLOW_COLUMNS,
    flow_rows,
    plan_line,
    plan_row,
    plan_sentences,
    use_lines,
)
from advisor.web.comparison.plan_rows import plan_rows
from advisor.web.comparison.view_state import Links
from connectivity.advice import Answered
from connectivity.core.as_json.comparison import plain
from connectivity.core.as_json.values import Plain
from connectivity.core.comparison.reasons import mix_words
from connectivity.core.comparison.recommendation import feasibility
from connectivity.core.latency.distance import instead_words
from costmodel.core.units import figure

TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
BETWEEN_REGIONS = ("bound_us", "typical_us", "typical_error", "median_us")
COLUMNS = (
    "option",
    "feasible",
    "monthly_usd",
    "operations_usd",
    "change_usd",
    "worst_p99_us",
    "worst_p99_basis",
    "overhead_us",
    "bound_us",
    "typical_us",
    "median_us",
)
MORE_COLUMNS = (
    "typical_error_low", "typical_error_high", "feasibility", "no total because", "payers",
    "first finding",
)  # fmt: skip
LINE_COLUMNS = (
    "what",
    "service",
    "usage_type",
    "operation",
    "region",
    "to_region",
    "payer",
    "quantity",
    "unit",
    "rate",
    "usd",
    "source",
    "as_of",
    "weak",
)


def file(
    answered: Answered, links: Links, kind: str, plan: Plain | None, known: Plain
) -> HttpResponse:
    """A response that is saved under a name of its own; of the plan and what is known besides."""
    if kind == "json":
        text = as_json(answered, plan, known)
    else:
        text = {"csv": as_csv, "md": as_markdown}[kind](answered, plan)
    response = HttpResponse(text, content_type=TYPES[kind])
    uid, number = str(links.address.uid)[:8], answered.version.number
    name = f"comparison-{uid}-v{number}{'-what-if' if links.values else ''}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def as_json(answered: Answered, plan: Plain | None, known: Plain) -> str:
    """The contract's answer, and what was changed; what is known besides the plan stands in it."""
    changes = [
        {"key": change.key, "was": change.was, "value": change.value}
        for change in answered.what_if.changes
    ]
    more = {
        "topology_version": answered.version.number,
        "what_if": changes,
        "what_if_notes": answered.what_if.notes,
    }
    answer = plain(answered.comparison, plan=plan and plan | known) | more
    return encoding.as_json(answer, is_readable=True).decode()


def as_csv(answered: Answered, plan: Plain | None) -> str:
    """Tables in one file: options, every line of every bill, the option of each flow; a note."""
    answer = plain(answered.comparison, plan=plan)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([*COLUMNS, *MORE_COLUMNS])
    if plan:
        writer.writerow([spreadsheet_safe(cell) for cell in plan_row(plan, COLUMNS)])
    for option in answer["answers"]:
        payers = "; ".join(f"{payer['account']} {payer['usd']}" for payer in option["payers"])
        finding = next((f"{f['rule']} {f['detail']}" for f in option["findings"]), "")
        low, high = option["typical_error"] or ("", "")
        row = [*(option[column] for column in COLUMNS[1:]), low, high]
        row += [_word(option), _missing(option), payers, finding]
        writer.writerow([spreadsheet_safe(cell) for cell in (option["option"], *row)])
    if not plan:
        row = _mix_row(answer["mix"], mix_words(answered.comparison))
        writer.writerow([spreadsheet_safe(cell) for cell in row])
    writer.writerow([])
    writer.writerow(["option", *LINE_COLUMNS])
    planned = [plan | {"option": "plan"}] if plan else []
    for option in (*planned, *answer["answers"]):
        for line in option["lines"]:
            cells = (option["option"], *(line[column] for column in LINE_COLUMNS))
            writer.writerow([spreadsheet_safe(cell) for cell in cells])
    if plan and (flows := list(flow_rows(plan_rows(plan, answered.comparison.case)))):
        writer.writerows([[], FLOW_COLUMNS])
        writer.writerows([spreadsheet_safe(cell) for cell in row] for row in flows)
    if answer["old_prices"]:
        writer.writerows([[], ["note", answer["old_prices"]["sentence"]]])
    return out.getvalue()


def _mix_row(mix: dict[str, Any], words: str) -> list[Any]:
    """Cheapest option per flow, in the columns of an option."""
    known = mix | {"option": "mix"}
    row = [known.get(column, "") for column in COLUMNS]
    missing = "" if mix["monthly_usd"] else "a flow has no option, or a price is missing"
    return [*row, "", "", _mix_word(mix), missing, "", words]


def _mix_line(mix: dict[str, Any]) -> str:
    total, operations = mix["monthly_usd"] or "no total", mix["operations_usd"] or ""
    cells = ("Cheapest option per flow", total, operations, "", "", _mix_word(mix))
    return f"| {' | '.join(cells)} |"


def _mix_word(mix: dict[str, Any]) -> str:
    if mix["monthly_usd"] is None:
        return "Not feasible"
    return "Feasible" if mix["feasible"] else "Not feasible: two targets for one route"


def _word(option: dict[str, Any]) -> str:
    severities = {
        finding["severity"] for finding in (*option["findings"], *option["findings_more"])
    }
    return feasibility(severities, is_feasible=option["feasible"])


def _missing(option: dict[str, Any]) -> str:
    """Why an option has no total; empty where it has one."""
    if option["monthly_usd"] is not None:
        return ""
    gaps = [f"{gap['usage_type']} in {gap['region']}" for gap in option["gaps"]]
    return f"price missing: {'; '.join(gaps)}" if gaps else "does not support these flows"


def as_markdown(answered: Answered, plan: Plain | None) -> str:
    """The verdict and the options as a table, with what they rest on."""
    return "\n".join(_markdown(answered, plan)) + "\n"


def _markdown(answered: Answered, plan: Plain | None) -> Iterator[str]:
    planned = plan and plan_rows(plan, answered.comparison.case)
    answer = plain(answered.comparison, plan=plan)
    name, number = markdown_safe(answer["topology"]), answered.version.number
    verdict = " ".join(plan_sentences(planned)) if planned else answer["because"]
    yield f"**{name}** (version {number}): {markdown_safe(verdict)}"
    yield from map(markdown_safe, use_lines(planned) if planned else ())
    for change in answered.what_if.changes:
        label = markdown_safe(change.label)
        yield f"- changed: {label} {figure(change.was)} to {figure(change.value)} {change.unit}"
    for note in answered.what_if.notes:
        yield f"- {markdown_safe(note)}"
    yield ""
    yield "| Option | USD a month | Operations | Paid by | p99, µs | Feasible |"
    yield "|---|---:|---:|---|---:|---|"
    if planned:
        yield f"| {' | '.join(markdown_safe(cell) for cell in plan_line(planned))} |"
    for option in answer["answers"]:
        usd = option["monthly_usd"] or ("price missing" if option["gaps"] else "not priced")
        us = _instead(option) if option["worst_p99_us"] is None else f"{option['worst_p99_us']:g}"
        basis = f" ({option['worst_p99_basis']})" if option["worst_p99_us"] is not None else ""
        rule = next((f["rule"] for f in option["findings"] if f["severity"] == "hard"), "")
        word = f"{_word(option)} {rule}".strip()
        cells = (option["name"], usd, option["operations_usd"], _payers(option), us + basis, word)
        yield f"| {' | '.join(markdown_safe(cell or '') for cell in cells)} |"
    if not planned:
        yield _mix_line(answer["mix"])
    yield ""
    yield markdown_safe(
        f"Prices {answer['price_list']['name']} as of {answer['price_list']['as_of']}, latencies "
        f"{answer['latency_as_of']}, rules {answer['rules_as_of']}, engine {answer['engine']}. "
        f"{answered.comparison.prices.basis}."
    )
    if answer["old_prices"]:
        yield ""
        yield markdown_safe(answer["old_prices"]["sentence"])


def _payers(option: dict[str, Any]) -> str:
    """Who pays how much; of what lacks a price, who pays it."""
    unknown = dict.fromkeys(account for gap in option["gaps"] for account in gap["payers"])
    paid = [f"{payer['account']}: {payer['usd']}" for payer in option["payers"]]
    if option["monthly_usd"] is None and not unknown:
        return "not priced"
    return ", ".join([*paid, *(f"{account}: price missing" for account in unknown)]) or (
        "nobody: nothing is billed"
    )


def _instead(option: dict[str, Any]) -> str:
    """What is known where no p99 is."""
    words = instead_words(*(option[name] for name in BETWEEN_REGIONS))
    return f"no data; {words}" if words else "no data"
