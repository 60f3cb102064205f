"""ping of iputils, BSD, macOS and BusyBox: ICMP round trips in milliseconds."""

import re

from connectivity.core import sketch
from connectivity.importers.latency.run import (
    Asked,
    Run,
    checked,
    number,
    of_times,
    refuse,
    share,
    whole,
)
from connectivity.importers.latency.text import Text

NAME = "ping"
START = re.compile(r"PING6?[ (]\S+")
PACKET = re.compile(
    r"(\[[0-9.]+\] )?[0-9]+ bytes from .*[ :](icmp_)?seq=[0-9]+ .*time[=<](?P<time>\S+) ms"
)
LATE = re.compile(r"\(DUP!\)|\(truncated\)")
ENDED = re.compile(r"--- .* ping6? statistics ---")
COUNTS = re.compile(r"(?P<sent>[0-9]+) packets transmitted, (?P<got>[0-9]+) (packets )?received")
SUMMARY = re.compile(
    r"(rtt|round-trip) (?P<names>\S+) = (?P<values>[-0-9.,naN/]+) ms(, (pipe|ipg/ewma) .*)?\s*$"
)
NAMES = {
    "min/avg/max/mdev": ("min", "mean", "max", "stddev"),
    "min/avg/max/stddev": ("min", "mean", "max", "stddev"),
    "min/avg/max/std-dev": ("min", "mean", "max", "stddev"),
    "min/avg/max": ("min", "mean", "max"),
}
MS = 1e3


def recognises(text: Text) -> bool:
    return any(
        START.match(line) or ENDED.match(line) or line.startswith("ping: ")
        for _, line in text.filled[:3]
    )


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """The one run of the file."""
    text.require_end()
    first_line, first = text.filled[0]
    if first.startswith("ping: "):
        refuse(first_line, f"ping failed: {first[6:80]}")
    starts = [line for line, _ in text.found(START)]
    ends = [line for line, _ in text.found(ENDED)]
    if len(starts) > 1 or len(ends) > 1:
        refuse((starts[1:] or ends[1:])[0], "a second run begins here; import runs one by one")
    counts = next(text.found(COUNTS), None)
    if not ends or counts is None:
        refuse(len(text.lines), "no statistics at the end: ping was stopped before it said them")
    line, match = counts
    sent = whole(match["sent"], line, "transmitted")
    received = whole(match["got"], line, "received")
    times, distribution = _times(text, received, line)
    run = Run(
        tool=NAME,
        test="ICMP",
        line=line,
        figures=times,
        samples=received,
        loss=share(sent, received, line),
        direction_note="milliseconds, as microseconds",
        loop="closed",
        sketch=distribution,
    )
    return checked([run])


def _times(text: Text, received: int, line: int) -> tuple[dict[str, float], str]:
    """From the packets where all of them are there, else from the summary; and the sketch."""
    summary = _summary(text)
    if not received:
        return {}, ""
    if summary is None:
        refuse(line, "packets came back, and the line of round-trip times is missing: it was cut")
    packets = [
        number(match["time"], n, "time") * MS
        for n, match in text.found(PACKET)
        if not LATE.search(match.string)
    ]
    if len(packets) != received:
        return summary, ""
    times = of_times(packets)
    for name, figure in summary.items():
        if abs(figure - times[name]) > 1 + 0.01 * figure:
            refuse(line, f"the summary says {figure:g} µs, the packets {times[name]:g} µs")
    return times | summary, sketch.of_times(packets)


def _summary(text: Text) -> dict[str, float] | None:
    found = list(text.found(SUMMARY))
    wrong = [n for n, one in text.filled if one.startswith(("rtt ", "round-trip "))]
    if not found and wrong:
        refuse(wrong[0], "the line of round-trip times cannot be read")
    if not found:
        return None
    line, match = found[0]
    if match["names"] not in NAMES:
        refuse(line, f"the times are called {match['names']!r}, and not min/avg/max/mdev")
    values = match["values"].split("/")
    names = NAMES[match["names"]]
    if len(values) != len(names):
        refuse(line, f"{len(values)} times for {len(names)} names")
    return {name: number(value, line, name) * MS for name, value in zip(names, values, strict=True)}
