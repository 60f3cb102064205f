"""fping: -C (every time), -c and -l (lines and summaries); milliseconds, one run a host."""

import re
from collections.abc import Iterator

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

NAME = "fping"
HOST = r"(?:\[[0-9.]+\] )?(?P<host>\S+)\s+: "
TIMES = re.compile(HOST + r"(?P<times>(?:[-0-9.,]+ )*[-0-9.,]+)\s*$")
SUMMARY = re.compile(
    HOST + r"xmt/rcv/%loss = (?P<sent>[0-9]+)/(?P<got>[0-9]+)/[0-9]+%"
    r"(, min/avg/max = (?P<min>[-0-9.]+)/(?P<mean>[-0-9.]+)/(?P<max>[-0-9.]+))?\s*$"
)
PACKET = re.compile(HOST + r"\[(?P<at>[0-9]+)\], ([0-9]+ bytes, (?P<time>[-0-9.]+) ms|timed out)")
FAILED = re.compile(r"(\S+: Name or service not known|\S+ address not found|ICMP .* from .*)")
MS = 1e3


def recognises(text: Text) -> bool:
    return any(
        pattern.match(line) for _, line in text.filled[:5] for pattern in (SUMMARY, PACKET, TIMES)
    )


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """One run for each host."""
    text.require_end()
    found: dict[str, Run] = {}
    for run, host in (*_listed(text), *_summaries(text)):
        if host in found:
            refuse(run.line, f"{host} for the second time; import runs one by one")
        found[host] = run
    packets = _packets(text)
    if not found:
        found = {host: _of_times(*one) for host, one in packets.items()}
    else:
        found = {host: _joined(run, packets.get(host)) for host, run in found.items()}
    if not found:
        refuse(text.filled[0][0], "no host with times")
    return checked(found.values())


def _listed(text: Text) -> Iterator[tuple[Run, str]]:
    for line, match in text.found(TIMES):
        words = match["times"].split()
        times = [number(word, line, "a time") * MS for word in words if word != "-"]
        yield _of_times(times, len(words), line), match["host"]


def _summaries(text: Text) -> Iterator[tuple[Run, str]]:
    for line, match in text.found(SUMMARY):
        sent, got = (whole(match[key], line, key) for key in ("sent", "got"))
        names = ("min", "mean", "max")
        if got and match["min"] is None:
            refuse(line, "packets came back, and their times are missing")
        times = {one: number(match[one], line, one) * MS for one in names if match[one]}
        yield _run(line, share(sent, got, line), got, times), match["host"]


Packets = tuple[list[float], int, int]  # times, packets sent, first line


def _packets(text: Text) -> dict[str, Packets]:
    found: dict[str, Packets] = {}
    for line, match in text.found(PACKET):
        times, sent, first = found.get(match["host"], ([], 0, line))
        at = whole(match["at"], line, "the number of the packet")
        if at < sent:
            refuse(line, "the numbers of packets fall: a second run begins here")
        if match["time"]:
            times.append(number(match["time"], line, "time") * MS)
        found[match["host"]] = (times, at + 1, first)
    return found


def _joined(run: Run, packets: Packets | None) -> Run:
    """The packets say more than their summary, where all are there."""
    if packets is None or len(packets[0]) != run.samples or run.loss is None:
        return run
    return _of_times(packets[0], packets[1], run.line)


def _of_times(times: list[float], sent: int, line: int) -> Run:
    figures = of_times(times) if times else {}
    distribution = sketch.of_times(times) if times else ""
    return _run(line, share(sent, len(times), line), len(times), figures, distribution)


def _run(
    line: int, loss: float, samples: int, figures: dict[str, float], distribution: str = ""
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
        sketch=distribution,
    )
