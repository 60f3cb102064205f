"""iperf3 -J over TCP: the kernel's smoothed round-trip time of the sender, under load.

Streams of -P are one test. Source: iperf3 3.12, `end.streams[].sender`; microseconds; 3.20 for
--json-stream.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from connectivity.importers.latency.run import Hints, Run, checked, number, refuse, shown
from connectivity.importers.latency.text import Text

NAME = "iperf3"
LOADED = "the kernel's smoothed round trip while the link was loaded; no percentiles"
EVENT = re.compile(r'\s*\{\s*"event"\s*:')
SENDER = re.compile(r'"sender"\s*:\s*\{')
NAMES = ("min", "mean", "max")
ON_LINUX = "only the sending side on Linux knows round trips (no -R)"


def recognises(text: Text) -> bool:
    start = text.whole.lstrip()[:4000]
    is_json = start.startswith("{") and '"start"' in start and "iperf" in start
    return is_json or start.startswith(("Connecting to host", "iperf3:", "iperf 3"))


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one test, over all its streams."""
    if not text.whole.lstrip().startswith("{"):
        refuse(1, "iperf3's table has throughput alone; use iperf3 -J")
    document = _of_events(text) if EVENT.match(text.whole) else _object(text.json)
    if document.get("error"):
        refuse(text.line_of("error"), f"iperf3 failed: {shown(document['error'])}")
    start, end = _object(document.get("start")), _object(document.get("end"))
    if _object(start.get("test_start")).get("protocol") != "TCP":
        refuse(text.line_of("test_start", "protocol"), "not TCP: UDP has jitter, no round trips")
    streams = end.get("streams")
    if not isinstance(streams, list) or not streams:
        line = text.line_at(text.whole.rfind('"end"'))
        refuse(line, "end.streams is empty: the run did not end")
    version = str(start.get("version", "")).removeprefix("iperf ")
    peer = _object(start.get("connecting_to")) or _object(start.get("accepted_connection"))
    lines = [text.line_at(match.start()) for match in SENDER.finditer(text.whole)]
    lines += [text.last_line] * (len(streams) - len(lines))
    times = list(_times(streams, lines, version))
    return checked([_run(times, version, str(peer.get("host") or ""), lines[0])])


def _of_events(text: Text) -> dict[str, Any]:
    """What --json-stream writes, a line an event, as the document that -J writes."""
    events: dict[str, Any] = {}
    for line, text_of_line in text.filled:
        if not EVENT.match(text_of_line):
            break  # the whole document once more, as --json-stream-full-output adds it
        event = Text(text_of_line, line).json
        kind = str(event["event"])
        if kind in events and kind != "interval":
            refuse(line, "a second run begins here; import runs one by one")
        events[kind] = event.get("data")
    if "end" not in events and "error" not in events:
        refuse(text.last_line, "no event 'end': the run did not end")
    return events


def _times(
    streams: Sequence[Any], lines: Sequence[int], version: str
) -> Iterator[dict[str, float]]:
    """Of each stream that sends from here."""
    for at, (stream, line) in enumerate(zip(streams, lines, strict=False)):
        sender = _object(_object(stream).get("sender"))
        missing = [name for name in NAMES if f"{name}_rtt" not in sender]
        if missing and version.startswith("3.0"):
            refuse(line, f"iperf {version} does not report round trips; use iperf 3.6 or newer")
        if missing:
            refuse(line, f"end.streams[{at}].sender.{missing[0]}_rtt is missing; {ON_LINUX}")
        times = {
            name: number(sender[f"{name}_rtt"], line, f"end.streams[{at}].sender.{name}_rtt")
            for name in NAMES
        }
        if any(times.values()):
            yield times
        elif sender.get("sender") is not False:
            refuse(line, f"end.streams[{at}].sender has no round trips; {ON_LINUX}")


def _run(times: Sequence[dict[str, float]], version: str, host: str, line: int) -> Run:
    if not times:
        refuse(line, f"no stream sends from here; {ON_LINUX}")
    many = [f"{len(times)} streams at once, in one test"] if len(times) > 1 else []
    return Run(
        tool=NAME,
        tool_version=version or None,
        test="TCP_STREAM",
        line=line,
        direction_note="round trip as printed",
        connection="reused",
        loop="open",
        host=host,
        notes=(LOADED, *many),
        figures={
            "min": min(stream["min"] for stream in times),
            "mean": sum(stream["mean"] for stream in times) / len(times),
            "max": max(stream["max"] for stream in times),
        },
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
