"""fortio's JSON: request times in seconds, percentiles interpolated from buckets.

Source: fortio's README, version 0.9.0.
"""

from collections.abc import Iterator
from typing import Any

from connectivity.importers.latency.run import Asked, Run, checked, number, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "fortio"
NAMES = {50.0: "p50", 90.0: "p90", 99.0: "p99", 99.9: "p99.9"}
SUMS = {"Min": "min", "Max": "max", "Avg": "mean", "StdDev": "stddev"}
US = 1e6
REFUSED = "-1"  # what fortio counts as an answer that never came


def recognises(text: Text) -> bool:
    return text.whole.lstrip().startswith("{") and '"DurationHistogram"' in text.whole


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """One run for each histogram: one, or one for each URL of a wrapper."""
    found = list(_results(text.json))
    if not found:
        refuse(text.line_of("DurationHistogram"), "DurationHistogram is not an object")
    return checked([_run(text, one) for one in found])


def _results(document: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    if isinstance(document.get("DurationHistogram"), dict):
        yield document
        return
    for one in document.values():
        yield from _results(one)


def _run(text: Text, result: dict[str, Any]) -> Run:
    histogram = result["DurationHistogram"]
    line = text.line_of("DurationHistogram")
    count = whole(histogram.get("Count"), line, "Count")
    times = {
        name: number(histogram.get(key), text.line_of("DurationHistogram", key), key) * US
        for key, name in SUMS.items()
        if key in histogram or key == "Avg"
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
        started_at=str(result.get("StartTime") or "")[:35],
        notes=("percentiles are interpolated between fortio's buckets",),
        figures=times | _percentiles(text, histogram, line),
    )


def _percentiles(text: Text, histogram: dict[str, Any], line: int) -> dict[str, float]:
    listed = histogram.get("Percentiles")
    if not isinstance(listed, list) or not listed:
        refuse(text.line_of("Percentiles"), 'no percentiles; run fortio with -p "50,90,99,99.9"')
    found = {}
    for one in listed:
        if not isinstance(one, dict):
            refuse(line, "a percentile is not an object with Percentile and Value")
        percent = number(one.get("Percentile"), line, "Percentile")
        if percent in NAMES:
            found[NAMES[percent]] = number(one.get("Value"), line, f"p{percent:g}") * US
    return found
