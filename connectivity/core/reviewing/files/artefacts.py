"""Artefacts from text, YAML and Terraform with holes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from connectivity.core.reviewing.files.holes import (
    NothingToGive,
    filled,
    formula,
    formulas,
    named_in,
    within,
)
from connectivity.core.reviewing.review import Artefact, Kind, Values
from connectivity.core.terraform.text import block
from connectivity.core.terraform.values import Expression, Input, Ref
from connectivity.core.terraform.values import Value as Argument

Block = tuple[str, Mapping[str, Any]]
"""Of Terraform: the head, such as `resource "aws_eip" "nat"`, and its arguments."""


def text_file(
    name: str, kind: Kind, purpose: str, check: str, template: str, *, when: str = "True"
) -> Artefact:
    """A file of lines."""
    return _artefact(name, kind, purpose, check, template, str, when)


def yaml_file(
    name: str, kind: Kind, purpose: str, check: str, documents: Sequence[Any], *, when: str = "True"
) -> Artefact:
    """A file of YAML documents."""
    return _artefact(name, kind, purpose, check, documents, _yaml, when)


def terraform_file(
    name: str, purpose: str, check: str, blocks: Sequence[Any], *, when: str = "True"
) -> Artefact:
    """A file of Terraform: its blocks, and a variable for every input in them."""
    return _artefact(name, Kind.TERRAFORM, purpose, check, blocks, _terraform, when)


def _artefact(
    name: str,
    kind: Kind,
    purpose: str,
    check: str,
    content: Any,
    write: Callable[[Any], str],
    when: str,
) -> Artefact:
    def text(known: Values) -> str | None:
        try:
            if not formula(when).holds(known):
                return None
            return write(filled(content, known)).rstrip("\n") + "\n"
        except (NothingToGive, ArithmeticError, ValueError):
            return None

    names = dict.fromkeys(
        name
        for each in (when, *formulas(content), *named_in(purpose), *named_in(check))
        for name in sorted(formula(each).names)
    )
    return Artefact(name, kind, purpose, check, text, tuple(names))


def _yaml(documents: Any) -> str:
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    # Each is written by itself, so that what two share stands in both and not behind an anchor.
    texts = [
        yaml.dump(each, Dumper=dumper, sort_keys=False, width=100, allow_unicode=True)
        for each in documents
    ]
    return "---\n".join(texts)


def _terraform(blocks: Any) -> str:
    asked = dict.fromkeys(each for each in within(blocks) if isinstance(each, Input))
    written = [block(head, body, _refers) for head, body in blocks]
    return "\n\n".join([*map(_variable, asked), *written])


def _variable(asked: Input) -> str:
    body: dict[str, Argument] = {"description": asked.description, "type": Expression(asked.type)}
    return block(f'variable "{asked.name}"', body)


def _refers(to: Ref | Input) -> str:
    if isinstance(to, Input):
        return f"var.{to.name}"
    return f"{to.resource.address}.{to.attribute}"
