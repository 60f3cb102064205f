"""hey: its summary (seconds with four decimals) and -o csv, one row a request. It waits for
every answer.

Only answered requests are timed. Source: hey 0.1.4, and its requester/print.go.
"""

import re
from dataclasses import replace

from connectivity.core.latency import histograms
from connectivity.importers.latency.percentiles import (
    duration,
    failed_share,
    http,
    refusals,
    statistic,
)
from connectivity.importers.latency.run import Hints, Run, checked, number, of_times, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "hey"
SUMMARY = re.compile(r"\s*Summary:\s*$")
TOTAL = re.compile(r"\s*(?P<name>Slowest|Fastest|Average):\s+(?P<value>(?:NaN|[0-9.]+) secs)\s*$")
POINT = re.compile(r"\s*(?P<name>[0-9]{2}%?%) in (?P<value>[0-9.]+ secs)\.?\s*$")
DIALUP = re.compile(r"\s*DNS\+dialup:\s+(?P<mean>[0-9]+\.[0-9]+) secs, ")
STATUSES = re.compile(r"\s*Status code distribution:\s*$")
STATUS = re.compile(r"\s*\[(?P<code>[0-9]{3})\]\s+(?P<count>[0-9]+) responses\s*$")
ERRORS = re.compile(r"\s*Error distribution:\s*$")
ERROR = re.compile(r"\s*\[(?P<count>[0-9]+)\]\s+\S")
HEADER = re.compile(r"response-time,DNS\+dialup,DNS,Request-write,Response-delay,Response-read")
CELL = re.compile(r"[0-9]+\.[0-9]{4}|[1-5][0-9]{2}")
US = 1e6
STEP_US = 100.0
ENDED = "\n\n\n"  # what hey prints where no errors follow
FINER = "use wrk2 or fortio for times under 1 ms"


def recognises(text: Text) -> bool:
    first = [line for _, line in text.filled[:3]]
    if any(HEADER.match(line) for line in first):
        return True
    totals = [line for _, line in text.filled[:8] if TOTAL.match(line)]
    return any(map(SUMMARY.match, first)) and len(totals) > 1 and "Success rate:" not in text.whole


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file."""
    run = _of_rows(text) if any(text.found(HEADER)) else _of_summary(text)
    return checked([replace(run, direction_note=http(run), loop="closed")], finer=FINER)


def _of_summary(text: Text) -> Run:
    starts = [line for line, _ in text.found(SUMMARY)]
    if len(starts) > 1:
        refuse(starts[1], "a second run begins here; import runs one by one")
    line = starts[0]
    answered, statuses = _answered(text)
    failed = sum(whole(match["count"], n, "errors") for n, match in _errors(text))
    share = failed_share(failed, answered, line, are_timed=False)
    figures: dict[str, float] = {}
    for n, match in (*text.found(TOTAL), *text.found(POINT)):
        name = statistic(match["name"].replace("%%", "%"))
        if name is not None and answered:
            figures[name] = duration(match["value"], n, match["name"])
    if answered and not {"min", "mean", "max"} <= figures.keys():
        refuse(line, "Slowest, Fastest or Average is missing: the summary was cut")
    return Run(
        tool=NAME,
        test="HTTP",
        line=line,
        figures=figures,
        samples=answered,
        loss=share if failed or text.whole.endswith(ENDED) else None,
        connection=_connection(text),
        resolution_us=STEP_US,
        notes=refusals(statuses),
    )


def _answered(text: Text) -> tuple[int, dict[str, int]]:
    if not any(text.found(STATUSES)):
        refuse(text.filled[-1][0], "no status code distribution: the summary was cut")
    ended_by = ERROR if any(text.found(ERRORS)) else STATUS
    if ended_by.match(text.filled[-1][1]) is None and any(text.found(STATUS)):
        refuse(text.filled[-1][0], "the last line is not whole: the summary was cut")
    statuses: dict[str, int] = {}
    for line, match in text.found(STATUS):
        if match["code"] in statuses:
            refuse(line, f"the status {match['code']} for the second time")
        statuses[match["code"]] = whole(match["count"], line, "responses")
    return sum(statuses.values()), statuses


def _errors(text: Text) -> list[tuple[int, re.Match[str]]]:
    start = next(text.found(ERRORS), None)
    return [] if start is None else [hit for hit in text.found(ERROR) if hit[0] > start[0]]


def _connection(text: Text) -> str:
    """By the mean time of connecting, which is near nothing where few requests open one."""
    dialup = next(text.found(DIALUP), None)
    return "reused" if dialup and float(dialup[1]["mean"]) == 0 else "unknown"


def _of_rows(text: Text) -> Run:
    header, *rows = text.filled
    width = header[1].count(",") + 1
    times: list[float] = []
    opened = 0
    for line, words in rows:
        cells = [cell.strip() for cell in words.split(",")]
        if len(cells) != width or not all(CELL.fullmatch(cell) for cell in cells):
            refuse(line, f"not a row of {width} values with four decimals; the file was cut")
        times.append(number(cells[0], line, "response-time") * US)
        opened += float(cells[1]) > 0
    if not times:
        refuse(header[0], "no row below the header")
    figures = of_times(times)
    return Run(
        tool=NAME,
        test="HTTP",
        line=header[0],
        figures=figures,
        samples=len(times),
        connection=_by_rows(opened, len(times)),
        sketch=histograms.of_times(times),
        resolution_us=STEP_US,
        notes=("requests without an answer are not in the rows",),
    )


def _by_rows(opened: int, requests: int) -> str:
    if opened == requests:
        return "new"
    return "reused" if opened * 10 <= requests else "unknown"
