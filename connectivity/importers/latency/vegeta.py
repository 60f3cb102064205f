"""vegeta report, as text, as JSON (nanoseconds) and as hdrplot (milliseconds): a fixed rate.

Every attempt is timed, those that failed too. Source: vegeta 12, lib/metrics.go and README.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectivity.importers.latency.percentiles import (
    PercentileRow,
    counts,
    duration,
    failed_share,
    http,
    named,
    of_ladder,
    refusals,
    statistic,
)
from connectivity.importers.latency.run import Hints, Run, checked, number, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "vegeta"
REQUESTS = re.compile(r"\s*Requests\s+\[total, rate.*\]\s+(?P<total>[0-9]+), ")
LATENCIES = re.compile(r"\s*Latencies\s+\[(?P<names>[^\]]*)\]\s+(?P<values>\S.*)$")
STATUSES = re.compile(r"\s*Status Codes\s+\[code:count\]\s*(?P<counts>.*)$")
STATUS = re.compile(r"([0-9]{1,3}):([0-9]+)")
ERRORS = re.compile(r"\s*Error Set:")
PLOT = re.compile(r"\s*Value\(ms\)\s+Percentile\s+TotalCount\s+1/\(1-Percentile\)\s*$")
POINT = re.compile(r"\s*([0-9.]+)\s+([01]\.[0-9]{6})\s+([0-9]+)\s+([0-9]+\.[0-9]{6})\s*$")
NS, MS = 0.001, 1e3
UNANSWERED = "0"  # the status of what got no answer
MARKS = ('"latencies"', '"status_codes"', '"50th"')
SKETCHED = "percentiles are estimated by vegeta's t-digest"


def recognises(text: Text) -> bool:
    if text.whole.lstrip().startswith("{"):
        return sum(mark in text.whole for mark in MARKS) > 1
    first = [line for _, line in text.filled[:3]]
    return any(REQUESTS.match(line) or PLOT.match(line) for line in first)


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one report of the file."""
    if text.whole.lstrip().startswith("{"):
        run = _of_json(text)
    elif any(text.found(PLOT)):
        run = _of_plot(text)
    else:
        run = _of_text(text)
    return checked([replace(run, direction_note=http(run))], slack=0.01)


def _of_text(text: Text) -> Run:
    reports = list(text.found(LATENCIES))
    if len(reports) > 1:
        refuse(reports[1][0], "a second report begins here; import them one by one")
    total, statuses = next(text.found(REQUESTS), None), next(text.found(STATUSES), None)
    if not reports or total is None or statuses is None or not any(text.found(ERRORS)):
        refuse(text.filled[-1][0], "not a whole report: vegeta ends it with Error Set")
    line, match = reports[0]
    names = [name.strip() for name in match["names"].split(",")]
    values = [value.strip() for value in match["values"].split(",")]
    if len(names) != len(values):
        refuse(line, f"{len(values)} times for {len(names)} names")
    figures = {
        ours: duration(value, line, name)
        for name, value in zip(names, values, strict=True)
        if (ours := statistic(name)) is not None
    }
    by_status = {
        code: whole(count, statuses[0], code)
        for code, count in STATUS.findall(statuses[1]["counts"])
    }
    requests = whole(total[1]["total"], total[0], "the total of requests")
    return _run(line, figures, requests, by_status, statuses[0])


def _of_json(text: Text) -> Run:
    document = text.json
    latencies = document.get("latencies") if isinstance(document, dict) else None
    line = text.line_of("latencies")
    if not isinstance(latencies, dict):
        refuse(line, "latencies is not an object")
    figures = named(latencies.items(), NS, line)
    at = text.line_of("status_codes")
    requests = whole(document.get("requests"), text.line_of("requests"), "requests")
    statuses = _statuses(document, requests, at)
    run = _run(line, figures, requests, statuses, at)
    return replace(run, started_at=str(document.get("earliest") or "")[:35])


def _statuses(document: Mapping[str, Any], requests: int, line: int) -> dict[str, int]:
    """Answers by status; where they are left out, the share of successes must be whole."""
    if "status_codes" in document:
        return counts(document["status_codes"], line, "status_codes")
    if number(document.get("success"), line, "success") != 1:
        refuse(line, "no status_codes, and not everything succeeded: what failed is not known")
    return {"200": requests}


def _run(
    line: int, figures: dict[str, float], requests: int, statuses: dict[str, int], at: int
) -> Run:
    if sum(statuses.values()) != requests:
        refuse(at, f"{sum(statuses.values())} answers by status for {requests} requests")
    failed = statuses.pop(UNANSWERED, 0)
    share = failed_share(failed, requests - failed, at, are_timed=True)
    return Run(
        tool=NAME,
        test="HTTP",
        line=line,
        figures={} if share == 1 else figures,
        samples=requests - failed,
        loss=share,
        loop="open",
        notes=(
            SKETCHED,
            *refusals(statuses),
            *((f"{failed} requests without an answer are among the times",) if failed else ()),
        ),
    )


def _of_plot(text: Text) -> Run:
    title = next(text.found(PLOT))[0]
    rows: list[PercentileRow] = []
    for line, words in text.filled:
        if line <= title:
            continue
        match = POINT.match(words)
        if match is None:
            refuse(line, f"{words.strip()[:40]!r} is not a row of vegeta's hdrplot")
        us = number(match[1], line, "the value") * MS
        rows.append(PercentileRow(float(match[2]), whole(match[3], line, "the count"), us))
    last = text.filled[-1][0]
    if not rows or rows[-1].share != 1:
        refuse(last, "the plot does not end at 1.000000: it was cut")
    edges = {"min": rows[0].us, "max": rows[-1].us} if rows[0].share == 0 else {}
    return Run(
        tool=NAME,
        test="HTTP",
        line=title,
        figures=of_ladder(rows, last) | edges,
        samples=rows[-1].reached,
        loop="open",
        notes=(SKETCHED, "the plot does not say how many requests failed"),
    )
