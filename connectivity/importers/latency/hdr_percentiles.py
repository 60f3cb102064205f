"""HdrHistogram's percentile distribution, .hgrm: no unit is in the file, so somebody must say."""

import re

from connectivity.importers.latency.run import US_PER, Hints, Run, checked, refuse
from connectivity.importers.latency.spectrum import TITLE, spectrum
from connectivity.importers.latency.text import Text

NAME = "hdrhistogram-percentiles"
LAST = re.compile(r"#\[Buckets .*\]")


def recognises(text: Text) -> bool:
    return TITLE.match(text.filled[0][1]) is not None


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    """The one distribution, in the unit that was asked for."""
    text.require_end(LAST)
    distribution = spectrum(text.filled)
    if hints.unit is None:
        refuse(1, "the file has no unit: say it with --unit ns, us, ms or s")
    per = US_PER[hints.unit]
    run = Run(
        tool=NAME,
        line=distribution.line,
        samples=distribution.samples,
        direction_note=f"taken for round trips, in {hints.unit} as you said",
        figures={name: value * per for name, value in distribution.figures.items()},
    )
    return checked([run], slack=0.01)
