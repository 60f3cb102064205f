"""POST /api/v1/plans/: the cheapest option for each flow, at once or as a job."""

import json
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from rest_framework.test import APIClient

from advisor.api.plans import views
from advisor.jobs import runner
from advisor.models import Job, Membership, StoredReply, User
from connectivity.actions import create_topology
from connectivity.core.as_json import amounts
from connectivity.core.as_json.amounts import Bound
from tests.factories import document, flow
from tests.product import token_client
from tests.thirty_flows import estate

pytestmark = pytest.mark.django_db
URL = "/api/v1/plans/"
SMALL: dict[str, Any] = {"topology": document()}


def post(api: APIClient, body: Any, **headers: str) -> Any:
    return api.post(URL, json.dumps(body), content_type="application/json", headers=headers)


def test_the_plan_of_thirty_flows_is_cheaper_than_every_option_alone(api: APIClient) -> None:
    answer = post(api, {"topology": estate()})
    assert answer.status_code == 200
    plan = answer.json()
    assert (plan["topology"], plan["topology_version"]) == ("acme", None)
    assert plan["proven_optimal"]
    assert plan["gap_usd"] == "0.00"
    assert len(plan["assignment"]) == 30
    feasible = [each for each in plan["baselines"] if each["feasible"] and each["objective_usd"]]
    usd = Decimal(plan["objective_usd"])
    assert all(usd <= Decimal(each["objective_usd"]) for each in feasible)
    alone = [each for each in feasible if each["name"].startswith("all ")]
    assert alone
    assert all(usd < Decimal(each["objective_usd"]) for each in alone)


def test_it_is_the_plan_of_the_comparison(api: APIClient) -> None:
    body = {"topology": estate()}
    compared = api.post("/api/v1/comparisons/", body, format="json").json()
    plan = post(api, body).json()
    assert {key: plan[key] for key in compared["plan"]} == compared["plan"]
    assert plan["assumptions"] == compared["assumptions"]
    assert plan["price_list"] == compared["price_list"]


def test_a_stored_topology_by_its_uid_and_version(
    api: APIClient, user: User, stranger: User
) -> None:
    uid = str(create_topology(user.team_id, document(name="stored")).topology.uid)
    plan = post(api, {"topology": uid, "topology_version": 1}).json()
    assert (plan["topology"], plan["topology_version"]) == ("stored", 1)
    assert post(token_client(stranger), {"topology": uid}).status_code == 404


def test_managed_resources_are_bounded(api: APIClient) -> None:
    free = post(api, {"topology": estate()}).json()
    most = sum(free["objects"].values()) - 1
    fewer = post(api, {"topology": estate(), "max_objects": most}).json()
    assert sum(fewer["objects"].values()) <= most
    assert Decimal(fewer["objective_usd"]) > Decimal(free["objective_usd"])


def test_no_managed_resource_at_all_is_explained(api: APIClient) -> None:
    only = document(flow(options=["vpc-peering", "transit-gateway"]))
    plan = post(api, {"topology": only, "max_objects": 0}).json()
    assert plan["assignment"] is None
    assert plan["infeasible_because"]["flows"] == ["f"]
    assert all(each["remedy"] for each in plan["infeasible_because"]["reasons"])


@pytest.mark.parametrize(
    "changes",
    [
        {"p99_budget_us": 1},
        {
            "policies": [
                {"forbid": [option], "between": ["prod", "prod"], "because": "no"}
                for option in ("vpc-peering", "transit-gateway")
            ],
        },
    ],
)
def test_what_cannot_be_is_named_with_what_would_lift_it(
    api: APIClient, changes: dict[str, Any]
) -> None:
    network = document(flow(options=["vpc-peering", "transit-gateway"]), **changes)
    for vpc in network["vpcs"]:
        vpc["environment"] = "prod"
    answer = post(api, {"topology": network})
    assert answer.status_code == 200
    clash = answer.json()["infeasible_because"]
    assert clash["flows"] == ["f"]
    assert {each["option"] for each in clash["reasons"]} == {"vpc-peering", "transit-gateway"}


def test_one_flow_of_nothing_has_a_plan(api: APIClient) -> None:
    plan = post(api, {"topology": document(flow(gb_per_month=0))}).json()
    assert plan["proven_optimal"]
    assert plan["objective_usd"] == "0.00"


