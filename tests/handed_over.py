"""Designs that are handed over as Terraform, and what must hold of every one."""

import random
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import hcl2

from connectivity.core.network.planned_network import Case, case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.plan.design.joined import joined, joining_pairs
from connectivity.core.registered_document import topology
from tests.connectivity.core.plan.instances import instance
from tests.factories import account, case_of, flow, vpc
from tests.terraform_reading import Folder, problems, read, references, schema

OFFERED = [option for option in OPTIONS if option.key != "single-vpc"]


def estate(**changes: Any) -> Case:
    """Three accounts in two Organizations, two Regions, every protocol, what flows need."""
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16"),
        vpc("orders", "222222222222", "10.1.0.0/16", cidrs=["10.1.0.0/16", "2600:1f18::/56"]),
        vpc("near", "222222222222", "10.2.0.0/16", cidrs=["10.2.0.0/16", "2600:1f19::/56"]),
        vpc("far", "333333333333", "10.3.0.0/16", region="us-east-2", azs=["use2-az1"]),
    ]
    protocols = ("tcp", "udp", "tls", "http")
    services = [
        {"name": f"s-{each}", "vpc": "orders", "port": 443, "protocol": each} for each in protocols
    ]
    services.append({"name": "old", "vpc": "orders", "port": 5432, "existing_nlb": True})
    flows = [
        flow(name=f"{source}-{each['name']}", **{"from": source, "to": each["name"]})
        | {"needs": ["private-dns", "sg-reference"]}
        for source in ("clients", "near", "far")
        for each in services
    ]
    owners = [
        account("111111111111"),
        account("222222222222"),
        account("333333333333", organization=None),
    ]
    return case_of(*flows, accounts=owners, vpcs=vpcs, services=services, **changes)


def all_with(each: Case, key: str) -> list[Option]:
    return [OPTIONS.by_key[key]] * len(each.flows)


def mixed(seed: int) -> tuple[Case, list[Option]]:
    """A random estate, and for each flow any option that carries it, as routes allow."""
    dice = random.Random(seed)  # noqa: S311  not a secret
    whole = case(topology(instance(seed)))
    able = {option: option.carries(whole.flows) for option in OFFERED}
    chosen: list[Option] = [
        dice.choice([option for option in OFFERED if able[option][row]])
        for row in range(len(whole.flows))
    ]
    network = joined(whole, joining_pairs(whole, chosen))
    routed: dict[int, Option] = {}
    for row, pair in enumerate(network.pair.tolist()):
        if network.flows.consumer.vpc[row] == network.flows.provider.vpc[row]:
            chosen[row] = OPTIONS.by_key["vpc-sharing"]  # nothing leads out of the VPC
        elif chosen[row].takes_route:
            option = routed.setdefault(pair, chosen[row])
            chosen[row] = option if able[option][row] else OPTIONS.by_key["transit-gateway"]
    return whole, chosen


def require_sound(files: dict[str, str]) -> dict[str, Folder]:
    folders = read(files)
    for path, folder in folders.items():
        _require_declared(path, folder, folders)
        for (kind, name), body in folder.resources.items():
            assert problems(kind, body) == [], name
    root = folders["."]
    assert set(root.modules) == {f"account_{p[9:]}" for p in folders if p != "."}
    assert _example(files) == root.variables.keys()
    tuple(TopologicalSorter(_graph(folders)).static_order())
    return folders


def _require_declared(path: str, folder: Folder, folders: dict[str, Folder]) -> None:
    blocks = [folder.resources, folder.outputs, folder.modules, folder.providers]
    used = set(references(blocks if path != "." else [folder.modules, folder.providers]))
    names = {name for kind, name, _ in used if kind == "var"}
    assert names == folder.variables.keys(), path
    for declared in folder.variables.values():
        assert len(declared["description"]) > 20
        assert "type" in declared
    for kind, name, attribute in used - {each for each in used if each[0] == "var"}:
        if kind == "module":
            assert attribute in folders[f"accounts/{name[8:]}"].outputs
            continue
        assert (kind, name) in folder.resources, f"{path}: {kind}.{name}"
        assert not attribute or attribute in schema(kind).attributes, f"{kind}.{attribute}"
    for name, body in folder.modules.items():
        given = body.keys() - {"source", "providers", "__is_block__"}
        assert given == folders[f"accounts/{name[8:]}"].variables.keys()
        assert {each["alias"] for each in folder.providers} >= {f'"{name}"'}


def _example(files: dict[str, str]) -> set[str]:
    read_back = hcl2.loads(files.get("terraform.tfvars.example", ""))
    return {name for name in read_back if not name.startswith("__")}


def _graph(folders: dict[str, Folder]) -> dict[Any, set[Any]]:
    """What Terraform has to do before what, over all modules."""
    graph: dict[Any, set[Any]] = {}
    for path, folder in folders.items():
        for (kind, name), body in folder.resources.items():
            graph[path, kind, name] = {(path, k, n) for k, n, _ in references(body)}
        for name, body in folder.outputs.items():
            graph[path, "output", name] = {(path, k, n) for k, n, _ in references(body)}
    for module, body in folders["."].modules.items():
        for argument, value in body.items():
            graph[f"accounts/{module[8:]}", "var", argument] = {
                (f"accounts/{name[8:]}", "output", output)
                for kind, name, output in references(value)
                if kind == "module"
            }
    return graph


def routes_of(folder: Folder, variable: str) -> Iterator[tuple[list[str], dict[str, Any]]]:
    for (kind, _), body in folder.resources.items():
        if kind == "aws_route" and f"var.{variable}." in body["for_each"]:
            yield re.findall(r'"([0-9a-f.:]+/\d+)"', body["for_each"]), body


def of(folders: dict[str, Folder], kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Every resource of a kind, with its account."""
    return [
        (path.removeprefix("accounts/"), body)
        for path, folder in folders.items()
        for (each, _), body in folder.resources.items()
        if each == kind
    ]


def only(folders: dict[str, Folder], kind: str) -> tuple[str, dict[str, Any]]:
    """The one resource of a kind, with its account."""
    (each,) = of(folders, kind)
    return each
