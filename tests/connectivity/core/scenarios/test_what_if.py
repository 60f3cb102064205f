"""What-if values: read, refused, applied, and the same as a document written that way."""

from typing import Any
from unittest.mock import patch

import pytest

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencySet
from connectivity.core.registered_document import topology
from connectivity.core.scenarios import inputs
from connectivity.core.scenarios.what_if import WhatIf, what_if
from tests.factories import document, flow, price_list, vpc


def asked(doc: dict[str, Any], **values: Any) -> WhatIf:
    return what_if(topology(doc), [(key, str(value)) for key, value in values.items()])


def two_flows(**changes: Any) -> dict[str, Any]:
    return document(
        flow(name="one", gb_per_month=1000, connections_per_second=30),
        flow(name="two", gb_per_month=3000, cross_az_share=0.25),
        **changes,
    )


def flows_of(result: WhatIf) -> dict[str, Any]:
    return {flow.name: flow for flow in result.topology.flows}


def test_the_traffic_of_all_flows_keeps_its_proportions() -> None:
    result = asked(two_flows(), gb="8,000")
    assert [flow.gb for flow in result.topology.flows] == [2000, 6000]
    (change,) = result.changes
    assert (change.key, change.was, change.value) == ("gb", 4000, 8000)


def test_traffic_from_nothing_is_spread_evenly() -> None:
    doc = document(flow(name="one", gb_per_month=0), flow(name="two", gb_per_month=0))
    assert [flow.gb for flow in asked(doc, gb=100).topology.flows] == [50, 50]


def test_single_flows_are_changed_after_all_flows() -> None:
    result = what_if(
        topology(two_flows()), [("gb:one", "5"), ("gb", "8000"), ("crossing:two", "50")]
    )
    flows = flows_of(result)
    assert (flows["one"].gb, flows["two"].gb, flows["two"].cross_az_share) == (5, 6000, 0.5)
    assert [change.key for change in result.changes] == ["gb", "gb:one", "crossing:two"]
    assert result.changes[1].was == 2000


def test_a_value_that_is_the_topologys_own_is_no_change() -> None:
    network = topology(document(flow(name="one"), flow(name="two", gb_per_month=5)))
    own = what_if(network, [], flow="two")
    texts = [(key, f"{value:.10g}") for key, value in {**own.values, **own.flow_values}.items()]
    result = what_if(network, texts)
    assert (result.changes, result.problems) == ((), [])
    assert result.topology is network


def test_the_crossing_share_leaves_flows_without_a_choice_alone() -> None:
    far = vpc("far", "222222222222", "10.2.0.0/16", azs=["use1-az6"])
    doc = document(flow(name="near"), flow(name="forced", to="far"))
    doc["vpcs"].append(far)
    flows = flows_of(asked(doc, crossing=10))
    assert (flows["near"].cross_az_share, flows["forced"].cross_az_share) == (0.1, 1.0)


def test_fewer_azs_are_those_that_most_vpcs_have() -> None:
    doc = document()
    doc["vpcs"][0]["azs"] = ["use1-az6", "use1-az2", "use1-az1"]
    doc["vpcs"][0]["subnets"] = [
        {"az": "use1-az6", "cidr": "10.0.0.0/24"},
        {"az": "use1-az1", "cidr": "10.0.1.0/24"},
    ]
    doc["services"][0]["azs"] = ["use1-az1", "use1-az2"]
    result = asked(doc, azs=1)
    assert [vpc.azs for vpc in result.topology.vpcs] == [("use1-az1",), ("use1-az1",)]
    assert result.topology.services[0].azs == ("use1-az1",)
    assert result.topology.vpcs[0].subnets == 1


def test_operations_have_a_price_for_each_kind_of_object() -> None:
    result = what_if(topology(document()), [("operations:peering", "250")])
    answer = plain(compare(result.topology, price_list(), LatencySet("none", "", ())))
    peering = next(option for option in answer["answers"] if option["option"] == "vpc-peering")
    assert peering["operations_usd"] == "250.00"


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("gb", "much", "'much' is not a number"),
        ("gb", "nan", "'nan' is not a number"),
        ("gb", "1_0", "'1_0' is not a number"),
        ("gb", "1,5", "'1,5' is not a number; write it like 1024, 1,024 or 0.5"),
        ("gb", "-1", "-1 is not between 0 and"),
        ("gb", "1e400", "1e400 is not between"),
        ("crossing", "101", "101 is not between 0 and 100 % of the GB"),
        ("azs", "4", "4 is not between 1 and 3 AZs"),
        ("azs", "1.5", "1.5 is not a whole number of AZs"),
        ("azs:one", "1", "cannot be changed for one flow"),
        ("gb:onn", "1", "no flow is called 'onn'; did you mean 'one'?"),
        (
            "operations:pering",
            "1",
            "no resource to manage is called 'pering'; did you mean 'peering'?",
        ),
        ("connections:one", "1e9", "is not between 0 and 100,000,000 a second"),
    ],
)
def test_what_cannot_be_changed_is_said_and_the_rest_is_done(
    key: str, text: str, words: str
) -> None:
    result = what_if(topology(two_flows()), [(key, text), ("gb:two", "7")])
    (problem,) = result.problems
    assert problem.path == key
    assert words in problem.problem
    assert flows_of(result)["two"].gb == 7


