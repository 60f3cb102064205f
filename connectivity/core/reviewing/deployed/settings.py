"""What a review takes from manifests: which field gives which input, what is asked, what mends."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectivity.core.reviewing.deployed.objects import KubeObject, Spot
from connectivity.core.reviewing.deployed.workload import Workload

Plain = float | int | bool | str


class Setting(NamedTuple):
    """The value of an input, and where it stands; `note` says how it follows, if not as it is."""

    value: Plain
    spot: Spot
    note: str = ""


class Unsettled(NamedTuple):
    """Why the manifests leave an input open that its usual value may not fit."""

    why: str
    spot: Spot


class Remark(NamedTuple):
    """Something that no input takes, and that whoever rolls it out should know."""

    says: str
    spot: Spot


class Part(NamedTuple):
    """A part of a patch: an object, and what is to be merged into its manifest.

    Lists of mappings are merged by `name`, `topologyKey` or `conditionType`; see `Cure`.
    """

    object: KubeObject
    content: Mapping[str, Any]


Advised = Callable[[str], Any]
"""A number of the answer by its name, as a setting takes it."""

Read = Callable[[Workload], Setting | Unsettled | None]
"""The input of a workload; None: the manifests say nothing, and the usual value holds."""


def nothing(workload: Workload) -> Iterator[Remark]:
    """No remark."""
    return iter(())


def always(workload: Workload) -> bool:
    """Of every workload."""
    return True


@dataclass(frozen=True, slots=True)
class Cure:
    """What a review would change in the manifests.

    Attributes:
        when: a formula over the answer's values; `used_<limit>` is how much of a limit is used.
        why: a sentence; values stand in braces.
        parts: the parts of the patch, or objects that are not there yet.
        applies: of which workloads.
        is_unsafe: the kubelet must allow it first; it stands in a file of its own.
        is_new: the parts are whole objects.
    """

    when: str
    why: str
    parts: Callable[[Workload, Advised], Iterator[Part]]
    applies: Callable[[Workload], bool] = always
    is_unsafe: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class FromManifests:
    """How a review follows from manifests.

    Attributes:
        applies: of which workloads it is told.
        inputs: by input, how it is read.
        of_cluster: inputs that are the same for every workload, and asked for once.
        cures: in the order of the patch.
        remarks: of a workload.
    """

    applies: Callable[[Workload], bool]
    inputs: Mapping[str, Read]
    of_cluster: tuple[str, ...] = ()
    cures: tuple[Cure, ...] = ()
    remarks: Callable[[Workload], Iterator[Remark]] = field(default=nothing)
