"""The objects in a document of manifests; those of a List one by one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectivity.core.problems import Problem, Problems
from connectivity.core.reviewed_manifests.kinds import READ
from connectivity.core.reviewing.deployed.objects import KubeObject, Lined, Origin, shown

NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")  # DNS-1123, as Kubernetes has it
KIND = re.compile(r"[A-Za-z][A-Za-z0-9]{0,99}")
WHAT = "give what helm template or kubectl get -o yaml prints"


class Passed(NamedTuple):
    """An object that nothing is read from."""

    kind: str
    origin: Origin


def objects_in(
    value: Any, origin: Origin, problems: Problems, kind_of_list: str = ""
) -> Iterator[KubeObject | Passed]:
    """The objects of a document's values; what is none is noted with its place."""
    if value is None:
        return
    if not isinstance(value, Mapping):
        problems.append(Problem(str(origin), f"is {shown(value)}, not an object: {WHAT}"))
        return
    kind = value.get("kind") or kind_of_list
    if not isinstance(kind, str) or not KIND.fullmatch(kind):
        problems.append(Problem(str(origin), f"has no kind: {WHAT}"))
    elif kind.endswith("List") and isinstance(value.get("items"), list):
        yield from _listed(value, kind.removesuffix("List"), origin, problems)
    elif _group(value, kind) in READ.get(kind, ()):
        yield from _object(value, kind, origin, problems)
    else:
        yield Passed(kind, origin)


def _listed(
    value: Mapping[str, Any], kind: str, origin: Origin, problems: Problems
) -> Iterator[KubeObject | Passed]:
    line = value.lines["items"] if isinstance(value, Lined) else origin.line
    for entry in value["items"]:
        if isinstance(entry, Lined) and entry.lines:
            line = min(entry.lines.values())
        yield from objects_in(entry, origin._replace(line=line), problems, kind)


def _group(value: Mapping[str, Any], kind: str) -> str:
    """The group of an object's API; that of its kind where a List leaves it out."""
    version = value.get("apiVersion", next(iter(READ.get(kind, ())), "") + "/")
    return version.rpartition("/")[0] if isinstance(version, str) else ""


def _object(
    value: Mapping[str, Any], kind: str, origin: Origin, problems: Problems
) -> Iterator[KubeObject]:
    metadata = value.get("metadata")
    names = metadata if isinstance(metadata, Mapping) else {}
    name, namespace = names.get("name"), names.get("namespace") or ""
    for key, text in (("name", name), ("namespace", namespace or "default")):
        if not isinstance(text, str) or not NAME.fullmatch(text):
            problem = f"is no {key} that Kubernetes takes: a-z, 0-9, - and ., at most 253"
            problems.append(Problem(f"{origin}: {kind}, metadata.{key}", problem))
            return
    version = value.get("apiVersion") or USUAL[kind]
    yield KubeObject(version, kind, namespace, str(name), value, origin)


USUAL = {kind: f"{groups[0]}/v1".removeprefix("/") for kind, groups in READ.items()}
