"""Documents: what is read, what is refused, and how it is said."""

import json

import pytest
import yaml

from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import parse, topology
from tests.broken import BROKEN, OVER_HTTP_ONLY
from tests.factories import account, document, flow, topology_of, vpc


def problems_of(data: bytes) -> list[str]:
    with pytest.raises(DocumentRefused) as refused:
        parse(data)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("name", sorted(set(BROKEN) - OVER_HTTP_ONLY))
def test_says_what_is_wrong_and_where(name: str) -> None:
    data, expected = BROKEN[name]
    assert any(expected in problem for problem in problems_of(data))


def test_says_every_problem_at_once() -> None:
    doc = document(flow(to="nowhere", gb_per_month=-1, colour="red"), name=3)
    doc["vpcs"][0]["azs"] = ["us-east-1a"]
    paths = [problem.split(":")[0] for problem in problems_of(json.dumps(doc).encode())]
    assert paths == [
        "name",
        "vpcs[0].azs[0]",
        "flows[0].to",
        "flows[0].gb_per_month",
        "flows[0].colour",
    ]


def test_json_and_yaml_say_the_same() -> None:
    doc = document()
    assert parse(json.dumps(doc).encode()) == parse(yaml.safe_dump(doc).encode())


def test_yaml_in_braces_is_read() -> None:
    text = yaml.safe_dump(document(), default_flow_style=True)
    assert text.startswith("{")
    assert parse(text.encode()) == parse(json.dumps(document()).encode())


def test_a_byte_order_mark_is_no_problem() -> None:
    assert parse(b"\xef\xbb\xbf" + json.dumps(document()).encode()).name == "ordinary"


def test_defaults_are_the_contracts() -> None:
    (flow,) = topology_of().flows
    assert (flow.response_share, flow.initiated_by, flow.max_idle_seconds) == (
        0.5,
        "consumer",
        None,
    )
    assert flow.options == OPTIONS.vocabulary.usual
    assert topology_of().hub_account == "111111111111"
    assert topology_of().services[0].azs == ("use1-az1", "use1-az2", "use1-az3")


@pytest.mark.parametrize(
    ("ours", "theirs", "share"),
    [
        (["use1-az1", "use1-az2", "use1-az3"], ["use1-az1", "use1-az2", "use1-az3"], 2 / 3),
        (["use1-az1"], ["use1-az1", "use1-az2", "use1-az3"], 2 / 3),
        (["use1-az1", "use1-az2"], ["use1-az2", "use1-az3"], 3 / 4),
        (["use1-az1"], ["use1-az2"], 1),
    ],
)
def test_without_a_share_traffic_spreads_evenly(
    ours: list[str], theirs: list[str], share: float
) -> None:
    vpcs = [
        vpc("clients", "111111111111", "10.0.0.0/16", azs=ours),
        vpc("orders", "222222222222", "10.1.0.0/16", azs=theirs),
    ]
    assert topology_of(vpcs=vpcs).flows[0].cross_az_share == pytest.approx(share)


def test_one_flow_for_each_vpc_of_a_list() -> None:
    vpcs = [
        *document()["vpcs"],
        vpc("more", "111111111111", "10.2.0.0/16"),
    ]
    network = topology_of(flow(**{"from": ["clients", "more"]}), vpcs=vpcs)
    assert [(flow.name, flow.gb) for flow in network.flows] == [
        ("f/clients", 1000),
        ("f/more", 1000),
    ]


def test_names_of_expanded_flows_are_unique_too() -> None:
    doc = document(flow(**{"from": ["clients"]}), flow(name="f/clients"))
    with pytest.raises(DocumentRefused, match="'f/clients' is in the list already"):
        topology(doc)


def test_notes_and_own_keys_are_kept() -> None:
    doc = document(flow(note="why", **{"x-ticket": 7}), note="all of it")
    assert topology(doc).document == doc


def test_an_empty_flow_list_of_options_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="empty list"):
        topology(document(flow(options=[])))


def test_a_flows_own_budget_wins() -> None:
    own, other = topology_of(flow(p99_budget_us=100), flow(name="g"), p99_budget_us=500).flows
    assert (own.p99_budget_us, other.p99_budget_us) == (100, 500)


def test_accounts_need_not_be_in_an_organization() -> None:
    network = topology_of(
        accounts=[account("111111111111", organization=None), account("222222222222")]
    )
    assert network.accounts[0].organization is None
