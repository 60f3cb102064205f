"""A plan that is handed over as a download: by the API and on the page."""

import io
import zipfile
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from advisor.models import User
from connectivity.actions import create_topology, save_topology
from tests.factories import document, flow, vpc
from tests.handed_over import require_sound

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(user: User) -> UUID:
    """A topology of two versions, with another traffic each."""
    uid = create_topology(user.team_id, document(flow(gb_per_month=100))).topology.uid
    save_topology(user.team_id, uid, document(flow(gb_per_month=200)))
    return uid


def many(count: int) -> dict[str, Any]:
    return document(*(flow(name=f"f{i}") for i in range(count)))


def files_of(response: Any, name: str) -> dict[str, bytes]:
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == f'attachment; filename="{name}.zip"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        files = {path: archive.read(path) for path in archive.namelist()}
    assert all(path.startswith(f"{name}/") for path in files)
    return {path.removeprefix(f"{name}/"): content for path, content in files.items()}


def test_a_script_gets_terraform_a_table_and_two_pages(api: APIClient, stored: UUID) -> None:
    response = api.get(reverse("api-hand-over", args=[stored]))
    files = files_of(response, f"hand-over-{str(stored)[:8]}-v2")
    assert {"plan.csv", "decision.pdf", "terraform/README.md"} <= files.keys()
    texts = {
        path.removeprefix("terraform/"): content.decode()
        for path, content in files.items()
        if ".tf" in path
    }
    require_sound(texts)
    assert files["decision.pdf"].startswith(b"%PDF")
    assert b'"200.000"' in files["plan.csv"]


def test_an_older_version_is_handed_over_when_it_is_named(api: APIClient, stored: UUID) -> None:
    response = api.get(reverse("api-hand-over", args=[stored]), {"version": "1"})
    files = files_of(response, f"hand-over-{str(stored)[:8]}-v1")
    assert b'"100.000"' in files["plan.csv"]


@pytest.mark.parametrize(
    ("accepted", "status"),
    [("application/zip", 200), ("application/json", 200), ("*/*", 200), ("text/html", 406)],
)
def test_who_accepts_an_archive_or_json_gets_the_archive(
    api: APIClient, stored: UUID, accepted: str, status: int
) -> None:
    response = api.get(reverse("api-hand-over", args=[stored]), headers={"Accept": accepted})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"version": "x"}, "version"),
        ({"version": "²"}, "version"),
        ({"price_list": "none"}, "price_list"),
    ],
)
def test_what_is_not_there_is_named(
    api: APIClient, stored: UUID, asked: dict[str, str], place: str
) -> None:
    headers = {"Accept": "application/zip"}
    response = api.get(reverse("api-hand-over", args=[stored]), asked, headers=headers)
    assert response.status_code == 400
    assert [each["path"] for each in response.json()["problems"]] == [place]


def test_more_flows_than_anybody_waits_for_are_left_to_the_command(
    api: APIClient, signed_in: Client, user: User
) -> None:
    uid = create_topology(user.team_id, many(101)).topology.uid
    response = api.get(reverse("api-hand-over", args=[uid]))
    assert response.status_code == 400
    assert "are 101; up to 100" in response.content.decode()
    assert "manage.py hand_over" in response.content.decode()
    page = signed_in.get(reverse("topology", args=[uid])).content.decode()
    assert reverse("hand-over", args=[uid]) not in page
    assert "manage.py hand_over" in page


def test_without_a_plan_the_page_says_why_and_leads_back(signed_in: Client, user: User) -> None:
    twins = [vpc(name, "111111111111", "10.0.0.0/16") for name in ("clients", "orders")]
    given = document(flow(options=["vpc-peering"]), vpcs=twins)
    uid = create_topology(user.team_id, given).topology.uid
    response = signed_in.get(reverse("hand-over", args=[uid]))
    assert response.status_code == 422
    assert "have no plan" in response.content.decode()
    assert reverse("topology", args=[uid]) in response.content.decode()


def test_a_what_if_is_handed_over_as_it_is_shown(signed_in: Client, stored: UUID) -> None:
    shown = signed_in.get(reverse("topology", args=[stored]), {"gb": "7000"})
    address = shown.context["answer"]["links"].hand_over
    assert address in shown.content.decode().replace("&amp;", "&")
    files = files_of(signed_in.get(address), f"hand-over-{str(stored)[:8]}-v2-what-if")
    assert b'"7000.000"' in files["plan.csv"]


def test_the_readme_says_what_the_rules_ask_for(api: APIClient, user: User) -> None:
    far = vpc("orders", "222222222222", "10.1.0.0/16", region="eu-west-1", azs=["euw1-az1"])
    given = document(
        flow(options=["privatelink"]), vpcs=[vpc("clients", "111111111111", "10.0.0.0/16"), far]
    )
    uid = create_topology(user.team_id, given).topology.uid
    files = files_of(api.get(reverse("api-hand-over", args=[uid])), f"hand-over-{str(uid)[:8]}-v1")
    told = files["terraform/README.md"].decode()
    assert "## What the rules ask for" in told
    assert "- PrivateLink, condition, 1 flow: the provider lists us-east-1 as a supported" in told
