"""What breaks first of a stored topology: its page, its files, and its reviews as versions."""

import re
from html import unescape
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.test import Client
from rest_framework.test import APIClient

from advisor.models import User
from connectivity.actions import create_topology, save_topology
from connectivity.core.as_json.amounts import COMPARISON
from connectivity.queries import TopologyVersion, version
from tests.factories import document, flow
from tests.pages import text_of

pytestmark = pytest.mark.django_db
BUSY = {"connections_per_second": 250, "connection_seconds": 180, "max_idle_seconds": 600}
NLB = {"connections": 40_000, "targets": 12, "privatelink": True}
AIM = {"of": "flow f", "review": "nat"}
TYPED = {"connections_per_second": "250", "connection_seconds": "180", "max_idle_seconds": "600"}


def stored(user: User, **changes: Any) -> UUID:
    """A topology whose one flow keeps many connections, with reviews of both ends of it."""
    described = document(flow(**BUSY, today="public-internet"))
    described["services"][0]["reviews"] = {"nlb": {**NLB, "keepalive_seconds": 30}}
    described["flows"][0]["reviews"] = {"nat": {"addresses": 2}}
    return create_topology(user.team_id, described | changes).topology.uid


def page(client: Client, address: str, **query: Any) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return unescape(text_of(response))


def newest(user: User, uid: UUID) -> TopologyVersion:
    return version(user.team_id, uid)


def test_the_tightest_limit_of_all_workloads_stands_first(signed_in: Client, user: User) -> None:
    uid = stored(user)
    assert f'href="/topologies/{uid}/reviews/"' in page(signed_in, f"/topologies/{uid}/")
    told = page(signed_in, f"/topologies/{uid}/reviews/")
    ranked = re.findall(r'href="#review-(\d)">([^<]+)</a><small>([^<]+)<', told)
    assert ranked == [
        ("1", "flow f", "NAT gateway"),
        ("2", "service api", "Network Load Balancer"),
    ]
    assert "Exceeded: idle" in told
    assert "First to break: idle, at 350 s" in told
    assert "234 s, every 29 s, 3 probes" in told
    assert "ports = 55000 * addresses" in told
    assert told.count('load-curve" viewBox') == 2
    origins = dict(
        re.findall(r'<td>(\w+)</td><td class="number"[^>]*>[^<]*</td> <td[^>]*>([^<]+)', told)
    )
    assert origins["targets"] == "stated"
    assert origins["connection_seconds"] == "from flow f"
    assert origins["connections_per_second"] in ("from the flows to api", "from flow f")
    assert origins["destination_share"] == "default"


def test_a_mistake_of_units_is_asked_about_first_and_can_be_taken(
    signed_in: Client, user: User
) -> None:
    uid = stored(user)
    odd = newest(user, uid).document
    odd["services"][0]["reviews"]["nlb"]["keepalive_seconds"] = 240_000
    save_topology(user.team_id, uid, odd)
    told = page(signed_in, f"/topologies/{uid}/reviews/")
    assert told.index("240 s, given in ms?") < told.index("Exceeded: idle")
    (address,) = re.findall(r'href="([^"]+confirm=nlb%2Fapi\.keepalive_seconds)"', told)
    assert page(signed_in, address).count("Exceeded: idle") == 2


def test_files_are_taken_one_by_one_or_all_and_json_is_the_api_s(
    signed_in: Client, api: APIClient, user: User
) -> None:
    uid = stored(user)
    told = page(signed_in, f"/topologies/{uid}/reviews/")
    addresses = re.findall(r'href="([^"]+/reviews/file/\?[^"]+)" download>([^<]+)<', told)
    alone = {name: signed_in.get(address).content for address, name in addresses}
    (whole,) = re.findall(r'href="([^"]+reviews\.zip[^"]*)"', told)
    with ZipFile(BytesIO(signed_in.get(whole).content)) as archive:
        folder = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert b"Roll out in this order" in folder.pop("README.md")
    assert folder == alone
    assert {"nat-main.tf", "nlb-main.tf"} < alone.keys()
    (address,) = re.findall(r'href="([^"]+reviews\.json[^"]*)"', told)
    answer = api.post("/api/v1/reviews/", {"document": str(uid)}, format="json")
    assert signed_in.get(address).json() == answer.json()


def test_without_reviews_flows_suggest_some_and_a_form_is_filled_with_what_they_say(
    signed_in: Client, user: User
) -> None:
    uid = create_topology(user.team_id, document(flow(**BUSY))).topology.uid
    told = page(signed_in, f"/topologies/{uid}/reviews/")
    assert "No service or flow of this version carries a review." in told
    assert "Hosts track 250 connections a second of 180 s." in told
    (address,) = re.findall(r'href="([^"]+)" aria-label="Connection tracking of service api"', told)
    form = page(signed_in, address)
    assert re.search(
        r'name="connections_per_second" value="250".{0,200}from the flows to api', form
    )
    assert "These inputs cannot be used" not in form
    assert 'name="memory_gib" value=""' in form


