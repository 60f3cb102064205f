"""From the bytes of a topology document, JSON or YAML, to plain values."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from connectivity.core.problems import DocumentRefused, Problem

MAX_BYTES = 64 * 2**20
MAX_YAML_BYTES = 16 * 2**20
MAX_YAML_VALUES = 2_000_000  # after aliases are followed
MAX_YAML_CHARACTERS = 4 * MAX_YAML_BYTES  # likewise
MAX_DEPTH = 32
MAX_DIGITS = 300  # of a number

TEXT = "tag:yaml.org,2002:str"
_RESOLVER = yaml.resolver.Resolver()
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
SCALARS = {
    "tag:yaml.org,2002:null": _CONSTRUCTOR.construct_yaml_null,
    "tag:yaml.org,2002:bool": _CONSTRUCTOR.construct_yaml_bool,
    "tag:yaml.org,2002:int": _CONSTRUCTOR.construct_yaml_int,
    "tag:yaml.org,2002:float": _CONSTRUCTOR.construct_yaml_float,
}


class RepeatedKeys(dict[str, Any]):
    """A mapping in which keys were written more than once."""

    repeated: list[str]


def read(data: bytes) -> Any:
    """Plain values (mappings, lists, texts, numbers) of a document.

    Raises:
        DocumentRefused: it is too large, not UTF-8, neither JSON nor YAML, too deep, or grows
            beyond 2 million values when its aliases are followed.
    """
    if len(data) > MAX_BYTES:
        raise _refused(f"has {len(data):,} bytes; more than {MAX_BYTES:,} are not read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(
            f"is not UTF-8: byte {data[error.start]:#04x} at offset {error.start:,}; "
            "save it with the encoding UTF-8"
        ) from error
    if not text.strip():
        raise _refused("is empty")
    return _json(text) if text.lstrip()[0] in "{[" else _yaml(text)


def _refused(problem: str, path: str = "document") -> DocumentRefused:
    return DocumentRefused([Problem(path, problem)])


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_mapping)
    except json.JSONDecodeError as error:
        if len(text) <= MAX_YAML_BYTES and (value := _yaml_in_braces(text)) is not None:
            return value
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"is not JSON here: {error.msg}", where) from error
    except RecursionError as error:
        raise _refused(f"is nested deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:  # a whole number of thousands of digits
        raise _refused("has a number of thousands of digits") from error


def _yaml_in_braces(text: str) -> Any:
    """The text as YAML's flow style, which looks like JSON; None when it is neither."""
    try:
        return _yaml(text)
    except DocumentRefused:
        return None


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) == len(pairs):
        return mapping
    seen: set[str] = set()
    marked = RepeatedKeys(mapping)
    marked.repeated = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
    return marked


def _yaml(text: str) -> Any:
    if len(text) > MAX_YAML_BYTES:
        raise _refused(f"is YAML of more than {MAX_YAML_BYTES:,} characters; write it as JSON")
    return built(YamlBuilder(text))


def built(builder: "YamlBuilder") -> Any:
    """The values of a builder's text.

    Raises:
        DocumentRefused: it is no YAML, or more or else than the builder reads.
    """
    try:
        return builder.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 + builder.lines_before if mark else 0
        where = f"line {line}, column {mark.column + 1}" if mark else "document"
        raise _refused(f"is not YAML here: {error.problem or error.context}", where) from error
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise _refused(f"is not YAML: {' '.join(str(error).split())}") from error


class YamlBuilder:
    """Values from YAML's events: aliases are counted, depth is bounded, repeated keys are kept."""

    max_depth = MAX_DEPTH
    max_values = MAX_YAML_VALUES
    max_characters = MAX_YAML_CHARACTERS

    def __init__(self, text: str, lines_before: int = 0) -> None:
        self.lines_before = lines_before
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self.anchors: dict[str, tuple[Any, tuple[int, int]]] = {}
        self.values = 0
        self.characters = 0

    def document(self) -> Any:
        """The values of the text, which holds one document.

        Raises:
            DocumentRefused: it holds none or several, or something that is not read.
        """
        next(self.events)  # the stream begins
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise _refused("is empty")
        value = self.value(next(self.events), depth=0)
        next(self.events)  # the document ends
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise _refused("holds several YAML documents; give one at a time")
        return value

    def value(self, event: Any, depth: int) -> Any:
        """What an event and those that belong to it stand for.

        Raises:
            DocumentRefused: it is too deep, too large, or nothing that is read.
        """
        if depth > self.max_depth:
            raise _refused(f"is nested deeper than {self.max_depth} levels", self._where(event))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self.values, self.characters
        self._count(1, len(event.value) if isinstance(event, yaml.ScalarEvent) else 0)
        if isinstance(event, yaml.ScalarEvent):
            value: Any = self._scalar(event)
        elif event.tag:
            raise _refused(f"has the tag {event.tag!r}; tags are not read", self._where(event))
        elif isinstance(event, yaml.SequenceStartEvent):
            value = [self.value(event, depth + 1) for event in self._until(yaml.SequenceEndEvent)]
        else:
            value = self.mapping(list(self._pairs(depth + 1)))
        if event.anchor:
            size = self.values - before[0], self.characters - before[1]
            self.anchors[event.anchor] = value, size
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            raise _refused(f"refers to *{event.anchor}, which is not there yet", self._where(event))
        value, size = self.anchors[event.anchor]
        self._count(*size)
        return value

    def _count(self, values: int, characters: int) -> None:
        self.values += values
        self.characters += characters
        for count, most, noun in (
            (self.values, self.max_values, "values"),
            (self.characters, self.max_characters, "characters"),
        ):
            if count > most:
                raise _refused(f"has more than {most:,} {noun} when its aliases are followed")

    def _until(self, end: type) -> Iterator[Any]:
        while not isinstance(event := next(self.events), end):
            yield event

    def _pairs(self, depth: int) -> Iterator[tuple[str, Any, int]]:
        for event in self._until(yaml.MappingEndEvent):
            key = self.value(event, depth)
            if not isinstance(key, str):
                problem = f"has the key {key!r:.60}, which is not text; quote it"
                raise _refused(problem, self._where(event))
            line = event.start_mark.line + 1 + self.lines_before
            yield key, self.value(next(self.events), depth), line

    def mapping(self, pairs: list[tuple[str, Any, int]]) -> Any:
        """A mapping of its keys, their values and lines."""
        return _mapping([(key, value) for key, value, _ in pairs])

    def _scalar(self, event: Any) -> Any:
        if not event.implicit[0] and event.tag not in (None, "!", TEXT):
            raise _refused(f"has the tag {event.tag!r}; tags are not read", self._where(event))
        return _plain(event.value) if event.implicit[0] else event.value

    def _where(self, event: Any) -> str:
        line = event.start_mark.line + 1 + self.lines_before
        return f"line {line}, column {event.start_mark.column + 1}"


@lru_cache(maxsize=65536)
def _plain(text: str) -> Any:
    """An unquoted scalar as YAML 1.1 means it; dates stay text."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if tag not in SCALARS:
        return text
    if len(text) > MAX_DIGITS:
        return text
    try:
        return SCALARS[tag](yaml.ScalarNode(tag, text))
    except (ValueError, OverflowError):  # `0o8`, `1_` and their like only look like numbers
        return text