def test_what_lacks_a_price_is_left_out_and_named(api: APIClient) -> None:
    lacking = document(flow(options=["vpc-peering", "site-to-site-vpn"]))
    plan = post(api, {"topology": lacking}).json()
    assert [each["options"] for each in plan["left_out"]] == [["site-to-site-vpn"]]
    assert [each["option"] for each in plan["assignment"]] == ["vpc-peering"]


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        ({"max_objects": -1}, "max_objects", "less than 0"),
        ({"max_objects": 1.5}, "max_objects", "a number of managed resources is a whole number"),
        ({"max_objects": "x"}, "max_objects", "is the text 'x', not a number"),
        ({"max_objects": True}, "max_objects", "is true, not a number"),
        ({"time_limit_s": 0}, "time_limit_s", "is 0; give 1 to 1,800 seconds"),
        ({"time_limit_s": 1801}, "time_limit_s", "manage.py plan takes longer ones"),
        ({"time_limit_s": -1}, "time_limit_s", "less than 0"),
        ({"time_limit_s": "long"}, "time_limit_s", "is the text 'long', not a number"),
        ({"options": ["nothing"]}, "options", "no option is called 'nothing'"),
        ({"price_list": "nothing"}, "price_list", "nothing"),
        ({"max_object": 1}, "max_object", "did you mean 'max_objects'?"),
        ({"topology": 7}, "topology", "neither a document nor the uid of a topology"),
        ({"topology": document(flow(to="nowhere"))}, "flows[0].to", "nowhere"),
    ],
)
def test_a_bad_request_says_where_and_what_instead(
    api: APIClient, body: dict[str, Any], path: str, words: str
) -> None:
    for headers in ({}, {"Prefer": "respond-async"}):
        answer = post(api, SMALL | body, **headers)
        assert answer.status_code == 400
        (problem,) = answer.json()["problems"]
        assert problem["path"] == path
        assert words in problem["problem"]
    assert not Job.objects.exists()


def test_many_flows_are_a_job_with_the_same_plan(api: APIClient, user: User) -> None:
    at_once = post(api, {"topology": estate()}).json()
    with patch.object(amounts, "PLANS", Bound(10, 100)):
        answer = post(api, {"topology": estate(), "time_limit_s": 30})
    assert answer.status_code == 202
    job = answer.json()
    assert (job["kind"], job["state"], job["so_far"]) == ("plan", "queued", None)
    runner.run(job["id"])
    done = api.get(f"/api/v1/jobs/{job['id']}/").json()
    assert (done["state"], done["total"], done["so_far"]) == ("done", 30, None)
    assert api.get(done["result_url"]).json() == at_once


def test_a_job_tells_the_best_plan_so_far(api: APIClient) -> None:
    job = post(api, {"topology": estate()}, Prefer="respond-async").json()
    seen: list[dict[str, Any]] = []
    finish = runner._finish

    def looking(row: Job, state: Job.State, **fields: Any) -> None:
        seen.append(api.get(f"/api/v1/jobs/{job['id']}/").json())
        finish(row, state, **fields)

    with patch.object(runner, "_finish", looking), patch("advisor.jobs.planning.LOOK_S", 0.001):
        runner.run(job["id"])
    (running,) = seen
    assert running["state"] == "running"
    so_far = running["so_far"]
    assert Decimal(so_far["objective_usd"]) > 0
    assert sum(so_far["options"].values()) == 30
    assert so_far["objects"]


def test_what_a_few_seconds_do_not_prove_is_a_job_of_whoever_may_store(
    api: APIClient, user: User
) -> None:
    with patch.object(views, "AT_ONCE_S", 0.0):
        job = post(api, {"topology": estate()})
        short = post(token_client(user, "read"), {"topology": estate()})
    assert job.status_code == 202
    assert short.status_code == 200
    assert (short.json()["outcome"], short.json()["proven_optimal"]) == ("stopped", False)
    assert Decimal(short.json()["gap_usd"]) > 0


def included(api: APIClient, query: str, **body: Any) -> dict[str, Any]:
    """What a job brings."""
    url, sent = f"{URL}?include={query}", json.dumps({"topology": estate()} | body)
    answer = api.post(url, sent, content_type="application/json")
    assert answer.status_code == 202, answer.json()
    runner.run(answer.json()["id"])
    job = api.get(f"/api/v1/jobs/{answer.json()['id']}/").json()
    assert job["state"] == "done", job
    return dict(api.get(job["result_url"]).json())


def test_why_flows_have_their_options(api: APIClient) -> None:
    names = ["labs-us-shop-us-29", "data-us-pay-us-3"]
    plan = included(api, "explanation", explain=names)
    assert [each["flow"] for each in plan["explanation"]] == names
    options = {each["flow"]: each["option"] for each in plan["assignment"]}
    for each in plan["explanation"]:
        assert each["complete"]
        assert each["option"] == options[each["flow"]] != each["next_best"]
        assert Decimal(each["extra_usd"]) > 0
        assert Decimal(each["marginal_usd"]) <= Decimal(each["alone_usd"])
        assert each["flips"]
        for flip in each["flips"]:
            assert (flip["tried"] > flip["now"]) == (" above " in flip["when"])
    peering = plan["explanation"][1]["shared"]
    assert [(thing["what"], thing["usd"]) for thing in peering] == [("peering", "12.00")]


