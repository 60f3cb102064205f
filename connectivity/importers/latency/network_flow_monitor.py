"""AWS Network Flow Monitor: the paths of a performance monitor, by AZ IDs of both ends.

Reads get-query-results-performance-monitor: `fields` names the columns of `data`. AWS documents
`local_az_id` and `remote_az_id` (the filters of a query) and not what the columns of the round
trip are called: those that name one, its unit and its statistic are read, and what they do not
name has to be said. Top contributors are refused: they are the flows with the longest round trips,
not all. Source: botocore 1.44.8, service networkflowmonitor, and the CloudWatch User Guide.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from connectivity.core.network.regions import AZ_ID, REGIONS_BY_PREFIX
from connectivity.importers.latency.percentiles import statistic
from connectivity.importers.latency.places import az_id_of
from connectivity.importers.latency.run import US_PER, Hints, Run, checked, number, refuse, shown
from connectivity.importers.latency.text import Text

NAME = "aws-network-flow-monitor"
AZS = ("local_az_id", "remote_az_id")
REGIONS = ("local_region", "remote_region")
AZ_COLUMN = re.compile(r'"local_?[aA]z_?[iI]d"')
ROUND_TRIP = re.compile(r"(?:^|_)(?:rtt|round_trip(?:_time)?)(?:_|$)")
UNITS = {
    "us": "us", "micros": "us", "microseconds": "us", "ms": "ms", "millis": "ms",
    "milliseconds": "ms", "ns": "ns", "nanoseconds": "ns", "seconds": "s",
}  # fmt: skip
SAMPLES = ("sample_count", "samples")
MAX_PATHS = 10_000  # paths of a file; a query gives at most 500
FLOWED = "of the traffic that flowed, not of a test: by size and load as it was"
PART = "nextToken is set: the answer has more paths than the file"
CONTRIBUTORS = (
    "top contributors are the flows with the longest round trips, and say nothing of all flows "
    "between two AZs; query a performance monitor: start-query-performance-monitor "
    "--query-type TOP_PATHS, then get-query-results-performance-monitor"
)


class _Column(NamedTuple):
    at: int
    statistic: str
    per: float


def recognises(text: Text) -> bool:
    if not text.whole.lstrip().startswith("{"):
        return False
    is_paths = '"fields"' in text.whole and AZ_COLUMN.search(text.whole) is not None
    return is_paths or '"topContributors"' in text.whole


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each path, its ends from the file."""
    document = text.json
    if "topContributors" in document:
        refuse(text.line_of("topContributors"), CONTRIBUTORS)
    line = text.line_of("fields")
    fields, data = document.get("fields"), document.get("data")
    if not isinstance(fields, list) or not isinstance(data, list):
        refuse(line, "fields or data is not a list")
    if not data:
        refuse(text.line_of("data"), "data is empty: no path had traffic then")
    if len(data) > MAX_PATHS:
        refuse(line, f"{len(data)} paths; at most {MAX_PATHS} are read")
    names = [_snake(field.get("name")) if isinstance(field, dict) else "" for field in fields]
    columns = list(_columns(names, hints, line))
    if not columns:
        refuse(line, f"no column of a round trip among {', '.join(map(shown, names[:20]))}")
    notes = (FLOWED, *((PART,) if document.get("nextToken") else ()))
    runs = [replace(run, notes=notes) for run in _runs(text, names, columns, data, hints)]
    if not runs:
        refuse(text.line_of("data"), "no path has a round trip: none had traffic then")
    return checked(runs)


def _snake(name: object) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name)[:60]).lower()


def _columns(names: Sequence[str], hints: Hints, line: int) -> Iterator[_Column]:
    """The columns of the round trip that we keep."""
    for at, name in enumerate(names):
        if not ROUND_TRIP.search(name):
            continue
        words = [word for word in ROUND_TRIP.sub("_", name).split("_") if word]
        unit = next((UNITS[word] for word in words if word in UNITS), hints.unit)
        if unit not in US_PER:
            refuse(line, f"{shown(name)} names no unit: say it with --unit us, ms or s")
        others = [word for word in words if word not in UNITS]
        figure = next(filter(None, map(statistic, others)), None)
        if others and figure is None:
            continue  # a percentile, a baseline or a change that is not kept
        figure = figure or hints.statistic
        if figure is None:
            refuse(line, f"{shown(name)} does not say what it is: say it with --statistic mean")
        yield _Column(at, figure, US_PER[unit])


def _runs(
    text: Text, names: Sequence[str], columns: Sequence[_Column], data: list[Any], hints: Hints
) -> Iterator[Run]:
    samples_at = next((names.index(name) for name in SAMPLES if name in names), None)
    line = text.line_of("data")
    for row, cells in enumerate(data, 1):
        if not isinstance(cells, list) or len(cells) != len(names):
            refuse(line, f"path {row} has not the {len(names)} cells of its fields")
        figures = {
            column.statistic: number(cells[column.at], line, f"path {row}") * column.per
            for column in columns
            if cells[column.at] is not None
        }
        if not figures:
            continue  # a path without traffic
        source, destination = _ends(dict(zip(names, cells, strict=True)), hints, line, row)
        samples = None if samples_at is None else cells[samples_at]
        yield Run(
            tool=NAME,
            test="TCP_RTT",
            line=line,
            figures=figures,
            samples=None if samples is None else int(number(samples, line, f"path {row}")),
            direction_note="round trip of TCP flows as their own hosts see it, over the time asked",
            connection="reused",
            source=source,
            destination=destination,
        )


def _ends(path: dict[str, Any], hints: Hints, line: int, row: int) -> tuple[str, str]:
    """AZ IDs, or the Regions where they differ."""
    azs = [az_id_of(str(path.get(name) or ""), hints.zones) for name in AZS]
    regions = [
        str(path.get(name) or "") or _region_of(az) for name, az in zip(REGIONS, azs, strict=True)
    ]
    if all(azs) and (regions[0] == regions[1] or not all(regions)):
        return azs[0], azs[1]
    if not all(regions) or regions[0] == regions[1]:
        refuse(line, f"path {row} does not name the AZs or Regions of both ends")
    return regions[0], regions[1]


def _region_of(az: str) -> str:
    match = AZ_ID.fullmatch(az)
    return REGIONS_BY_PREFIX.get(match[1], "") if match else ""
