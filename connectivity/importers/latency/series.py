"""Series with labels, as Prometheus keeps them, and which of their labels tell them apart."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from connectivity.importers.latency.run import number, refuse

MAX_SERIES = 20_000  # series of a file
HOSTS = ("target", "host", "destination", "instance", "ip")  # the first that is there
LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?')

Labels = Mapping[str, str]


class Series(NamedTuple):
    """One series: name, the other labels, and its values by time."""

    name: str
    labels: Labels
    values: list[tuple[float, float]]
    line: int


SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?P<labels>.*)\})?\s+(?P<value>[^\s{}]+)(?:\s+-?[0-9]+)?$"
)
EXEMPLAR = re.compile(r" # \{.*$")


def scraped(line: int, words: str) -> Series | None:
    """A line of an exposition; None where it is a comment or none of them.

    Raises:
        DocumentRefused: its labels or its value cannot be read.
    """
    match = SAMPLE.match(EXEMPLAR.sub("", words))
    if match is None:
        return None
    labels = labels_of(match["labels"] or "")
    if labels is None:
        refuse(line, "the labels cannot be read")
    return Series(match["name"], labels, [(0.0, number(match["value"], line, match["name"]))], line)


def bounded(listed: list[Any], line: int) -> list[Any]:
    """The list itself.

    Raises:
        DocumentRefused: it is too long.
    """
    if len(listed) > MAX_SERIES:
        refuse(line, f"{len(listed)} series; at most {MAX_SERIES} are read")
    return listed


def labels_of(text: str) -> dict[str, str] | None:
    """Labels as an exposition writes them between braces; None where they are not such.

    >>> labels_of('host="10.0.0.2",le="+Inf"'), labels_of('le=0.1')
    ({'host': '10.0.0.2', 'le': '+Inf'}, None)
    """
    labels: dict[str, str] = {}
    at = 0
    while at < len(text.rstrip()):
        match = LABEL.match(text, at)
        if match is None:
            return None
        labels[match[1]] = match[2]
        at = match.end()
    return labels


def hosts_and_tags(groups: Sequence[Labels]) -> list[tuple[str, str]]:
    """For each set of labels, the host that it names, and the labels that differ among them."""
    names = {name for labels in groups for name in labels}
    differing = sorted(
        name for name in names if len({labels.get(name, "") for labels in groups}) > 1
    )
    host = next((name for name in HOSTS if name in differing), "")
    host = host or next((name for name in HOSTS if name in names), "")
    rest = [name for name in differing if name not in HOSTS]
    return [
        (
            labels.get(host, ""),
            " ".join(f"{name}={labels[name]}" for name in rest if name in labels),
        )
        for labels in groups
    ]
