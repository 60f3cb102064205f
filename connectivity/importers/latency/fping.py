"""fping: -C (every time), -c and -l (lines and summaries), -Q (a summary every few seconds).

Milliseconds with three digits; before 4.0 never finer than 10 µs. One run for each host.
Source: fping 5.1 and 3.16, sprint_tm.
"""

import re
from collections.abc import Iterator, Sequence

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

NAME = "fping"
HOST = r"(?:\[[0-9.]+\] )?(?P<host>\S+)\s+: "
TIMES = re.compile(HOST + r"(?P<times>(?:[-0-9.,]+ )*[-0-9.,]+)\s*$")
SUMMARY = re.compile(
    HOST + r"xmt/rcv/%(?:loss|return) = (?P<sent>[0-9]+)/(?P<got>[0-9]+)/[0-9]+%"
    r"(?:, outage\(ms\) = [0-9]+)?"
    r"(?:, min/avg/max = (?P<min>[-0-9.]+)/(?P<mean>[-0-9.]+)/(?P<max>[-0-9.]+))?\s*$"
)
PACKET = re.compile(HOST + r"\[(?P<at>[0-9]+)\], ([0-9]+ bytes, (?P<time>[-0-9.]+) ms|timed out)")
INTERVAL = re.compile(r"\[[0-9]{2}:[0-9]{2}:[0-9]{2}\]\s*$")
THREE_DIGITS = r"0\.[0-9]{3}|[1-9]\.[0-9]{2}|[1-9][0-9]\.[0-9]"
LAST = re.compile(  # a whole maximum; of an old fping, as fine as its minimum; nothing came back
    rf".* = [0-9.]+/[0-9.]+/(?:{THREE_DIGITS})|.* = 0\.[0-9]{{2}}/[0-9.]+/0\.[0-9]{{2}}"
    r"|.*/0/100%|.* loss\)|.* sec \(elapsed real time\)"
)
MS = 1e3
FINER = "use fping 4 or newer, which measures microseconds"
BEGINNING = 5  # lines among which the tool is looked for
Times = list[tuple[float, float]]  # µs, and the step of the print


def recognises(text: Text) -> bool:
    lines = [line for _, line in text.filled if not INTERVAL.match(line)][:BEGINNING]
    return any(p.match(line) for line in lines for p in (SUMMARY, PACKET, TIMES))


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The run of one host; of -Q, one for each of its intervals."""
    text.require_end(LAST)
    host = the_host(_hosts(text), hints)
    intervals, totals = _summaries(text, host)
    wholes = [*_listed(text, host), *totals]
    if len(wholes) > 1:
        refuse(wholes[1].line, f"{host} for the second time; import runs one by one")
    packets = _packets(text, host)
    if intervals:
        _require_sum(intervals, wholes)
        runs = intervals
    elif wholes:
        runs = [_joined(wholes[0], packets)]
    else:
        runs = [_of_times(*packets, host)]
    return checked(runs, finer=FINER)


def _hosts(text: Text) -> dict[str, int]:
    """Each host with its first line."""
    lines: dict[str, int] = {}
    for line, text_of_line in text.filled:
        match = next(
            (match for p in (SUMMARY, PACKET, TIMES) if (match := p.match(text_of_line))), None
        )
        if match:
            lines.setdefault(match["host"], line)
    return lines


def _listed(text: Text, host: str) -> Iterator[Run]:
    for line, match in text.found(TIMES):
        if match["host"] != host:
            continue
        words = match["times"].split()
        times = [_time(word, line) for word in words if word != "-"]
        yield _of_times(times, len(words), line, match["host"])


def _time(printed: str, line: int) -> tuple[float, float]:
    return number(printed, line, "a time") * MS, step_of(printed) * MS


def _summaries(text: Text, host: str) -> tuple[list[Run], list[Run]]:
    """Those of -Q's intervals, and those of whole runs, which follow without a time of day."""
    intervals, totals = list[Run](), list[Run]()
    is_inside = False  # an interval of which the host's summary is still to come
    for line, text_of_line in text.filled:
        if INTERVAL.match(text_of_line):
            is_inside = True
        match = SUMMARY.match(text_of_line)
        if match and match["host"] == host:
            (intervals if is_inside else totals).append(_summary(match, line))
            is_inside = False
    return intervals, totals


def _summary(match: re.Match[str], line: int) -> Run:
    sent, got = (whole(match[key], line, key) for key in ("sent", "got"))
    if got and match["min"] is None:
        refuse(line, "packets came back, and their times are missing")
    times = {key: number(match[key], line, key) * MS for key in ("min", "mean", "max") if got}
    step = step_of(match["mean"]) * MS if got else None
    return _run(line, share(sent, got, line), got, times, match["host"], step)


def _require_sum(intervals: Sequence[Run], wholes: Sequence[Run]) -> None:
    """Raises DocumentRefused where the intervals say more than the run: two runs in one."""
    count = sum(run.samples or 0 for run in intervals)
    for run in wholes:
        if (run.samples or 0) < count:
            refuse(run.line, f"{run.host}: the whole run has fewer answers than its intervals")


Packets = tuple[Times, int, int]  # times, packets sent, first line


def _packets(text: Text, host: str) -> Packets:
    times: Times = []
    sent = first = 0
    for line, match in text.found(PACKET):
        if match["host"] != host:
            continue
        at = whole(match["at"], line, "the number of the packet")
        if at < sent:
            refuse(line, "the numbers of packets fall: a second run begins here")
        if match["time"]:
            times.append(_time(match["time"], line))
        sent, first = at + 1, first or line
    return times, sent, first


def _joined(run: Run, packets: Packets) -> Run:
    """The packets say more than their summary, where all are there."""
    if not packets[1] or len(packets[0]) != run.samples:
        return run
    return _of_times(packets[0], packets[1], run.line, run.host)


def _of_times(times: Times, sent: int, line: int, host: str) -> Run:
    loss = share(sent, len(times), line)
    if not times:
        return _run(line, loss, 0, {}, host)
    rising = [us for us, _ in sorted(times)]
    step = sorted(times)[(len(times) - 1) // 2][1]
    return _run(line, loss, len(times), of_times(rising), host, step, histograms.of_times(rising))


def _run(
    line: int,
    loss: float,
    samples: int,
    figures: dict[str, float],
    host: str,
    step: float | None = None,
    distribution: str = "",
) -> Run:
    return Run(
        tool=NAME,
        test="ICMP",
        line=line,
        figures=figures,
        samples=samples,
        loss=loss,
        direction_note="milliseconds, as microseconds",
        loop="closed",
        host=host,
        resolution_us=step,
        sketch=distribution,
    )
