"""Objects of a cluster, and the places in them that values are read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

MAX_WHOLE = 2**31 - 1  # Kubernetes' whole numbers have 32 bits
MAX_SHOWN = 60  # characters of a value in a refusal


class Lined(dict[str, Any]):
    """A mapping that knows in which line of its file each key stands."""

    __slots__ = ("lines",)

    def __init__(self, pairs: Mapping[str, Any], lines: Mapping[str, int]) -> None:
        super().__init__(pairs)
        self.lines = dict(lines)


class Origin(NamedTuple):
    """Where an object stands: a file, its n-th document from 1 on, and the line in the file.

    Attributes:
        template: the chart's template that Helm names above it; else empty.
    """

    file: str
    document: int
    line: int
    template: str = ""

    def __str__(self) -> str:
        return f"{self.file}, document {self.document}, line {self.line}"


class Unusable(ValueError):
    """A field holds what Kubernetes would not take, or what cannot be read. Carries its spot."""

    def __init__(self, spot: "Spot", problem: str) -> None:
        super().__init__(f"{spot.path_text}: {problem}")
        self.spot, self.problem = spot, problem


@dataclass(frozen=True, slots=True, eq=False)
class KubeObject:
    """One object: its kind, namespace and name, the values of its manifest, where it stands.

    Attributes:
        namespace: empty where the manifest states none.
        value: plain values, mappings being `Lined` where the lines are known.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    value: Mapping[str, Any]
    origin: Origin

    @property
    def title(self) -> str:
        """As people say it: `Deployment shop/web`."""
        return f"{self.kind} {self.namespace}/{self.name}".replace(" /", " ")

    def at(self, *path: str | int) -> "Spot":
        """A place in it, whether something stands there or not."""
        return Spot(self, path)

    def annotation(self, key: str) -> "Spot":
        """An annotation of it."""
        return Spot(self, ("metadata", "annotations", key))


class Spot(NamedTuple):
    """A place in an object: `spec.template.spec.terminationGracePeriodSeconds`."""

    object: KubeObject
    path: tuple[str | int, ...]

    def at(self, *path: str | int) -> "Spot":
        """A place below it."""
        return Spot(self.object, (*self.path, *path))

    @property
    def path_text(self) -> str:
        """The path in words; keys with dots stand in brackets.

        >>> manifest = KubeObject("v1", "Service", "", "web", {}, Origin("-", 1, 1))
        >>> manifest.annotation("a.b/c").path_text, manifest.at("spec", "ports", 0).path_text
        ('metadata.annotations["a.b/c"]', 'spec.ports[0]')
        """
        return "".join(_step(key) for key in self.path).removeprefix(".")

    @property
    def line(self) -> int:
        """The line of the key, or of the nearest thing above it that is there."""
        line, place = self.object.origin.line, self.object.value
        for key in self.path:
            if isinstance(place, Lined) and isinstance(key, str):
                line = place.lines.get(key, line)
            place = _below(place, key)
            if place is None:
                break
        return line

    @property
    def value(self) -> Any:
        """What stands there; None where nothing does.

        Raises:
            Unusable: something above it is neither a mapping nor a list.
        """
        place: Any = self.object.value
        for depth, key in enumerate(self.path):
            expected = list if isinstance(key, int) else Mapping
            if place is None:
                return None
            if not isinstance(place, expected):
                noun = "list" if expected is list else "mapping"
                above = Spot(self.object, self.path[:depth])
                raise Unusable(above, f"is {shown(place)}, not a {noun}")
            place = _below(place, key)
        return place

    @property
    def is_set(self) -> bool:
        """Whether something stands there."""
        return self.value is not None

    def number(self, least: int = 0) -> int | None:
        """A whole number.

        Raises:
            Unusable: something else stands there.
        """
        value = self.value
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unusable(self, f"is {shown(value)}, not a whole number; write it without quotes")
        if not least <= value <= MAX_WHOLE:
            raise Unusable(self, f"is {shown(value)}; it is {least} to {MAX_WHOLE}")
        return value

    def flag(self) -> bool | None:
        """True or false.

        Raises:
            Unusable: something else stands there.
        """
        value = self.value
        if value is not None and not isinstance(value, bool):
            raise Unusable(self, f"is {shown(value)}, not true or false; write it without quotes")
        return value

    def text(self) -> str | None:
        """A text.

        Raises:
            Unusable: something else stands there.
        """
        value = self.value
        if value is not None and not isinstance(value, str):
            raise Unusable(self, f"is {shown(value)}, not a text; write it in quotes")
        return value

    def mapping(self) -> Mapping[str, Any]:
        """A mapping; empty where nothing stands there.

        Raises:
            Unusable: something else stands there.
        """
        value = self.value
        if value is not None and not isinstance(value, Mapping):
            raise Unusable(self, f"is {shown(value)}, not a mapping")
        return value or {}

    def entries(self) -> list["Spot"]:
        """The places of a list's entries; none where nothing stands there.

        Raises:
            Unusable: something else stands there.
        """
        value = self.value
        if value is not None and not isinstance(value, list):
            raise Unusable(self, f"is {shown(value)}, not a list")
        return [self.at(index) for index in range(len(value or ()))]


def shown(value: Any) -> str:
    """What a refusal may show of a value: never what is in a text, which may be a secret.

    >>> shown("hunter2"), shown(3), shown([1]), shown({"a": 1})
    ('a text', '3', 'a list', 'a mapping')
    """
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, Mapping) else f"{value!r:.{MAX_SHOWN}}"


def _below(place: Any, key: str | int) -> Any:
    if isinstance(place, Mapping):
        return place.get(key) if isinstance(key, str) else None
    if isinstance(place, list) and isinstance(key, int):
        return place[key] if key < len(place) else None
    return None


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f'["{key}"]' if "." in key or "/" in key else f".{key}"
