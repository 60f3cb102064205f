"""A design as Terraform: one root module, and a module for every account in it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from connectivity.core.handover.decision import Risk
from connectivity.core.handover.modules import (
    Module,
    example,
    joined,
    output_name,
    outputs,
    variable,
)
from connectivity.core.handover.readme import readme
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.plan.design.joined import joined as joined_vpcs
from connectivity.core.plan.design.joined import joining_pairs
from connectivity.core.problems import DocumentRefused, Problem
from connectivity.core.terraform.part import Part, partition
from connectivity.core.terraform.text import block
from connectivity.core.terraform.values import Expression, Input, Nested, Note, Resource, Value

MAX_RESOURCES = 100_000
VERSION = "~> 6.69"  # the first that was checked
TAGS = Input(
    "tags",
    "map(string)",
    "Tags of everything that is made: what your cost reports and policies ask for",
    {"Project": "network"},
)
Bundle = dict[str, str]


def terraform(case: Case, options: Sequence[Option], risks: Sequence[Risk] = ()) -> Bundle:
    """The text of every file, by its path, for an option of each flow.

    The same design gives the same text. Every reference leads to a resource, an input or an
    output of another account that is in it.

    Args:
        risks: what the README says of quotas and conditions.

    Raises:
        DocumentRefused: there would be too many resources for one state of Terraform.
    """
    modules: dict[str, Module] = {}
    notes: dict[Option, list[Note]] = defaultdict(list)
    for option, each in _parts(case, options):
        if isinstance(each, Note):
            notes[option].append(each)
            continue
        modules.setdefault(each.account, Module(each.account)).add(option.key, each)
        _require_few(modules)
    ordered = [modules[account] for account in sorted(modules)]
    files = dict(_root(ordered))
    told = outputs(ordered)
    for module in ordered:
        files |= _files(module, told.get(module.account, []))
    files["README.md"] = readme(case, options, ordered, notes, risks)
    return dict(sorted(files.items()))


def _parts(case: Case, options: Sequence[Option]) -> Iterator[tuple[Option, Resource | Note]]:
    rows: dict[Option, list[int]] = defaultdict(list)
    for row, option in enumerate(options):
        rows[option].append(row)
    network = joined_vpcs(case, joining_pairs(case, options))
    for option in sorted(rows, key=lambda option: option.order):
        ends = network if option.keeps_vpcs else case
        for each in option.resources(Part(ends, rows[option], network)):
            yield option, each


def _require_few(modules: dict[str, Module]) -> None:
    count = sum(len(module.resources) for module in modules.values())
    if count > MAX_RESOURCES:
        raise DocumentRefused(
            [
                Problem(
                    "flows",
                    f"the design needs more than {MAX_RESOURCES:,} resources, too many for one "
                    "state of Terraform: hand over parts of the topology one by one",
                )
            ]
        )


def _files(module: Module, told: Sequence[str]) -> Bundle:
    folder = f"accounts/{module.account}"
    files = {f"{folder}/{key}.tf": joined(texts) for key, texts in module.texts.items()}
    files[f"{folder}/versions.tf"] = _versions()
    if module.inputs or module.given:
        files[f"{folder}/variables.tf"] = module.variables()
    if told:
        files[f"{folder}/outputs.tf"] = joined(told)
    return files


def _versions() -> str:
    aws: Value = {"source": "hashicorp/aws", "version": VERSION}
    body: dict[str, Value] = {
        "required_version": ">= 1.5",
        "required_providers": Nested({"aws": aws}),
    }
    return joined([block("terraform", body)])


def _root(modules: Sequence[Module]) -> Iterator[tuple[str, str]]:
    inputs = {name: each for module in modules for name, each in module.inputs.items()}
    own = [_roles(modules), TAGS]
    wanted = [*own, *(inputs[name] for name in sorted(inputs))] if modules else []
    yield "versions.tf", _versions()
    if modules:
        yield "main.tf", joined([*map(_provider, modules), *map(_call, modules)])
        yield "variables.tf", joined(map(variable, wanted))
        yield "terraform.tfvars.example", example(wanted)


def _roles(modules: Sequence[Module]) -> Input:
    roles: Value = {
        m.account: f"arn:{partition(_home(m))}:iam::{m.account}:role/terraform" for m in modules
    }
    return Input(
        "role_arns",
        "map(string)",
        "The role that Terraform assumes in each account, by account id",
        roles,
    )


def _home(module: Module) -> str:
    """The Region of the provider; each resource names its own."""
    return min((each.region for each in module.resources if each.region), default="us-east-1")


def _provider(module: Module) -> str:
    body: dict[str, Value] = {
        "alias": _alias(module),
        "region": _home(module),
        "allowed_account_ids": [module.account],
        "assume_role": Nested({"role_arn": Expression(f'var.role_arns["{module.account}"]')}),
        "default_tags": Nested({"tags": Expression("var.tags")}),
    }
    return block('provider "aws"', body)


def _alias(module: Module) -> str:
    return f"account_{module.account}"


def _call(module: Module) -> str:
    body: dict[str, Value] = {
        "source": f"./accounts/{module.account}",
        "providers": {"aws": Expression(f"aws.{_alias(module)}")},
    }
    body |= {name: Expression(f"var.{name}") for name in sorted(module.inputs)}
    body |= {
        name: Expression(f"module.account_{given.ref.resource.account}.{output_name(given.ref)}")
        for name, given in sorted(module.given.items())
    }
    return block(f'module "{_alias(module)}"', body)
