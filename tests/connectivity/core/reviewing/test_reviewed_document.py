"""Documents of reviews, and topologies that carry them."""

from typing import Any

import pytest

from connectivity.core.problems import DocumentRefused
from connectivity.core.registered_document import topology
from connectivity.core.reviewed_document import reviewed
from connectivity.core.reviewing.tables import Tables
from connectivity.core.reviewing.workloads import MAX_REVIEWS, to_service
from tests.topologies import document, flow

TABLES = Tables({})
NAT = {"connections_per_second": 100, "connection_seconds": 30, "max_idle_seconds": 60}


def of(reviews: Any, **more: Any) -> dict[str, Any]:
    return {"version": 1, "name": "checks", "reviews": reviews, **more}


def problems(document: Any, **asked: Any) -> list[str]:
    with pytest.raises(DocumentRefused) as refused:
        reviewed(document, TABLES, **asked)
    return [str(problem) for problem in refused.value.problems]


def test_reviews_are_answered_in_their_order_with_their_labels() -> None:
    told = reviewed(of({"nat/payments": NAT, "nat": NAT}), TABLES)
    assert [answer.name for answer in told.answers] == ["nat/payments", "nat"]


def test_only_some_by_key_or_name() -> None:
    told = of({"nat/payments": NAT, "nat": NAT})
    assert len(reviewed(told, TABLES, only=["nat"]).answers) == 2
    (only,) = reviewed(told, TABLES, only=["nat/payments"]).answers
    assert only.name == "nat/payments"
    assert problems(told, only=["nut"]) == [
        "only: 'nut' is not in the document; did you mean 'nat'?"
    ]


def test_confirmed_is_one_input_of_one_review() -> None:
    odd = {**NAT, "keepalive_seconds": 240_000}
    told = of({"nat/a": odd, "nat/b": odd})
    answers = reviewed(told, TABLES, confirmed=["nat/b.keepalive_seconds"]).answers
    assert [bool(answer.questions) for answer in answers] == [True, False]
    assert problems(told, confirmed=["nat.keepalive_seconds"])[0].startswith(
        "confirm: 'nat.keepalive_seconds' is not in the document"
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"nut": NAT}, "reviews.nut: no review is called 'nut'; did you mean 'nat'?"),
        ({"nat": {**NAT, "adresses": 2}}, "reviews.nat.adresses: is no input of this review"),
        ({"nat": {}}, "reviews.nat.connections_per_second: is required: new connections"),
        ({"nat": {**NAT, "addresses": True}}, "reviews.nat.addresses: is True, not a number"),
        ({"nat": {**NAT, "addresses": -1}}, "reviews.nat.addresses: is -1; it cannot be negative"),
        ({"nat": {**NAT, "addresses": 10**400}}, "reviews.nat.addresses: is not a finite number"),
        ({"nat": [1]}, "reviews.nat: is not a mapping of inputs"),
        ({"nat/": NAT}, "reviews.nat/: a label has 1 to 200 printable characters"),
        (
            {"nlb": {"connections": 1, "connections_per_second": 1, "targets": 0}},
            "reviews.nlb.targets: is 0, and divides",
        ),
        (
            {"ebs": {"volume_type": "io1", "size_gib": 10, "iops": 5}},
            "reviews.ebs.provisioned_iops: is required where volume_type == 'io1'",
        ),
        (
            {"ebs": {"volume_type": "gp4", "size_gib": 10, "iops": 5}},
            "reviews.ebs.volume_type: is 'gp4'; did you mean 'gp3'?",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(given: Any, told: str) -> None:
    assert problems(of(given))[0].startswith(told)


def test_all_problems_are_told_at_once() -> None:
    told = problems({"version": 2, "reviews": {"nat": {"addresses": "two"}}, "rewiews": 1})
    assert [problem.partition(":")[0] for problem in told] == [
        "version",
        "name",
        "rewiews",
        "reviews.nat.connections_per_second",
        "reviews.nat.connection_seconds",
        "reviews.nat.addresses",
    ]


def test_a_zero_that_divides_comes_before_a_question() -> None:
    inputs = {"connections": 1, "connections_per_second": 1, "targets": 0, "azs": 99}
    assert "divides" in problems(of({"nlb": inputs}))[0]


def test_too_many_reviews_are_refused() -> None:
    many = {f"nat/{i}": NAT for i in range(MAX_REVIEWS + 1)}
    assert "at most 1,000" in problems(of(many))[0]


def test_a_question_says_what_the_value_is_and_how_it_came_about() -> None:
    told = reviewed(of({"nat": {**NAT, "keepalive_seconds": 240_000}}), TABLES)
    (question,) = told.answers[0].questions
    assert question.asks == "240,000 s is 2 d 18 h 40 min; 240 s, given in ms?"
    share = {**NAT, "destination_share": 40}
    (question,) = reviewed(of({"nat": share}), TABLES).answers[0].questions
    assert question.asks == "40 is outside 0 to 1; 0.4, given in %?"


def test_a_service_is_reviewed_with_the_flows_to_it() -> None:
    flows = [
        flow(name="a", connections_per_second=10, connection_seconds=60, max_idle_seconds=5),
        flow(name="b", connections_per_second=30, connection_seconds=20, peak_gbps=2),
    ]
    carried = document(*flows)
    service = carried["services"][0]
    service["reviews"] = {"nat": {"addresses": 3}, "nat/night": {"connections_per_second": 1}}
    carried["flows"][1]["reviews"] = {"nat": None}
    topology(carried)
    told = {answer.name: answer.given.values for answer in reviewed(carried, TABLES).answers}
    name = service["name"]
    assert list(told) == [f"nat/{name}", f"nat/{name}/night", "nat/b"]
    day = told[f"nat/{name}"]
    assert (day["connections_per_second"], day["connection_seconds"]) == (40, 30)
    assert (day["max_idle_seconds"], day["peak_gbps"], day["addresses"]) == (5, 2, 3)
    assert told[f"nat/{name}/night"]["connections_per_second"] == 1
    assert told["nat/b"]["connections_per_second"] == 30
    assert told["nat/b"]["max_idle_seconds"] is None


def test_a_topology_whose_reviews_cannot_be_used_is_refused() -> None:
    carried = document(flow())
    carried["services"][0]["reviews"] = {"nat": {"addresses": "two"}, "dnss": {}}
    with pytest.raises(DocumentRefused) as refused:
        topology(carried)
    assert [problem.path for problem in refused.value.problems] == [
        "services[0].reviews.dnss",
        "services[0].reviews.nat.connections_per_second",
        "services[0].reviews.nat.connection_seconds",
        "services[0].reviews.nat.addresses",
    ]


def test_what_no_flow_says_is_not_given() -> None:
    assert to_service({"flows": [{"to": "api", "from": "a"}]}, "api") == {}
    assert to_service({"flows": [{"to": "api", "connection_seconds": 9}]}, "api") == {
        "connection_seconds": 9
    }
