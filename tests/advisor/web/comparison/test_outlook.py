"""What moves the cost, its range and head-room, on the comparison page."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from advisor.models import User
from advisor.web.comparison import outlook
from connectivity.actions import create_topology
from connectivity.core.document.parser import read
from connectivity.reference import REFERENCE
from tests.factories import document, flow
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def uid(user: User) -> UUID:
    topology = read(REFERENCE.read_bytes())
    topology["flows"][0]["cross_az_share"] = 0.6
    return create_topology(user.team_id, topology).topology.uid


def shown(client: Client, uid: UUID, **values: Any) -> Any:
    response = client.get(reverse("outlook", args=[uid]), values)
    assert response.status_code == 200
    return response


def test_it_says_what_moves_the_cost_and_what_takes_over(signed_in: Client, uid: UUID) -> None:
    """Peering with 60 % crossing: 102,400 x 0.6 x 0.02 = 1,228.80; half of it is 614.40."""
    page = shown(signed_in, uid)
    bars = {row.bar.label: row.bar for row in page.context["bars"]}
    assert bars["Traffic of every flow"].low == pytest.approx(614.40)
    assert bars["Cross-AZ share"].becomes == (None, "PrivateLink")
    text = page.content.decode()
    assert "$614.40" in text
    assert "at 1.5 times: <strong>PrivateLink</strong>" in text


def test_the_range_follows_the_spread_that_is_asked_for(signed_in: Client, uid: UUID) -> None:
    narrow, wide = (
        shown(signed_in, uid, spread=spread).context["ranges"][0].range for spread in (10, 100)
    )
    assert narrow.option.key == wide.option.key == "vpc-peering"
    assert wide.high > narrow.high > narrow.stated > narrow.low > wide.low


def test_a_what_if_is_looked_ahead_from(signed_in: Client, uid: UUID) -> None:
    bars = {row.bar.label: row.bar for row in shown(signed_in, uid, gb="51200").context["bars"]}
    assert bars["Traffic of every flow"].low == pytest.approx(307.20)


def test_head_room_counts_months_at_the_growth_that_is_asked_for(
    signed_in: Client, uid: UUID
) -> None:
    rooms = {row.room.limit.id: row for row in shown(signed_in, uid, growth=2).context["rooms"]}
    assert rooms["PEER-07"].room.full_at == 51
    assert rooms["PEER-07"].when == "in 24 months"
    assert rooms["PEER-07"].when_raised == "in 62 months"
    assert shown(signed_in, uid, growth="much").context["growth"] == "1"
    still = {row.room.limit.id: row for row in shown(signed_in, uid, growth=0).context["rooms"]}
    assert still["PEER-07"].when == "not at this growth"


def test_many_flows_are_drawn_only_when_asked_for(
    signed_in: Client, uid: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "FLOWS_AT_ONCE", 0)
    page = shown(signed_in, uid)
    assert page.context["ranges"] == []
    assert "Run 10,000 simulations of 1 flow " in text_of(page)
    assert shown(signed_in, uid, draws=1).context["ranges"]


def test_without_a_recommendation_it_says_so(signed_in: Client, user: User) -> None:
    topology = document(flow(options=["vpc-lattice"]))
    page = shown(signed_in, create_topology(user.team_id, topology).topology.uid)
    assert "No option is recommended, so there is no cost to analyze." in page.content.decode()


def test_the_comparison_page_asks_for_it(signed_in: Client, uid: UUID) -> None:
    text = signed_in.get(reverse("topology", args=[uid])).content.decode()
    assert f'hx-get="/topologies/{uid}/outlook/?version=1' in text


def test_it_is_shown_wherever_vpc_lattice_is_a_candidate(
    signed_in: Client, api: APIClient, user: User
) -> None:
    topology = document(flow(requests_per_second=100))
    topology["services"][0]["protocol"] = "http"
    uid = create_topology(user.team_id, topology).topology.uid
    assert shown(signed_in, uid).context["is_known"]
    asked = {"topology": topology}
    answer = api.post("/api/v1/comparisons/?include=ahead", asked, content_type="application/json")
    assert (answer.status_code, bool(answer.json()["sensitivity"])) == (200, True)
