"""Patches: what the reviews advise, as manifests that are merged into those that stand."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from connectivity.core.reviewed_manifests.taking import ReadReview
from connectivity.core.reviewing.answer import Answer
from connectivity.core.reviewing.deployed.objects import KubeObject
from connectivity.core.reviewing.deployed.settings import Cure
from connectivity.core.reviewing.figure_words import filled
from connectivity.core.reviewing.files.holes import NothingToGive, setting
from connectivity.core.reviewing.partial import Awaits, Partial
from connectivity.core.reviewing.telling import used_of_limits

WIDTH = 98  # of a line of the head
MERGE_KEYS = ("name", "topologyKey")
"""Of the lists in patches: Kubernetes' merge keys, and what names the entries of atomic lists."""


class Patched(NamedTuple):
    """What one file holds: an object, what is merged into it, and why."""

    object: KubeObject
    content: Mapping[str, Any]
    reasons: tuple[str, ...]
    is_unsafe: bool
    is_new: bool

    @property
    def file_name(self) -> str:
        """The name of its file, of characters that every system takes."""
        parts = [self.object.kind.lower(), self.object.namespace, self.object.name]
        unsafe = "-unsafe-sysctls" if self.is_unsafe else ""
        return "-".join(part for part in parts if part) + unsafe + ".yaml"


def patches(read: Iterable[ReadReview], answers: Mapping[str, Answer]) -> list[Patched]:
    """A patch for every object that a cure changes, in the order in which they are met."""
    merged: dict[tuple[Any, ...], Patched] = {}
    for review in read:
        answer = answers.get(review.name)
        if answer and answer.known:
            for patch in _of(review, answer):
                before = merged.get(_place(patch))
                merged[_place(patch)] = _joined(before, patch) if before else patch
    return [_with_safe(patch, merged) for patch in merged.values()]


def _with_safe(patch: Patched, merged: Mapping[tuple[Any, ...], Patched]) -> Patched:
    """An unsafe patch with all that the safe one of its object has: lists replace each other."""
    safe = merged.get((False, *_place(patch)[1:])) if patch.is_unsafe else None
    return _joined(safe, patch)._replace(is_unsafe=True) if safe else patch


def _place(patch: Patched) -> tuple[Any, ...]:
    return patch.is_unsafe, patch.object.kind, patch.object.namespace, patch.object.name


def _joined(before: Patched, after: Patched) -> Patched:
    reasons = tuple(dict.fromkeys(before.reasons + after.reasons))
    return before._replace(content=joined(before.content, after.content), reasons=reasons)


def joined(before: Any, after: Any) -> Any:
    """Two patches of one object as one; entries of lists are the same by their merge key.

    >>> joined({"a": [{"name": "x", "b": 1}]}, {"a": [{"name": "x", "c": 2}], "d": 3})
    {'a': [{'name': 'x', 'b': 1, 'c': 2}], 'd': 3}
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        more = {key: joined(before[key], value) for key, value in after.items() if key in before}
        return {**before, **after, **more}
    if isinstance(before, list) and isinstance(after, list):
        entries = {_merge_key(entry): entry for entry in before}
        for entry in after:
            key = _merge_key(entry)
            entries[key] = joined(entries[key], entry) if key in entries else entry
        return list(entries.values())
    return after


def _merge_key(entry: Any) -> Any:
    if isinstance(entry, Mapping):
        return next((entry[key] for key in MERGE_KEYS if key in entry), id(entry))
    return entry


def _of(read: ReadReview, answer: Answer) -> Iterator[Patched]:
    cures = read.review.manifests.cures if read.review.manifests else ()
    scope = answer.known.with_values(used_of_limits(answer.review, answer.limits))
    for cure in cures:
        try:
            yield from _cured(read, cure, scope)
        except (Awaits, NothingToGive, ArithmeticError, ValueError):
            continue  # nothing to set, or not before more is given


def _cured(read: ReadReview, cure: Cure, scope: Partial) -> list[Patched]:
    """The patches of one cure: all of them or none.

    Raises:
        Awaits: it rests on inputs that are missing.
        NothingToGive: no setting takes the advice.
    """
    if not cure.applies(read.workload) or not read.review.formula(cure.when).holds(scope):
        return []
    reason = f"{read.name}: {filled(cure.why, scope)}"
    parts = cure.parts(read.workload, lambda text: setting(text, scope))
    return [
        Patched(part.object, part.content, (reason,), cure.is_unsafe, cure.is_new) for part in parts
    ]


def text_of(patch: Patched) -> str:
    """The file of a patch: how it is applied, why, and the manifest that is merged."""
    target, name = patch.object, patch.file_name
    place = {"namespace": target.namespace} if target.namespace else {}
    metadata = {"name": target.name, **place}
    content = joined({"metadata": metadata}, patch.content)
    body = {"apiVersion": target.api_version, "kind": target.kind, **content}
    option = f" --namespace {target.namespace}" if target.namespace else ""
    command = (
        f"kubectl apply --filename {name}"
        if patch.is_new
        else f"kubectl patch {target.kind.lower()} {target.name}{option} --patch-file {name}"
    )
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    lines = [line for reason in patch.reasons for line in textwrap.wrap(reason, WIDTH)]
    head = "".join(f"# {line}\n" for line in (*lines, command))
    return head + yaml.dump(_plain(body), Dumper=dumper, sort_keys=False, allow_unicode=True)


def _plain(value: Any) -> Any:
    """A value of mappings and lists of its own: nothing in it stands behind an anchor."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
