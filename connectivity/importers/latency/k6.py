"""k6: its summary as text, --summary-export, and what handleSummary gives (milliseconds).

`http_req_duration` is sending, waiting and receiving: connecting and TLS are not in it. Source:
k6's documentation of built-in metrics and of the end-of-test summary.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectivity.importers.latency.percentiles import (
    duration,
    failed_share,
    http,
    named,
    statistic,
)
from connectivity.importers.latency.run import Hints, Run, checked, number, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "k6"
METRICS = {"http_req_duration": "HTTP", "grpc_req_duration": "GRPC"}
PART = re.compile(r"\s*█ (?P<title>[A-Z]+)")
TREND = re.compile(
    r"\W*(?P<name>http_req_duration|grpc_req_duration|\{ ?expected_response:true ?\})\.*:"
    r" (?P<values>\w[^=]*=.*)$"
)
VALUE = re.compile(r"(?<![a-z])(?P<name>[a-z]++|p\([0-9.]+\))=(?P<value>[0-9][^\s=]*)")
REQUESTS = re.compile(r"\W*http_reqs\.*: +(?P<count>[0-9]+) ")
FAILED = re.compile(
    r"\W*http_req_failed\.*: +[0-9.]+% +(?:✓ (\d+) +✗ (\d+)|(\d+) out of (\d+))\s*$"
)
LOOPING = re.compile(r".*: (?P<users>Up to [0-9]+|[0-9]+) looping VUs")
ARRIVING = re.compile(r".*: [0-9.]+ iterations/")
STREAM = re.compile(r'\{"(?:type":"(?:Metric|Point)"|metric":)')
MS = 1e3
GOOD = "{expected_response:true}"


def recognises(text: Text) -> bool:
    if text.whole.lstrip().startswith("{"):
        return any(f'"{name}"' in text.whole for name in METRICS)
    return any(TREND.match(line) for _, line in text.filled)


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one summary of the file, of the requests that succeeded where k6 tells them apart."""
    if not text.whole.lstrip().startswith("{"):
        run = _of_text(_of_all(text))
    elif STREAM.match(text.whole.lstrip()):
        refuse(1, "this is k6's stream of single samples; run k6 with --summary-export FILE")
    else:
        run = _of_json(text)
    note = f"{http(run)}, connecting and TLS not in it"
    notes = () if {"p99"} <= run.figures.keys() else (MORE,)
    return checked([replace(run, direction_note=note, notes=run.notes + notes)])


MORE = (
    'k6 prints no p99 unless run with --summary-trend-stats "min,avg,med,p(90),p(99),p(99.9),max"'
)


def _of_all(text: Text) -> Text:
    """What comes before the parts of groups and scenarios, which k6 prints after the whole."""
    parts = [(line, match["title"]) for line, match in text.found(PART)]
    after = [line for line, title in parts if title.startswith(("GROUP", "SCENARIO"))]
    return text.part(text.start, after[0] - 1) if after else text


def _of_text(text: Text) -> Run:
    trends = {match["name"].strip("{ }"): (line, match) for line, match in text.found(TREND)}
    lines = [match["name"] for _, match in text.found(TREND)]
    if len(lines) != len(trends):
        refuse(text.filled[-1][0], "several summaries in one file; import them one by one")
    line, match = trends.get(GOOD.strip("{}")) or next(iter(trends.values()))
    metric = next((name for name in METRICS if name in trends), "http_req_duration")
    values = list(VALUE.finditer(match["values"]))
    if "".join(value[0] for value in values) != "".join(match["values"].split()):
        refuse(line, "the values cannot be read as name=time")
    figures = {
        ours: duration(value["value"], line, value["name"])
        for value in values
        if (ours := statistic(value["name"])) is not None
    }
    at, failed, total = _failed(text, line, is_http=METRICS[metric] == "HTTP")
    is_apart = GOOD.strip("{}") in trends
    run = _run(metric, line, figures, failed, total, at, is_apart=is_apart)
    return replace(run, **_loop(text))


def _failed(text: Text, line: int, *, is_http: bool) -> tuple[int, int | None, int | None]:
    """The line, the failed and all requests."""
    if not is_http:
        return line, None, None
    rate, requests = next(text.found(FAILED), None), next(text.found(REQUESTS), None)
    if rate is None or requests is None:
        refuse(
            text.filled[-1][0],
            "not a whole summary: http_req_failed or http_reqs is missing, so that nobody knows "
            "what failed",
        )
    at, match = rate
    total = whole(requests[1]["count"], requests[0], "http_reqs")
    failed = whole(match[1] or match[3], at, "http_req_failed")
    of = (
        whole(match[4], at, "all requests")
        if match[4]
        else failed + whole(match[2], at, "the rest")
    )
    if of != total:
        refuse(at, f"http_req_failed speaks of {of} requests, http_reqs of {total}")
    return at, failed, total


def _loop(text: Text) -> dict[str, Any]:
    looping = [match["users"] for _, match in text.found(LOOPING)]
    if looping and not any(text.found(ARRIVING)):
        users = looping[0].removeprefix("Up to ")
        return {"loop": "closed", "in_flight": int(users[:7]) if len(looping) == 1 else None}
    return {"loop": "open" if not looping and any(text.found(ARRIVING)) else "unknown"}


def _of_json(text: Text) -> Run:
    metrics = _metrics(text)
    metric = next((name for name in METRICS if name in metrics), None)
    if metric is None:
        refuse(1, "no http_req_duration among the metrics")
    is_apart = metric + GOOD in metrics
    line = text.line_of(metric + GOOD if is_apart else metric)
    figures = named(metrics[metric + GOOD if is_apart else metric].items(), MS, line)
    failed = total = None
    at = text.line_of("http_req_failed")
    if metric == "http_req_duration":
        reqs, rate = metrics.get("http_reqs"), metrics.get("http_req_failed")
        if reqs is None or rate is None:
            refuse(line, "http_reqs or http_req_failed is missing: nobody knows what failed")
        total = whole(reqs.get("count"), text.line_of("http_reqs"), "http_reqs.count")
        failed = round(number(rate.get("rate", rate.get("value")), at, "http_req_failed") * total)
    return _run(metric, line, figures, failed, total, at, is_apart=is_apart)


def _metrics(text: Text) -> dict[str, Mapping[str, Any]]:
    """Values by metric, of all shapes of the summary."""
    document = text.json
    results = document.get("results") if isinstance(document.get("results"), dict) else document
    listed = results.get("metrics")
    if isinstance(listed, list):
        listed = {str(item.get("name")): item for item in listed if isinstance(item, dict)}
    if not isinstance(listed, dict):
        refuse(1, "no metrics in it")
    metrics: dict[str, Mapping[str, Any]] = {}
    for name, metric in listed.items():
        values = metric.get("values", metric) if isinstance(metric, dict) else None
        if not isinstance(values, dict):
            refuse(text.line_of(name), f"the metric {name[:40]} is not an object")
        metrics[name] = values
    return metrics


def _run(
    metric: str,
    line: int,
    figures: dict[str, float],
    failed: int | None,
    total: int | None,
    at: int,
    *,
    is_apart: bool,
) -> Run:
    if failed is None or total is None:
        loss = None
    else:
        loss = failed_share(failed, total - failed, at, are_timed=not is_apart)
    return Run(
        tool=NAME,
        test=METRICS[metric],
        line=line,
        figures={} if loss == 1 else figures,
        samples=None if total is None or failed is None else total - failed,
        loss=loss,
        connection="reused",
        notes=("k6 counts answers of 400 and above as failed",) if failed else (),
    )
