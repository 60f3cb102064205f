"""POST /api/v1/comparisons/: the contract's answer, for documents and stored topologies."""

import json
from collections import Counter
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from rest_framework.test import APIClient

from advisor.jobs import runner
from advisor.models import Job, Membership, StoredReply, User
from connectivity.actions import create_topology
from connectivity.core.as_json import amounts
from connectivity.core.as_json.amounts import Bound
from connectivity.core.document.parser import read
from connectivity.core.options import OPTIONS
from connectivity.models import Topology
from connectivity.reference import REFERENCE
from tests.broken import BROKEN, OVER_HTTP_ONLY
from tests.factories import document, flow
from tests.product import token_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/comparisons/"


def post(api: APIClient, body: Any, query: str = "", **headers: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body)
    return api.post(URL + query, data, content_type="application/json", headers=headers)


def test_the_reference_case(api: APIClient) -> None:
    response = post(api, {"topology": read(REFERENCE.read_bytes())})
    assert response.status_code == 200
    answer = response.json()
    assert answer["recommended"] == "vpc-peering"
    assert {option["option"]: option["monthly_usd"] for option in answer["answers"]} == {
        "single-vpc": None,
        "vpc-sharing": "0.00",
        "vpc-peering": "0.00",
        "privatelink": "1676.73",
        "transit-gateway": "2121.00",
        "privatelink-resource": None,
        "vpc-lattice": "2578.25",
        "cloud-wan": "2507.90",
        "site-to-site-vpn": None,
        "public-internet": "7407.28",
    }


def test_cells_are_included_when_asked_for(api: APIClient) -> None:
    plain, cells = (
        post(api, {"topology": document()}, query).json()["answers"][0]["latency"]
        for query in ("", "?include=cells")
    )
    assert (len(plain), len(cells)) == (1, 9)


def test_long_lists_are_given_whole_when_asked_for(api: APIClient) -> None:
    topology = document(*(flow(name=f"f{i}", max_idle_seconds=None) for i in range(220)))

    def lengths(query: str) -> tuple[int, int]:
        answers = post(api, {"topology": topology}, query).json()["answers"]
        findings = Counter(
            finding["rule"] for answer in answers[-1:] for finding in answer["findings"]
        )
        return max(findings.values()), len(answers[0]["latency"])

    assert lengths("") == (20, 200)
    assert lengths("?include=findings") == (220, 200)
    assert lengths("?include=latency") == (20, 220)
    assert lengths("?include=findings,latency") == (220, 220)
    assert lengths("?include=findings&include=latency") == (220, 220)


def test_a_job_keeps_what_was_to_be_included(api: APIClient) -> None:
    body = {"topology": document(*(flow(name=f"f{i}") for i in range(220)))}
    job = post(api, body, "?include=latency", Prefer="respond-async").json()
    runner.run(job["id"])
    answer = api.get(f"/api/v1/jobs/{job['id']}/result/").json()
    assert [len(answer["latency"]) for answer in answer["answers"]] == [220] * len(OPTIONS)


def test_what_cannot_be_included_is_refused(api: APIClient) -> None:
    response = post(api, {"topology": document()}, "?include=finding")
    assert response.status_code == 400
    assert response.json()["problems"] == [
        {"path": "include", "problem": "is 'finding'; did you mean 'findings'?"}
    ]
    assert post(api, {"topology": document()}, "?include=cells,").status_code == 400
    assert post(api, {"topology": document()}, "?include=").status_code == 200


def test_a_stored_topology_by_its_uid_and_version(api: APIClient, user: User) -> None:
    version = create_topology(user.team_id, document())
    answer = post(api, {"topology": str(version.topology.uid), "topology_version": 1}).json()
    assert (answer["topology"], answer["topology_version"]) == ("ordinary", 1)


def test_another_teams_topology_is_not_found(api: APIClient, stranger: User) -> None:
    version = create_topology(stranger.team_id, document())
    assert post(api, {"topology": str(version.topology.uid)}).status_code == 404


