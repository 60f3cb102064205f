"""The plain values of one document of manifests, with the line of every key."""

import json
from typing import Any

import yaml

from connectivity.core.document.parser import YamlBuilder, built
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.reviewing.deployed.objects import Lined
from connectivity.importers.manifests.documents import Document, refused

MAX_VALUES = 500_000  # of all documents that are parsed, after aliases are followed
MAX_DEPTH = 100
TOO_MANY = (
    f"more than {MAX_VALUES:,} values were read up to here; give fewer objects at a time, such as "
    "those of one namespace"
)
HEADS = ("apiVersion", "kind")
UNRENDERED = "; it holds {{ }}: give what helm template prints, not the chart's template"


class Left:
    """How many values may still be read, of all documents together."""

    def __init__(self) -> None:
        self.values = MAX_VALUES


class _Builder(YamlBuilder):
    """Values whose mappings know their lines; a key that stands twice is refused."""

    max_depth = MAX_DEPTH

    def mapping(self, pairs: list[tuple[str, Any, int]]) -> Lined:
        """A mapping with its lines."""
        lines: dict[str, int] = {}
        for key, _, line in pairs:
            if key in lines:
                problem = f"has the key {key!r:.60} twice, in lines {lines[key]} and {line}"
                more = "; is a --- missing between two objects?" if key in HEADS else ""
                raise refused(f"line {line}", problem + more)
            lines[key] = line
        return Lined({key: value for key, value, _ in pairs}, lines)


def values_of(document: Document, left: Left) -> Any:
    """The values of a document.

    Raises:
        DocumentRefused: it is neither YAML nor JSON, too deep, or more than may be read.
    """
    builder = _Builder(document.text, document.lines_before)
    builder.max_values = left.values
    try:
        value = built(builder)
    except DocumentRefused as error:
        if document.is_flow and isinstance(error.__cause__, yaml.YAMLError):
            return _json(document, left, error)
        if builder.values > left.values:
            raise refused(str(document.origin), TOO_MANY) from error
        raise DocumentRefused(_placed(problem, document) for problem in error.problems) from error
    left.values -= builder.values
    return value


def _placed(problem: Problem, document: Document) -> Problem:
    """A problem with its file and document."""
    origin = document.origin
    line = problem.path if problem.path.startswith("line ") else f"line {origin.line}"
    unrendered = UNRENDERED if "{{" in document.text else ""
    place = f"{origin.file}, document {origin.document}, {line}"
    return Problem(place, problem.problem + unrendered)


def _json(document: Document, left: Left, error: DocumentRefused) -> Any:
    """What only JSON takes, such as tabs; without the lines of its keys.

    Raises:
        DocumentRefused: it is not JSON either, or more than may be read.
    """
    try:
        value = json.loads(document.text)
    except (ValueError, RecursionError):
        raise DocumentRefused(_placed(each, document) for each in error.problems) from error
    left.values -= _count(value)
    if left.values < 0:
        raise refused(str(document.origin), TOO_MANY)
    return value


def _count(value: Any) -> int:
    count, waiting = 0, [value]
    while waiting:
        place = waiting.pop()
        count += 1
        if isinstance(place, dict):
            waiting.extend(place.values())
        elif isinstance(place, list):
            waiting.extend(place)
    return count