def test_saving_states_only_what_the_flows_do_not_and_is_a_version_that_is_undone(
    signed_in: Client, user: User
) -> None:
    uid = stored(user)
    form = {**AIM, **TYPED, "version": "1", "addresses": "4", "destination_share": "0.5"}
    tried = signed_in.post(f"/topologies/{uid}/reviews/edit/", form)
    assert (tried.status_code, newest(user, uid).number) == (200, 1)
    assert "22,500" in text_of(tried)
    saved = signed_in.post(f"/topologies/{uid}/reviews/edit/", {**form, "save": "1"}, follow=True)
    assert newest(user, uid).document["flows"][0]["reviews"] == {
        "nat": {"addresses": 4, "destination_share": 0.5}
    }
    assert "Version 2 is saved." in text_of(saved)
    undo = {"expected": "2", "back": "reviews"}
    undone = signed_in.post(f"/topologies/{uid}/versions/1/restore/", undo)
    assert undone["Location"] == f"/topologies/{uid}/reviews/"
    assert newest(user, uid).document["flows"][0]["reviews"] == {"nat": {"addresses": 2}}


def test_a_second_of_a_kind_has_a_label_and_a_review_can_be_taken_out(
    signed_in: Client, user: User
) -> None:
    uid = stored(user)
    address = f"/topologies/{uid}/reviews/edit/"
    address = address
    form = {**AIM, **TYPED, "label": "night", "connections_per_second": "9", "save": "1"}
    signed_in.post(address, form)
    assert newest(user, uid).document["flows"][0]["reviews"] == {
        "nat": {"addresses": 2},
        "nat/night": {"connections_per_second": 9},
    }
    assert "NAT gateway, night" in page(signed_in, f"/topologies/{uid}/reviews/")
    signed_in.post(address, {**AIM, **TYPED, "remove": "1"})
    assert list(newest(user, uid).document["flows"][0]["reviews"]) == ["nat/night"]
    refused = signed_in.post(address, {**form, "label": "a/b"}, follow=True)
    assert "The label cannot be used" in text_of(refused)
    assert newest(user, uid).number == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"addresses": "two"}, "is &#x27;two&#x27;, not a number"),
        ({"keepalive_seconds": "240000"}, "240 s, given in ms?"),
        ({"connections_per_second": "-1"}, "cannot be negative"),
    ],
)
def test_what_cannot_be_used_or_is_asked_about_is_not_stored(
    signed_in: Client, user: User, changes: dict[str, str], words: str
) -> None:
    uid = stored(user)
    form = {**AIM, **TYPED, **changes, "save": "1"}
    refused = signed_in.post(f"/topologies/{uid}/reviews/edit/", form)
    assert refused.status_code == 400
    assert words in text_of(refused)
    assert f'value="{next(iter(changes.values()))}"' in text_of(refused)
    assert newest(user, uid).number == 1


def test_what_is_confirmed_is_stored_and_asked_about_where_it_is_answered(
    signed_in: Client, user: User
) -> None:
    uid = stored(user)
    form = {**AIM, **TYPED, "keepalive_seconds": "240000", "save": "1"}
    form["confirm"] = "keepalive_seconds"
    signed_in.post(f"/topologies/{uid}/reviews/edit/", form)
    (nat,) = newest(user, uid).document["flows"][0]["reviews"].values()
    assert nat == {"keepalive_seconds": 240_000}
    assert "240 s, given in ms?" in page(signed_in, f"/topologies/{uid}/reviews/")


def test_who_is_slower_keeps_what_was_typed_and_saves_only_this_review_on_top(
    signed_in: Client, user: User
) -> None:
    uid = stored(user)
    address = f"/topologies/{uid}/reviews/edit/"
    other = newest(user, uid).document
    other["flows"][0] |= {"gb_per_month": 77, "connections_per_second": 9}
    save_topology(user.team_id, uid, other)
    form = {**AIM, **TYPED, "version": "1", "addresses": "5", "save": "1"}
    conflict = signed_in.post(address, form)
    assert "Not saved: version 2 was saved in the meantime." in text_of(conflict)
    assert 'name="onto" value="2"' in text_of(conflict)
    assert 'name="addresses" value="5"' in text_of(conflict)
    assert newest(user, uid).number == 2
    signed_in.post(address, {**form, "onto": "2"})
    (saved,) = newest(user, uid).document["flows"]
    assert (newest(user, uid).number, saved["gb_per_month"]) == (3, 77)
    assert saved["reviews"] == {"nat": {"addresses": 5}}


@pytest.mark.parametrize(
    "query",
    ["of=flow+gone&review=nat", "of=flow+f&review=nut", "of=vpc+clients&review=nat", "version=9"],
)
def test_what_is_not_there_is_not_found(signed_in: Client, user: User, query: str) -> None:
    uid = stored(user)
    assert signed_in.get(f"/topologies/{uid}/reviews/edit/?{query}").status_code == 404


@pytest.mark.parametrize("end", ["reviews/file/", "reviews.zip", "reviews.json"])
def test_no_file_of_what_was_not_asked(signed_in: Client, user: User, end: str) -> None:
    uid = stored(user)
    assert signed_in.get(f"/topologies/{uid}/{end}?confirm=nat/x.y&review=z").status_code == 404


def test_a_page_of_an_input_that_is_not_there_says_so(signed_in: Client, user: User) -> None:
    answer = signed_in.get(f"/topologies/{stored(user)}/reviews/?confirm=nat/f.adresses")
    assert answer.status_code == 422
    assert "is not in the document" in text_of(answer)


def test_more_flows_than_a_server_reviews_are_refused_with_what_to_do(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = stored(user)
    few = COMPARISON._replace(at_once=0)
    monkeypatch.setattr("connectivity.core.as_json.amounts.COMPARISON", few)
    answer = signed_in.get(f"/topologies/{uid}/reviews/")
    assert answer.status_code == 422
    assert "manage.py review" in text_of(answer)
