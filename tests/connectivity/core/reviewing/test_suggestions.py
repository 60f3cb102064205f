"""Which reviews a topology suggests, and reviews put into its document and taken out."""

from typing import Any

import pytest

from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from connectivity.core.reviewed_document import reviewed, tightest_first
from connectivity.core.reviewing.carrying import stated_inputs, with_review
from connectivity.core.reviewing.suggestions import FACTS, suggested
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.workloads import LISTS, Carrier
from connectivity.core.reviews import REVIEWS
from tests.topologies import document, flow

SERVICE, FLOW = Carrier("service", "api"), Carrier("flow", "f")
BUSY = {"connections_per_second": 20, "connection_seconds": 30}
NAT = {"connections_per_second": 100, "connection_seconds": 30, "max_idle_seconds": 60}


def of(*flows: dict[str, Any], **service: Any) -> dict[str, Any]:
    described = document(*flows)
    described["services"][0] |= service
    topology(described)
    return described


def told(described: dict[str, Any]) -> list[tuple[Carrier, str]]:
    return [(each.carrier, each.review.key) for each in suggested(described, REVIEWS)]


@pytest.mark.parametrize(
    ("changes", "service", "expected"),
    [
        ({}, {}, set()),
        (BUSY, {}, {"conntrack", "dns", "listen-backlog", "security-groups"}),
        (BUSY, {"protocol": "udp"}, {"conntrack", "dns", "security-groups"}),
        ({"requests_per_second": 5}, {}, {"deployment"}),
        ({"requests_per_second": 5}, {"protocol": "http"}, {"deployment", "slow-clients"}),
        ({"peak_gbps": 3}, {}, {"ec2-limits"}),
        ({"today": "privatelink"}, {}, {"nlb"}),
        ({}, {"existing_nlb": True}, {"nlb"}),
    ],
)
def test_a_service_suggests_what_its_flows_say_of_it(
    changes: dict[str, Any], service: dict[str, Any], expected: set[str]
) -> None:
    assert set(told(of(flow(**changes), **service))) == {(SERVICE, key) for key in expected}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"today": "public-internet"}, "nat"), ({"max_idle_seconds": 40}, "tcp-timeouts")],
)
def test_a_flow_suggests_what_its_way_and_its_silence_say(
    changes: dict[str, Any], expected: str
) -> None:
    assert told(of(flow(**changes))) == [(FLOW, expected)]


def test_why_has_the_figures_of_all_flows_and_what_is_carried_is_not_suggested() -> None:
    flows = [flow(**BUSY), flow(**BUSY, name="g", today="privatelink")]
    described = of(*flows)
    because = {each.review.key: each.because for each in suggested(described, REVIEWS)}
    assert because["conntrack"] == "Hosts track 40 connections a second of 30 s."
    assert "nlb" not in because  # the other flow goes another way
    described["services"][0]["reviews"] = {"conntrack/night": {"memory_gib": 4}}
    assert (SERVICE, "conntrack") not in told(described)


def test_every_suggestion_names_facts_and_words_that_there_are() -> None:
    for review in REVIEWS.values():
        for suggestion in review.suggestions:
            assert suggestion.carrier in LISTS
            assert review.formula(suggestion.when).names <= set(FACTS)
            suggestion.because.format(**dict.fromkeys(FACTS, 1))


def test_a_review_is_put_in_changed_and_taken_out_where_it_stands() -> None:
    before = of(flow(**BUSY))
    for carrier, place in ((SERVICE, "services"), (FLOW, "flows"), (Carrier(), "")):
        carried = with_review(before, carrier, "nat/a", {"addresses": 2})
        entry = carried[place][0] if place else carried
        assert entry["reviews"] == {"nat/a": {"addresses": 2}}
        assert stated_inputs(carried, carrier, "nat/a") == {"addresses": 2}
        assert stated_inputs(carried, carrier, "nat") is None
        more = with_review(carried, carrier, "dns", {"lookups_per_second": 1})
        changed = with_review(more, carrier, "nat/a", {"addresses": 3})
        entry = changed[place][0] if place else changed
        assert list(entry["reviews"].items()) == [
            ("nat/a", {"addresses": 3}),
            ("dns", {"lookups_per_second": 1}),
        ]
        without = before if place else {**before, "reviews": {}}  # by which it stays one of reviews
        assert with_review(carried, carrier, "nat/a", None) == without
    assert "reviews" not in str(before)  # nothing is changed in place


def test_a_service_that_is_gone_is_refused_with_its_name() -> None:
    with pytest.raises(DocumentRefused) as refused:
        with_review(of(flow()), Carrier("service", "gone"), "nat", {})
    assert str(refused.value).startswith("service gone: is not in this version any more")


def test_what_asks_comes_first_then_the_tightest_and_no_load_last() -> None:
    reviews = {
        "nat/none": {**NAT, "connections_per_second": 0, "max_idle_seconds": 0},
        "nat/some": {**NAT, "max_idle_seconds": 100},
        "nat/odd": {**NAT, "keepalive_seconds": 240_000},
        "nat/most": {**NAT, "max_idle_seconds": 700},
        "nat/same": {**NAT, "max_idle_seconds": 100},
    }
    answered = reviewed({"version": 1, "name": "n", "reviews": reviews}, Tables({}))
    ranked = [each.stated_as for each, _ in tightest_first(answered)]
    assert ranked == ["nat/odd", "nat/most", "nat/some", "nat/same", "nat/none"]


def test_which_inputs_follow_from_flows_is_told() -> None:
    described = of(flow(**BUSY), reviews={"nat": {"connection_seconds": 9, "addresses": None}})
    (asked,) = reviewed(described, Tables({})).asked
    assert (asked.carrier, asked.stated_as, asked.name) == (SERVICE, "nat", "nat/api")
    assert asked.from_flows == {"connections_per_second"}
    assert asked.inputs == {"connections_per_second": 20, "connection_seconds": 9}
