"""ping of iputils, BSD, macOS and BusyBox: ICMP round trips in milliseconds.

iputils prints a packet with three digits (cut off before 2018, rounded since) and the summary in
microseconds. Its mean is cut to whole microseconds; until 2019 mdev was computed from that mean,
and came out far too large. So mdev is never held against the packets, and is kept only where it
can be. Source: iputils, ping_common.c, s20121221 to s20200821.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import sqrt
from typing import NamedTuple, NoReturn

from connectivity.core.latency import histograms
from connectivity.importers.latency.choice import the_host
from connectivity.importers.latency.run import (
    Hints,
    Run,
    checked,
    number,
    of_times,
    refuse,
    share,
    step_of,
    whole,
)
from connectivity.importers.latency.text import Text

NAME = "ping"
START = re.compile(r"PING6?[ (]\S+(?P<address> \([^()\s]+\))?")
PACKET = re.compile(
    r"(?:\[[0-9.]+\] )?[0-9]+ bytes from [^=]+(?:seq|req)=[0-9]+ (?:[a-z]+=\S+ )*"
    r"time=(?P<time>[0-9.,]+) ms(?P<after>.*)"
)
ENDED = re.compile(r"--- (?P<name>.*) ping6? statistics ---")
ENDED_SOMEHOW = re.compile(r"--- .* ---\s*$")
COUNTS = re.compile(
    r"(?P<sent>[0-9]+) packets transmitted, (?P<got>[0-9]+) (?:packets )?received"
    r"(?:, \+(?P<doubles>[0-9]+) duplicates)?"
)
SUMMARY = re.compile(
    r"(?:rtt|round-trip) (?P<names>\S+) = (?P<values>[-0-9.,naN/]+) ms"
    r"(?:, (?:pipe|ipg/ewma) .*|\s*)$"
)
LAST = re.compile(rf"{SUMMARY.pattern}|{COUNTS.pattern}.*% packet loss.*|pipe [0-9]+")
NAMES = {
    "min/avg/max/mdev": ("min", "mean", "max", "stddev"),
    "min/avg/max/stddev": ("min", "mean", "max", "stddev"),
    "min/avg/max/std-dev": ("min", "mean", "max", "stddev"),
    "min/avg/max": ("min", "mean", "max"),
}
MS = 1e3
FINER = "use fping -C, or netperf, which measure microseconds"
OVERSTATED = "mdev as printed; iputils before 2019 overstated it"
IMPOSSIBLE = "mdev is left out: it is larger than minimum, mean and maximum allow"


class Packet(NamedTuple):
    """One answer as it was printed: µs, and the step of the print."""

    us: float
    step: float
    is_double: bool  # answered before: no round trip of its own


def recognises(text: Text) -> bool:
    return any(
        START.match(line) or ENDED.match(line) or line.startswith("ping: ")
        for _, line in text.filled[:3]
    )


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file, or of the host that was asked for."""
    text.require_end(LAST)
    first_line, first = text.filled[0]
    if first.startswith("ping: "):
        refuse(first_line, f"ping failed: {first[6:80]}")
    parts = list(_parts(text))
    by_host: dict[str, Text] = {}
    for part in parts:
        host = _host(part)
        if host in by_host:
            refuse(part.start, "a second run of one host; import runs one by one")
        by_host[host] = part
    host = the_host({host: part.start for host, part in by_host.items()}, hints)
    return checked([_run(by_host[host], host)], finer=FINER)


def _host(text: Text) -> str:
    """As the statistics name it, with the address that stands at the beginning."""
    match = next(text.found(ENDED), None)
    if match is None:
        _refuse_unended(text)
    start = START.match(text.filled[0][1])
    return match[1]["name"] + (start["address"] or "" if start else "")


def _parts(text: Text) -> Iterator[Text]:
    """Each ping by itself."""
    starts = [line for line, _ in text.found(START)][1:]
    for first, after in zip([text.start, *starts], [*starts, text.last_line + 1], strict=True):
        yield text.part(first, after - 1)


def _run(text: Text, host: str) -> Run:
    ends = [line for line, _ in text.found(ENDED)]
    if len(ends) > 1:
        refuse(ends[1], "a second run ends here; import runs one by one")
    counts = next(text.found(COUNTS), None)
    if counts is None:
        _refuse_unended(text)
    line, match = counts
    sent, received, doubles = (
        whole(match[name] or "0", line, name) for name in ("sent", "got", "doubles")
    )
    run = Run(
        tool=NAME,
        test="ICMP",
        line=line,
        samples=received,
        loss=share(sent, received, line),
        direction_note="milliseconds, as microseconds",
        loop="closed",
        host=host,
    )
    return _timed(run, text, doubles) if received else run


