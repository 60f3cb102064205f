"""The registry of options: what it refuses, and that documents may name what it has, no more."""

import re
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from connectivity.core.option_parts.option import COLOURS, ObjectKind, Option, Standing
from connectivity.core.options import OPTIONS
from connectivity.core.options.vpc_peering import OPTION as VPC_PEERING
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from connectivity.core.scenarios.what_if import what_if
from tests.conftest import ROOT
from tests.factories import document, flow, topology_of

SATELLITE = replace(VPC_PEERING, key="satellite", name="Satellite", order=99)


def module_of(option: Option) -> ModuleType:
    module = ModuleType(option.key)
    module.OPTION = option  # type: ignore[attr-defined]
    return module


@pytest.fixture
def register() -> Iterator[Any]:
    modules = []

    def add(option: Option) -> None:
        modules.append(module_of(option))
        OPTIONS.add(modules[-1])

    yield add
    for module in modules:
        OPTIONS.remove(module)


@pytest.mark.parametrize(
    "changes", [{"key": "vpc-peering"}, {"name": "VPC peering"}, {"order": 3}], ids=str
)
def test_a_key_name_or_place_that_another_option_has_is_refused(changes: dict[str, Any]) -> None:
    before = tuple(OPTIONS)
    with pytest.raises(ValueError, match="vpc-peering has its key, name or order already"):
        OPTIONS.add(module_of(replace(SATELLITE, **changes)))
    assert tuple(OPTIONS) == before


@pytest.mark.parametrize("colour", [0, COLOURS + 1])
def test_a_colour_that_no_page_has_is_refused(colour: int) -> None:
    with pytest.raises(ValueError, match=f"colour {colour} is none of 1 to 10"):
        replace(SATELLITE, colour=colour)


@pytest.mark.parametrize(
    "changes", [{"standing": Standing.NAMED}, {"why_named": "it is far"}], ids=str
)
def test_an_option_says_why_it_must_be_named_exactly_where_it_must(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="why_named"):
        replace(SATELLITE, **changes)


def test_a_document_names_an_option_only_while_it_is_registered(register: Any) -> None:
    named = document(flow(options=["satellite"], today="satellite"))
    with pytest.raises(DocumentRefused) as refused:
        topology(named)
    assert [problem.path for problem in refused.value.problems] == [
        "flows[0].options[0]",
        "flows[0].today",
    ]
    register(SATELLITE)
    (read,) = topology(named).flows
    assert (read.options, read.today) == ({"satellite"}, "satellite")
    assert [option.key for option in OPTIONS][-1] == "satellite"


def test_a_usual_option_is_allowed_where_a_flow_names_none_and_a_named_one_is_not(
    register: Any,
) -> None:
    register(SATELLITE)
    register(
        replace(
            SATELLITE,
            key="pigeon",
            name="Pigeon",
            order=98,
            standing=Standing.NAMED,
            why_named="it is slow",
        )
    )
    (usual,) = topology_of().flows
    assert "satellite" in usual.options
    assert "pigeon" not in usual.options
    (named,) = topology_of(flow(options=["pigeon"])).flows
    assert named.options == {"pigeon"}


def test_the_baseline_is_compared_and_not_offered_to_a_flow() -> None:
    assert "single-vpc" in OPTIONS.vocabulary.options
    with pytest.raises(DocumentRefused, match="single-vpc"):
        topology_of(flow(options=["single-vpc"]))


def test_an_option_s_own_kind_of_object_has_a_price_of_operations(register: Any) -> None:
    priced = {"operations_usd_per_object": {"dish": 7}}
    with pytest.raises(DocumentRefused, match="dish"):
        topology_of(**priced)
    register(replace(SATELLITE, makes=(ObjectKind("dish", 9),)))
    assert topology_of(**priced).operations_usd == {"dish": 7}
    assert what_if(topology_of(), [("operations:dish", "12")]).topology.operations_usd == {
        "dish": 12
    }


def test_the_document_s_page_names_every_option_and_every_kind_of_object() -> None:
    page = (ROOT / "docs" / "document.md").read_text(encoding="utf-8")
    keys = page.partition("\nOptions have the keys ")[2].partition("\n\n")[0]
    assert re.findall(r"`([a-z-]+)`", keys) == list(OPTIONS.vocabulary.options)
    kinds = page.partition("| `operations_usd_per_object` |")[2].partition("\n")[0]
    assert re.findall(r"`([a-z-]+)`", kinds) == list(OPTIONS.vocabulary.objects)


def test_the_style_sheet_has_a_colour_for_every_series_in_both_themes() -> None:
    sheet = (ROOT / "static/css/advisor.css").read_text(encoding="utf-8")
    for colour in range(1, COLOURS + 1):
        assert sheet.count(f"--series-{colour}:") == 2
    assert f"--series-{COLOURS + 1}:" not in sheet