@pytest.mark.parametrize("uid", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_no_such_topology(api: APIClient, uid: str) -> None:
    assert post(api, {"topology": uid}).status_code == 404


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_document_is_refused_with_its_problems(api: APIClient, name: str) -> None:
    data, expected = BROKEN[name]
    response = api.post("/api/v1/topologies/", data, content_type="application/yaml")
    assert response.status_code == (413 if name in OVER_HTTP_ONLY else 400)
    problems = [
        f"{problem['path']}: {problem['problem']}" for problem in response.json()["problems"]
    ]
    if name == "empty":  # a request without a body is an empty mapping to the framework
        expected = "flows: is required"
    assert any(expected in problem for problem in problems)
    assert not Topology.objects.exists()


def test_problems_of_a_document_have_the_documents_paths(api: APIClient) -> None:
    response = post(api, {"topology": document(flow(to="nowhere"))})
    assert response.status_code == 400
    (problem,) = response.json()["problems"]
    assert problem["path"] == "flows[0].to"


def test_repeated_keys_inside_a_request_are_refused(api: APIClient) -> None:
    body = json.dumps({"topology": document()}).replace('"to": "api"', '"to": "x", "to": "api"')
    response = post(api, body.encode())
    assert response.json() == {
        "problems": [
            {"path": "flows[0].to", "problem": "is written twice in one mapping; keep one"}
        ],
        "request_id": response["X-Request-ID"],
    }


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("topology", "is required")),
        ({"topology": 7}, ("topology", "is the number 7, neither")),
        ([], ("document", "is a list, not a mapping")),
        ({"topology": {}, "options": "privatelink"}, ("options", "not a list")),
        ({"topology": document(), "options": ["peering"]}, ("options", "did you mean")),
        ({"topology": document(), "price_list": "none"}, ("price_list", "there are: shipped")),
        ({"topology": document(), "price_lst": "x"}, ("price_lst", "did you mean 'price_list'")),
        (
            {"topology": document(), "topology_version": 1},
            ("topology_version", "only be given with the uid"),
        ),
    ],
)
def test_a_bad_request_says_where(api: APIClient, body: Any, problem: tuple[str, str]) -> None:
    response = post(api, body)
    assert response.status_code == 400
    problems = response.json()["problems"]
    path, words = problem
    assert any(entry["path"] == path and words in entry["problem"] for entry in problems), problems


def test_only_the_options_asked_for(api: APIClient) -> None:
    body = {"topology": document(), "options": ["privatelink", "vpc-peering"]}
    keys = [answer["option"] for answer in post(api, body).json()["answers"]]
    assert sorted(keys) == ["privatelink", "vpc-peering"]


def test_a_token_that_may_only_read_may_compare(user: User) -> None:
    assert post(token_client(user, "read"), {"topology": document()}).status_code == 200


def test_long_work_becomes_a_job(api: APIClient, user: User, stranger: User) -> None:
    response = post(api, {"topology": document()}, Prefer="respond-async")
    assert response.status_code == 202
    job = response.json()
    assert (job["kind"], job["state"], job["result_url"]) == ("compare", "queued", None)
    runner.run(job["id"])
    done = api.get(f"/api/v1/jobs/{job['id']}/").json()
    assert (done["state"], done["done"], done["total"]) == ("done", *[len(OPTIONS)] * 2)
    answer = api.get(done["result_url"]).json()
    assert answer == post(api, {"topology": document()}).json()
    others = token_client(stranger)
    assert others.get(f"/api/v1/jobs/{job['id']}/").status_code == 404
    assert others.get(done["result_url"]).status_code == 404
    assert others.get("/api/v1/jobs/").json()["count"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"topology": document(flow(to="nowhere"))},
        {"topology": {"x": float("nan")}},
        {"topology": document(), "options": ["nothing"]},
        {"topology": document(), "price_list": "nothing"},
    ],
)
def test_what_cannot_be_done_never_becomes_a_job(api: APIClient, body: Any) -> None:
    assert post(api, body, Prefer="respond-async").status_code == 400
    assert not Job.objects.exists()


def test_a_job_is_started_once_for_a_key(api: APIClient) -> None:
    headers = {"Prefer": "respond-async", "Idempotency-Key": "k"}
    first, second = (post(api, {"topology": document()}, **headers).json() for _ in range(2))
    assert first == second
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"topology": "a", "topology": "b"}',
        b'{"topology": "a", "topology_version": NaN}',
        b'{"topology": "a", "topology_version": 1.5}',
        b'{"topology": "a", "topology_version": 1e300}',
        b'{"\\ud800": 1}',
        b'{"topology": {}}',
        b'{"topology": {"version": 1, "flows": [{}]}}',
    ],
)
def test_the_envelope_is_checked_like_a_document(api: APIClient, body: bytes) -> None:
    assert post(api, body).status_code == 400


def test_what_looks_ahead_over_many_flows_is_a_job_that_brings_it(api: APIClient) -> None:
    whole = post(api, {"topology": document()}, query="?include=ahead").json()
    with patch.dict(amounts.BOUNDS, {"ahead": Bound(0, 10)}):
        answer = post(api, {"topology": document()}, query="?include=ahead")
    assert answer.status_code == 202
    runner.run(answer.json()["id"])
    result = Job.objects.get(uid=answer.json()["id"]).result
    assert result["sensitivity"] == whole["sensitivity"]
    assert result["range"] == whole["range"]


def test_more_than_is_given_at_all_is_refused(api: APIClient) -> None:
    with patch.dict(amounts.BOUNDS, {"cells": Bound(0, 0)}):
        answer = post(api, {"topology": document()}, query="?include=cells")
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem["path"] == "include"
    assert "'cells' is available for up to 0 single flows, and these are 1" in problem["problem"]
    with patch.object(amounts, "COMPARISON", Bound(0, 0)):
        assert post(api, {"topology": document()}).status_code == 400


