"""Each request has an id: in its answer, in what fails, in its jobs, in what is logged of it."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from advisor import tasks
from advisor.jobs import runner
from advisor.models import Job, User
from advisor.observability import logs
from advisor.web.topologies import views
from tests.factories import document
from tests.product import token_client

MADE = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("given", ["12345678", "a" * 64, "01J.Z9-x_y.Z"])
def test_a_sane_id_is_taken(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "with a blank", "café-1234", "<b>12345678"]
)
def test_another_one_is_replaced(client: Client, given: str) -> None:
    headers = {"X-Request-ID": given} if given else {}
    first = client.get("/healthz", headers=headers)["X-Request-ID"]
    assert MADE.fullmatch(first)
    assert first != client.get("/healthz", headers=headers)["X-Request-ID"]


def test_a_page_that_fails_shows_its_request(signed_in: Client) -> None:
    signed_in.raise_request_exception = False
    with patch.object(views.Topology, "objects", None):
        answer = signed_in.get("/")
    assert answer.status_code == 500
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/nowhere/", 404), ("post", "/account/login/", 403)],
)
def test_a_page_that_is_refused_shows_its_request(
    user: User, method: str, path: str, status: int
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    answer = getattr(client, method)(path, headers={"X-Request-ID": "quoted-by-a-user"})
    assert answer.status_code == status
    assert "<code>quoted-by-a-user</code>" in answer.content.decode()


def test_a_problem_of_the_api_names_its_request(api: APIClient) -> None:
    answer = api.post(reverse("api-topologies"), {"version": 1}, format="json")
    assert answer.status_code == 400
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_what_fails_inside_the_api_is_json_with_its_request(api: APIClient) -> None:
    api.raise_request_exception = False
    with patch("advisor.teams.team_lookup.Job.objects", None):
        answer = api.get(reverse("api-jobs"))
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_line_of_a_request_says_whose_it_is(user: User) -> None:
    token_client(user).get(reverse("api-jobs"), headers={"X-Request-ID": "of-a-script"})
    about = dict(logs.about())
    assert about == {
        "request_id": "of-a-script", "user_id": user.pk, "team_id": user.team_id,
        "route": "api-jobs",
    }  # fmt: skip
    client = Client()
    client.force_login(user)
    client.get("/jobs/", headers={"X-Request-ID": "of-a-browser"})
    assert dict(logs.about()) == about | {"request_id": "of-a-browser", "route": "jobs"}


def test_a_job_carries_the_request_that_made_it(user: User, caplog: Any) -> None:
    logs.begin(request_id="made-the-job")
    arguments = {"document": document(), "options": None, "price_list": None, "include": []}
    with patch.object(runner, "ring"):
        job = runner.start(
            "compare", arguments | {"topology_version": None}, team_id=user.team_id, user_id=user.pk
        )
    seen: dict[str, Any] = {}
    with patch.dict(runner.KINDS, {"compare": lambda *_: seen.update(logs.about()) or {}}):
        tasks.run_job.apply((str(job.uid),))
    assert seen.pop("task_id")
    assert seen == {
        "task": "run-job", "job": "compare", "job_id": str(job.uid), "attempt": 1,
        "request_id": "made-the-job", "team_id": user.team_id, "user_id": user.pk,
    }  # fmt: skip
    assert dict(logs.about()) == {}
    row = Job.objects.get(pk=job.pk)
    assert job.created_at <= row.started_at <= row.finished_at
