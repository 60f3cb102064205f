"""wrk and wrk2: request times with a unit each. wrk waits for answers, wrk2 keeps a fixed rate.

Source: wrk 4.1.0; wrk2 at 44a94c1, which calls itself wrk 4.0.0.
"""

import re
from collections.abc import Iterator

from connectivity.importers.latency.run import (
    Hints,
    Run,
    checked,
    microseconds,
    refuse,
    whole,
)
from connectivity.importers.latency.spectrum import Spectrum, spectrum
from connectivity.importers.latency.text import Text

NAME = "wrk"
START = re.compile(r"\s*Running .+ test @ (?P<url>\S+)")
OTHER = re.compile(r"\s*[0-9]+ connections")  # autocannon begins alike
THREADS = re.compile(r"\s*([0-9]+) threads? and ([0-9]+) connections")
STATS = re.compile(r"\s*Latency\s+(\S+)\s+(\S+)\s+(\S+)\s+\S+%\s*$")
DISTRIBUTION = re.compile(r"\s*Latency Distribution(?P<hdr> \(HdrHistogram - (?P<which>\w+))?")
DETAILED = re.compile(r"\s*Detailed Percentile spectrum:")
POINT = re.compile(r"\s*([0-9.]+)%\s+([-0-9.,]+[a-z]+)\s*$")
REQUESTS = re.compile(r"\s*([0-9]+) requests in ")
ERRORS = re.compile(r"\s*(Socket errors: .*|Non-2xx or 3xx responses: .*)$")
END = re.compile(r"\s*Transfer/sec:\s+\S+$")
NAMES = {50.0: "p50", 90.0: "p90", 99.0: "p99", 99.9: "p99.9"}


def recognises(text: Text) -> bool:
    lines = [line for _, line in text.filled[:5]]
    return any(map(START.match, lines[:3])) and not any(map(OTHER.match, lines))


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file; of wrk2 the distribution that counts delayed starts."""
    text.require_end(END)
    starts = list(text.found(START))
    if len(starts) > 1:
        refuse(starts[1][0], "a second run begins here; import runs one by one")
    if not any(END.match(line) for _, line in text.filled):
        refuse(text.last_line, "the last line, Transfer/sec, is missing: the run was cut")
    stats = next(text.found(STATS), None)
    if stats is None:
        refuse(starts[0][0] if starts else 1, "no line of latency statistics")
    line, match = stats
    times = {
        "mean": microseconds(match[1], line, "the average"),
        "stddev": microseconds(match[2], line, "the standard deviation"),
        "max": microseconds(match[3], line, "the maximum"),
    } | _percentiles(text)
    detail = _detail(text)
    if detail:
        finer = ("min", "mean", "stddev", "max")
        times |= {name: detail.figures[name] * 1e3 for name in finer}
    is_wrk2 = "HdrHistogram" in text.whole or "Thread calibration" in text.whole
    connections = next((m[2] for _, m in text.found(THREADS)), None)
    run = Run(
        tool="wrk2" if is_wrk2 else NAME,
        test="HTTP",
        line=line,
        samples=detail.samples if detail else _requests(text, is_wrk2=is_wrk2),
        direction_note="request time as printed",
        connection="reused",
        loop="open" if is_wrk2 else "closed",
        host=starts[0][1]["url"] if starts else "",
        in_flight=whole(connections, 2, "connections") if connections else None,
        notes=tuple(_notes(text, is_wrk2=is_wrk2)),
        figures=times,
    )
    return checked([run], slack=0.01)


def _percentiles(text: Text) -> dict[str, float]:
    """Of the first distribution: wrk2 prints an uncorrected one after it."""
    figures: dict[str, float] = {}
    is_inside = False
    for line, content in text.filled:
        if DISTRIBUTION.match(content):
            if is_inside or figures:
                break
            is_inside = True
            continue
        point = POINT.match(content) if is_inside else None
        if is_inside and point is None:
            break
        if point and float(point[1]) in NAMES:
            figures[NAMES[float(point[1])]] = microseconds(point[2], line, f"the {point[1]} %")
    return figures


def _detail(text: Text) -> Spectrum | None:
    """The first spectrum, in milliseconds."""
    lines = text.filled
    first = next((i for i, (_, content) in enumerate(lines) if DETAILED.match(content)), None)
    if first is None:
        return None
    last = next(
        (
            i
            for i, (_, content) in enumerate(lines[first:], first)
            if content.lstrip().startswith(("-----", "Latency Distribution", "#[Buckets"))
        ),
        len(lines) - 1,
    )
    return spectrum(lines[first + 1 : last + 1])


def _requests(text: Text, *, is_wrk2: bool) -> int | None:
    """wrk2 counts requests of its calibration that it does not measure."""
    counted = next(text.found(REQUESTS), None)
    return None if counted is None or is_wrk2 else whole(counted[1][1], counted[0], "requests")


def _notes(text: Text, *, is_wrk2: bool) -> Iterator[str]:
    if is_wrk2:
        yield "times count from when a request was due, so delayed starts are included"
    yield from (match[1] for _, match in text.found(ERRORS))
