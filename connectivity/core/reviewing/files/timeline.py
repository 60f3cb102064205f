"""The timeline of a pod that leaves, second by second, as a table."""

from collections.abc import Iterator
from typing import Any

from connectivity.core.reviewing.files.holes import written
from connectivity.core.reviewing.review import Artefact, Kind, Values

COLUMNS = "second,event,accepts,receives,lost"
NAMES = (
    "sigterm_seconds",
    "stop_new_seconds",
    "accepts_until_seconds",
    "kill_seconds",
    "refused_per_pod",
    "cut_per_pod",
)


def _text(known: Values) -> str:
    rows = sorted(_events(known), key=lambda event: event[0])
    return "\n".join([COLUMNS, *(_row(second, event, known) for second, event in rows)]) + "\n"


def _events(known: Any) -> Iterator[tuple[float, str]]:
    at_sigterm = {
        "drain": "SIGTERM: it accepts nothing new",
        "exit": "SIGTERM: it ends",
        "ignore": "SIGTERM: it does nothing",
    }
    yield 0, "the pod is deleted; preStop begins"
    yield known["sigterm_seconds"], at_sigterm[known["on_sigterm"]]
    yield known["stop_new_seconds"], "the last new request arrives"
    yield known["kill_seconds"], "the pod is gone at the latest"


def _row(second: float, event: str, known: Any) -> str:
    accepts = second < known["accepts_until_seconds"]
    receives = second < known["stop_new_seconds"]
    cells = (_number(second), event, _yes(accepts), _yes(receives), _number(_lost(second, known)))
    return ",".join(cells)


def _lost(second: float, known: Any) -> float:
    """Requests until then: those that it refused, and once it is gone, those that it cut."""
    until = min(second, known["stop_new_seconds"])
    refused = known["requests_per_second"] * max(0, until - known["accepts_until_seconds"])
    cut = known["cut_per_pod"] if second >= known["kill_seconds"] else 0
    return float(refused + cut)


def _number(value: float) -> str:
    return written(int(value) if value == int(value) else round(value, 6))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


TIMELINE = Artefact(
    "timeline.csv",
    Kind.TABLE,
    "What happens to one pod in a rollout today: what it accepts, what it still receives, and the "
    "requests that are lost until then.",
    "the last line's lost is {refused_per_pod} refused and {cut_per_pod} cut requests.",
    _text,
    NAMES,
)
