"""Shared links: who may make one, what it shows, and how it ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advisor.models import ShareLink, User
from connectivity.actions import create_topology, delete_topology, save_topology
from connectivity.core.document.parser import read
from connectivity.reference import REFERENCE
from costmodel.models import PriceList
from tests.factories import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(user: User) -> UUID:
    return create_topology(user.team_id, read(REFERENCE.read_bytes())).topology.uid


@pytest.fixture
def link(signed_in: Client, reference: UUID) -> ShareLink:
    url = f"{reverse('share', args=[reference])}?gb=204800"
    assert signed_in.post(url, {"days": 7}).status_code == 302
    return ShareLink.objects.get()


def read_by_anybody(link: ShareLink) -> Any:
    return Client().get(reverse("shared", args=[link.key]))


def test_a_link_shows_the_pinned_view_to_anybody(link: ShareLink) -> None:
    response = read_by_anybody(link)
    text = response.content.decode()
    assert response.status_code == 200
    assert "204,800 GB" in text
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"
    assert link.expires_at.strftime("%Y-%m-%d") in text


def test_a_link_shows_nothing_to_do_and_no_way_further(link: ShareLink) -> None:
    text = read_by_anybody(link).content.decode()
    body = text.split("<main")[1]
    assert "<form" not in text
    assert "hx-get" not in text
    inside = [part.split('"')[0] for part in body.split('href="')[1:]]
    assert all(href.startswith(("#", "https://")) for href in inside)


def test_a_link_stays_with_its_version(link: ShareLink, reference: UUID, user: User) -> None:
    before = read_by_anybody(link).context["answer"]["best"].answer.usd
    save_topology(user.team_id, reference, document(name="reference-100tb"))
    response = read_by_anybody(link)
    assert response.context["answer"]["best"].answer.usd == before
    assert response.context["version"].number == 1


def test_a_link_keeps_the_name_that_its_version_had(
    link: ShareLink, reference: UUID, user: User
) -> None:
    save_topology(user.team_id, reference, document(name="renamed in secret"))
    text = read_by_anybody(link).content.decode()
    assert "<h1>reference-100tb</h1>" in text
    assert "renamed in secret" not in text


@pytest.mark.parametrize("how", ["revoked", "expired", "deleted", "without its prices"])
def test_a_link_ends(
    link: ShareLink, signed_in: Client, user: User, reference: UUID, how: str
) -> None:
    if how == "revoked":
        signed_in.post(reverse("share-revoke", args=[link.uid]))
    elif how == "expired":
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "deleted":
        delete_topology(user.team_id, reference)
    else:
        PriceList.objects.update(name="another name")
    response = read_by_anybody(link)
    assert response.status_code == 410
    assert "This link is no longer valid" in response.content.decode()
    assert "reference-100tb" not in response.content.decode()


def test_a_forged_link_is_not_found(link: ShareLink) -> None:
    for key in (link.uid.hex, f"{link.uid.hex}:AAAA", "x:y", link.key[:-1] + "_"):
        assert Client().get(reverse("shared", args=[key])).status_code == 404


def test_a_link_of_another_team_can_neither_be_made_nor_revoked(
    client: Client, stranger: User, link: ShareLink, reference: UUID
) -> None:
    client.force_login(stranger)
    assert client.get(reverse("share", args=[reference])).status_code == 404
    assert client.post(reverse("share", args=[reference]), {"days": 1}).status_code == 404
    assert client.post(reverse("share-revoke", args=[link.uid])).status_code == 404
    assert read_by_anybody(link).status_code == 200


@pytest.mark.parametrize("days", ["0", "366", "x", ""])
def test_a_link_is_open_for_a_year_at_most(signed_in: Client, reference: UUID, days: str) -> None:
    response = signed_in.post(reverse("share", args=[reference]), {"days": days})
    assert response.context["form"].errors
    assert not ShareLink.objects.exists()


def test_revoking_twice_keeps_the_first_moment(signed_in: Client, link: ShareLink) -> None:
    url = reverse("share-revoke", args=[link.uid])
    signed_in.post(url)
    first = ShareLink.objects.get().revoked_at
    assert signed_in.post(url, follow=True).status_code == 200
    assert ShareLink.objects.get().revoked_at == first
