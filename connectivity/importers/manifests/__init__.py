"""Kubernetes manifests as objects: what `helm template` and `kubectl get -o yaml` or json print.

Only kinds that something is read from are parsed at all. Of a Secret nothing is, unless it stands
in a List; then nothing of it is kept.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from connectivity.core.problems import DocumentRefused, Problems
from connectivity.core.reviewed_manifests.kinds import READ, is_list
from connectivity.core.reviewing.deployed.objects import KubeObject
from connectivity.importers.manifests.documents import (
    MAX_BYTES,
    documents_of,
    is_manifest,
    refused,
)
from connectivity.importers.manifests.objects import Passed, objects_in
from connectivity.importers.manifests.values import Left, values_of

__all__ = ["MAX_BYTES", "File", "Passed", "Stated", "is_manifest", "read_manifests"]


class File(NamedTuple):
    """A file of manifests, or a text that stands for one."""

    name: str
    data: bytes


class Stated(NamedTuple):
    """What manifests state: the objects that are read, and those that are passed over."""

    objects: tuple[KubeObject, ...]
    passed: tuple[Passed, ...]


def read_manifests(files: Collection[File]) -> Stated:
    """The objects of some files.

    Raises:
        DocumentRefused: they are too large, no YAML or JSON, or hold what is no object; every
            problem with its file, document and line.
    """
    size = sum(len(file.data) for file in files)
    if size > MAX_BYTES:
        problem = f"have {size:,} bytes; at most {MAX_BYTES:,} are read: give one namespace"
        raise refused("manifests", problem)
    problems, left = Problems(), Left()
    read = [entry for file in files for entry in _of_file(file, left, problems)]
    if problems:
        raise DocumentRefused(problems)
    objects = tuple(entry for entry in read if isinstance(entry, KubeObject))
    return Stated(objects, tuple(entry for entry in read if isinstance(entry, Passed)))


def _of_file(file: File, left: Left, problems: Problems) -> Iterator[KubeObject | Passed]:
    for document in documents_of(file.name, file.data):
        if document.kind and document.kind not in READ and not is_list(document.kind):
            yield Passed(document.kind, document.origin)
            continue
        try:
            value = values_of(document, left)
        except DocumentRefused as error:
            problems.extend(error.problems)
        else:
            yield from objects_in(value, document.origin, problems)
