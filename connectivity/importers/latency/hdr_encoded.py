"""HdrHistograms encoded as text (HISTFAAA…), alone or in a histogram log: those of one tag are
merged exactly."""

import base64
import re
from typing import Any

from connectivity.core.latency import histograms
from connectivity.importers.latency.choice import the_tag
from connectivity.importers.latency.run import US_PER, Hints, Run, checked, refuse
from connectivity.importers.latency.text import Text

NAME = "hdrhistogram"
UNTAGGED = "untagged"  # how lines without a tag are called beside tags
BEGIN = re.compile(r"HIST[A-Za-z0-9]{2}AA")  # a cookie, and a length below 2^16
ENCODED = re.compile(r"HIST[A-Za-z0-9+/=]+$")
LOG = re.compile(
    r"(?:Tag=(?P<tag>[^,]*),)?[0-9.]+,[0-9.]+,[0-9.]+,(?P<encoded>HIST[A-Za-z0-9+/=]+)\s*$"
)
HEADER = re.compile(r'\s*(?:#|"StartTimestamp")')
PERCENTS = {"p50": 50, "p90": 90, "p99": 99, "p99.9": 99.9}
OLD = {1: "V1", 2: "V1", 8: "V0", 9: "V0"}  # by the low half of the cookie's last byte
Lines = list[tuple[int, str]]  # encoded histograms with their lines


def recognises(text: Text) -> bool:
    return any(BEGIN.search(line) for _, line in text.filled[:20])


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """All of one tag as one run, in the unit that was asked for."""
    tagged = _tagged(text)
    tag = the_tag({tag: lines[0][0] for tag, lines in tagged.items()}, hints)
    whole, line = _merged(tagged[tag]), tagged[tag][0][0]
    if hints.unit is None:
        refuse(line, "the file has no unit: say it with --unit ns, us, ms or s")
    return checked([_run(whole, hints.unit, line, tag)], slack=0.01)


def _tagged(text: Text) -> dict[str, Lines]:
    """By tag, without decoding."""
    tagged: dict[str, Lines] = {}
    is_alone = False
    for line, text_of_line in text.filled:
        if HEADER.match(text_of_line):
            continue
        match = LOG.match(text_of_line)
        encoded = match["encoded"] if match else text_of_line.strip()
        if not ENCODED.match(encoded):
            refuse(line, "not an encoded HdrHistogram: it was cut, or other text is mixed in")
        if is_alone or (match is None and tagged):
            refuse(line, "a second histogram; import runs one by one")
        is_alone = match is None
        tag = match["tag"] if match and match["tag"] else ""
        tagged.setdefault(tag, []).append((line, encoded))
    if not tagged:
        refuse(text.last_line, "no histogram in it")
    if len(tagged) > 1 and "" in tagged:
        line = tagged[""][0][0]
        if UNTAGGED in tagged:
            refuse(line, f"lines without a tag, beside a tag that is called {UNTAGGED}")
        tagged[UNTAGGED] = tagged.pop("")
    return tagged


def _decoded(encoded: str, line: int) -> Any:
    _require_version(encoded, line)
    try:
        return histograms.decoded(encoded)
    except histograms.NotASketch as error:
        refuse(line, f"the encoded histogram is cut or corrupt ({str(error)[:80]})")


def _require_version(encoded: str, line: int) -> None:
    """Raises DocumentRefused for what HdrHistogram wrote before V2."""
    cookie = base64.b64decode(encoded[:8]) if len(encoded) >= 8 and "=" not in encoded[:8] else b""
    version = OLD.get(cookie[3] & 0xF) if cookie else None
    if version:
        refuse(
            line,
            f"a histogram in the old encoding {version}, and V2 is read: write it with jHiccup "
            "2.0.7 or newer, or convert the log with a newer HdrHistogram",
        )


def _merged(lines: Lines) -> Any:
    (first, encoded), *others = lines
    whole = _decoded(encoded, first)
    for line, more in others:
        whole.add(_decoded(more, line))
    if not whole.get_total_count():
        refuse(lines[-1][0], "the histogram is empty")
    return whole


def _run(histogram: Any, unit: str, line: int, tag: str) -> Run:
    per = US_PER[unit]
    counts = [
        (step.value_iterated_to * per, step.count_added_in_this_iter_step)
        for step in histogram.get_recorded_iterator()
    ]
    return Run(
        tool=NAME,
        line=line,
        samples=histogram.get_total_count(),
        direction_note=f"taken for round trips, in {unit} as you said",
        tag=tag,
        sketch=histograms.of_counts(counts),
        figures={name: value * per for name, value in _figures(histogram).items()},
    )


def _figures(histogram: Any) -> dict[str, float]:
    return {
        "mean": histogram.get_mean_value(),
        "stddev": histogram.get_stddev(),
        "min": histogram.get_min_value(),
        "max": histogram.get_max_value(),
        **{name: histogram.get_value_at_percentile(part) for name, part in PERCENTS.items()},
    }
