"""Every door is locked unless it is listed here."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

OPEN_TO_ALL = {"login", "healthz"}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    found: list[URLPattern] = []
    for one in resolver.url_patterns:
        found += patterns(one) if isinstance(one, URLResolver) else [one]
    return found


ALL = {one.name: one for one in patterns(get_resolver())}


def url_of(name: str) -> str:
    converters = ALL[name].pattern.converters
    return reverse(name, kwargs={key: uuid4() if key == "uid" else 1 for key in converters})


def test_every_door_has_a_name() -> None:
    assert None not in ALL


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(ALL) - OPEN_TO_ALL - {"logout"}))
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_a_stranger_gets_in_nowhere(client: Client, name: str, method: str) -> None:
    response = getattr(client, method)(url_of(name))
    assert response.status_code in {302, 401, 403, 405}
    if response.status_code == 302:
        assert response["Location"].startswith("/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OPEN_TO_ALL))
def test_what_is_open_answers(client: Client, name: str) -> None:
    assert client.get(url_of(name)).status_code == 200


@pytest.mark.django_db
def test_headers_that_protect_a_reader(client: Client) -> None:
    headers = client.get(reverse("login")).headers
    assert "script-src" not in headers["Content-Security-Policy"]  # default-src 'self' holds
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")


@pytest.mark.django_db
def test_forms_need_a_csrf_token(user: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.login(username="alice", password="correct horse battery")
    assert client.post(reverse("new")).status_code == 403
    body = {"content_type": "application/json"}
    assert client.post(reverse("api-topologies"), "{}", **body).status_code == 403
