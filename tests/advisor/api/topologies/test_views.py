"""REST topologies: stored documents, immutable versions, teams, tokens, idempotency."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from advisor.models import ApiToken, User
from connectivity.actions import create_topology
from connectivity.models import Topology, TopologyVersion
from tests.factories import document, flow
from tests.product import token_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/topologies/"


def send(api: APIClient, method: str, url: str, body: Any = None, **headers: str) -> Any:
    data = json.dumps(document() if body is None else body)
    return getattr(api, method)(url, data, content_type="application/json", headers=headers)


def test_store_read_change_delete(api: APIClient) -> None:
    stored = send(api, "post", URL)
    assert stored.status_code == 201
    url = stored["Location"]
    assert api.get(url).json()["document"] == document()
    changed = send(api, "put", url, document(flow(gb_per_month=5)))
    assert (changed.status_code, changed.json()["version"], changed["ETag"]) == (200, 2, '"2"')
    assert api.get(f"{url}versions/1/").json()["document"] == document()
    assert [result["number"] for result in api.get(f"{url}versions/").json()["results"]] == [2, 1]
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    assert api.get(URL).json()["count"] == 0


def test_whole_numbers_of_any_size_come_back(api: APIClient) -> None:
    sent = document(**{"x-large": 2**70})
    assert send(api, "post", URL, sent).json()["document"] == sent


def test_yaml_is_read_too(api: APIClient) -> None:
    text = "# a comment\n" + json.dumps(document())
    response = api.post(URL, text, content_type="application/yaml")
    assert (response.status_code, response.json()["document"]) == (201, document())


def test_the_same_document_makes_no_second_version(api: APIClient) -> None:
    url = send(api, "post", URL)["Location"]
    reordered = dict(reversed(document().items()))
    assert send(api, "put", url, reordered).json()["version"] == 1


def test_a_lost_update_is_a_conflict(api: APIClient) -> None:
    url = send(api, "post", URL)["Location"]
    send(api, "put", url, document(flow(gb_per_month=5)), **{"If-Match": '"1"'})
    response = send(api, "put", url, document(flow(gb_per_month=6)), **{"If-Match": '"1"'})
    assert response.status_code == 409
    assert "version 2 was saved after version 1" in response.json()["problems"][0]["problem"]
    assert api.get(url).json()["version"] == 2


def test_a_broken_change_stores_nothing(api: APIClient) -> None:
    url = send(api, "post", URL)["Location"]
    assert send(api, "put", url, {"version": 1}).status_code == 400
    for tag in ("x", "", "\u0661", "1" * 5000):
        assert send(api, "put", url, document(), **{"If-Match": tag}).status_code == 400
    assert api.get(url).json()["version"] == 1


def test_the_list_is_paged_and_can_be_searched(api: APIClient, user: User) -> None:
    for i in range(3):
        create_topology(user.team_id, document(name=f"estate {i}"))
    page = api.get(URL, {"page_size": 2}).json()
    assert (page["count"], len(page["results"])) == (3, 2)
    assert page["next"].endswith("page=2&page_size=2")
    listed = api.get(URL, {"name": "ESTATE 1"}).json()
    assert [result["name"] for result in listed["results"]] == ["estate 1"]
    assert api.get(URL, {"updated_after": "yesterday"}).status_code == 400
    for when, count in (("0001-01-01T00:00:00+14:00", 3), ("9999-12-31T23:59:59-14:00", 0)):
        assert api.get(URL, {"updated_after": when}).json()["count"] == count
    assert api.get(URL, {"name": "a" * 60_000}).status_code == 400
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert api.get(URL, {"updated_after": tomorrow}).json()["count"] == 0


def test_version_0_is_not_the_newest(api: APIClient) -> None:
    url = send(api, "post", URL)["Location"]
    assert api.get(f"{url}versions/0/").status_code == 404


def test_the_list_takes_the_same_queries_however_long(
    api: APIClient, user: User, django_assert_num_queries: Any
) -> None:
    for i in range(5):
        create_topology(user.team_id, document(name=f"estate {i}"))
    with django_assert_num_queries(4):  # token, membership, count, page
        api.get(URL)


def test_a_key_that_is_sent_twice_stores_once(api: APIClient) -> None:
    first, second = (send(api, "post", URL, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Topology.objects.count() == 1


def test_a_key_of_another_request_is_refused(api: APIClient) -> None:
    send(api, "post", URL, **{"Idempotency-Key": "k"})
    other = send(api, "post", URL, document(name="other"), **{"Idempotency-Key": "k"})
    assert other.status_code == 409
    assert Topology.objects.count() == 1


def test_a_refused_document_does_not_use_up_its_key(api: APIClient) -> None:
    assert send(api, "post", URL, {}, **{"Idempotency-Key": "k"}).status_code == 400
    assert send(api, "post", URL, **{"Idempotency-Key": "k"}).status_code == 201


def test_what_another_team_owns_is_not_found(api: APIClient, stranger: User) -> None:
    version = create_topology(stranger.team_id, document())
    url = f"{URL}{version.topology.uid}/"
    calls = [
        api.get(url),
        send(api, "put", url),
        api.delete(url),
        api.get(f"{url}versions/"),
        api.get(f"{url}versions/1/"),
    ]
    assert [call.status_code for call in calls] == [404] * 5
    assert api.get(URL).json()["count"] == 0
    assert Topology.objects.get().deleted_at is None


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_token_that_may_only_read_stores_nothing(user: User, method: str) -> None:
    version = create_topology(user.team_id, document())
    url = URL if method == "post" else f"{URL}{version.topology.uid}/"
    response = send(token_client(user, "read"), method, url)
    assert response.status_code == 403
    assert "scope 'write'" in response.json()["problems"][0]["problem"]
    assert TopologyVersion.objects.count() == 1


def test_a_token_that_may_only_read_reads(user: User) -> None:
    assert token_client(user, "read").get(URL).status_code == 200


@pytest.mark.parametrize(
    "header", ["Token nonsense", "Token \u00ff", "Token", "Token a b", "Bearer x", ""]
)
def test_nobody_gets_in_without_a_token(shipped: None, header: str) -> None:
    response = APIClient().get(URL, headers={"Authorization": header} if header else {})
    assert response.status_code == 401


def test_an_expired_token_is_refused(user: User) -> None:
    _, key = ApiToken.objects.create(
        user=user, name="old", team_id=user.team_id, expiry=timedelta(days=-1)
    )
    response = APIClient().get(URL, headers={"Authorization": f"Token {key}"})
    assert response.status_code == 401


def test_only_a_hash_of_a_token_is_kept(user: User) -> None:
    token, key = ApiToken.objects.create(user=user, name="t", team_id=user.team_id)
    assert key not in (token.digest, token.token_key)
    assert key.startswith(token.token_key)


def test_a_version_is_never_changed(user: User) -> None:
    version = create_topology(user.team_id, document())
    version.number = 7
    with pytest.raises(TypeError, match="immutable"):
        version.save()


def test_the_schema_describes_every_door(api: APIClient) -> None:
    schema = api.get("/api/v1/schema/", {"format": "json"}).json()
    assert {f"/api/v1/{path}" for path in ("topologies/", "comparisons/", "jobs/{uid}/")} <= set(
        schema["paths"]
    )


def test_the_schema_has_no_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import call_command

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    assert "Warning" not in capsys.readouterr().err


def test_no_topology_is_called_by_a_name_with_a_null_character(api: APIClient) -> None:
    send(api, "post", URL, document(name="estate"))
    assert api.get(f"{URL}?name=est%00ate").json()["count"] == 1
    assert api.get(f"{URL}?name=%00x").json()["count"] == 0
