"""psping of Sysinternals: ICMP, TCP connections, and round trips over TCP or UDP; 10 µs.

A histogram (-h) names the lower ends of its buckets: the first is the minimum, the last the
maximum. Source: outputs of PsPing 2.1, and of PerfKit Benchmarker's runs of it.
"""

import re
from typing import NamedTuple

from connectivity.core.latency import histograms
from connectivity.importers.latency.buckets import Bucket, percentiles
from connectivity.importers.latency.run import (
    Hints,
    Run,
    checked,
    number,
    of_times,
    refuse,
    share,
    whole,
)
from connectivity.importers.latency.text import Text

NAME = "psping"
BANNER = re.compile(r"PsPing v(?P<version>[0-9.]+) - PsPing")
TITLE = re.compile(
    r"\s*(?:(?P<rr>TCP|UDP) roundtrip latency statistics \(post warmup\)"
    r"|(?P<connect>TCP connect) statistics for \S+|(?P<icmp>Ping) statistics for \S+):\s*$"
)
REPLY = re.compile(
    r"\s*(?:Reply from|Connecting to) (?P<warmup>\S+ \(warmup\): )?\S.*: "
    r"(?P<time>[0-9]+\.[0-9]{2}) ?ms\s*$"
)
LOST = re.compile(r"\s*Sent = (?P<sent>[0-9]+), Received = (?P<got>[0-9]+), Lost = [0-9]+ \(")
SIZES = re.compile(r"\s*Sent = (?P<sent>[0-9]+), Size = (?P<size>[0-9]+), Total Bytes: ")
SUMMARY = re.compile(
    r"\s*Minimum = (?P<min>[0-9.]+) ?ms, Max(?:im|ium)um = (?P<max>[0-9.]+) ?ms, "
    r"Average = (?P<mean>[0-9]+\.[0-9]{2}) ?ms\s*$"
)
HISTOGRAM = re.compile(r"\s*Latency\s+Count\s*$")
ROW = re.compile(r"\s*(?P<from>[0-9]+\.[0-9]{2})\s+(?P<count>[0-9]+)\s*$")
BANDWIDTH = re.compile(r"\s*(?:TCP|UDP) (?:sender|receiver)? ?bandwidth")
MS = 1e3
STEP_US = 10.0
FINER = "use sockperf or qperf"
CONNECT = "psping opens a connection for each: the handshake is the round trip"


def recognises(text: Text) -> bool:
    first = [line for _, line in text.filled[:3]]
    return any(map(BANNER.match, first)) or any(
        TITLE.match(line) and ".." not in line for line in first
    )


class _Part(NamedTuple):
    """What is printed below a title."""

    sent: int
    got: int
    size: int | None
    line: int


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file."""
    titles = list(text.found(TITLE))
    if not titles:
        reason = "bandwidth says nothing of latency" if any(text.found(BANDWIDTH)) else "it was cut"
        refuse(text.filled[-1][0], f"no latency statistics: {reason}")
    if len(titles) > 1:
        refuse(titles[1][0], "a second run ends here; import runs one by one")
    start, title = titles[0]
    part = _part(text, start)
    times = [number(m["time"], n, "time") * MS for n, m in text.found(REPLY) if not m["warmup"]]
    figures, distribution, notes = _figures(text, part, times)
    banner = next(text.found(BANNER), None)
    is_connect = title["connect"] is not None
    run = Run(
        tool=NAME,
        tool_version=banner[1]["version"] if banner else None,
        test=f"{title['rr']}_RR" if title["rr"] else "TCP_CONNECT" if is_connect else "ICMP",
        line=part.line,
        figures=figures,
        samples=part.got,
        loss=None if title["rr"] else share(part.sent, part.got, part.line),
        direction_note="round trip in milliseconds, as microseconds",
        connection="new" if is_connect else "reused" if title["rr"] else "unknown",
        loop="closed",
        request_bytes=part.size,
        sketch=distribution,
        resolution_us=STEP_US,
        notes=(CONNECT, *notes) if is_connect else notes,
    )
    return checked([run], finer=FINER)


def _part(text: Text, start: int) -> _Part:
    lost = next((hit for hit in text.found(LOST) if hit[0] > start), None)
    sizes = next((hit for hit in text.found(SIZES) if hit[0] > start), None)
    if sizes:
        sent = whole(sizes[1]["sent"], sizes[0], "Sent")
        return _Part(sent, sent, whole(sizes[1]["size"], sizes[0], "Size"), sizes[0])
    if lost is None:
        refuse(text.filled[-1][0], "no counts below the title: it was cut")
    line, match = lost
    return _Part(
        whole(match["sent"], line, "Sent"), whole(match["got"], line, "Received"), None, line
    )


def _figures(
    text: Text, part: _Part, times: list[float]
) -> tuple[dict[str, float], str, tuple[str, ...]]:
    """From the replies where all are there, else from the histogram and the summary."""
    if not part.got:
        return {}, "", ()
    summary = next((hit for hit in text.found(SUMMARY) if hit[0] > part.line), None)
    if summary is None:
        refuse(text.filled[-1][0], "answers came back, and their times are missing: it was cut")
    line, match = summary
    edges = {name: number(match[name], line, name) * MS for name in ("min", "max", "mean")}
    if len(times) != part.got:
        buckets = _buckets(text, part, edges["max"])
        from_buckets, notes = percentiles(buckets, text.filled[-1][0]) if buckets else ({}, ())
        return edges | from_buckets, "", notes
    figures = of_times(times)
    for name, us in edges.items():
        if abs(figures[name] - us) > STEP_US:
            refuse(line, f"the summary says {us:g} µs, the replies {figures[name]:g} µs")
    return figures | edges, histograms.of_times(times), ()


def _buckets(text: Text, part: _Part, top: float) -> list[Bucket]:
    title = next(text.found(HISTOGRAM), None)
    if title is None:
        return []
    rows = [(n, match) for n, match in text.found(ROW) if n > title[0]]
    starts = [number(match["from"], n, "the bucket") * MS for n, match in rows]
    counts = [whole(match["count"], n, "the count") for n, match in rows]
    if sum(counts) != part.got or not rows:
        refuse(title[0], f"the histogram counts {sum(counts)} round trips, the summary {part.got}")
    ends = [*starts[1:], max(top, starts[-1])]
    return [Bucket(low, high, count) for low, high, count in zip(starts, ends, counts, strict=True)]
