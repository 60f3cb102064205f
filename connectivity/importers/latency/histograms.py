"""Prometheus's histograms: `_bucket` series with `le`, of an answer or of a scrape."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from math import inf
from typing import NamedTuple

from connectivity.importers.latency.buckets import Bucket, percentiles
from connectivity.importers.latency.choice import chosen
from connectivity.importers.latency.run import US_PER, Hints, Run, number, refuse, shown
from connectivity.importers.latency.series import Labels, Series, hosts_and_tags

SUFFIX = re.compile(r"_(?:(seconds)|(milliseconds|ms)|(microseconds|us|usec)|(nanoseconds|ns))$")
UNITS = ("s", "ms", "us", "ns")
PINGS = "smokeping_response_duration_seconds"
REQUESTS = "smokeping_requests_total"
UNDER_WAY = 1  # the last ping, when the counters are read
LATEST = 4e9  # seconds: the year 2096
ROUND_TRIP = re.compile(r"rtt|round_?trip|ping")
TAKEN = "taken for a round trip, which the histogram of a server is not"
LATENCY = re.compile(r"duration|latency|rtt|round_trip|response_time|request_time|ping")


class _Family(NamedTuple):
    """A histogram of one set of labels: counts by upper bound, and what else was there."""

    name: str
    labels: Labels
    line: int
    counts: dict[float, float]
    others: dict[str, float]  # _sum, _count, and requests that were sent
    since: float


def units_of(name: str) -> str | None:
    """The unit in a metric's name.

    >>> units_of("istio_request_duration_milliseconds"), units_of("rtt")
    ('ms', None)
    """
    match = SUFFIX.search(name)
    groups = match.groups() if match else ()
    return next((unit for unit, word in zip(UNITS, groups, strict=False) if word), None)


def of_histograms(answer: Sequence[Series], hints: Hints, tool: str) -> list[Run]:
    """The one histogram, or those of the host and tag that were asked for.

    Raises:
        DocumentRefused: no unit, no end, buckets that fall, or all too coarse.
    """
    families = _families(answer)
    if not families:
        refuse(answer[0].line, "no histogram of a latency among the series")
    labels = [{**family.labels, "metric": family.name} for family in families]
    named = [
        (Run(tool=tool, line=family.line, host=host, tag=tag), family)
        for family, (host, tag) in zip(families, hosts_and_tags(labels), strict=True)
    ]
    kept = chosen([run for run, _ in named], hints)
    return [_run(run, family, hints) for run, family in named if run in kept]


Key = tuple[str, tuple[tuple[str, str], ...]]


def _families(answer: Sequence[Series]) -> list[_Family]:
    families: dict[Key, _Family] = {}
    others: dict[Key, dict[str, float]] = {}
    for series in answer:
        labels = {name: value for name, value in series.labels.items() if name != "le"}
        key_labels = tuple(sorted(labels.items()))
        base = series.name.removesuffix("_bucket")
        if "le" in series.labels and (not series.name or LATENCY.search(base)):
            family = families.setdefault(
                (base, key_labels), _Family(base, labels, series.line, {}, {}, series.values[0][0])
            )
            bound = _bound(series)
            if bound in family.counts:
                refuse(series.line, f"le={series.labels['le']!r} for the second time")
            family.counts[bound] = _increase(series)
        elif series.name == REQUESTS or series.name.endswith(("_sum", "_count")):
            base = PINGS if series.name == REQUESTS else series.name.rpartition("_")[0]
            kind = "sent" if series.name == REQUESTS else series.name.rpartition("_")[2]
            others.setdefault((base, key_labels), {})[kind] = _increase(series)
    for key, family in families.items():
        family.others.update(others.get(key, {}))
    return list(families.values())


def _bound(series: Series) -> float:
    word = series.labels["le"]
    return inf if word in ("+Inf", "Inf", "inf") else number(word, series.line, "le")


def _increase(series: Series) -> float:
    """What was counted: since the start of the exporter, or from the first time to the last.

    Raises:
        DocumentRefused: the counter fell, or is none.
    """
    values = [value for _, value in series.values]
    if len(values) == 1:
        return values[0]
    if not series.name:
        refuse(series.line, "buckets of an expression over time; query it at one time")
    if any(after < before for before, after in pairwise(values)):
        refuse(
            series.line, "a counter falls: the exporter was restarted; query a time without that"
        )
    return values[-1] - values[0]


def _run(run: Run, family: _Family, hints: Hints) -> Run:
    unit = units_of(family.name) or hints.unit
    if unit not in US_PER:
        refuse(
            family.line, f"{shown(family.name)} names no unit: say it with --unit ns, us, ms or s"
        )
    figures, notes = percentiles(_buckets(family, US_PER[unit]), family.line)
    count = family.counts[inf]
    if family.others.get("sum") and family.others.get("count") == count:
        figures["mean"] = family.others["sum"] * US_PER[unit] / count
    is_ping = family.name == PINGS
    sent = family.others.get("sent") if is_ping else None
    return replace(
        run,
        test=_test(family.name),
        figures=figures,
        samples=int(count) if count == int(count) else None,
        loss=None if not sent else max(0.0, sent - count - UNDER_WAY) / sent,
        direction_note=f"{'round trip' if is_ping else TAKEN}; {unit}, as microseconds",
        loop="open" if is_ping else "unknown",
        started_at=moment(family.since),
        notes=notes,
    )


def _test(name: str) -> str:
    """What a histogram of this name times: requests, unless it says that it is a round trip."""
    if name.startswith(PINGS):
        return "ICMP"
    return "unknown" if ROUND_TRIP.search(name) else "HTTP"


def _buckets(family: _Family, per: float) -> list[Bucket]:
    """From cumulative counts; the lowest bucket begins at 0."""
    if inf not in family.counts:
        refuse(
            family.line, 'no bucket le="+Inf": the answer was cut, or asks for some buckets only'
        )
    buckets: list[Bucket] = []
    low = below = 0.0
    for bound, count in sorted(family.counts.items()):
        if count < below:
            refuse(family.line, f"the bucket up to {bound:g} counts fewer than the one below it")
        buckets.append(Bucket(low * per, bound * per, count - below))
        low, below = bound, count
    return buckets


def moment(seconds: float) -> str:
    """A time of Prometheus as ISO writes it; of a scrape, which names none, nothing."""
    return datetime.fromtimestamp(min(seconds, LATEST), UTC).isoformat() if seconds else ""
