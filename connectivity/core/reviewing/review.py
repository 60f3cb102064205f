"""What a review is: its inputs, its formulas, the limits that they are held against, its words.

A review is one module of `connectivity.core.reviews`. It states; `answer` computes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from connectivity.core.health.evaluation import Severity
from connectivity.core.reviewing.deployed.settings import FromManifests
from connectivity.core.reviewing.formula import Formula, Value
from connectivity.core.reviewing.inputs import Input
from connectivity.core.reviewing.tables import Tables

AS_OF = "2026-11-25"
"""When the sources of the reviews were last read."""

Values = Mapping[str, Value]


class LimitKind(StrEnum):
    """How a limit breaks."""

    COUNT = "count"  # beyond it
    TIME = "time"  # beyond it; a warning comes later
    IDLE = "idle"  # as soon as it is reached


class Constant(NamedTuple):
    """A figure of AWS, of a kernel or of ours. Formulas name it in capitals."""

    value: float
    means: str
    source: str


class Words(NamedTuple):
    """What a finding says beside its figures. Values stand in braces, as in `{ports}`."""

    cause: str
    step: str
    source: str
    effect: str = ""
    as_of: str = AS_OF


@dataclass(frozen=True, slots=True)
class Limit:
    """A load that is held against a limit; a finding follows from how much of it is used.

    Attributes:
        load, limit: formulas. Left out where a side is unknown.
        when: it applies only where this holds.
        ceiling: no finding of it is graver.
        warns: it is told before it breaks.
    """

    what: str
    load: str
    limit: str
    words: Words
    kind: LimitKind = LimitKind.COUNT
    when: str = "True"
    ceiling: Severity = Severity.CRITICAL
    warns: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be told beside the limits, where a condition holds.

    Attributes:
        id: without the key of the review.
        when: a formula; `used_<limit>` is how much of a limit is used, unknown where it is left
            out.
        graver: the severity where a second condition holds too.
        detail: the figures; values stand in braces.
    """

    id: str
    severity: Severity
    when: str
    words: Words
    detail: str
    graver: tuple[Severity, str] | None = None


class Kind(StrEnum):
    """What reads an artefact."""

    ALERTS = "prometheus"
    ALERT_TESTS = "promtool"
    TERRAFORM = "terraform"
    MODPROBE = "modprobe"
    SYSCTL = "sysctl"
    SYSTEMD = "systemd"
    KUBERNETES = "kubernetes"
    NGINX = "nginx"
    ENVOY = "envoy"
    GRPC = "grpc"
    TABLE = "csv"
    SHELL = "shell"


class Artefact(NamedTuple):
    """A file that puts the advice into practice; see `connectivity.core.reviewing.files`.

    Attributes:
        name: without the key of the review.
        purpose, check: what it is for, and how to see that it works; values stand in braces.
        text: of the values of an answer; None where there is none to give.
        names: the values that it carries.
    """

    name: str
    kind: Kind
    purpose: str
    check: str
    text: Callable[[Values], str | None]
    names: tuple[str, ...]


class Suggestion(NamedTuple):
    """When a service or flow of a topology suggests the review.

    Attributes:
        carrier: `service` or `flow`.
        when: a formula over what it says; see `suggestions.FACTS`.
        because: why, as a sentence; values stand in braces.
    """

    carrier: str
    when: str
    because: str


class Metric(NamedTuple):
    """A metric of CloudWatch that shows what the review computes."""

    namespace: str
    metric: str
    statistic: str


@dataclass(frozen=True)
class Review:
    """One review; see `connectivity.core.reviews`.

    Attributes:
        key: of contract and documents.
        title, about: of pages.
        constants: the figures that formulas name.
        lookups: names that tables fill in, such as those of an instance type.
        helpers: formulas that others use and that are no number of the answer.
        numbers: the formulas of the answer's numbers, in its order. Where a number bears the name
            of an input, formulas call the input `given_<name>`.
        suggestions: when services and flows of a topology suggest it.
        asks_when: conditions of computed numbers that are beyond sense; the inputs that they come
            from are then asked about.
        manifests: how it follows from Kubernetes manifests; None: it does not.
    """

    key: str
    title: str
    about: str
    inputs: tuple[Input, ...]
    numbers: Mapping[str, str]
    limits: tuple[Limit, ...]
    findings: tuple[Finding, ...]
    constants: Mapping[str, Constant] = field(default_factory=dict)
    helpers: Mapping[str, str] = field(default_factory=dict)
    lookups: tuple[Callable[[Values, Tables], Values], ...] = ()
    asks_when: tuple[str, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    metrics: tuple[Metric, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    manifests: FromManifests | None = None

    @cached_property
    def formulas(self) -> dict[str, Formula]:
        """Helpers and numbers by name, each after what it needs.

        Raises:
            ValueError: some need each other.
        """
        texts = {**self.helpers, **self.numbers}
        waiting = {name: self.formula(text) for name, text in texts.items()}
        ordered: dict[str, Formula] = {}
        while waiting:
            ready = (name for name in waiting if not waiting[name].names & waiting.keys())
            name = next(ready, None)
            if name is None:
                raise ValueError(f"{self.key}: {', '.join(waiting)} need each other")
            ordered[name] = waiting.pop(name)
        return ordered

    @property
    def given_names(self) -> dict[str, str]:
        """The names that formulas have for inputs whose own name is that of a number."""
        inputs = {entry.name for entry in self.inputs}
        return {f"given_{name}": name for name in self.numbers if name in inputs}

    def formula(self, text: str) -> Formula:
        """A formula with this review's constants put in; parsed once."""
        if text not in self._parsed:
            figures = {name: constant.value for name, constant in self.constants.items()}
            self._parsed[text] = Formula(text, figures)
        return self._parsed[text]

    @cached_property
    def _parsed(self) -> dict[str, Formula]:
        return {}
