"""What an earlier release stored, and this one refuses, is said on every page and can be mended."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from connectivity.actions import sha256_of
from connectivity.models import TopologyVersion
from connectivity.price_effects import price_effects
from costmodel.models import PriceList
from tests.factories import document, flow


def short_account(topology: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(topology).replace("111111111111", "12"))
    return changed


def impossible_share(topology: dict[str, Any]) -> dict[str, Any]:
    vpcs = [vpc | {"azs": ["use1-az1"]} for vpc in topology["vpcs"]]
    return topology | {"vpcs": vpcs, "flows": [flow(cross_az_share=1)]}


@pytest.fixture(params=[short_account, impossible_share])
def uid(request: pytest.FixtureRequest, api: APIClient) -> UUID:
    topology = document(flow())
    uid = UUID(api.post("/api/v1/topologies/", topology, format="json").json()["uid"])
    refused = request.param(topology)
    TopologyVersion.objects.filter(topology__uid=uid).update(
        document=refused, sha256=sha256_of(refused)
    )
    return uid


@pytest.mark.parametrize("name", ["topology", "comparison-csv", "comparison-md", "outlook"])
def test_a_page_says_why_and_leads_to_the_editor(name: str, uid: UUID, signed_in: Client) -> None:
    response = signed_in.get(reverse(name, args=[uid]))
    assert response.status_code == 422
    page = response.content.decode()
    assert "[0]." in page
    assert reverse("editor", args=[uid]) in page
    assert signed_in.get(reverse("editor", args=[uid])).status_code == 200
    assert signed_in.get(reverse("home")).status_code == 200


def test_side_by_side_the_page_says_which_topology_it_is(
    uid: UUID, signed_in: Client, api: APIClient
) -> None:
    sound = api.post("/api/v1/topologies/", document(flow(), name="Sound"), format="json").json()
    response = signed_in.get(reverse("scenarios"), {"s": [f"{sound['uid']}?", f"{uid}?"]})
    assert response.status_code == 422
    assert reverse("editor", args=[uid]) in response.content.decode()


def test_it_is_counted_among_what_prices_were_not_tried_on(
    uid: UUID, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = PriceList.objects.filter(team=None).first().name  # type: ignore[union-attr]
    monkeypatch.setattr("connectivity.price_effects.changes", lambda old, new: ["a change"])
    assert price_effects(user.team_id, name, name, 10) == ([], 1)