def test_a_change_that_the_document_refuses_is_not_made() -> None:
    doc = document(flow(connection_seconds=1000))
    result = asked(doc, connections=1e8)
    assert result.changes == ()
    assert "open connections" in result.problems[0].problem
    assert result.topology.flows[0].connections_per_second == 0


def test_a_flow_from_several_vpcs_is_changed_for_each() -> None:
    doc = document(flow(name="many", **{"from": ["clients", "more"]}))
    doc["vpcs"].append(vpc("more", "111111111111", "10.5.0.0/16"))
    result = what_if(topology(doc), [("gb:many", "10"), ("unknown", "1"), ("crossing", "")])
    assert [flow.gb for flow in result.topology.flows] == [10, 10]


def test_a_what_if_answers_as_a_document_written_that_way() -> None:
    written = two_flows()
    written["flows"][0] |= {"gb_per_month": 500, "cross_az_share": 0.4}
    result = what_if(topology(two_flows()), [("gb:one", "500"), ("crossing:one", "40")])
    none = LatencySet("none", "", ())
    assert plain(compare(result.topology, price_list(), none)) == plain(
        compare(topology(written), price_list(), none)
    )


def test_a_mean_of_several_shares_is_nobodys_own() -> None:
    doc = document(flow(name="one", cross_az_share=0), flow(name="two", cross_az_share=1))
    result = asked(doc, crossing=50)
    assert [flow.cross_az_share for flow in result.topology.flows] == [0.5, 0.5]


def test_where_nothing_flows_the_share_is_that_of_the_flows() -> None:
    doc = document(flow(gb_per_month=0))
    assert asked(doc).values["crossing"] == pytest.approx(100 * 2 / 3)
    result = asked(doc, gb=1000, crossing=0)
    assert (result.topology.flows[0].gb, result.topology.flows[0].cross_az_share) == (1000, 0)


def test_fewer_azs_come_before_what_depends_on_them() -> None:
    doc = document()
    assert asked(doc, azs=1).values["crossing"] == 0
    both = asked(doc, azs=2, crossing="66")
    assert [change.key for change in both.changes] == ["azs", "crossing"]
    assert both.topology.flows[0].cross_az_share == pytest.approx(0.66)
    impossible = asked(doc, azs=1, crossing="66")
    assert [change.key for change in impossible.changes] == ["azs"]
    assert "the share is fixed" in impossible.problems[0].problem


def far_and_near() -> dict[str, Any]:
    """A flow from three VPCs: one may cross AZs, one must, one is in another Region."""
    doc = document(
        flow(**{"from": ["clients", "forced", "far"]}),
        flow(name="one", **{"from": "inside"}, to="shop"),
    )
    ireland = {"region": "eu-west-1", "azs": ["euw1-az1"]}
    doc["vpcs"] += [
        vpc("forced", "111111111111", "10.2.0.0/16", azs=["use1-az6"]),
        vpc("far", "111111111111", "10.3.0.0/16", **ireland),
        vpc("inside", "111111111111", "10.4.0.0/16", azs=["use1-az2"]),
    ]
    doc["services"].append({"name": "shop", "vpc": "orders", "port": 1, "azs": ["use1-az2"]})
    return doc


def test_a_share_reaches_every_consumer_that_has_a_choice_and_the_others_are_named() -> None:
    result = asked(far_and_near(), crossing=25)
    shares = {flow.name: flow.cross_az_share for flow in result.topology.flows}
    assert shares == {"f/clients": 0.25, "f/far": 0.25, "f/forced": 1.0, "one": 0.0}
    assert sorted(result.unmoved) == ["f/far", "f/forced", "one"]
    (note,) = result.notes
    assert note.startswith(
        "The cross-AZ share stays unchanged for f/far, f/forced, one: cross-Region"
    )
    assert (result.problems, [change.key for change in result.changes]) == ([], ["crossing"])
    assert topology(result.topology.document).flows == result.topology.flows
    costs = plain(compare(result.topology, price_list(), LatencySet("none", "", ())))["answers"]
    peering = next(cost for cost in costs if cost["option"] == "vpc-peering")
    between = [line for line in peering["lines"] if "Cross-AZ over peering" in line["what"]]
    assert sum(float(line["usd"]) for line in between) == pytest.approx(5 + 20)


