"""Documents of reviews alone, and links to what breaks first: kept and shared as topologies are."""

import json
import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from rest_framework.test import APIClient

from advisor.models import ShareLink, User
from connectivity import queries
from connectivity.actions import create_topology, save_topology
from connectivity.core.problems import DocumentRefused
from tests.factories import document, flow
from tests.pages import text_of

pytestmark = pytest.mark.django_db
NAT = {"connections_per_second": 250, "connection_seconds": 180, "max_idle_seconds": 600}
SHOP = {"version": 1, "name": "shop", "reviews": {"nat/payments": NAT}}


def kept(user: User, **changes: Any) -> UUID:
    return create_topology(user.team_id, SHOP | changes).topology.uid


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return unescape(text_of(response))


def test_what_was_looked_at_is_kept_with_a_name_and_has_a_page(
    signed_in: Client, user: User
) -> None:
    asked = "connections_per_second=250&connection_seconds=180&max_idle_seconds=600"
    (address,) = re.findall(
        r'action="([^"]+/keep/[^"]+)"', page(signed_in, f"/reviews/nat/?{asked}")
    )
    answer = signed_in.post(address, {"name": "payments"})
    (row,) = queries.review_documents(user.team_id)
    assert answer["Location"] == f"/topologies/{row.uid}/reviews/"
    version = queries.version(user.team_id, row.uid)
    assert version.document == {"version": 1, "name": "payments", "reviews": {"nat": NAT}}
    told = page(signed_in, answer["Location"])
    assert "payments: what breaks first" in told
    assert "Exceeded: idle" in told
    assert "payments" in page(signed_in, "/reviews/")
    assert "payments" not in page(signed_in, "/")


def test_one_begun_by_its_name_is_filled_review_by_review(signed_in: Client, user: User) -> None:
    begun = signed_in.post("/reviews/new/", {"name": "shop"})
    assert "This document has no review yet." in page(signed_in, begun["Location"])
    texts = {name: str(value) for name, value in NAT.items()}
    form = {"review": "nat", "label": "payments", **texts}
    signed_in.post(f"{begun['Location']}edit/", {**form, "save": "1"})
    told = page(signed_in, begun["Location"])
    assert re.findall(r'href="#review-1">([^<]+)</a><small>([^<]+)<', told) == [
        ("payments", "NAT gateway")
    ]
    signed_in.post(f"{begun['Location']}edit/", {**form, "remove": "1"})
    assert "This document has no review yet." in page(signed_in, begun["Location"])
    (row,) = queries.review_documents(user.team_id)
    assert row.version == 3  # type: ignore[attr-defined]


def test_a_name_that_cannot_be_one_is_refused_and_nothing_is_stored(
    signed_in: Client, user: User
) -> None:
    refused = signed_in.post("/reviews/new/", {"name": " "}, follow=True)
    assert "Nothing was stored. name: is blank" in text_of(refused)
    assert not queries.review_documents(user.team_id).exists()


def test_its_versions_are_compared_restored_deleted_and_brought_back(
    signed_in: Client, user: User
) -> None:
    uid = kept(user)
    save_topology(user.team_id, uid, SHOP | {"reviews": {"nat/payments": NAT | {"addresses": 4}}})
    changed = page(signed_in, f"/topologies/{uid}/changes/")
    assert "nat/payments" in changed
    assert "addresses: empty → 4" in changed
    assert "Bill and feasibility" not in changed
    signed_in.post(f"/topologies/{uid}/versions/1/restore/", {"expected": "2"})
    assert queries.version(user.team_id, uid).document == SHOP
    assert page(signed_in, f"/topologies/{uid}/versions/").count("Restore") >= 1
    assert json.loads(signed_in.get(f"/topologies/{uid}/document.json").content) == SHOP
    gone = signed_in.post(f"/topologies/{uid}/delete/")
    assert gone["Location"] == "/reviews/"
    assert "shop was deleted." in page(signed_in, "/reviews/")
    back = signed_in.post(f"/topologies/{uid}/restore/", follow=True)
    assert "Exceeded: idle" in text_of(back)


def test_over_rest_it_is_stored_listed_answered_and_not_compared(api: APIClient) -> None:
    stored = api.post("/api/v1/topologies/", SHOP, format="json").json()
    assert stored["is_reviews"] is True
    (listed,) = api.get("/api/v1/topologies/?is_reviews=true").json()["results"]
    assert (listed["name"], listed["is_reviews"]) == ("shop", True)
    assert api.get("/api/v1/topologies/").json()["results"] == []
    assert api.get("/api/v1/topologies/?is_reviews=perhaps").status_code == 400
    answer = api.post("/api/v1/reviews/", {"document": stored["uid"]}, format="json")
    assert answer.json()["reviews"][0]["first"] == "idle"
    for address in ("comparisons", "plans"):
        refused = api.post(f"/api/v1/{address}/", {"topology": stored["uid"]}, format="json")
        assert refused.status_code == 400
        assert "has reviews and no network" in str(refused.json())
    changes = api.get(f"/api/v1/topologies/{stored['uid']}/changes/")
    assert (changes.status_code, changes.json()["rows"]) == (200, [])


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"reviews": {"nut": {}}}, "reviews.nut"),
        ({"name": "n" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"more": 1}, "more"),
    ],
)
def test_what_is_wrong_with_a_document_is_refused_with_its_place(
    user: User, changes: dict[str, Any], place: str
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        kept(user, **changes)
    assert refused.value.problems[0].path == place


def test_neither_becomes_the_other(user: User) -> None:
    network = create_topology(user.team_id, document()).topology.uid
    for uid, other in ((kept(user), document()), (network, SHOP)):
        with pytest.raises(DocumentRefused) as refused:
            save_topology(user.team_id, uid, other)
        assert "store it as a new one" in str(refused.value)
        assert queries.version(user.team_id, uid).number == 1


def test_pages_of_networks_lead_to_the_reviews(signed_in: Client, user: User) -> None:
    uid = kept(user)
    assert signed_in.get(f"/topologies/{uid}/")["Location"] == f"/topologies/{uid}/reviews/"
    for name in ("outlook", "print", "hand-over.zip"):
        address = f"/topologies/{uid}/{name}" + ("" if "." in name else "/")
        assert signed_in.get(address).status_code == 404


def test_a_link_shows_the_reviews_of_one_version_to_who_has_it_until_it_is_revoked(
    signed_in: Client, user: User
) -> None:
    described = document(flow(**NAT))
    described["flows"][0]["reviews"] = {"nat": {"keepalive_seconds": 240_000}}
    uid = create_topology(user.team_id, described).topology.uid
    address = f"/topologies/{uid}/reviews/share/?version=1&confirm=nat/f.keepalive_seconds"
    shared = signed_in.post(address, {"days": "7"}, follow=True)
    assert "what breaks first" in text_of(shared)
    save_topology(user.team_id, uid, document(flow(**NAT)))
    link = ShareLink.objects.get()
    told = page(Client(), f"/shared/{link.key}/")
    assert "Exceeded: idle" in told
    assert "net.ipv4.tcp_keepalive_time" in told
    assert "/topologies/" not in told  # nothing leads into the team
    revoked = signed_in.post(f"/shared/{link.uid}/revoke/")
    assert revoked["Location"] == f"/topologies/{uid}/reviews/share/"
    page(Client(), f"/shared/{link.key}/", 410)
