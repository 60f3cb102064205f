"""POST /api/v1/reviews/: what breaks first, of a document, a topology or a stored one."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from advisor.models import User
from connectivity.actions import create_topology
from connectivity.core.document.parser import read
from tests.conftest import ROOT
from tests.factories import document, flow
from tests.manifests import service, text_of, workload
from tests.product import token_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/reviews/"
EXAMPLE = read((ROOT / "connectivity" / "data" / "reviews-example.yaml").read_bytes())
NAT = {"connections_per_second": 100, "connection_seconds": 30, "keepalive_seconds": 240_000}


def post(api: APIClient, body: Any) -> Any:
    return api.post(URL, json.dumps(body), content_type="application/json")


def of(**reviews: Any) -> dict[str, Any]:
    return {"version": 1, "name": "checks", "reviews": reviews}


def test_the_example_is_answered(api: APIClient) -> None:
    answer = post(api, {"document": EXAMPLE})
    assert answer.status_code == 200
    told = answer.json()
    assert [review["review"] for review in told["reviews"]] == list(EXAMPLE["reviews"])
    nat = told["reviews"][0]
    assert (nat["first"], nat["at"]) == ("idle", pytest.approx(350 / 600))
    assert nat["numbers"]["active_connections"] == 45_000
    assert {"number": "ports", "formula": "55000 * addresses", "filled": "55000 * 2",
            "value": 110_000} in nat["working"]  # fmt: skip
    of_all = [(finding["review"], finding["id"]) for finding in told["findings"]]
    assert ("nat/payments", "nat-idle") in of_all
    assert len(of_all) == sum(len(review["findings"]) for review in told["reviews"])


def test_an_odd_input_is_a_question_until_it_is_confirmed(api: APIClient) -> None:
    asked = post(api, {"document": of(nat=NAT)}).json()["reviews"][0]
    assert [question["input"] for question in asked["questions"]] == ["keepalive_seconds"]
    assert (asked["numbers"], asked["limits"], asked["first"]) == ({}, [], None)
    confirm = ["nat.keepalive_seconds"]
    taken = post(api, {"document": of(nat=NAT), "confirm": confirm}).json()["reviews"][0]
    assert taken["questions"] == []
    assert taken["first"] == "idle"


def test_only_what_is_asked_for(api: APIClient) -> None:
    told = post(api, {"document": EXAMPLE, "only": ["dns", "nat/payments"]}).json()
    assert [review["review"] for review in told["reviews"]] == ["nat/payments", "dns"]


def test_a_stored_topology_of_the_own_team(api: APIClient, user: User, stranger: User) -> None:
    carried = document(flow(connections_per_second=10, connection_seconds=60))
    carried["flows"][0]["reviews"] = {"nat": {"addresses": 2}}
    uid = str(create_topology(user.team_id, carried).topology.uid)
    told = post(api, {"document": uid}).json()
    assert told["reviews"][0]["review"] == f"nat/{carried['flows'][0]['name']}"
    assert told["reviews"][0]["numbers"]["active_connections"] == 600
    assert post(token_client(stranger), {"document": uid}).status_code == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "document"),
        ({"document": 5}, "document"),
        ({"document": of(nut={})}, "reviews.nut"),
        ({"document": of(nat={**NAT, "addresses": "two"})}, "reviews.nat.addresses"),
        ({"document": of(nat=NAT), "only": ["dns/x"]}, "only"),
        ({"document": of(nat=NAT), "confirm": ["nat.x"]}, "confirm"),
        ({"document": of(nat=NAT), "sure": True}, "sure"),
        ({"document": {"version": 1, "name": "n", "flows": []}}, "accounts"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(
    api: APIClient, body: Any, path: str
) -> None:
    answer = post(api, body)
    assert answer.status_code == 400
    assert path in [problem["path"] for problem in answer.json()["problems"]]


def test_numbers_that_are_none_are_refused(api: APIClient) -> None:
    text = json.dumps({"document": of(nat=NAT)}).replace("100", "NaN")
    assert api.post(URL, text, content_type="application/json").status_code == 400


def test_numbers_beyond_every_float_are_refused(api: APIClient) -> None:
    inputs = {"connections_per_second": 1e155, "connection_seconds": 3e150, "memory_gib": 8}
    confirm = [f"conntrack.{name}" for name in inputs]
    answer = post(api, {"document": of(conntrack=inputs), "confirm": confirm})
    assert answer.status_code == 400
    paths = [problem["path"] for problem in answer.json()["problems"]]
    assert "reviews.conntrack.connection_seconds" in paths


def test_too_many_flows_are_refused(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectivity.core.as_json import amounts

    monkeypatch.setattr(amounts, "COMPARISON", amounts.Bound(1, 2))
    answer = post(api, {"document": document(flow(), flow(name="g"))})
    assert answer.status_code == 400
    assert "run manage.py review" in answer.json()["problems"][0]["problem"]


def manifests(*more: str, **fields: Any) -> str:
    return "---\n".join([text_of(workload(**fields), service()), *more])


def test_manifests_are_answered_with_what_was_read_asked_and_advised(api: APIClient) -> None:
    told = post(api, {"manifests": manifests(spec__replicas=3)}).json()
    assert told["reviews"][0]["review"] == "deployment/web"
    grace = next(r for r in told["manifests"]["readings"] if r["input"] == "grace_seconds")
    assert (grace["value"], grace["from"], grace["file"]) == (30, "default", "manifests")
    asked = [entry["set"] for entry in told["manifests"]["worklist"]]
    assert "deployment/web.longest_request_seconds" in asked
    names = [patch["name"] for patch in told["manifests"]["patches"]]
    assert names == ["deployment-web.yaml", "poddisruptionbudget-web.yaml"]


def test_what_manifests_do_not_state_is_set_or_stands_in_a_document_beside(api: APIClient) -> None:
    body = {
        "manifests": manifests(),
        "document": of(deployment={"longest_request_seconds": 9, "requests_per_second": 5}),
        "set": {"deployment/web.requests_per_second": 50},
        "only": ["deployment"],
    }
    told = post(api, body).json()
    (review,) = told["reviews"]
    assert review["inputs"]["requests_per_second"] == 50
    assert review["inputs"]["longest_request_seconds"] == 9
    assert told["manifests"]["worklist"] == []
    dns = post(api, {"document": of(dns={}), "set": {"dns.lookups_per_second": 4}}).json()
    assert dns["reviews"][0]["inputs"]["lookups_per_second"] == 4
    assert "manifests" not in dns


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"manifests": 5}, "manifests"),
        ({"manifests": "kind: [\n"}, "manifests, document 1, line 2, column 1"),
        ({"manifests": manifests(), "document": "an-uid"}, "document"),
        ({"manifests": manifests(), "document": {"version": 1}}, "name"),
        ({"manifests": manifests(), "set": [1]}, "set"),
        ({"manifests": manifests(), "set": {"grace_seconds": 1}}, "set"),
        ({"manifests": manifests(), "set": {"deployment/web.grace": 1}}, "deployment/web.grace"),
        (
            {"manifests": manifests(spec__replicas="3")},
            "manifests, document 1, line 18: Deployment web, spec.replicas",
        ),
    ],
)
def test_manifests_that_cannot_be_used_are_refused_with_their_place(
    api: APIClient, body: Any, path: str
) -> None:
    answer = post(api, body)
    assert answer.status_code == 400
    assert path in [problem["path"] for problem in answer.json()["problems"]]
