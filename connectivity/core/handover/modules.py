"""Resources sorted into a module an account, with what the modules have to tell each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from connectivity.core.terraform.text import block, plain, value_text
from connectivity.core.terraform.values import (
    Expression,
    Input,
    Nested,
    Ref,
    Resource,
    Value,
)


class Given(NamedTuple):
    """An attribute of one account's resource that another account's module is given."""

    variable: str
    ref: Ref


class Module:
    """The resources of one account."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.inputs: dict[str, Input] = {}
        self.given: dict[str, Given] = {}
        self.texts: dict[str, list[str]] = defaultdict(list)  # by the option's key
        self.resources: list[Resource] = []

    def add(self, key: str, resource: Resource) -> None:
        """Write a resource, and keep what it refers to."""
        waits = [
            *resource.after,
            *(
                each
                for ref in references(resource.body.values())
                if isinstance(ref, Ref) and ref.resource.account == self.account
                for each in ref.after
            ),
        ]
        body: dict[str, Value] = dict(resource.body)
        if resource.region is not None:
            first = {"for_each": body.pop("for_each")} if "for_each" in body else {}
            body = first | {"region": resource.region} | body
        if waits:
            addresses = dict.fromkeys(each.address for each in waits if each is not resource)
            body["depends_on"] = [Expression(address) for address in addresses]
        head = f'resource "{resource.type}" "{resource.name}"'
        self.resources.append(resource)
        self.texts[key].append(block(head, body, self._resolve))

    def _resolve(self, reference: Ref | Input) -> str:
        if isinstance(reference, Input):
            self.inputs[reference.name] = reference
            return f"var.{reference.name}"
        thing = reference.resource
        if thing.account == self.account:
            return f"{thing.address}.{reference.attribute}"
        variable = f"account_{thing.account}_{output_name(reference)}"
        before = self.given.get(variable)
        after = dict.fromkeys((*(before.ref.after if before else ()), *reference.after))
        self.given[variable] = Given(variable, reference._replace(after=tuple(after)))
        return f"var.{variable}"

    def variables(self) -> str:
        """The declarations of what the module is given."""
        inputs = [variable(each) for _, each in sorted(self.inputs.items())]
        given = [_given(each) for _, each in sorted(self.given.items())]
        return joined([*inputs, *given])


def output_name(ref: Ref) -> str:
    """What the owner's module calls an attribute that others need."""
    return f"{ref.resource.type.removeprefix('aws_')}_{ref.resource.name}_{ref.attribute}"


def references(values: Iterable[Value]) -> Iterator[Ref | Input]:
    """Everything that some values refer to, however deep."""
    for value in values:
        if isinstance(value, Ref | Input):
            yield value
        elif isinstance(value, Expression):
            yield from references(value.parts)
        elif isinstance(value, Nested):
            yield from references(value.body.values())
        elif isinstance(value, dict):
            yield from references(value.values())
        elif isinstance(value, list):
            yield from references(value)


def variable(each: Input) -> str:
    """The declaration of an input."""
    body: dict[str, Value] = {"description": each.description, "type": Expression(each.type)}
    if each.check is not None:
        condition, message = each.check
        holds = Expression(condition.replace("%s", f"var.{each.name}"))
        body["validation"] = Nested(
            {"condition": holds, "error_message": f"{each.name}: {message}."}
        )
    return block(f'variable "{each.name}"', body)


def _given(each: Given) -> str:
    thing = each.ref.resource
    words = (
        f"The {each.ref.attribute} of {thing.address} of account {thing.account}: its output "
        f"{output_name(each.ref)}"
    )
    body: dict[str, Value] = {"description": words, "type": Expression("string")}
    return block(f'variable "{each.variable}"', body)


def outputs(modules: Iterable[Module]) -> dict[str, list[str]]:
    """By account the declarations of what other modules need of it."""
    needed: dict[tuple[str, str], list[Ref]] = defaultdict(list)
    for module in modules:
        for given in module.given.values():
            needed[given.ref.resource.account, output_name(given.ref)].append(given.ref)
    blocks: dict[str, list[str]] = defaultdict(list)
    for (account, name), refs in sorted(needed.items()):
        blocks[account].append(_output(name, refs))
    return blocks


def _output(name: str, refs: list[Ref]) -> str:
    thing, attribute, _ = refs[0]
    body: dict[str, Value] = {
        "description": f"For other accounts: the {attribute} of {thing.address}",
        "value": Expression(f"{thing.address}.{attribute}"),
    }
    waits = dict.fromkeys(each.address for ref in refs for each in ref.after)
    if waits:
        body["depends_on"] = [Expression(address) for address in sorted(waits)]
    return block(f'output "{name}"', body)


def joined(blocks: Iterable[str]) -> str:
    """Blocks as a file."""
    return "\n\n".join(blocks) + "\n"


def example(inputs: Iterable[Input]) -> str:
    """Values to replace, each below what it is."""
    return joined(
        f"# {plain(each.description)}\n{each.name} = {value_text(each.example)}" for each in inputs
    )
