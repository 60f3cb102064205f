"""mtr: --raw (microseconds), --json (milliseconds, two or three decimals), --csv (two) and the
report (one): the last hop alone.

Source: mtr 0.95; mtr 0.92 writes two decimals in JSON.
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectivity.core.latency import histograms
from connectivity.importers.latency.choice import chosen
from connectivity.importers.latency.run import (
    Hints,
    Run,
    checked,
    number,
    of_times,
    refuse,
    share,
    shown,
    step_of,
    whole,
)
from connectivity.importers.latency.text import Text

NAME = "mtr"
RAW = re.compile(r"(?P<kind>[xhpd]) (?P<hop>[0-9]+) (?P<rest>.+)$")
REPORT = re.compile(r"\s*HOST: \S+\s+(?P<names>\S.*)$")
ROW = re.compile(r"\s*(?P<hop>[0-9]+)\.(?:\|--)?\s+(?P<host>\S+)\s+(?P<cells>\S.*)$")
LAST = re.compile(  # the last cell with all its decimals; the packet's number after its time
    r"MTR\..*,[0-9]+\.[0-9]{2}|[0-9]+\..* [0-9]+\.[0-9]|p [0-9]+ [0-9]+ [0-9]+|x [0-9]+ [0-9]+"
)
ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
FIGURES = {"Avg": "mean", "Best": "min", "Wrst": "max", "StDev": "stddev"}
MS = 1e3
FINER = "use mtr --raw, which prints microseconds"


def recognises(text: Text) -> bool:
    first = text.filled[0][1]
    is_json = text.whole.lstrip().startswith("{") and '"hubs"' in text.whole
    is_table = first.lstrip().startswith(("Mtr_Version,", "Start: ", "HOST: "))
    return is_json or is_table or re.match(r"x [0-9]+ [0-9]+$", first) is not None


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The round trips to the last hop."""
    first = text.filled[0][1].lstrip()
    if first.startswith("{"):
        runs = [_json(text)]
    else:
        text.require_end(LAST)
        if first.startswith("Mtr_Version,"):
            runs = list(_csv(text))
        else:
            runs = [_raw(text)] if first.startswith("x ") else list(_reports(text))
    return checked(chosen(runs, hints), finer=FINER)


def _json(text: Text) -> Run:
    _ = text.json  # whole, or refused with its line
    report = json.loads(text.whole, parse_float=Decimal).get("report")
    hubs = report.get("hubs") if isinstance(report, dict) else None
    if not isinstance(hubs, list) or not hubs or not isinstance(hubs[-1], dict):
        refuse(text.line_of("hubs"), "report.hubs is empty: no hop answered")
    last: dict[str, Any] = hubs[-1]
    line = text.line_of("hubs", *["host"] * len(hubs))
    head = report.get("mtr")
    target = str(head.get("dst") or "") if isinstance(head, dict) else ""
    host = str(last.get("host") or "")
    if target != host and ADDRESS.fullmatch(target) and ADDRESS.fullmatch(host):
        refuse(line, f"the last hop is {host}, and not {target}, which did not answer")
    return _hop({name: str(value) for name, value in last.items()}, target or host, line)


def _csv(text: Text) -> Iterator[Run]:
    names = text.filled[0][1].split(",")
    last: dict[str, tuple[int, dict[str, str]]] = {}  # by target: the hop after all others
    for line, row in text.filled[1:]:
        cells = dict(zip(names, row.split(","), strict=False))
        missing = [name for name in ("Host", "Hop", "Loss%", "Snt") if name not in cells]
        if missing:
            refuse(line, f"no {missing[0]}: the line was cut")
        before = last.get(cells["Host"])
        if before and whole(cells["Hop"], line, "Hop") < whole(before[1]["Hop"], line, "Hop"):
            refuse(line, "the hops begin again: a second run; import runs one by one")
        last[cells["Host"]] = line, cells
    if not last:
        refuse(text.last_line, "a header without hops: the run was cut")
    for target, (line, cells) in last.items():
        yield _hop(cells, target, line)


def _reports(text: Text) -> Iterator[Run]:
    names: list[str] = []
    last: tuple[int, str, dict[str, str]] | None = None
    for line, text_of_line in text.filled:
        head, row = REPORT.match(text_of_line), ROW.match(text_of_line)
        if head:
            if last:
                yield _hop(last[2], last[1], last[0])
            names, last = head["names"].split(), None
        elif row and names:
            cells = row["cells"].split()
            if len(cells) != len(names):
                refuse(line, f"{len(cells)} cells under {len(names)} headers; the run was cut")
            last = line, row["host"], dict(zip(names, cells, strict=True))
    if last is None:
        refuse(text.last_line, "a report without hops: the run was cut")
    yield _hop(last[2], last[1], last[0])


def _hop(cells: Mapping[str, str], host: str, line: int) -> Run:
    for key in ("Snt", "Loss%"):
        if key not in cells:
            refuse(line, f"the last hop has no {key}")
    sent = whole(cells["Snt"], line, "Snt")
    lost = number(cells["Loss%"].removesuffix("%"), line, "Loss%") / 100
    if lost > 1 or sent < 1:
        refuse(line, f"{sent} sent and {lost:.0%} lost cannot be")
    printed = {name: cells[key] for key, name in FIGURES.items() if key in cells and lost < 1}
    return Run(
        tool=NAME,
        test="ICMP",
        line=line,
        samples=round(sent * (1 - lost)),
        loss=lost,
        direction_note="last hop; milliseconds, as microseconds",
        loop="closed",
        host=host,
        resolution_us=min(map(step_of, printed.values())) * MS if printed else None,
        figures={name: number(value, line, name) * MS for name, value in printed.items()},
    )


def _raw(text: Text) -> Run:
    sent: dict[int, int] = {}
    times: dict[int, list[float]] = {}
    hosts: dict[int, str] = {}
    numbers: set[str] = set()
    for line, text_of_line in text.filled:
        match = RAW.match(text_of_line)
        if match is None:
            refuse(line, f"{shown(text_of_line)} is not a line of mtr --raw")
        hop, rest = int(match["hop"][:9]), match["rest"].split()
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
    target = hosts.get(max(times), "")
    hop = min(number for number in times if hosts.get(number, "") == target)
    return Run(
        tool=NAME,
        test="ICMP",
        line=text.filled[0][0],
        loss=share(sent.get(hop, 0), len(times[hop]), 1),
        direction_note="last hop, round trip as printed",
        loop="closed",
        host=target,
        sketch=histograms.of_times(times[hop]),
        figures=of_times(times[hop]),
        samples=len(times[hop]),
    )