def test_a_token_that_may_only_read_stores_nothing(user: User) -> None:
    """What it prefers is a preference; where there is no other way it is told so."""
    reader = token_client(user, "read")
    keyed = {"Prefer": "respond-async", "Idempotency-Key": "k"}
    assert post(reader, {"topology": document()}, **keyed).status_code == 200
    with patch.object(amounts, "COMPARISON", Bound(0, 10)):
        refused = post(reader, {"topology": document()}, **keyed)
    assert refused.status_code == 403
    assert "an editor's token with the scope 'write'" in refused.json()["problems"][0]["problem"]
    assert not Job.objects.exists()
    assert not StoredReply.objects.exists()


def test_a_viewer_compares_and_stores_nothing(user: User) -> None:
    writer = token_client(user)
    Membership.objects.filter(user=user).update(role="viewer")
    answer = post(writer, {"topology": document()}, Prefer="respond-async")
    assert (answer.status_code, Job.objects.count()) == (200, 0)


@pytest.mark.parametrize(
    ("is_maker", "role", "scope", "status"),
    [
        (True, "viewer", "write", 204),
        (True, "viewer", "read", 403),
        (True, "editor", "read", 403),
        (False, "viewer", "write", 403),
        (False, "editor", "write", 204),
        (False, "editor", "read", 403),
        (False, "admin", "write", 204),
    ],
)
def test_its_maker_and_editors_may_cancel_a_job(
    user: User, *, is_maker: bool, role: str, scope: str, status: int
) -> None:
    maker = User.objects.create_user("bob")
    job = runner.start("compare", {}, team_id=user.team_id, user_id=maker.pk)
    caller = maker if is_maker else user
    Membership.objects.filter(user=caller).update(role=role)
    assert token_client(caller, scope).delete(f"/api/v1/jobs/{job.uid}/").status_code == status
    job.refresh_from_db()
    assert job.state == ("cancelled" if status == 204 else "queued")


@pytest.mark.parametrize(("is_maker", "status"), [(True, 302), (False, 403)])
def test_a_viewer_cancels_its_own_job_on_its_page(
    client: Client, user: User, *, is_maker: bool, status: int
) -> None:
    viewer = User.objects.create_user("bob")
    Membership.objects.filter(user=viewer).update(role="viewer")
    maker = viewer if is_maker else user
    job = runner.start("compare", {}, team_id=user.team_id, user_id=maker.pk)
    client.force_login(viewer)
    page = client.get(f"/jobs/{job.uid}/").content.decode()
    assert ("Cancel</button>" in page) == is_maker
    assert client.post(f"/jobs/{job.uid}/cancel/").status_code == status


def test_a_job_can_be_cancelled(api: APIClient) -> None:
    uid = post(api, {"topology": document()}, Prefer="respond-async").json()["id"]
    assert api.get(f"/api/v1/jobs/{uid}/result/").status_code == 409
    assert api.delete(f"/api/v1/jobs/{uid}/").status_code == 204
    runner.run(uid)
    assert Job.objects.get(uid=uid).state == "cancelled"


def test_what_lies_ahead_is_included_when_asked_for(api: APIClient) -> None:
    """PrivateLink against Transit Gateway at half and at 1.5 times 1,000 GB."""
    body = {"topology": document(flow(cross_az_share=1))}
    assert "headroom" not in api.post(URL, body, format="json").json()
    answer = api.post(f"{URL}?include=ahead", body, format="json").json()
    traffic = next(row for row in answer["sensitivity"] if row["input"].startswith("Traffic"))
    assert (traffic["at_half_usd"], traffic["at_one_and_a_half_usd"]) == ("10.00", "30.00")
    assert answer["range"][0]["option"] == answer["recommended"]
    assert {"rule": "PEER-07", "full_at_vpcs": 51}.items() <= next(
        row for row in answer["headroom"] if row["rule"] == "PEER-07"
    ).items()


def test_a_policy_that_concerns_nobody_is_named(api: APIClient) -> None:
    topology = document(policies=[{"forbid": "vpc-peering", "between": ["prod", "dev"]}])
    answer = api.post(URL, {"topology": topology}, format="json").json()
    assert answer["assumptions"][0] == (
        "The policy between dev and prod has no effect: no VPC has the environment dev, prod."
    )


def test_a_comparison_has_its_plan(api: APIClient) -> None:
    flows = [flow(name=f"f{i}", gb_per_month=10**i) for i in range(6)]
    plan = post(api, {"topology": document(*flows)}).json()["plan"]
    assert [each["flow"] for each in plan["assignment"]] == [f"f{i}" for i in range(6)]
    assert plan["proven_optimal"]


def test_many_flows_are_planned_by_a_job_where_it_is_asked_for(api: APIClient) -> None:
    many = {"topology": document(*(flow(name=f"f{i}") for i in range(6)))}
    with patch.dict(amounts.BOUNDS, {amounts.PLAN: Bound(5, 10)}):
        assert post(api, many).json()["plan"] is None
        response = post(api, many, "?include=plan")
        assert response.status_code == 202
        runner.run(response.json()["id"])
        job = Job.objects.get(uid=response.json()["id"])
        assert job.result is not None
        assert len(job.result["plan"]["assignment"]) == 6
        assert job.total == 60
