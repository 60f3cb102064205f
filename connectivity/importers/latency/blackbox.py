"""blackbox_exporter: one probe is one sample, in seconds.

Source: blackbox_exporter 0.23.0; percentiles exist only over many scrapes.
"""

import re

from connectivity.importers.latency.run import Asked, Run, checked, number, refuse
from connectivity.importers.latency.text import Text

NAME = "blackbox_exporter"
SAMPLE = re.compile(
    r'(?P<name>probe_[a-z0-9_]+)(\{phase="(?P<phase>[a-z]+)"[^}]*\})?\s+(?P<value>\S+)(\s+[0-9]+)?$'
)
US = 1e6
Key = tuple[str, str | None]


def recognises(text: Text) -> bool:
    return any("probe_" in line for _, line in text.filled[:10]) and "probe_success" in text.whole


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """The one probe: its ICMP round trip, its HTTP answer, or its TCP connection."""
    text.require_end()
    found: dict[Key, tuple[int, str]] = {}
    for line, match in text.found(SAMPLE):
        key = match["name"], match["phase"]
        if key in found:
            refuse(line, f"{match['name']} for the second time; import scrapes one by one")
        found[key] = (line, match["value"])
    success = found.get(("probe_success", None))
    if success is None:
        refuse(len(text.lines), "no probe_success: the scrape was cut")
    if success[1] not in ("0", "1"):
        refuse(success[0], f"probe_success is {success[1]!r}, neither 0 nor 1")
    if success[1] == "0":
        lost = Run(
            tool=NAME,
            line=success[0],
            samples=0,
            loss=1.0,
            direction_note="the probe failed",
        )
        return checked([lost])
    return checked([_run(found, success[0])])


PROBES: tuple[tuple[str, tuple[Key, ...], str], ...] = (
    ("ICMP", (("probe_icmp_duration_seconds", "rtt"),), "round trip alone, without set-up"),
    (
        "HTTP",
        (
            ("probe_http_duration_seconds", "processing"),
            ("probe_http_duration_seconds", "transfer"),
        ),
        "from request to the end of the answer, without resolving, connecting and TLS",
    ),
    ("TCP", (("probe_duration_seconds", None),), "resolving the name and opening the connection"),
)


def _run(found: dict[Key, tuple[int, str]], line: int) -> Run:
    probe = next((one for one in PROBES if all(key in found for key in one[1])), None)
    if probe is None:
        refuse(line, "no probe_icmp, probe_http or probe_duration_seconds in it")
    test, keys, note = probe
    times = [number(found[key][1], found[key][0], key[0]) * US for key in keys]
    at = found[keys[0]][0]
    value = sum(times)
    return Run(
        tool=NAME,
        test=test,
        line=at,
        figures={"mean": value, "min": value, "max": value},
        samples=1,
        loss=0.0,
        direction_note=f"{note}; seconds, as microseconds",
        connection="unknown" if test == "ICMP" else "new",
        loop="closed",
    )