def test_trade_offs_missing_rates_and_the_way_there(api: APIClient) -> None:
    plan = included(api, "frontiers,missing_rates&include=steps", days_per_step=14)
    for points in plan["frontiers"].values():
        assert points[0]["objective_usd"] == plan["objective_usd"]
        costs = [Decimal(point["objective_usd"]) for point in points]
        amounts = [point["amount"] for point in points]
        assert costs == sorted(costs)
        assert amounts == sorted(amounts, reverse=True)
    assert plan["frontiers"]["changes"][-1]["amount"] == 0
    assert plan["frontiers"]["changes"][-1]["options"] == {"transit-gateway": 30}
    rates = plan["missing_rates"]
    assert [{**each, **left} for each, left in zip(rates, plan["left_out"], strict=True)] == rates
    assert any(each["below_usd"] for each in rates)
    way = plan["migration"]
    assert way["days_per_step"] == 14
    assert way["steps"][-1]["objective_usd"] == way["plan_usd"] == plan["objective_usd"]
    assert "explanation" not in plan


@pytest.mark.parametrize(
    ("query", "body", "path", "words"),
    [
        ("explain", {}, "include", "did you mean 'explanation'?"),
        ("explanation", {"explain": ["nobody"]}, "explain[0]", "no flow is called 'nobody'"),
        ("explanation", {"explain": []}, "explain", "is an empty list"),
        ("explanation", {"explain": "f"}, "explain", "not a list"),
        ("explanation", {"explain": [f"f{i}" for i in range(21)]}, "explain", "up to 20 flows"),
        ("steps", {"explain": ["f"]}, "explain", "is only read with ?include=explanation"),
        ("explanation", {"days_per_step": 7}, "days_per_step", "only read with ?include=steps"),
        ("steps", {"days_per_step": 0}, "days_per_step", "less than 1"),
        ("steps", {"days_per_step": 366}, "days_per_step", "more than 365"),
    ],
)
def test_what_cannot_be_included_is_refused(
    api: APIClient, query: str, body: dict[str, Any], path: str, words: str
) -> None:
    url = f"{URL}?include={query}"
    answer = api.post(url, json.dumps(SMALL | body), content_type="application/json")
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["path"]) == (400, path)
    assert words in problem["problem"]
    assert not Job.objects.exists()


def test_what_is_included_is_bounded_and_needs_a_job(api: APIClient, user: User) -> None:
    url, body = f"{URL}?include=frontiers", json.dumps(SMALL)
    with patch.dict(amounts.PLAN_PARTS, frontiers=0):
        answer = api.post(url, body, content_type="application/json")
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["path"]) == (400, "include")
    assert "'frontiers' is available for up to 0 single flows" in problem["problem"]
    assert "manage.py plan" in problem["problem"]
    reader = token_client(user, "read")
    assert reader.post(url, body, content_type="application/json").status_code == 403


def test_a_job_is_started_once_for_a_key(api: APIClient) -> None:
    keyed = {"Prefer": "respond-async", "Idempotency-Key": "k"}
    first, second = (post(api, SMALL, **keyed).json() for _ in range(2))
    assert first == second
    assert Job.objects.count() == 1


def test_who_may_only_read_plans_and_stores_nothing(user: User) -> None:
    reader = token_client(user, "read")
    keyed = {"Prefer": "respond-async", "Idempotency-Key": "k"}
    assert post(reader, SMALL, **keyed).status_code == 200
    with patch.object(amounts, "PLANS", Bound(0, 10)):
        refused = post(reader, SMALL)
    assert refused.status_code == 403
    assert "an editor's token with the scope 'write'" in refused.json()["problems"][0]["problem"]
    Membership.objects.filter(user=user).update(role="viewer")
    assert post(token_client(user), SMALL, Prefer="respond-async").status_code == 200
    assert not Job.objects.exists()
    assert not StoredReply.objects.exists()


def test_more_than_a_server_plans_is_refused_with_what_to_do(api: APIClient) -> None:
    with patch.object(amounts, "PLANS", Bound(0, 0)):
        answer = post(api, SMALL)
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["path"]) == (400, "flows")
    assert problem["problem"].endswith("or run manage.py plan")
