"""A plan for a spreadsheet: every flow with its option, and under them every line of the bill."""

import csv
import io
from collections.abc import Iterator

from advisor.text.escaping import spreadsheet_safe
from connectivity.core.comparison.compare import Comparison
from connectivity.core.plan.design.designs import Design
from costmodel.core.units import THOUSANDTHS
from costmodel.core.usage_types import usage_type

FLOW_COLUMNS = ("flow", "from", "to", "option", "gb_per_month")
LINE_COLUMNS = (
    "what", "service", "usage_type", "operation", "region", "to_region", "payer", "quantity",
    "unit", "rate", "usd", "source", "as_of",
)  # fmt: skip


def as_csv(comparison: Comparison, design: Design) -> str:
    """Two tables in one file, with an empty line between them."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(FLOW_COLUMNS)
    writer.writerows(_safe(_flows(comparison, design)))
    writer.writerow([])
    writer.writerow(LINE_COLUMNS)
    writer.writerows(_safe(_lines(comparison, design)))
    return out.getvalue()


def _safe(rows: Iterator[tuple[str, ...]]) -> Iterator[list[str]]:
    for row in rows:
        yield [spreadsheet_safe(cell) for cell in row]


def _flows(comparison: Comparison, design: Design) -> Iterator[tuple[str, ...]]:
    case = comparison.case
    rows = zip(case.topology.flows, design.options, case.flows.total.tolist(), strict=True)
    for flow, option, amount in rows:
        gb = f"{amount / THOUSANDTHS:.3f}"
        yield flow.name, flow.consumer, flow.service or flow.provider, option.key, gb


def _lines(comparison: Comparison, design: Design) -> Iterator[tuple[str, ...]]:
    accounts = comparison.case.topology.accounts
    for line in design.bill.lines:
        name = line.price.name
        yield (
            line.description,
            name.service,
            usage_type(name, line.region, line.to_region),
            name.operation,
            line.region,
            line.to_region or "",
            accounts[line.payer].id,
            f"{line.quantity:.3f}",
            line.price.unit,
            str(line.rate),
            f"{line.usd:.6f}",
            line.price.source,
            line.price.as_of,
        )
