"""bombardier: its summary and its JSON (microseconds). It waits for every answer.

Failed requests are timed like the others. Its standard deviation counts every distinct time once,
so it is none and is left out. Source: bombardier 1.2, templates.go and internal/test_info.go.
"""

import re
from dataclasses import replace

from connectivity.importers.latency.percentiles import (
    counts,
    duration,
    failed_share,
    http,
    named,
    refusals,
    statistic,
    step_us,
)
from connectivity.importers.latency.run import Hints, Run, checked, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "bombardier"
START = re.compile(r"\s*Bombarding \S+ (?:for|with) .* using (?P<connections>[0-9]+) connection")
TITLE = re.compile(r"\s*Statistics\s+Avg\s+Stdev\s+Max\s*$")
LATENCY = re.compile(r"\s*Latency\s+(?P<mean>[0-9]\S*)\s+\S+\s+(?P<max>[0-9]\S*)\s*$")
POINT = re.compile(r"\s*(?P<name>[0-9]{1,2}%)\s+(?P<value>[0-9]\S*)\s*$")
CODES = re.compile(r"\s*1xx - (\d+), 2xx - (\d+), 3xx - (\d+), 4xx - (\d+), 5xx - (\d+)\s*$")
OTHERS = re.compile(r"\s*others - (?P<count>[0-9]+)\s*$")
END = re.compile(r"\s*Throughput:\s+[0-9.]+[KMGTP]?B/s\s*$")
FINER = "run bombardier with --format json"
KEYS = ("req1xx", "req2xx", "req3xx", "req4xx", "req5xx")


def recognises(text: Text) -> bool:
    if text.whole.lstrip().startswith("{"):
        return '"numberOfConnections"' in text.whole and '"req2xx"' in text.whole
    return any(START.match(line) or TITLE.match(line) for _, line in text.filled[:5])


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file."""
    run = _of_json(text) if text.whole.lstrip().startswith("{") else _of_summary(text)
    return checked([replace(run, direction_note=http(run))], finer=FINER)


def _of_summary(text: Text) -> Run:
    latencies = list(text.found(LATENCY))
    if len(latencies) > 1:
        refuse(latencies[1][0], "a second run begins here; import runs one by one")
    codes, others = next(text.found(CODES), None), next(text.found(OTHERS), None)
    if not any(text.found(END)) or codes is None or others is None:
        refuse(text.filled[-1][0], "the last line, Throughput, is missing: the run was cut")
    if not latencies:
        refuse(codes[0], "no line of latency statistics")
    line, match = latencies[0]
    points = [point for n, point in text.found(POINT) if line < n < codes[0]]
    words = {"mean": match["mean"], "max": match["max"]}
    words |= {ours: point["value"] for point in points if (ours := statistic(point["name"]))}
    figures = {name: duration(word, line, name) for name, word in words.items()}
    statuses = dict(
        zip(KEYS, (whole(count, codes[0], "answers") for count in codes[1].groups()), strict=True)
    )
    start = next(text.found(START), None)
    run = _run(line, figures, statuses, whole(others[1]["count"], others[0], "others"))
    return replace(
        run,
        in_flight=int(start[1]["connections"][:7]) if start else None,
        resolution_us=step_us(words.get("p50", words["mean"])),
    )


def _of_json(text: Text) -> Run:
    document = text.json
    result, spec = document.get("result"), document.get("spec")
    line = text.line_of("latency")
    latency = result.get("latency") if isinstance(result, dict) else None
    if not isinstance(result, dict) or not isinstance(spec, dict) or not isinstance(latency, dict):
        refuse(line, "spec, result or result.latency is not an object")
    percentiles = latency.get("percentiles", {})
    if not isinstance(percentiles, dict):
        refuse(line, "latency.percentiles is not an object")
    values = {"mean": latency.get("mean"), "max": latency.get("max")}
    values |= {f"{name}%": value for name, value in percentiles.items()}
    at = text.line_of("req1xx")
    statuses = counts({key: result.get(key) for key in KEYS}, at, "result")
    others = whole(result.get("others"), at, "result.others")
    run = _run(line, named(values.items(), 1.0, line), statuses, others)
    users = whole(spec.get("numberOfConnections"), 1, "numberOfConnections")
    return replace(run, in_flight=users or None)


def _run(line: int, figures: dict[str, float], statuses: dict[str, int], failed: int) -> Run:
    answered = sum(statuses.values())
    share = failed_share(failed, answered, line, are_timed=True)
    notes = refusals({key.removeprefix("req"): count for key, count in statuses.items()})
    if "p50" not in figures:
        notes += ("no percentiles: run bombardier with --latencies",)
    if failed:
        notes += (f"{failed} requests without an answer are among the times",)
    return Run(
        tool=NAME,
        test="HTTP",
        line=line,
        figures={} if share == 1 else figures,
        samples=answered,
        loss=share,
        loop="closed",
        notes=notes,
    )
