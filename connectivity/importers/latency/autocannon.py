"""autocannon, -j or its table: request times in whole milliseconds.

Source: autocannon 9.0.0.
"""

import re
from collections.abc import Mapping

from connectivity.importers.latency.run import (
    Hints,
    Run,
    checked,
    microseconds,
    number,
    refuse,
    whole,
)
from connectivity.importers.latency.text import Text

NAME = "autocannon"
FIGURES = {
    "p50": "p50",
    "p90": "p90",
    "p99": "p99",
    "p99_9": "p99.9",
    "mean": "mean",
    "min": "min",
    "max": "max",
    "stddev": "stddev",
}
COLUMNS = {"50%": "p50", "90%": "p90", "99%": "p99", "Avg": "mean", "Stdev": "stddev", "Max": "max"}
START = re.compile(r"\s*Running .+ test @ (?P<url>\S+)")
CONNECTIONS = re.compile(r"\s*(?P<count>[0-9]+) connections")
LAST = re.compile(r".* (?:read|errors \(.*\))")
BAR = "│"
MS = 1e3
FINER = "use wrk2 or fortio, which measure microseconds"


def recognises(text: Text) -> bool:
    is_json = text.whole.lstrip().startswith("{") and '"p97_5"' in text.whole
    lines = [line for _, line in text.filled[:5]]
    return is_json or (any(map(START.match, lines)) and any(map(CONNECTIONS.match, lines)))


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file."""
    run = _json(text) if text.whole.lstrip().startswith("{") else _table(text)
    return checked([run], finer=FINER)


def _json(text: Text) -> Run:
    document = text.json
    latency = document.get("latency") if isinstance(document, dict) else None
    line = text.line_of("latency")
    if not isinstance(latency, dict):
        refuse(line, "no latency in it")
    printed = {
        name: number(latency.get(key), line, f"latency.{key}") for key, name in FIGURES.items()
    }
    count = latency.get("totalCount")
    failed = sum(whole(document.get(key, 0), line, key) for key in ("errors", "timeouts"))
    samples = None if count is None else whole(count, line, "latency.totalCount")
    return _run(
        {name: value * MS for name, value in printed.items()},
        line,
        whole(document.get("connections", 0), line, "connections") or None,
        host=str(document.get("url") or "")[:200],
        started_at=str(document.get("start") or "")[:35],
        samples=samples,
        loss=failed / (samples + failed) if samples else None,
    )


def _table(text: Text) -> Run:
    text.require_end(LAST)
    rows = [
        (line, [cell.strip() for cell in row.split(BAR)[1:-1]])
        for line, row in text.filled
        if BAR in row
    ]
    names = next((cells for _, cells in rows if cells[:1] == ["Stat"]), [])
    line, cells = next(((n, c) for n, c in rows if c[:1] == ["Latency"]), (text.last_line, []))
    if not names or len(names) != len(cells):
        refuse(line, "no row of latencies under its header: the table was cut")
    starts, counts = list(text.found(START)), list(text.found(CONNECTIONS))
    if len(starts) > 1:
        refuse(starts[1][0], "a second run begins here; import runs one by one")
    times = {
        COLUMNS[name]: microseconds(cell, line, name)
        for name, cell in zip(names, cells, strict=True)
        if name in COLUMNS
    }
    at, connections = counts[0]
    return _run(
        times, line, whole(connections["count"], at, "connections"), host=starts[0][1]["url"]
    )


def _run(
    figures: Mapping[str, float],
    line: int,
    connections: int | None,
    *,
    host: str = "",
    started_at: str = "",
    samples: int | None = None,
    loss: float | None = None,
) -> Run:
    return Run(
        tool=NAME,
        test="HTTP",
        line=line,
        samples=samples,
        loss=loss,
        direction_note="request time in whole milliseconds, as microseconds",
        connection="reused",
        loop="closed",
        in_flight=connections,
        started_at=started_at,
        host=host,
        resolution_us=MS,
        figures=figures,
    )
