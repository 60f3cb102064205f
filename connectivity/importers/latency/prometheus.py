"""Prometheus: answers of query and query_range (single probes over time, histograms), and
scrapes with histograms.

Source: Prometheus 2.42's HTTP API, blackbox_exporter 0.23 and smokeping_prober 0.6.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from connectivity.core.latency import histograms
from connectivity.core.latency.aggregation import STATISTICS
from connectivity.importers.latency.histograms import moment, of_histograms, units_of
from connectivity.importers.latency.run import (
    US_PER,
    Hints,
    Run,
    checked,
    number,
    of_times,
    refuse,
    shown,
)
from connectivity.importers.latency.series import (
    Labels,
    Series,
    bounded,
    hosts_and_tags,
    scraped,
)
from connectivity.importers.latency.text import Text

NAME = "prometheus"
US = 1e6
SUCCESS = "probe_success"
ICMP, DURATION, HTTP = (
    "probe_icmp_duration_seconds",
    "probe_duration_seconds",
    "probe_http_duration_seconds",
)
PHASES = {ICMP: ("rtt",), DURATION: ("",), HTTP: ("processing", "transfer")}
TESTS = {ICMP: "ICMP", DURATION: "PROBE", HTTP: "HTTP"}
NOTES = {
    ICMP: "round trip alone, without set-up",
    DURATION: "the whole probe: resolving, connecting, and what else its module does",
    HTTP: "from request to the end of the answer, without resolving, connecting and TLS",
}
ASK = '{__name__=~"probe_success|%s"}'
BUCKET = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*_bucket\{.*\ble="')
KEPT = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?:_bucket|_sum|_count|_total)\b")


def recognises(text: Text) -> bool:
    if text.whole.lstrip().startswith("{"):
        return '"resultType"' in text.whole and '"result"' in text.whole
    return any(BUCKET.match(line) for _, line in text.filled)


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each target or histogram; --host and --tag choose one."""
    if text.whole.lstrip().startswith("{"):
        answer = list(_series(text))
    else:
        text.require_end()
        kept = [(line, words) for line, words in text.filled if KEPT.match(words)]
        answer = [part for line, words in bounded(kept, 1) if (part := scraped(line, words))]
    if any("le" in series.labels for series in answer):
        return checked(of_histograms(answer, hints, NAME))
    known = [series for series in answer if series.name in PHASES or series.name == SUCCESS]
    if known:
        return checked(_probes(known))
    return checked([_instant_run(answer, hints)])


def _series(text: Text) -> Iterator[Series]:
    document = text.json
    if document.get("status") != "success":
        refuse(1, f"Prometheus refused: {shown(document.get('error', 'status is no success'))}")
    data = document.get("data")
    result = data.get("result") if isinstance(data, dict) else None
    line = text.line_of("result")
    if not isinstance(result, list) or data.get("resultType") not in ("matrix", "vector"):
        refuse(line, "neither a matrix nor a vector; ask query or query_range for series")
    if not result:
        refuse(
            line, "the answer holds no series: nothing was measured then, or it has another name"
        )
    lines = text.lines_of("metric")
    for part in bounded(result, line):
        line = next(lines, line)
        yield _series_of(part, line)


def _series_of(part: Any, line: int) -> Series:
    if not isinstance(part, dict) or not isinstance(part.get("metric"), dict):
        refuse(line, "a series without its metric")
    if "histogram" in part or "histograms" in part:
        refuse(line, "a native histogram is not read; query histogram_quantile of it")
    labels = {str(key): str(value) for key, value in part["metric"].items()}
    points = part["values"] if "values" in part else [part.get("value")]
    if not isinstance(points, list) or not points:
        refuse(line, "a series without values")
    values: list[tuple[float, float]] = []
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            refuse(line, "a value is not a pair of time and value")
        values.append((number(point[0], line, "a time"), number(point[1], line, "a value")))
    if any(after <= before for (before, _), (after, _) in zip(values, values[1:], strict=False)):
        refuse(line, "the times of the values do not rise")
    return Series(labels.pop("__name__", ""), labels, values, line)


