"""iperf3 -J over TCP: the kernel's smoothed round-trip time of the sender, under load.

Source: iperf3 3.12, `end.streams[].sender`; microseconds.
"""

from typing import Any

from connectivity.importers.latency.run import Asked, Run, checked, number, refuse, shown
from connectivity.importers.latency.text import Text

NAME = "iperf3"
LOADED = "the kernel's smoothed round trip while the link was loaded; no percentiles"


def recognises(text: Text) -> bool:
    start = text.whole.lstrip()[:4000]
    is_json = start.startswith("{") and '"start"' in start and "iperf" in start
    return is_json or start.startswith(("Connecting to host", "iperf3:", "iperf 3"))


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """One run for each stream."""
    if not text.whole.lstrip().startswith("{"):
        refuse(1, "iperf3's table has throughput alone; use iperf3 -J")
    document = text.json
    if document.get("error"):
        refuse(text.line_of("error"), f"iperf3 failed: {shown(document['error'])}")
    start, end = _object(document.get("start")), _object(document.get("end"))
    if _object(start.get("test_start")).get("protocol") != "TCP":
        refuse(text.line_of("test_start", "protocol"), "not TCP: UDP has jitter, no round trips")
    streams = end.get("streams")
    if not isinstance(streams, list) or not streams:
        refuse(text.line_of("end", "streams"), "end.streams is empty: the run did not end")
    version = str(start.get("version", "")).removeprefix("iperf ") or None
    return checked(_run(text, at, _object(one), version) for at, one in enumerate(streams))


def _run(text: Text, at: int, stream: dict[str, Any], version: str | None) -> Run:
    sender = _object(stream.get("sender"))
    line = text.line_of("end", "streams", *["sender"] * (at + 1))
    for name in ("min_rtt", "mean_rtt", "max_rtt"):
        if name not in sender:
            refuse(
                line,
                f"end.streams[{at}].sender.{name} is missing; "
                "only the sending side on Linux knows round trips (no -R)",
            )
    times = {
        name: number(sender[f"{name}_rtt"], line, f"end.streams[{at}].sender.{name}_rtt")
        for name in ("min", "mean", "max")
    }
    return Run(
        tool=NAME,
        tool_version=version,
        test="TCP_STREAM",
        line=line,
        direction_note="round trip as printed",
        connection="reused",
        loop="open",
        notes=(LOADED,),
        figures=times,
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
