"""mtr --json (milliseconds, three decimals) and --raw (microseconds): the last hop alone.

CSV is rounded to 10 µs and the report to 100 µs, too coarse between AZs. Source: mtr 0.95.
"""

import re
from typing import Any

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

NAME = "mtr"
RAW = re.compile(r"(?P<kind>[xhpd]) (?P<hop>[0-9]+) (?P<rest>.+)$")
FIGURES = {"Avg": "mean", "Best": "min", "Wrst": "max", "StDev": "stddev"}
MS = 1e3
COARSE = "is rounded too coarsely for AZs; use mtr --json"


def recognises(text: Text) -> bool:
    first = text.filled[0][1]
    is_json = text.whole.lstrip().startswith("{") and '"hubs"' in text.whole
    is_table = first.startswith(("Mtr_Version,", "Start: ", "HOST: "))
    return is_json or is_table or re.match(r"x [0-9]+ [0-9]+$", first) is not None


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """The round trips to the last hop."""
    first = text.filled[0][1]
    if first.startswith("Mtr_Version,"):
        refuse(1, f"mtr --csv {COARSE}")
    if first.startswith(("Start: ", "HOST: ")):
        refuse(1, f"mtr's report {COARSE}")
    if first.startswith("x "):
        return checked([_raw(text)])
    return checked([_json(text)])


def _json(text: Text) -> Run:
    report = text.json.get("report")
    hubs = report.get("hubs") if isinstance(report, dict) else None
    if not isinstance(hubs, list) or not hubs or not isinstance(hubs[-1], dict):
        refuse(text.line_of("hubs"), "report.hubs is empty: no hop answered")
    last: dict[str, Any] = hubs[-1]
    line = text.line_of(*["host"] * len(hubs))
    for key in ("Snt", "Loss%"):
        if key not in last:
            refuse(line, f"the last hop has no {key}")
    sent = whole(last["Snt"], line, "Snt")
    lost = number(last["Loss%"], line, "Loss%") / 100
    if lost > 1 or sent < 1:
        refuse(line, f"{sent} sent and {lost:.0%} lost cannot be")
    times = {
        name: number(last[key], line, key) * MS
        for key, name in FIGURES.items()
        if key in last and lost < 1
    }
    return Run(
        tool=NAME,
        test="ICMP",
        line=line,
        samples=round(sent * (1 - lost)),
        loss=lost,
        direction_note="last hop; milliseconds, as microseconds",
        loop="closed",
        figures=times,
    )


def _raw(text: Text) -> Run:
    text.require_end()
    sent: dict[int, int] = {}
    times: dict[int, list[float]] = {}
    hosts: dict[int, str] = {}
    numbers: set[str] = set()
    for line, one in text.filled:
        match = RAW.match(one)
        if match is None:
            refuse(line, f"{one[:40]!r} is not a line of mtr --raw")
        hop, rest = int(match["hop"]), match["rest"].split()
        if match["kind"] == "x":
            if rest[0] in numbers:
                refuse(line, "this packet was sent before; a second run begins here")
            numbers.add(rest[0])
            sent[hop] = sent.get(hop, 0) + 1
        elif match["kind"] == "h":
            hosts[hop] = rest[0]
        elif match["kind"] == "p":
            times.setdefault(hop, []).append(number(rest[0], line, "the time"))
    if not times:
        refuse(text.filled[0][0], "no hop answered")
    target = hosts.get(max(times))
    hop = min(one for one in times if hosts.get(one) == target)
    return Run(
        tool=NAME,
        test="ICMP",
        line=1,
        loss=share(sent.get(hop, 0), len(times[hop]), 1),
        direction_note="last hop, round trip as printed",
        loop="closed",
        sketch=sketch.of_times(times[hop]),
        figures=of_times(times[hop]),
        samples=len(times[hop]),
    )
