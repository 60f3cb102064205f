"""HdrHistograms encoded as text (HISTFAAA…), alone or in a histogram log: merged exactly."""

import re
from typing import Any

from connectivity.core import sketch
from connectivity.importers.latency.run import US_PER, Asked, Run, checked, refuse
from connectivity.importers.latency.text import Text

NAME = "hdrhistogram"
ENCODED = re.compile(r"HISTF[A-Za-z0-9+/=]+$")
LOG = re.compile(r"(Tag=[^,]*,)?[0-9.]+,[0-9.]+,[0-9.]+,(HISTF[A-Za-z0-9+/=]+)\s*$")
HEADER = re.compile(r'#|"StartTimestamp"')
PERCENTS = {"p50": 50, "p90": 90, "p99": 99, "p99.9": 99.9}


def recognises(text: Text) -> bool:
    return any("HISTF" in line for _, line in text.filled[:20])


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """The whole of the file as one run, in the unit that was asked for."""
    whole = None
    first_line = 1
    for line, one in text.filled:
        if HEADER.match(one):
            continue
        match = LOG.match(one)
        encoded = match[2] if match else one.strip()
        if not ENCODED.match(encoded):
            refuse(line, "not an encoded HdrHistogram: it was cut, or other text is mixed in")
        histogram = _decoded(encoded, line)
        first_line = first_line if whole else line
        if whole is None:
            whole = histogram
        elif match is None:
            refuse(line, "a second histogram; import runs one by one")
        else:
            whole.add(histogram)
    if whole is None or not whole.get_total_count():
        refuse(len(text.lines), "the histogram is empty")
    if asked.unit is None:
        refuse(first_line, "the file has no unit: say it with --unit ns, us, ms or s")
    return checked([_run(whole, asked.unit, first_line)], slack=0.01)


def _decoded(encoded: str, line: int) -> Any:
    try:
        return sketch.decoded(encoded)
    except sketch.NotASketch as error:
        refuse(line, f"the encoded histogram is cut or corrupt ({str(error)[:80]})")


def _run(histogram: Any, unit: str, line: int) -> Run:
    per = US_PER[unit]
    counts = [
        (one.value_iterated_to * per, one.count_added_in_this_iter_step)
        for one in histogram.get_recorded_iterator()
    ]
    return Run(
        tool=NAME,
        line=line,
        samples=histogram.get_total_count(),
        direction_note=f"taken for round trips, in {unit} as you said",
        sketch=sketch.of_counts(counts),
        figures={name: us * per for name, us in _figures(histogram).items()},
    )


def _figures(histogram: Any) -> dict[str, float]:
    return {
        "mean": histogram.get_mean_value(),
        "stddev": histogram.get_stddev(),
        "min": histogram.get_min_value(),
        "max": histogram.get_max_value(),
        **{name: histogram.get_value_at_percentile(part) for name, part in PERCENTS.items()},
    }
