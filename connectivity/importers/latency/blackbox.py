"""blackbox_exporter: one probe is one sample, in seconds; of a Prometheus server, with labels.

Source: blackbox_exporter 0.23.0; percentiles exist only over many scrapes.
"""

import re
from collections.abc import Mapping

from connectivity.importers.latency.choice import chosen
from connectivity.importers.latency.run import Hints, Run, checked, number, refuse
from connectivity.importers.latency.text import Text

NAME = "blackbox_exporter"
LABEL = re.compile(r'\s*(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?P<value>(?:[^"\\]|\\.)*)",?')
SAMPLE = re.compile(
    r"(?P<name>probe_[a-z0-9_]+)(?:\{(?P<labels>[^{}]*)\})?\s+(?P<value>\S+)(?:\s+[0-9]+)?\s*$"
)
LAST = re.compile(r"probe_(?:success|ssl_\w+|tls_\w+|ip_\w+)\b.*|#.*")  # no time to be cut
US = 1e6
Key = tuple[str, str]  # metric and phase
Probe = dict[Key, tuple[int, str]]  # line and value
SUCCESS = "probe_success", ""


def recognises(text: Text) -> bool:
    if text.whole.lstrip().startswith("{"):
        return False  # an answer of Prometheus
    return any("probe_" in line for _, line in text.filled[:10]) and "probe_success" in text.whole


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """One run for each probe of a target."""
    text.require_end(LAST)
    probes: dict[tuple[tuple[str, str], ...], Probe] = {}
    for line, match in text.found(SAMPLE):
        labels = _labels(match["labels"] or "", line)
        phase = labels.pop("phase", "")
        probe = probes.setdefault(tuple(sorted(labels.items())), {})
        key = match["name"], phase
        if key in probe:
            refuse(line, f"{match['name']} for the second time; import scrapes one by one")
        probe[key] = (line, match["value"])
    if not any(SUCCESS in probe for probe in probes.values()):
        refuse(text.last_line, "no probe_success: the scrape was cut")
    runs = [_probed(probe, dict(labels)) for labels, probe in probes.items() if SUCCESS in probe]
    return checked(chosen(runs, hints))


def _labels(printed: str, line: int) -> dict[str, str]:
    labels, at = dict[str, str](), 0
    while at < len(printed):
        match = LABEL.match(printed, at)
        if match is None:
            refuse(line, "the labels cannot be read")
        labels[match["name"]] = match["value"]
        at = match.end()
    return labels


def _probed(probe: Probe, labels: Mapping[str, str]) -> Run:
    line, success = probe[SUCCESS]
    host = labels.get("instance") or labels.get("target") or ""
    if success not in ("0", "1"):
        refuse(line, f"probe_success is {success!r}, neither 0 nor 1")
    if success == "1":
        return _timed(probe, line, host)
    return Run(
        tool=NAME, line=line, samples=0, loss=1.0, direction_note="the probe failed", host=host
    )


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
    ("TCP", (("probe_duration_seconds", ""),), "resolving the name and opening the connection"),
)


def _timed(probe: Probe, line: int, host: str) -> Run:
    kind = next((kind for kind in PROBES if all(key in probe for key in kind[1])), None)
    if kind is None:
        refuse(line, "no probe_icmp, probe_http or probe_duration_seconds in it")
    test, keys, note = kind
    us = sum(number(probe[key][1], probe[key][0], key[0]) * US for key in keys)
    return Run(
        tool=NAME,
        test=test,
        line=probe[keys[0]][0],
        figures={"mean": us, "min": us, "max": us},
        samples=1,
        loss=0.0,
        direction_note=f"{note}; seconds, as microseconds",
        connection="unknown" if test == "ICMP" else "new",
        loop="closed",
        host=host,
    )
