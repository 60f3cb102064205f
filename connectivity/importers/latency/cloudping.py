"""A matrix of Regions as cloudping.co publishes it: milliseconds, Region to Region.

Each figure is a percentile over means of five TCP connects to a public endpoint, name lookup
included: context between Regions, and no baseline for any option.
Source: mda590/cloudping.co at d8f77c8.
"""

from collections.abc import Iterator
from typing import Any

from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.importers.latency.run import US_PER, Hints, Run, checked, number, refuse, shown
from connectivity.importers.latency.text import Text

NAME = "cloudping"
FIGURES = {
    "p_50": "p50",
    "p_90": "p90",
    "p_99": "p99",
    "latency": "mean",
    "p50": "p50",
    "p90": "p90",
    "p99": "p99",
    "mean": "mean",
}
UNITS = {"milliseconds": 1e3, "microseconds": 1.0} | US_PER
CONTEXT = "over means of five connects to a public endpoint, name lookup included: context only"


def recognises(text: Text) -> bool:
    head = text.whole.lstrip()[:2000]
    return (
        head.startswith("{")
        and '"data"' in head
        and '"fields"' not in head  # an answer of Network Flow Monitor
        and any(f'"{prefix}"' in head for prefix in AZ_PREFIXES)
    )


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each pair of Regions."""
    document = text.json
    entry = document.get("metadata") if isinstance(document, dict) else None
    metadata: dict[str, Any] = entry if isinstance(entry, dict) else {}
    statistic = str(metadata.get("percentile") or hints.statistic or "")
    if not statistic:
        refuse(1, "the file does not say which statistic it has: say --statistic p50, p90 or p99")
    if statistic not in FIGURES:
        refuse(
            text.line_of("metadata", "percentile"),
            f"the statistic is {shown(statistic)}; kept are p_50, p_90, p_99 and latency",
        )
    unit = str(metadata.get("unit") or hints.unit or "milliseconds")
    if unit not in UNITS:
        refuse(text.line_of("metadata", "unit"), f"the unit is {shown(unit)}")
    return checked(_runs(text, document.get("data"), FIGURES[statistic], UNITS[unit]))


def _runs(text: Text, data: Any, figure: str, per: float) -> Iterator[Run]:
    if not isinstance(data, dict) or not data:
        refuse(text.line_of("data"), "data is not an object of Regions")
    rows = [(source, row if isinstance(row, dict) else {}) for source, row in data.items()]
    lines = text.lines_along(["data", *(key for source, row in rows for key in (source, *row))])
    next(lines)
    for source, row in rows:
        where = next(lines)
        if not isinstance(data[source], dict):
            refuse(where, f"{shown(source)} has no row of Regions")
        for destination, value in row.items():
            where = next(lines)
            unknown = next((end for end in (source, destination) if end not in AZ_PREFIXES), None)
            if unknown:
                refuse(where, f"{shown(unknown)} is not a known Region")
            yield Run(
                tool=NAME,
                test="TCP connect",
                line=where,
                direction_note="milliseconds, as microseconds",
                connection="new",
                source=source,
                destination=destination,
                notes=(CONTEXT,),
                figures={figure: number(value, where, f"{source} to {destination}") * per},
            )