def test_a_flow_that_was_taken_apart_is_still_changed_as_one() -> None:
    network = topology(far_and_near())
    texts = [("crossing", "25"), ("gb:f", "10"), ("crossing:f", "50"), ("connections:f", "2")]
    result = what_if(network, texts)
    flows = {flow.name: flow for flow in result.topology.flows}
    of_f = [flow for flow in flows.values() if flow.name.startswith("f/")]
    assert {flow.gb for flow in of_f} == {10.0}
    assert {flow.connections_per_second for flow in of_f} == {2.0}
    assert flows["f/clients"].cross_az_share == 0.5
    assert flows["f/forced"].cross_az_share == 1.0
    assert [change.key for change in result.changes] == [
        "crossing",
        "gb:f",
        "crossing:f",
        "connections:f",
    ]


def test_a_share_that_fewer_azs_make_impossible_becomes_what_is_left_and_is_said() -> None:
    doc = document(
        flow(gb_per_month=102_400, cross_az_share=0.5),
        flow(name="spread"),
        flow(name="apart", cross_az_share=0.25, to="other"),
    )
    doc["vpcs"][0]["azs"] = doc["vpcs"][1]["azs"] = ["use1-az1", "use1-az2"]
    doc["vpcs"] += [
        vpc("third", "222222222222", "10.2.0.0/16", azs=["use1-az2", "use1-az3"]),
        vpc("fourth", "222222222222", "10.3.0.0/16", azs=["use1-az1"]),
        vpc("fifth", "222222222222", "10.4.0.0/16", azs=["use1-az1"]),
    ]
    doc["services"].append({"name": "other", "vpc": "third", "port": 1})
    result = asked(doc, azs=1)
    shares = {flow.name: flow.cross_az_share for flow in result.topology.flows}
    assert shares == {"f": 0.0, "spread": 0.0, "apart": 1.0}
    told = [(change.key, change.was, change.value) for change in result.followed]
    assert told == [("crossing:f", 50, 0), ("crossing:apart", 25, 100)]
    (note,) = result.notes
    assert note.endswith("changes: f (50 % to 0 %), apart (25 % to 100 %).")
    assert asked(doc, azs=2).notes == []


def test_the_result_counts_every_change() -> None:
    result = what_if(topology(two_flows()), [("gb:one", "50"), ("crossing:two", "0")])
    assert result.values["gb"] == 4000
    assert result.result["gb"] == 3050
    assert result.result["crossing"] == pytest.approx(100 * 50 * 2 / 3 / 3050)


@pytest.mark.parametrize("key", ["crossing", "crossing:f"])
def test_without_a_choice_the_crossing_share_cannot_be_changed(key: str) -> None:
    doc = document(flow(), vpcs=None)
    apart = [vpc | {"azs": [f"use1-az{i + 1}"]} for i, vpc in enumerate(document()["vpcs"])]
    result = what_if(topology(doc | {"vpcs": apart}), [(key, "10")])
    assert result.changes == ()
    assert "the share is fixed" in result.problems[0].problem


def test_a_refused_change_leaves_the_others() -> None:
    doc = document(flow(connection_seconds=1000))
    result = asked(doc, connections=1e8, gb=5)
    assert [change.key for change in result.changes] == ["gb"]
    assert result.topology.flows[0].gb == 5
    assert "open connections" in result.problems[0].problem


def test_however_many_changes_are_refused_the_document_is_read_twice_at_most() -> None:
    flows = [flow(name=f"f{i}", connection_seconds=1000 if i < 40 else 0) for i in range(50)]
    wrong = {f"connections:f{i}": "1e8" for i in range(40)}
    right = {f"connections:f{i}": "5" for i in range(40, 50)}
    with patch.object(inputs, "validated", wraps=inputs.validated) as read:
        result = what_if(topology(document(*flows)), [*wrong.items(), *right.items()])
    assert read.call_count == 2
    assert {change.key for change in result.changes} == set(right)
    assert len(result.problems) == len(wrong)
    assert all(problem.path.partition(",")[0] in wrong for problem in result.problems)


def test_more_gb_than_can_be_together_are_refused_and_the_rest_is_done() -> None:
    result = asked(document(flow(), flow(name="g")), **{"gb:f": 8e11, "gb:g": 8e11, "azs": 1})
    assert [change.key for change in result.changes] == ["azs"]
    assert {problem.path for problem in result.problems} == {"gb:f, flows", "gb:g, flows"}


def test_a_hundred_changes_are_made_at_once_and_more_are_a_problem() -> None:
    flows = [flow(name=f"f{i}") for i in range(101)]
    result = what_if(topology(document(*flows)), [(f"gb:f{i}", "5") for i in range(101)])
    assert len(result.changes) == 100
    assert "are 101: the first 100 are applied" in result.problems[0].problem
