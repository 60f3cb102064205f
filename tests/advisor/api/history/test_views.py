"""Versions and the audit log over REST."""

from uuid import UUID

import pytest
from rest_framework.test import APIClient

from advisor.models import User
from connectivity.actions import create_topology, save_topology
from tests.factories import document, flow
from tests.product import token_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def uid(user: User) -> UUID:
    uid = create_topology(user.team_id, document()).topology.uid
    save_topology(user.team_id, uid, document(flow(gb_per_month=2000, cross_az_share=1)))
    return uid


def test_what_a_version_changed(api: APIClient, uid: UUID) -> None:
    """1,000 GB of which 2/3 cross: 13.33; 2,000 GB that all cross: 40.00."""
    answer = api.get(f"/api/v1/topologies/{uid}/changes/").json()
    assert (answer["from"], answer["to"]) == (1, 2)
    assert answer["rows"][0]["name"] == "f"
    assert {"label": "GB a month", "before": "1000", "after": "2000"} in answer["rows"][0]["cells"]
    peering = next(option for option in answer["options"] if option["name"] == "VPC peering")
    assert (peering["before_usd"], peering["after_usd"]) == ("13.33", "40.00")
    assert peering["change_usd"] == "26.67"


def test_a_number_that_is_none_is_refused(api: APIClient, uid: UUID) -> None:
    reply = api.get(f"/api/v1/topologies/{uid}/changes/?from=one")
    assert reply.status_code == 400
    assert reply.json()["problems"][0]["path"] == "from"
    assert api.get(f"/api/v1/topologies/{uid}/changes/?from=7").status_code == 404


def test_a_version_is_restored_unless_somebody_was_faster(api: APIClient, uid: UUID) -> None:
    url = f"/api/v1/topologies/{uid}/versions/1/restore/"
    assert api.post(url, HTTP_IF_MATCH='"1"').status_code == 409
    answer = api.post(url, HTTP_IF_MATCH='"2"').json()
    assert (answer["version"], answer["document"]["flows"][0]["gb_per_month"]) == (3, 1000)


def test_the_log_is_for_admins(user: User, uid: UUID) -> None:
    """A token may store, at most; reading the log takes a person who is an admin."""
    assert token_client(user).get("/api/v1/audit/").status_code == 403
    person = APIClient()
    person.force_login(user)
    answer = person.get("/api/v1/audit/").json()
    assert answer["count"] >= 3
    assert {"at", "who", "door", "did", "kind", "what", "changes"} <= set(answer["results"][0])