def _refuse_unended(text: Text) -> NoReturn:
    foreign = next(text.found(ENDED_SOMEHOW), None)
    if foreign:
        refuse(foreign[0], "the summary is in another language; run ping with LC_ALL=C")
    refuse(text.last_line, "no statistics at the end: ping was stopped before it said them")


def _timed(run: Run, text: Text, doubles: int) -> Run:
    """From the packets where all of them are there, else from the summary."""
    summary, step, names = _summary(text, run.line)
    packets = _packets(text)
    firsts = [packet for packet in packets if not packet.is_double]
    if (len(firsts), len(packets) - len(firsts)) != (run.samples, doubles):
        overstated = (OVERSTATED,) if names.endswith("mdev") else ()
        run = replace(run, notes=overstated, resolution_us=step)
        return _of_summary(run, summary, doubles)
    _require_agreement(summary, packets, run.line)
    if doubles:  # the summary counts them in
        times = [packet.us for packet in firsts]
        figures = of_times(times)
    else:
        times = [min(max(packet.us, summary["min"]), summary["max"]) for packet in firsts]
        figures = of_times(times)
        figures |= summary | {"stddev": _spread(figures["stddev"], summary, firsts)}
    middle = sorted(firsts)[(len(firsts) - 1) // 2]
    return replace(
        run, figures=figures, sketch=histograms.of_times(times), resolution_us=middle.step
    )


def _packets(text: Text) -> list[Packet]:
    return [
        Packet(
            number(match["time"], line, "time") * MS,
            step_of(match["time"]) * MS,
            "(DUP!)" in match["after"],
        )
        for line, match in text.found(PACKET)
    ]


def _require_agreement(summary: dict[str, float], packets: Sequence[Packet], line: int) -> None:
    """Raises DocumentRefused where the print cannot hide the difference between packets and
    summary."""
    low, high, count = min(packets), max(packets), len(packets)
    mean = Packet(sum(p.us for p in packets) / count, sum(p.step for p in packets) / count, False)
    for name, packet in (("min", low), ("mean", mean), ("max", high)):
        if abs(summary[name] - packet.us) > packet.step + 1:
            refuse(line, f"the summary says {summary[name]:g} µs, the packets {packet.us:g} µs")


def _spread(printed: float, summary: dict[str, float], packets: Sequence[Packet]) -> float:
    """The summary's where the packets allow it: by half a step, each can be somewhere else."""
    hidden = sqrt(sum(packet.step**2 for packet in packets) / len(packets)) / 2
    spread = summary.get("stddev", printed)
    return spread if abs(spread - printed) <= hidden + 1 else printed


def _of_summary(run: Run, summary: dict[str, float], doubles: int) -> Run:
    """What quiet pings say: their summary counts answers that came twice."""
    low, mean, high = (summary[name] for name in ("min", "mean", "max"))
    figures, notes = dict(summary), run.notes
    if figures.get("stddev", 0.0) ** 2 > (high - mean + 1) * (mean - low + 1):
        del figures["stddev"]
        notes = (IMPOSSIBLE,)
    if doubles:
        notes = (*notes, f"answers that came twice are among the times: {doubles}")
    return replace(run, figures=figures, samples=(run.samples or 0) + doubles, notes=notes)


def _summary(text: Text, counted: int) -> tuple[dict[str, float], float, str]:
    """Its figures, the step of their print, and what it calls them."""
    wrong = [n for n, line in text.filled if line.startswith(("rtt ", "round-trip "))]
    summary = next(text.found(SUMMARY), None)
    if summary is None and wrong:
        refuse(wrong[0], "the line of round-trip times cannot be read")
    if summary is None:
        refuse(
            counted, "packets came back, and the line of round-trip times is missing: it was cut"
        )
    line, match = summary
    if match["names"] not in NAMES:
        refuse(line, f"the times are called {match['names']!r}, and not min/avg/max/mdev")
    values = match["values"].split("/")
    names = NAMES[match["names"]]
    if len(values) != len(names):
        refuse(line, f"{len(values)} times for {len(names)} names")
    figures = {
        name: number(value, line, name) * MS for name, value in zip(names, values, strict=True)
    }
    return figures, step_of(values[1]) * MS, match["names"]
