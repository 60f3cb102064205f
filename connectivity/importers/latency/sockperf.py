"""sockperf ping-pong and under-load: half round trips unless --full-rtt; microseconds.

Source: sockperf 3.7, its report.
"""

import re
from collections.abc import Sequence

from connectivity.core.latency import histograms
from connectivity.importers.latency.run import (
    Hints,
    Run,
    checked,
    doubled,
    number,
    refuse,
    share,
    whole,
)
from connectivity.importers.latency.text import Text

NAME = "sockperf"
VERSION = re.compile(r"sockperf: == version #(\S+)")
ERROR = re.compile(r"sockperf: (ERROR: .*)")
MEAN = re.compile(r"sockperf: =+> avg-(latency|lat|rtt)= *(\S+) \(std-dev=([^),]+)")
TOTAL = re.compile(r"sockperf: Total (\d+) observations")
POINT = re.compile(
    r"sockperf: -+> (percentile +(?P<p>[0-9.]+)|<(?P<end>MIN|MAX)> observation) *= *(?P<v>\S+)"
)
COUNTS = re.compile(r"sockperf: \[Valid Duration\].*SentMessages=(\d+); ReceivedMessages=(\d+)")
DROPPED = re.compile(r"sockperf: # dropped messages = (\d+)")
SOCKET = re.compile(r"\[ *\d+\] IP = (?P<host>\S+) .*# (?P<protocol>TCP|UDP)")
LAST = re.compile(
    r"sockperf: -+> <MIN> observation *= *[0-9]+\.[0-9]{3}|sockperf: Test end.*"
    r"|\d+, *\d+\.\d{9}, *\d+\.\d{9}, *\d+\.\d{3}"
)
ROW = re.compile(r"\s*\d+, *([-0-9.]+), *([-0-9.]+), *([-0-9.]+)\s*$")
NAMES = {50.0: "p50", 90.0: "p90", 99.0: "p99", 99.9: "p99.9"}


def recognises(text: Text) -> bool:
    return any("sockperf" in line for _, line in text.filled[:8])


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file, as whole round trips."""
    for line, match in text.found(ERROR):
        refuse(line, f"sockperf failed: {match[1]}")
    text.require_end(LAST)
    means = list(text.found(MEAN))
    sockets = [match for _, match in text.found(SOCKET)]
    if not means:
        refuse(text.last_line, "no average: the run was cut, or measured throughput only")
    if len(means) > 1:
        servers = ", ".join(dict.fromkeys(match["host"] for match in sockets))
        refuse(means[1][0], f"a second report begins here, of {servers}; measure one by one")
    line, mean = means[0]
    printed = {
        "mean": number(mean[2], line, "avg"),
        "stddev": number(mean[3], line, "std-dev"),
    } | _points(text)
    is_whole = mean[1] == "rtt"
    times = printed if is_whole else doubled(printed)
    note = "round trip as printed (--full-rtt)" if is_whole else "half round trips, doubled"
    total = next((whole(m[1], n, "observations") for n, m in text.found(TOTAL)), None)
    version = next((m[1] for _, m in text.found(VERSION)), None)
    protocol = sockets[0]["protocol"] if sockets else ""
    is_loaded = _is_loaded(text)
    run = Run(
        tool=NAME,
        tool_version=version,
        test=f"{protocol}_RR" if protocol else "RR",
        line=line,
        samples=total,
        loss=_loss(text, total),
        direction_note=note,
        connection="reused",
        loop="open" if is_loaded else "closed",
        host=sockets[0]["host"] if sockets else "",
        sketch=_sketch(text, total),
        figures=times,
    )
    return checked([run])


def _points(text: Text) -> dict[str, float]:
    figures: dict[str, float] = {}
    for line, match in text.found(POINT):
        percent = 0.0 if match["end"] else number(match["p"], line, "the percentile")
        name = match["end"].lower() if match["end"] else NAMES.get(percent)
        if name in figures:
            refuse(line, "this percentile is there twice; import runs one by one")
        if name:
            figures[name] = number(match["v"], line, "this observation")
    missing = [name for name in ("max", "p99", "p50", "min") if name not in figures]
    if missing:
        refuse(text.last_line, f"no {missing[0]}: the report was cut")
    return figures


def _loss(text: Text, total: int | None) -> float | None:
    dropped = next((whole(m[1], n, "dropped") for n, m in text.found(DROPPED)), None)
    if dropped is None or total is None:
        return None
    return share(total + dropped, total, 1) if total + dropped else None


def _is_loaded(text: Text) -> bool:
    """Under load, replies are asked for less often than messages are sent."""
    for line, match in text.found(COUNTS):
        sent, received = whole(match[1], line, "sent"), whole(match[2], line, "received")
        return sent > 2 * received
    return False


def _sketch(text: Text, total: int | None) -> str:
    """Of --full-log, when it has every observation: round trip = received minus sent."""
    trips: Sequence[float] = [
        (number(m[2], n, "rxTime") - number(m[1], n, "txTime")) * 1e6 for n, m in text.found(ROW)
    ]
    return histograms.of_times(trips) if trips and len(trips) == total and min(trips) > 0 else ""
