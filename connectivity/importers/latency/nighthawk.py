"""Nighthawk: its human report and its JSON. Source: Nighthawk's README, output_formatter tests and
`--open-loop`: without it, a request waits where connections are all in use.

Its fortio output is fortio's, and read as such.
"""

import re
from dataclasses import replace
from typing import Any

from connectivity.importers.latency.percentiles import (
    PercentileRow,
    counts,
    duration,
    failed_share,
    http,
    of_ladder,
    refusals,
    step_us,
)
from connectivity.importers.latency.run import Hints, Run, checked, number, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "nighthawk"
START = re.compile(r"\s*Nighthawk - A layer 7 protocol benchmarking tool")
TITLE = re.compile(r"\s*Request start to response end(?: \((?P<count>[0-9]+) samples\))?\s*$")
SAMPLES = re.compile(r"\s*samples: (?P<count>[0-9]+)\s*$")
EDGE = re.compile(r"(?P<name>min|mean|max|pstdev): +(?P<value>[0-9][^|]*)")
ROW = re.compile(r"\s*(?P<share>[01](?:\.[0-9]+)?)\s+(?P<count>[0-9]+)\s+(?P<value>[0-9].*)$")
COUNTERS = re.compile(r"\s*Counter\s+Value\s+Per second\s*$")
COUNTER = re.compile(r"\s*(?P<name>[a-z][a-z0-9_.]+)\s+(?P<count>[0-9]+)\s+[0-9]+\.[0-9]{2}\s*$")
FINER = "run nighthawk_client with --output-format json"
LAST_COUNTER = "upstream_rq_total"  # of those that are always there
STATISTIC = "benchmark_http_client.request_to_response"
KEPT = {"min": "min", "mean": "mean", "max": "max", "pstdev": "stddev"}
ANSWER = re.compile(r"(?:\w+\.)?benchmark\.http_([1-5]xx)")
FAILURE = re.compile(
    r"(?:\w+\.)?benchmark\.(?:stream_resets|pool_connection_failure|pool_overflow)"
)
US = 1e6


def recognises(text: Text) -> bool:
    if text.whole.lstrip().startswith("{"):
        return f'"{STATISTIC}"' in text.whole
    return any(START.match(line) or TITLE.match(line) for _, line in text.filled)


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file, of all workers together."""
    run = _of_json(text) if text.whole.lstrip().startswith("{") else _of_report(text)
    return checked([replace(run, direction_note=http(run))], slack=0.01, finer=FINER)


def _of_json(text: Text) -> Run:
    document = text.json
    results = document.get("results")
    results = results if isinstance(results, list) else []
    parts = [part for part in results if isinstance(part, dict)]
    result = next((part for part in parts if part.get("name") == "global"), None)
    if result is None:
        refuse(text.line_of("results"), "no result named global")
    statistics = [part for part in _list(result, "statistics") if part.get("id") == STATISTIC]
    line = text.whole.count("\n", 0, text.whole.rfind(f'"{STATISTIC}"')) + 1
    if len(statistics) != 1:
        refuse(line, f"{len(statistics)} times {STATISTIC} in the global result")
    values = statistics[0]
    rows = [_row(row, line) for row in _list(values, "percentiles")]
    figures = of_ladder(rows, line) | {
        ours: duration(str(values[name]), line, name)
        for name, ours in KEPT.items()
        if name in values
    }
    tally = counts(
        {part.get("name"): part.get("value") for part in _list(result, "counters")},
        line,
        "counters",
    )
    options = document.get("options")
    return replace(
        _run(line, figures, whole(values.get("count"), line, "count"), tally),
        loop=_loop(options if isinstance(options, dict) else {}),
        started_at=str(document.get("timestamp") or "")[:35],
    )


def _list(values: dict[str, Any], key: str) -> list[dict[str, Any]]:
    listed = values.get(key)
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []


def _row(row: dict[str, Any], line: int) -> PercentileRow:
    share = number(row.get("percentile"), line, "percentile")
    us = duration(str(row.get("duration")), line, "duration")
    return PercentileRow(share, whole(row.get("count"), line, "count"), us)


def _loop(options: dict[str, Any]) -> str:
    if options.get("open_loop") is True:
        return "open"
    return "closed" if options else "unknown"


def _of_report(text: Text) -> Run:
    titles = list(text.found(TITLE))
    if len(titles) != 1:
        line = titles[1][0] if titles else text.filled[-1][0]
        refuse(line, f"{len(titles)} parts called 'Request start to response end', not one")
    line, title = titles[0]
    words, rows, count = _section(text, line)
    samples = whole(title["count"] or count, line, "samples")
    start = next(text.found(COUNTERS), None)
    if start is None or not rows or "mean" not in words:
        refuse(text.filled[-1][0], "no mean, no percentiles or no counters: the report was cut")
    figures = of_ladder(rows, line) | {
        KEPT[name]: duration(word, line, name) for name, word in words.items()
    }
    tally = {
        match["name"]: whole(match["count"], n, match["name"])
        for n, match in text.found(COUNTER)
        if n > start[0]
    }
    if not any(name.endswith(LAST_COUNTER) for name in tally):
        refuse(text.filled[-1][0], f"no counter {LAST_COUNTER}: the report was cut")
    return replace(_run(line, figures, samples, tally), resolution_us=step_us(words["mean"]))


def _section(text: Text, start: int) -> tuple[dict[str, str], list[PercentileRow], str]:
    """Edges, percentiles and the count of samples, from below the title to the next title."""
    words: dict[str, str] = {}
    rows: list[PercentileRow] = []
    count = ""
    for line, part in text.filled:
        row, samples = ROW.match(part), SAMPLES.match(part)
        if line > start and row:
            us = duration(row["value"], line, "a percentile")
            rows.append(PercentileRow(float(row["share"]), whole(row["count"], line, "count"), us))
        elif line > start and samples:
            count = samples["count"]
        elif line > start and rows:
            break  # the next part begins
        elif line > start:
            words |= {match["name"]: match["value"] for match in EDGE.finditer(part)}
    return words, rows, count


def _run(line: int, figures: dict[str, float], samples: int, tally: dict[str, int]) -> Run:
    failed = sum(count for name, count in tally.items() if FAILURE.fullmatch(name))
    answers = {
        match[1]: count for name, count in tally.items() if (match := ANSWER.fullmatch(name))
    }
    return Run(
        tool=NAME,
        test="HTTP",
        line=line,
        figures=figures,
        samples=samples,
        loss=failed_share(failed, samples, line, are_timed=False),
        connection="reused",
        notes=refusals(answers),
    )
