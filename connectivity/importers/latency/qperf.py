"""qperf's latency tests: a mean of half round trips, with a unit that changes.

Source: qperf 0.4.11; 29,832 messages in 2 s were printed as 33.5 us.
"""

import re
from collections.abc import Iterator

from connectivity.importers.latency.run import Hints, Run, checked, microseconds, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "qperf"
TEST = re.compile(r"\s*([a-z]+(?:_[a-z]+)+):\s*$")
VALUE = re.compile(r"\s*([a-z_]+)\s*=\s*(.*)$")
LAST = re.compile(  # a value with its whole unit
    r"[a-z_]+\s*=\s*[0-9.,]+ (?:ns|us|ms|sec|[KMG]?/sec|[KMG]?B|bytes|% cpus)"
)
WARNING = re.compile(r"warning: |failed|\S+: ")


def recognises(text: Text) -> bool:
    return any(TEST.match(line) for _, line in text.filled[:3]) and "=" in text.whole


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each latency test and message size, as whole round trips."""
    text.require_end(LAST)
    blocks = list(_blocks(text))
    tests = [block for block in blocks if block[0].endswith("_lat")]
    if not tests:
        refuse(blocks[0][1], f"{blocks[0][0]} measures throughput; use tcp_lat or udp_lat")
    seen: set[tuple[str, str]] = set()
    for name, line, values in tests:
        key = name, values.get("msg_size", (0, ""))[1]
        if key in seen:
            refuse(line, f"{name} for the second time; import runs one by one")
        seen.add(key)
    return checked([_run(*block) for block in tests])


Block = tuple[str, int, dict[str, tuple[int, str]]]


def _blocks(text: Text) -> Iterator[Block]:
    block: Block | None = None
    for line, content in text.filled:
        test, value = TEST.match(content), VALUE.match(content)
        if test:
            if block:
                yield block
            block = (test[1], line, {})
        elif value and block:
            if value[1] in block[2]:
                refuse(line, f"{value[1]} for the second time in {block[0]}")
            block[2][value[1]] = (line, value[2].strip())
        elif not WARNING.match(content):
            refuse(line, f"{content.strip()[:40]!r} is not a line of qperf")
    if block:
        yield block


def _run(name: str, line: int, values: dict[str, tuple[int, str]]) -> Run:
    if "latency" not in values:
        refuse(line, f"{name} has no latency: the run was cut or failed")
    at, latency = values["latency"]
    size = values.get("msg_size")
    return Run(
        tool=NAME,
        test=f"{name.split('_')[0].upper()}_RR",
        line=at,
        figures={"mean": 2 * microseconds(latency, at, "latency")},
        samples=_count(values.get("loc_recv_msgs")),
        direction_note="half round trip, doubled",
        connection="reused",
        loop="closed",
        request_bytes=_bytes(size),
        response_bytes=_bytes(size),
    )


def _count(value: tuple[int, str] | None) -> int | None:
    """A count, where qperf did not shorten it to thousands."""
    if value is None or not re.fullmatch(r"[0-9,]+", value[1]):
        return None
    return whole(value[1], value[0], "loc_recv_msgs")


def _bytes(size: tuple[int, str] | None) -> int | None:
    match = re.fullmatch(r"([0-9,]+) bytes", size[1]) if size else None
    return whole(match[1], size[0], "msg_size") if match and size else None