class _Target(NamedTuple):
    """What one probe of one target gave."""

    metric: str
    labels: Labels
    phases: dict[str, Series]
    success: Series | None


def _probes(answer: list[Series]) -> list[Run]:
    targets = _targets(answer)
    places = hosts_and_tags([target.labels for target in targets])
    return [
        replace(_probe(target), host=host, tag=tag)
        for target, (host, tag) in zip(targets, places, strict=True)
    ]


def _targets(answer: list[Series]) -> list[_Target]:
    successes = {_key(series.labels): series for series in answer if series.name == SUCCESS}
    phases: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, Series]] = {}
    for series in answer:
        if series.name == SUCCESS:
            continue
        by_phase = phases.setdefault((series.name, _key(series.labels)), {})
        phase = series.labels.get("phase", "")
        if phase in by_phase:
            refuse(series.line, "the same series for the second time")
        by_phase[phase] = series
    if not phases:
        refuse(answer[0].line, f"probe_success alone has no times; query {ASK % ICMP}")
    # probe_duration_seconds is the whole of a probe whose round trip may be there, too
    finer = {key for name, key in phases if name != DURATION}
    return [
        _Target(name, dict(key), by_phase, successes.get(key))
        for (name, key), by_phase in phases.items()
        if name != DURATION or key not in finer
    ]


def _key(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in labels.items() if name != "phase"))


def _probe(target: _Target) -> Run:
    metric = target.metric
    line = next(iter(target.phases.values())).line
    missing = [phase for phase in PHASES[metric] if phase not in target.phases]
    if missing:
        refuse(line, f"{metric} without phase={missing[0]!r}: query all phases")
    parts = [target.phases[phase] for phase in PHASES[metric]]
    if target.success is None and metric != ICMP:
        refuse(line, f"failed probes have times, too: ask for both, {ASK % metric}")
    failures = (
        {at for at, value in target.success.values if value == 0} if target.success else set()
    )
    times, tries = _times(parts, failures)
    figures = of_times(times) if times else {}
    return Run(
        tool=NAME,
        test=TESTS[metric],
        line=line,
        figures=figures,
        samples=len(times),
        loss=1 - len(times) / tries,
        direction_note=f"{NOTES[metric]}; seconds, as microseconds",
        connection="unknown" if metric == ICMP else "new",
        loop="closed",
        started_at=moment(parts[0].values[0][0]),
        sketch=histograms.of_times(times) if times else "",
        notes=("a value that stood still from one step to the next is counted once",),
    )


def _times(parts: list[Series], failures: set[float]) -> tuple[list[float], int]:
    """Round trips in microseconds, and how many probes there were. A failed probe is 0, or named
    by probe_success; a value that repeats to the nanosecond was not scraped anew."""
    by_time = [dict(series.values) for series in parts]
    times: list[float] = []
    tries, before = 0, -1.0
    for at, _ in parts[0].values:
        value = sum(values[at] for values in by_time if at in values) * US
        if all(at in values for values in by_time) and (value != before or not value):
            tries += 1
            if value and at not in failures:
                times.append(value)
        before = value
    return times, max(tries, 1)


def _instant_run(answer: list[Series], hints: Hints) -> Run:
    """The one value of an expression, whose statistic and unit somebody says."""
    first = answer[0]
    if len(answer) > 1 or len(first.values) > 1:
        refuse(
            first.line,
            f"{shown(first.name or 'an expression')} is none of {', '.join(PHASES)} and no "
            "histogram: only one single value of it can be read, with --statistic and --unit",
        )
    unit = hints.unit or units_of(first.name)
    if hints.statistic not in STATISTICS or unit not in US_PER:
        refuse(first.line, "say what the value is: --statistic p50, p99, mean …, and --unit s")
    value = first.values[0][1] * US_PER[unit]
    return Run(
        tool=NAME,
        line=first.line,
        figures={hints.statistic: value},
        direction_note=f"taken for a round trip, {hints.statistic} in {unit} as you said",
        started_at=moment(first.values[0][0]),
    )
