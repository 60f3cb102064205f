"""What is behind a plan as files: a row a flow, a row a step, both pictures."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpResponse

from advisor.text.escaping import spreadsheet_safe
from advisor.web.comparison.besides.context import Behind
from advisor.web.comparison.besides.flow_reasons import FlowReason
from advisor.web.comparison.besides.networks import as_svg
from connectivity.core.as_json.values import Plain

FLOW_COLUMNS = (
    "flow", "from_to", "gb_per_month", "today", "option", "because", "marginal_usd", "part_usd",
    "alone_usd", "shared", "next_best", "extra_usd", "flips", "complete",
)  # fmt: skip
STEP_COLUMNS = (
    "wave", "step", "from_day", "to_day", "flows", "flow_names", "objects", "objective_usd",
    "hours", "breaks", "rollback",
)  # fmt: skip
PAYER_COLUMNS = ("account", "today_usd", "plan_usd")
ENDINGS = {"explanation": "csv", "steps": "csv", "picture": "svg"}


def answer(behind: Behind, kind: str) -> HttpResponse:
    """Raises Http404 where there is no such thing."""
    if kind == "picture":
        if not behind.networks.panels:
            raise Http404("there are too many VPCs to be drawn")
        return HttpResponse(as_svg(behind.networks), content_type="image/svg+xml")
    rows = _explanation(behind) if kind == "explanation" else _steps(behind)
    return HttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([spreadsheet_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _explanation(behind: Behind) -> Iterator[Iterable[Any]]:
    """Every flow; what was not found out of it is empty."""
    yield FLOW_COLUMNS
    for row in behind.reasons.every:
        yield _flow(row)


def _flow(row: FlowReason) -> Iterator[Any]:
    yield from (row.name, row.route, f"{row.gb:.3f}", row.today, row.option, row.because)
    known = row.reasons
    if known is None:
        yield from ("",) * 8
        return
    yield from (known.marginal, known.part, known.alone)
    yield "; ".join(f"{each.name} {each.usd} with {each.flows}" for each in known.shared)
    yield from (known.next_best, known.extra)
    yield "; ".join(f"{flip.to}: {flip.when}" for flip in known.flips)
    yield known.is_complete


def _steps(behind: Behind) -> Iterator[Iterable[Any]]:
    """Every step, and under them who pays before and after."""
    if behind.way is None:
        raise Http404("there is no way from today to this plan")
    way = behind.way.plain
    yield STEP_COLUMNS
    for number, step in enumerate(way["steps"]):
        yield _step(number, step, way["days_per_step"])
    yield ()
    yield PAYER_COLUMNS
    for payer in way["payers"]:
        yield (payer[column] or "" for column in PAYER_COLUMNS)


def _step(number: int, step: Plain, days: int) -> Iterator[Any]:
    yield from (step["wave"], step["action"], number * days, (number + 1) * days)
    more = step["flow_count"] - len(step["flows"])
    names = [*step["flows"], *([f"and {more} more"] if more else [])]
    yield from (step["flow_count"], "; ".join(names))
    yield "; ".join(f"{count:+} {kind}" for kind, count in step["objects"].items())
    yield step["objective_usd"]
    hours = (f"{h['what']} {h['region']} {h['payer']} {h['usd']}" for h in step["hours"])
    yield "; ".join(hours)
    yield "; ".join(f"{rule['rule']}: {rule['remedy']}" for rule in step["breaks"])
    yield step["rollback"]
