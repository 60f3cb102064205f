"""ping of Windows, in whatever language: whole milliseconds, cut off below the point.

The words differ, the shape does not: replies end in TTL=, three counts of which the last two add
up to the first, then minimum, maximum and mean. Where a router answers that the host cannot be
reached, Windows counts that as received. Source: outputs in English, German, Polish and others.
"""

import re

from connectivity.core.latency import histograms
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

NAME = "windows-ping"
REPLY = re.compile(
    r"[^=]{1,200}=\s?(?P<size>[0-9]+)\D[^=<]*(?P<sign>[=<])\s?(?P<time>[0-9]+)\s?\D{1,6}TTL=[0-9]+\s*$"
)
REPLY_V6 = re.compile(
    r"\S+ \S+ (?:[0-9a-fA-F]*:){2,7}[0-9a-fA-F%.]*:? ?: [^=<:]*"
    r"(?P<sign>[=<])(?P<time>[0-9]+) ?ms\s*$"
)
NAME_OF = r"\D{1,60}= {0,9}"  # what is counted or timed, in any language
TIME = r"[0-9]+) ?\D{2,6}"
COUNTS = re.compile(
    rf"\s{{1,40}}{NAME_OF}(?P<sent>[0-9]+)(?! ?\w){NAME_OF}(?P<got>[0-9]+)(?! ?\w)"
    rf"{NAME_OF}(?P<lost>[0-9]+)(?! ?\w)"
)
SUMMARY = re.compile(
    rf"\s{{1,40}}{NAME_OF}(?P<min>{TIME}[,،、，] ?{NAME_OF}(?P<max>{TIME}[,،、，] ?"
    rf"{NAME_OF}(?P<mean>[0-9]+) ?\D{{2,5}}\s*$"
)
MS = 1e3
FINER = "use psping, which prints 10 µs, or sockperf"
BEGIN, END = 12, 12  # filled lines at either end in which the shape is looked for


def recognises(text: Text) -> bool:
    lines = [line for _, line in (*text.filled[:BEGIN], *text.filled[-END:])]
    if any("PsPing" in line or line.startswith("TCP ") for line in lines):
        return False
    return any(REPLY.match(line) or REPLY_V6.match(line) for line in lines) or _has_summary(lines)


def _has_summary(lines: list[str]) -> bool:
    """Everything may have been lost, and then there is no reply."""
    pairs = zip(lines, lines[1:], strict=False)
    return any(
        COUNTS.match(line) and "%" in line + below and not line.lstrip().startswith("Sent")
        for line, below in pairs
    )


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one run of the file."""
    counts = list(text.found(COUNTS))
    if not counts:
        refuse(text.filled[-1][0], "no counts at the end: ping was stopped before it said them")
    if len(counts) > 1:
        refuse(counts[1][0], "a second run ends here; import runs one by one")
    line, match = counts[0]
    sent, got, lost = (whole(match[name], line, name) for name in ("sent", "got", "lost"))
    if sent != got + lost:
        refuse(line, f"{got} received and {lost} lost are not {sent} sent")
    times = _times(text)
    if len(times) > got:
        refuse(line, f"{len(times)} replies for {got} received: not one whole run")
    unreachable = got - len(times)
    figures = of_times(times) if times else {}
    if times:
        _require_agreement(text, figures, line)
    run = Run(
        tool=NAME,
        test="ICMP",
        line=line,
        figures=figures,
        samples=len(times),
        loss=share(sent, len(times), line),
        direction_note="whole milliseconds cut off below the point, as microseconds",
        loop="closed",
        sketch=histograms.of_times(times) if times else "",
        resolution_us=MS,
        notes=(f"answers of routers, which count as lost: {unreachable}",) if unreachable else (),
    )
    return checked([run], finer=FINER)


def _times(text: Text) -> list[float]:
    times = []
    for pattern in (REPLY, REPLY_V6):
        for line, match in text.found(pattern):
            if match["sign"] == "<":
                refuse(line, f"a time below a millisecond, printed as one; {FINER}")
            times.append(number(match["time"], line, "time") * MS)
    return times


def _require_agreement(text: Text, figures: dict[str, float], line: int) -> None:
    """The summary is of the same replies; its mean is cut off."""
    summary = next((hit for hit in text.found(SUMMARY) if hit[0] > line), None)
    if summary is None:
        refuse(text.filled[-1][0], "replies came back, and their summary is missing: it was cut")
    at, match = summary
    for name in ("min", "max", "mean"):
        printed = number(match[name], at, name) * MS
        if not printed <= figures[name] < printed + MS:
            refuse(at, f"the summary says {printed:g} µs, the replies {figures[name]:g} µs")
