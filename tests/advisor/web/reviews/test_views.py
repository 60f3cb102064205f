"""Pages of the reviews."""

import re
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client

from connectivity.core.reviews import REVIEWS

pytestmark = pytest.mark.django_db
NAT = {"connections_per_second": "250", "connection_seconds": "180", "max_idle_seconds": "600"}


def page(client: Client, key: str, **texts: str | list[str]) -> str:
    answer = client.get(f"/reviews/{key}/", texts)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_every_review_is_listed_and_has_its_form(signed_in: Client) -> None:
    listed = signed_in.get("/reviews/").content.decode()
    for key, review in REVIEWS.items():
        assert f'href="/reviews/{key}/"' in listed
        form = page(signed_in, key)
        assert all(f'name="{entry.name}"' in form for entry in review.inputs)
        assert "First to break" not in form


def test_what_breaks_first_with_its_working(signed_in: Client) -> None:
    told = page(signed_in, "nat", **NAT)
    assert "Exceeded: idle" in told
    assert "600 s of 350 s (171.4 %)." in told
    assert "Set TCP keepalive to 234 s, every 29 s, 3 probes" in told
    assert "ports = 55000 * addresses" in told
    assert "55000 * 1" in told
    assert '<polyline class="series-1"' in told


def test_what_is_near_says_at_which_load(signed_in: Client) -> None:
    told = page(signed_in, "nat", **NAT | {"max_idle_seconds": "5"})
    assert "First to break: ports, at 1.222 times this load" in told
    assert 'value="250"' in told


def test_a_mistake_of_units_is_asked_about_and_can_be_taken(signed_in: Client) -> None:
    odd = NAT | {"keepalive_seconds": "240,000"}
    told = page(signed_in, "nat", **odd)
    assert "240,000 s is 2 d 18 h 40 min; 240 s, given in ms?" in told
    assert "confirm=keepalive_seconds" in told
    assert "Exceeded" not in told
    assert "Exceeded: idle" in page(signed_in, "nat", **odd, confirm=["keepalive_seconds"])


def test_problems_stand_beside_their_fields_and_nothing_typed_is_lost(signed_in: Client) -> None:
    told = page(signed_in, "nat", addresses="two", connection_seconds="180")
    assert "reviews.nat.addresses: is 'two', not a number" in told
    assert "reviews.nat.connections_per_second: is required" in told
    assert 'value="two"' in told
    assert 'value="180"' in told


def test_hostile_texts_are_texts(signed_in: Client) -> None:
    answer = signed_in.get("/reviews/nat/", {"addresses": "<script>alert(1)</script>"})
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("text", ["inf", "nan", "1e999", "-1", "9" * 400])
def test_no_number_breaks_the_page(signed_in: Client, text: str) -> None:
    page(signed_in, "nat", **NAT | {"addresses": text})
    page(signed_in, "nat", **NAT | {"addresses": text}, confirm=["addresses", "connection_seconds"])


def test_a_review_that_is_not_there_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/reviews/nut/").status_code == 404


def test_a_file_is_taken_alone_or_with_all_and_is_the_one_of_these_inputs(
    signed_in: Client,
) -> None:
    told = page(signed_in, "nat", **NAT)
    addresses = re.findall(r'href="(/reviews/nat/file/\?[^"]+)"', told)
    files = {}
    for address in addresses:
        answer = signed_in.get(address)
        name = answer["Content-Disposition"].partition('filename="')[2].strip('"')
        files[name] = answer.content
    assert b"net.ipv4.tcp_keepalive_time = 234" in files["nat-keepalive.conf"]
    (whole,) = re.findall(r'href="(/reviews/nat/files\.zip\?[^"]+)"', told)
    with ZipFile(BytesIO(signed_in.get(whole).content)) as archive:
        folder = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert b"Roll out in this order" in folder.pop("README.md")
    assert folder == files


@pytest.mark.parametrize("more", [{"addresses": "two"}, {"keepalive_seconds": "240000"}, {}])
def test_where_nothing_is_answered_no_file_is_found(
    signed_in: Client, more: dict[str, str]
) -> None:
    asked = NAT | more | {"file": "nat-nothing.tf"}
    assert signed_in.get("/reviews/nat/file/", asked).status_code == 404
