"""Kubernetes' strategic merge, by the merge keys in Kubernetes' own schema."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

RELEASE = "1.37.0"
KEY = "x-kubernetes-patch-merge-key"
Manifest = dict[str, Any]


@cache
def _definitions() -> Manifest:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{RELEASE}-local-strict"
    loaded: Manifest = json.loads((folder / "_definitions.json").read_text())["$defs"]
    return loaded


def patched(manifest: Manifest, patch: Manifest) -> Manifest:
    """A manifest with a patch merged into it, as kubectl patch does."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    place = f".{(group.split('.')[0] or 'core')}.{version}.{manifest['kind']}"
    schema = next(value for name, value in _definitions().items() if name.endswith(place))
    merged: Manifest = _merged(manifest, patch, schema)
    return merged


def _merged(before: Any, after: Any, schema: Manifest) -> Any:
    schema = _resolved(schema)
    if isinstance(before, dict) and isinstance(after, dict):
        fields = schema.get("properties", {})
        joined = {
            key: _merged(before[key], value, fields.get(key, {})) if key in before else value
            for key, value in after.items()
        }
        return {k: v for k, v in {**before, **joined}.items() if v is not None}
    key = schema.get(KEY)
    if isinstance(before, list) and isinstance(after, list) and key:
        entries = {entry[key]: entry for entry in before}
        for entry in after:
            entries[entry[key]] = _merged(entries.get(entry[key], {}), entry, schema["items"])
        return list(entries.values())
    return after


def _resolved(schema: Manifest) -> Manifest:
    reference = schema.get("$ref")
    return _definitions()[reference.rpartition("/")[2]] if reference else schema
