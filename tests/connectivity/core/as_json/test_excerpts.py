"""The long lists of an answer: what is shown of them first, and how much more there is."""

from typing import Any

import pytest

from connectivity.core.as_json.comparison import plain
from connectivity.core.comparison.compare import compare
from connectivity.core.latency.lookup import LatencyCell, LatencySet
from connectivity.core.registered_document import topology
from tests.factories import account, document, flow, price_list, vpc

CELLS = tuple(
    LatencyCell("vpc-peering", "use1-az1", to, us, 1, "published", "2020", "test")
    for to, us in (("use1-az1", 100), ("use1-az2", 400), ("use1-az3", 300))
)
LATENCIES = LatencySet("test", "2020", CELLS)


def many(flows: int) -> dict[str, Any]:
    """Flows of 1, 2, 3… GB to three VPCs; the even ones have addresses that clash."""
    accounts = [account(f"{i:012d}") for i in range(4)]
    azs = ("use1-az1", "use1-az2", "use1-az3")
    vpcs = [vpc("hub", accounts[3]["id"], "10.0.0.0/16", azs=["use1-az1"])]
    for i, az in enumerate(azs):
        cidr = "10.0.0.0/24" if az == "use1-az2" else f"10.{i + 1}.0.0/16"
        vpcs.append(vpc(az, accounts[i]["id"], cidr, azs=[az]))
    rows = [
        flow(**{"name": f"f{i}", "from": "hub", "to": azs[i % 3], "gb_per_month": i + 1})
        for i in range(flows)
    ]
    return document(*rows, accounts=accounts, vpcs=vpcs, services=[])


def peering(doc: dict[str, Any], *include: str) -> dict[str, Any]:
    answer = plain(compare(topology(doc), price_list(), LATENCIES), include=include)
    return next(option for option in answer["answers"] if option["option"] == "vpc-peering")


def test_a_rule_shows_its_twenty_largest_flows_and_counts_the_others() -> None:
    answer = peering(many(90))
    shown = [finding["flow"] for finding in answer["findings"] if finding["rule"] == "PEER-03"]
    assert shown == [f"f{i}" for i in range(88, 28, -3)]
    assert {"rule": "PEER-03", "severity": "hard", "flows": 10} in answer["findings_more"]


def test_every_finding_is_given_where_it_is_asked_for() -> None:
    doc = many(90)
    whole = peering(doc, "findings")
    assert len([finding for finding in whole["findings"] if finding["rule"] == "PEER-03"]) == 30
    assert whole["findings_more"] == []
    short = peering(doc)
    shown = len(short["findings"]) + sum(rule["flows"] for rule in short["findings_more"])
    assert shown == len(whole["findings"])


def test_what_is_impossible_is_never_hidden_behind_what_needs_a_quota() -> None:
    """The hub's 130 small peerings are too many even after an increase; its spokes' are not."""
    hubs = [vpc(f"hub{i}", "111111111111", f"10.{i}.0.0/16") for i in range(2)]
    spokes = [vpc(f"v{i}", "222222222222", f"10.{i + 10}.0.0/16") for i in range(130)]
    flows = [
        flow(**{"name": f"small{i}", "from": f"v{i}", "to": "hub0", "gb_per_month": 1})
        for i in range(130)
    ] + [
        flow(**{"name": f"big{i}", "from": f"v{i}", "to": "hub1", "gb_per_month": 100})
        for i in range(60)
    ]
    doc = document(*flows, vpcs=[*hubs, *spokes], services=[])
    answer = peering(doc)
    shown = [finding for finding in answer["findings"] if finding["rule"] == "PEER-07"]
    assert [finding["severity"] for finding in shown] == ["hard"] * 19 + ["quota"]
    assert shown[19]["flow"].startswith("big")
    more = {
        rule["severity"]: rule["flows"]
        for rule in answer["findings_more"]
        if rule["rule"] == "PEER-07"
    }
    assert more == {"hard": 111, "quota": 59}


def test_two_hundred_headlines_the_slowest_first() -> None:
    answer = peering(many(303))
    assert [headline["us"] for headline in answer["latency"]] == [400] * 101 + [300] * 99
    assert answer["latency_more"] == 103
    assert answer["latency"][0]["us"] == answer["worst_p99_us"]


@pytest.mark.parametrize("include", ["latency", "cells"])
def test_every_headline_is_given_where_it_is_asked_for(include: str) -> None:
    answer = peering(many(303), include)
    assert (len(answer["latency"]), answer["latency_more"]) == (303, 0)


def test_what_is_shown_is_what_the_flow_has() -> None:
    doc = many(9)
    for headline in peering(doc)["latency"]:
        target = next(f["to"] for f in doc["flows"] if f["name"] == headline["flow"])
        assert (headline["to_az"], headline["share"]) == (target, 1.0)
