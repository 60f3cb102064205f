"""Terraform read back: its blocks, what they refer to, and what the provider's schema says of them.

The schema is that of the provider's bindings for Python, read as text: they are not imported.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hcl2

META = {"for_each", "depends_on"}
ESCAPED = re.compile(r"\$\$\{|%%\{")
INSIDE = re.compile(r"\$\{(.*)\}", re.DOTALL)
REFERENCE = re.compile(r"(?<![\w.\"-])(var|module|aws_[a-z0-9_]+)\.([A-Za-z0-9_-]+)(?:\.(\w+))?")


@dataclass
class Folder:
    """The blocks of one folder, by kind and name."""

    resources: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    providers: list[dict[str, Any]] = field(default_factory=list)


def read(files: dict[str, str]) -> dict[str, Folder]:
    """Every folder of a bundle, by its path; a name that is there twice fails."""
    folders: dict[str, Folder] = {}
    for path, text in files.items():
        if path.endswith(".tf"):
            _put(folders.setdefault(str(Path(path).parent), Folder()), _blocks(text))
    return folders


@cache
def _blocks(text: str) -> dict[str, Any]:
    return hcl2.loads(text)


def _put(folder: Folder, blocks: dict[str, Any]) -> None:
    for each in blocks.get("resource", []):
        ((kind, named),) = each.items()
        ((name, body),) = named.items()
        _once(folder.resources, (kind.strip('"'), name.strip('"')), body)
    for kind, target in (
        ("variable", folder.variables),
        ("output", folder.outputs),
        ("module", folder.modules),
    ):
        for each in blocks.get(kind, []):
            ((name, body),) = each.items()
            _once(target, name.strip('"'), body)
    folder.providers += [each['"aws"'] for each in blocks.get("provider", [])]


def _once(target: dict[Any, Any], key: Any, body: dict[str, Any]) -> None:
    assert key not in target, key
    target[key] = body


def references(value: Any) -> Iterator[tuple[str, str, str]]:
    """What a value refers to: variables, modules' outputs, resources' attributes."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key != "providers":
                yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, str):
        text = ESCAPED.sub("", value)
        inside = INSIDE.search(text)
        for match in REFERENCE.finditer(inside[1] if inside else ""):
            yield match[1], match[2], match[3] or ""


def _bindings(kind: str) -> str:
    spec = find_spec("cdktn_provider_aws")
    assert spec, "the provider's bindings are not installed"
    assert spec.origin, spec
    path = Path(spec.origin).parent / kind.removeprefix("aws_") / "__init__.py"
    assert path.exists(), f"{kind} is no resource of the provider"
    return path.read_text(encoding="utf-8")


def provider_version() -> str:
    """Of the provider whose schema is read, without its last number."""
    version = re.search(r"hashicorp/aws/(\d+\.\d+)\.\d+", _bindings("aws_vpc"))
    assert version
    return version[1]


@dataclass
class Schema:
    """The arguments of a resource or of a block in it."""

    required: set[str]
    optional: set[str]
    blocks: dict[str, "Schema"]
    attributes: set[str] = field(default_factory=set)


@cache
def schema(kind: str) -> Schema:
    """What the provider says of a kind of resource."""
    tree = ast.parse(_bindings(kind))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    own = next(
        node
        for node in classes.values()
        if any("TerraformResource" in ast.unparse(base) for base in node.bases)
    )
    whole = _arguments(classes, own)
    whole.attributes = {node.name for node in own.body if isinstance(node, ast.FunctionDef)} | {
        "id"
    }
    return whole


def _arguments(classes: dict[str, ast.ClassDef], own: ast.ClassDef) -> Schema:
    begin = next(n for n in own.body if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    whole = Schema(set(), set(), {})
    for argument, default in zip(begin.args.kwonlyargs, begin.args.kw_defaults, strict=True):
        (whole.required if default is None else whole.optional).add(argument.arg)
        named = {
            each.value
            for each in ast.walk(argument.annotation or ast.Constant(None))
            if isinstance(each, ast.Constant) and each.value in classes
        }
        for name in named:
            whole.blocks[argument.arg] = _arguments(classes, classes[name])
    return whole


def problems(kind: str, body: dict[str, Any]) -> list[str]:
    """What the provider would refuse in a resource."""
    return list(_problems(kind, {k: v for k, v in body.items() if k not in META}, schema(kind)))


def _problems(place: str, body: dict[str, Any], known: Schema) -> Iterator[str]:
    body = {key: value for key, value in body.items() if key != "__is_block__"}
    yield from (f"{place}: {each} is missing" for each in known.required - body.keys())
    yield from (f"{place}: no {each}" for each in body.keys() - known.required - known.optional)
    for key, value in body.items():
        blocks = value if isinstance(value, list) else [value]
        are_blocks = [isinstance(each, dict) and "__is_block__" in each for each in blocks]
        if any(are_blocks) and key not in known.blocks:
            yield f"{place}.{key} is no block"
        elif any(are_blocks):
            for each in blocks:
                yield from _problems(f"{place}.{key}", each, known.blocks[key])
