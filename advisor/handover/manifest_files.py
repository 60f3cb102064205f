"""The files of reviewed manifests: patches, and a document with what is still to be given."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

PATCHES = "patches"
WORKLIST = "worklist.yaml"
KUSTOMIZATION = f"{PATCHES}/kustomization.yaml"
ROLLED_OUT = (
    "## Patches of your manifests, one workload first",
    "",
    "Each names in its head what it does, why, and its command. All of them at once: put your "
    f"manifests into `{PATCHES}/manifests.yaml`; `kubectl kustomize {PATCHES}` prints them "
    "patched. What is called unsafe is no part of that: the kubelet must allow its sysctls first. "
    "It holds all that the other patch of its object does.",
    "",
)


def manifest_files(name: str, manifests: Mapping[str, Any]) -> dict[str, bytes]:
    """The content of every file by its path.

    Args:
        manifests: of an answer, as plain values.
    """
    files = _patches(manifests["patches"])
    if manifests["worklist"]:
        files[WORKLIST] = _worklist(name, manifests["worklist"]).encode()
    return files


def _patches(patches: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The patches, and a kustomization of those that need nobody's leave."""
    files = {f"{PATCHES}/{patch['name']}": patch["text"].encode() for patch in patches}
    safe = [patch for patch in patches if not patch["unsafe"]]
    if safe:
        content = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": ["manifests.yaml", *(p["name"] for p in safe if p["new"])],
            "patches": [{"path": patch["name"]} for patch in safe if not patch["new"]],
        }
        files[KUSTOMIZATION] = yaml.safe_dump(content, sort_keys=False).encode()
    return files


def _worklist(name: str, worklist: Iterable[Mapping[str, Any]]) -> str:
    """A document of reviews without values: what is not filled in stays not given."""
    lines = [
        "# Fill in what you know, and give it beside the manifests:",
        f"# manage.py review manifests.yaml {WORKLIST}",
        "version: 1",
        f"name: {json.dumps(name)}",
        "reviews:",
    ]
    by_review: dict[str, list[Mapping[str, Any]]] = {}
    for entry in worklist:
        by_review.setdefault(entry["set"].rpartition(".")[0], []).append(entry)
    for review, entries in by_review.items():
        lines.append(f"  {review}:")
        lines += [f"    {entry['set'].rpartition('.')[2]}: # {_words(entry)}" for entry in entries]
    return "\n".join(lines) + "\n"


def _words(entry: Mapping[str, Any]) -> str:
    unit = f"{entry['unit']}, " if entry["unit"] else ""
    choice = f"{', '.join(entry['words'])}: " if entry["words"] else ""
    why = f"; {entry['why']}" if entry["why"] else ""
    return f"{unit}{choice}{entry['asks']}{why}"
