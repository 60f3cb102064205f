"""Every error of the API has one form, whoever answers it."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.product import token_client

pytestmark = pytest.mark.django_db


def problems(answer: Any) -> list[str]:
    assert answer["Content-Type"].startswith("application/json"), answer["Content-Type"]
    assert answer.json().keys() == {"problems", "request_id"}
    assert answer.json()["request_id"] == answer["X-Request-ID"]
    return [f"{problem['path']}: {problem['problem']}" for problem in answer.json()["problems"]]


def test_whoever_is_not_known_is_told_so(client: Client) -> None:
    answer = client.get("/api/v1/jobs/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")
    assert problems(answer) == ["request: Authentication credentials were not provided."]


def test_a_method_that_there_is_not_is_told_with_those_that_there_are(api: APIClient) -> None:
    answer = api.post("/api/v1/jobs/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert problems(answer) == ['request: Method "POST" not allowed.']


def test_an_address_that_there_is_not_is_told_in_json(client: Client) -> None:
    answer = client.get("/api/v1/nothing/")
    assert answer.status_code == 404
    assert "/api/v1/schema/ lists all" in problems(answer)[0]


def test_a_host_that_is_not_ours_is_told_in_json(api: APIClient) -> None:
    answer = api.get("/api/v1/jobs/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in problems(answer)[0]


def test_a_page_keeps_its_pages_of_errors(client: Client) -> None:
    answer = client.get("/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_a_body_of_another_kind_is_told_in_json(api: APIClient) -> None:
    answer = api.post("/api/v1/comparisons/", "x", content_type="text/plain")
    assert answer.status_code == 415
    assert problems(answer) == ['request: Unsupported media type "text/plain" in request.']


def test_an_answer_that_nobody_makes_is_refused_in_json(api: APIClient) -> None:
    answer = api.get("/api/v1/jobs/", HTTP_ACCEPT="text/csv")
    assert answer.status_code == 406
    assert problems(answer) == ["request: Could not satisfy the request Accept header."]


@pytest.mark.parametrize(
    "query", ["page=0", "page=last", "page=1.0", "page=%20", "page_size=201", "page_size=-1"]
)
def test_a_page_is_a_whole_number_within_bounds(api: APIClient, query: str) -> None:
    answer = api.get(f"/api/v1/jobs/?{query}")
    assert answer.status_code == 400
    assert problems(answer)[0].startswith(query.split("=")[0])


def test_a_page_beyond_the_last_is_not_found(api: APIClient) -> None:
    answer = api.get("/api/v1/jobs/?page=2")
    assert answer.status_code == 404
    assert "Invalid page" in problems(answer)[0]


@pytest.mark.parametrize("text", ["null", "1", "TRUE", ""])
def test_a_flag_is_true_or_false(api: APIClient, text: str) -> None:
    answer = api.get("/api/v1/health/findings/", {"all": text})
    assert answer.status_code == 400
    assert problems(answer) == [f"all: is {text!r}, neither true nor false"]


def test_options_of_every_address_say_what_it_takes(user: Any) -> None:
    for path in ("/api/v1/docs/", "/api/v1/schema/", "/api/v1/jobs/"):
        answer = token_client(user).options(path)
        assert (answer.status_code, answer["Allow"]) == (200, "GET, HEAD, OPTIONS"), path
        assert "json" in answer["Content-Type"] or "openapi" in answer["Content-Type"]


def test_the_documentation_refuses_in_json(client: Client) -> None:
    answer = client.get("/api/v1/docs/")
    assert answer.status_code == 401
    assert problems(answer)


@pytest.mark.parametrize("regions", [[{}], [None], [["eu-west-1"]], [1]])
def test_a_region_is_a_text(api: APIClient, regions: list[Any]) -> None:
    answer = api.post("/api/v1/prices/fetches/", {"regions": regions}, format="json")
    assert answer.status_code == 400
    assert "is not a known Region" in problems(answer)[0]


@pytest.mark.parametrize("text", ["", "2026-11-26", "2026-11-26T09:30:00", "yesterday"])
def test_a_moment_says_its_offset(api: APIClient, text: str) -> None:
    answer = api.get("/api/v1/topologies/", {"updated_after": text})
    assert answer.status_code == 400
    assert problems(answer)[0].startswith("updated_after")
