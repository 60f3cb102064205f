"""fortio's JSON: request times in seconds, percentiles interpolated from buckets.

Source: fortio's README, version 0.9.0.
"""

import re
from typing import Any

from connectivity.importers.latency.choice import the_host
from connectivity.importers.latency.run import Hints, Run, checked, number, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "fortio"
HISTOGRAM = re.compile(r'"DurationHistogram"\s*:')
NAMES = {50.0: "p50", 90.0: "p90", 99.0: "p99", 99.9: "p99.9"}
SUMS = {"Min": "min", "Max": "max", "Avg": "mean", "StdDev": "stddev"}
US = 1e6
REFUSED = "-1"  # what fortio counts as an answer that never came


def recognises(text: Text) -> bool:
    is_json = text.whole.lstrip().startswith("{")
    return is_json and HISTOGRAM.search(text.whole) is not None


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one histogram; of a wrapper, that of the URL that was asked for."""
    places = [match.start() for match in HISTOGRAM.finditer(text.whole)]
    results = _results(text.json)
    if not results:
        refuse(text.line_at(places[0]), "DurationHistogram is not an object")
    places += places[-1:] * (len(results) - len(places))
    by_url = {url: (result, place) for (url, result), place in zip(results, places, strict=False)}
    lines = {url: text.line_at(place) for url, (_, place) in by_url.items()}
    url = the_host(lines, hints)
    return checked([_run(text, by_url[url][0], url, by_url[url][1])])


def _results(document: Any) -> list[tuple[str, dict[str, Any]]]:
    """The results with their URLs: of one run, or of the runs of a wrapper."""
    if not isinstance(document, dict):
        return []
    if isinstance(document.get("DurationHistogram"), dict):
        return [(str(document.get("URL") or ""), document)]
    wrapped = document.get("EndpointResults", document)
    return [
        (str(url), result)
        for url, result in (wrapped.items() if isinstance(wrapped, dict) else ())
        if isinstance(result, dict) and isinstance(result.get("DurationHistogram"), dict)
    ]


def _run(text: Text, result: dict[str, Any], url: str, place: int) -> Run:
    histogram = result["DurationHistogram"]
    line = text.line_at(place)
    missing = [key for key in ("Count", "Avg") if histogram.get(key) is None]
    if missing:
        refuse(line, f"no {missing[0]} in the histogram: it was cut, or another tool wrote it")
    count = whole(histogram["Count"], line, "Count")
    times = {
        name: number(histogram[key], text.line_at(text.place_of(key, place)), key) * US
        for key, name in SUMS.items()
        if key in histogram
    }
    qps = str(result.get("RequestedQPS", ""))
    codes = result.get("RetCodes")
    failed = codes.get(REFUSED, 0) if isinstance(codes, dict) else 0
    return Run(
        tool=NAME,
        tool_version=str(result.get("Version") or "") or None,
        test=str(result.get("RunType") or "HTTP").split(" ")[0].upper(),
        line=line,
        samples=count,
        loss=whole(failed, line, "RetCodes") / count if failed and count else None,
        direction_note="request time in seconds, as microseconds",
        loop="closed" if qps in ("", "max", "0", "-1") else "open",
        in_flight=result.get("NumThreads") if isinstance(result.get("NumThreads"), int) else None,
        host=url[:200],
        started_at=str(result.get("StartTime") or "")[:35],
        notes=("percentiles are interpolated between fortio's buckets",),
        figures=times | _percentiles(histogram, line),
    )


def _percentiles(histogram: dict[str, Any], line: int) -> dict[str, float]:
    listed = histogram.get("Percentiles")
    if not isinstance(listed, list) or not listed:
        refuse(line, 'no percentiles; run fortio with -p "50,90,99,99.9"')
    figures = {}
    for percentile in listed:
        if not isinstance(percentile, dict):
            refuse(line, "a percentile is not an object with Percentile and Value")
        percent = number(percentile.get("Percentile"), line, "Percentile")
        if percent in NAMES:
            figures[NAMES[percent]] = number(percentile.get("Value"), line, f"p{percent:g}") * US
    return figures
