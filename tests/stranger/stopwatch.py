"""A throw-away tool: round trips that somebody took with a stopwatch, one number a line, in µs."""

from connectivity.importers.latency.run import Hints, Run, number, of_times
from connectivity.importers.latency.text import Text

NAME = "stopwatch"
TITLE = "A STOPWATCH SAYS"


def recognises(text: Text) -> bool:
    return text.whole.startswith(TITLE)


def read(text: Text, hints: Hints) -> tuple[Run, ...]:
    times = [number(line, at, "a time") for at, line in text.filled[1:]]
    return (Run(tool=NAME, test="BY_HAND", samples=len(times), figures=of_times(times)),)
