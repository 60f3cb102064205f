"""Reviews of Kubernetes manifests as plain values: the answers, and where everything came from."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from connectivity.core.as_json.reviews import Plain, plain_reviews
from connectivity.core.reviewed_manifests.answers import ReviewedManifests
from connectivity.core.reviewed_manifests.kinds import why_passed
from connectivity.core.reviewed_manifests.patching import Patched, text_of
from connectivity.core.reviewed_manifests.taking import ReadReview
from connectivity.core.reviewed_manifests.worklist import Wanted
from connectivity.core.reviewing.deployed.objects import Origin, Spot
from connectivity.core.reviewing.deployed.workload import Workload
from connectivity.core.reviewing.given import given_for

GIVEN = "given"


def plain_manifests(told: ReviewedManifests, passed: Iterable[tuple[str, Origin]]) -> Plain:
    """The answers of all reviews, and beside them `manifests`: what was read, asked and advised.

    Args:
        passed: objects that nothing was read from, by kind and place.
    """
    names: dict[Workload, list[str]] = {}
    for read in told.read:
        names.setdefault(read.workload, []).append(read.name)
    manifests = {
        "workloads": [_workload(each, names.get(each, [])) for each in told.workloads],
        "readings": [reading for read in told.read for reading in _readings(read, told)],
        "worklist": [_wanted(each) for each in told.wanted],
        "remarks": [remark for read in told.read for remark in _remarks(read)],
        "not_read": _not_read(passed),
        "patches": [_patch(each) for each in told.patches],
    }
    return plain_reviews(told.document) | {"manifests": manifests}


def _workload(workload: Workload, names: list[str]) -> Plain:
    return {
        "name": workload.label,
        "kind": workload.kind,
        "namespace": workload.object.namespace or None,
        "container": workload.serving("name").value,
        "container_is_guessed": workload.is_guessed,
        "reviews": names,
        **_origin(workload.object.origin),
    }


def _origin(origin: Origin) -> Plain:
    return {
        "file": origin.file,
        "document": origin.document,
        "line": origin.line,
        "template": origin.template or None,
    }


def _place(spot: Spot) -> Plain:
    origin = spot.object.origin._replace(line=spot.line)
    return {"object": spot.object.title, "field": spot.path_text, **_origin(origin)}


def _readings(read: ReadReview, told: ReviewedManifests) -> Iterator[Plain]:
    """What was read; where something was given in its place, that."""
    given = given_for(read.name, told.given)
    for entry in read.review.inputs:
        setting = read.settings.get(entry.name)
        if entry.name in given:
            instead = f"in place of {setting.value}" if setting else ""
            value: Any = given[entry.name]
            place = _place(setting.spot) if setting else dict.fromkeys(PLACE)
            yield _reading(read.name, entry.name, value, GIVEN, instead, place)
        elif setting:
            source = "manifest" if setting.spot.is_set else "default"
            place = _place(setting.spot)
            yield _reading(read.name, entry.name, setting.value, source, setting.note, place)


PLACE = ("object", "field", "file", "document", "line", "template")


def _reading(name: str, entry: str, value: Any, source: str, note: str, place: Plain) -> Plain:
    return {"review": name, "input": entry, "value": value, "from": source, "note": note, **place}


def _wanted(entry: Wanted) -> Plain:
    return {
        "set": entry.name,
        "required": entry.is_required,
        "asks": entry.input.help,
        "unit": entry.input.unit,
        "range": [entry.input.range.low, entry.input.range.high],
        "words": list(entry.input.words),
        "why": entry.why,
        "reviews": list(entry.reviews),
        "limits": list(entry.limits),
    }


def _remarks(read: ReadReview) -> Iterator[Plain]:
    for remark in read.remarks:
        yield {"review": read.name, "says": remark.says, **_place(remark.spot)}


def _not_read(passed: Iterable[tuple[str, Origin]]) -> list[Plain]:
    """The kinds of objects that nothing was read from, each once, with the first place."""
    counts = Counter[str]()
    first: dict[str, Origin] = {}
    for kind, origin in passed:
        counts[kind] += 1
        first.setdefault(kind, origin)
    return [
        {"kind": kind, "count": count, "why": why_passed(kind), **_origin(first[kind])}
        for kind, count in counts.items()
    ]


def _patch(patch: Patched) -> Plain:
    return {
        "name": patch.file_name,
        "object": patch.object.title,
        "new": patch.is_new,
        "unsafe": patch.is_unsafe,
        "why": list(patch.reasons),
        "text": text_of(patch),
    }
