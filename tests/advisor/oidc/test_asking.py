"""A provider that is slow, huge, elsewhere or talks nonsense: an error page soon, and nobody in."""

import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests
from django.test import Client
from django.urls import reverse

from advisor.models import User
from advisor.oidc import asking
from advisor.oidc.asking import MAX_BYTES, ProviderSession
from tests.doubles.oidc import OidcProvider, begin, come_back, oidc, sign_in

__all__ = ["oidc"]
pytestmark = pytest.mark.django_db
Answer = Callable[[Any], None]
LONG_S = 20  # that an attack goes on, unless it is cut


@pytest.fixture(autouse=True)
def _a_short_deadline(monkeypatch: pytest.MonkeyPatch, user: User) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_S", 0.25)


def drip(handler: Any, first: bytes, part: bytes) -> None:
    until = time.monotonic() + LONG_S
    with suppress(OSError):
        handler.wfile.write(first)
        while time.monotonic() < until:
            handler.wfile.write(part)
            time.sleep(0.05)


def hangs(handler: Any) -> None:
    handler.rfile.read(1)  # until we hang up


def slow_head(handler: Any) -> None:
    drip(handler, b"HTTP/1.0 200 OK\r\n", b"X: y\r\n")


def slow_body(handler: Any) -> None:
    drip(handler, b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n", b" ")


def flood(handler: Any, head: bytes = b"") -> None:
    with suppress(OSError):
        handler.wfile.write(
            b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n" + head + b"\r\n{"
        )
        for _ in range(320):
            handler.wfile.write(b" " * 2**16)
        handler.wfile.write(b"}")


def flood_of_a_known_length(handler: Any) -> None:
    flood(handler, b"Content-Length: 20971522\r\n")


def redirects(handler: Any) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:9/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def text(content: bytes, status: int = 200, kind: str = "application/json") -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if kind:
            handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


BAD: dict[str, Answer] = {
    "hangs": hangs,
    "slow head": slow_head,
    "slow body": slow_body,
    "flood": flood,
    "flood of a known length": flood_of_a_known_length,
    "redirects": redirects,
    "not JSON": text(b"<html>"),
    "a list": text(b"[]"),
    "null": text(b"null"),
    "empty": text(b"{}"),
    "not UTF-8": text(b"\xff\xfe"),
    "no kind": text(b"{}", kind=""),
    "an error": text(b"{}", status=500),
    "deep": text(b"[" * 100_000),
    "keys of nonsense": text(b'{"keys": [{"kid": "one", "kty": "RSA"}, 7]}'),
    "a token of nonsense": text(b'{"access_token": 7, "id_token": {"a": 1}, "expires_in": "x"}'),
}


@pytest.mark.parametrize("place", ["openid-configuration", "token", "jwks", "userinfo"])
def test_a_bad_provider_is_a_page_and_soon(oidc: OidcProvider, place: str) -> None:
    for how, answer in BAD.items():
        oidc.answers[place] = answer
        client = Client()
        begun = time.monotonic()
        if place == "openid-configuration":
            page = client.post(reverse("openid_connect_login", args=["oidc"]))
        else:
            page = sign_in(client, oidc)
        assert time.monotonic() - begun < LONG_S / 2, how
        assert page.status_code == 401, how
        assert "did not confirm your identity" in page.content.decode(), how
        assert client.get(reverse("home")).status_code == 302, how


@pytest.mark.parametrize("how", BAD)
def test_a_provider_that_goes_bad_during_a_sign_in_is_a_page_too(
    oidc: OidcProvider, how: str
) -> None:
    """Its document is asked for again when somebody comes back."""
    client = Client()
    brought = oidc.authorize(begin(client))
    oidc.answers["openid-configuration"] = BAD[how]
    page = come_back(client, brought)
    assert page.status_code == 401
    assert "did not confirm your identity" in page.content.decode()


def test_what_is_too_large_is_not_read_to_its_end(
    oidc: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_S", LONG_S)
    sent = 0

    def count(handler: Any) -> None:
        nonlocal sent
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        with suppress(OSError):
            for _ in range(20_000):
                sent += handler.wfile.write(b" " * 1_024)

    oidc.answers["jwks"] = count
    with pytest.raises(requests.RequestException, match="sends more than 1048576 bytes"):
        ProviderSession().get(f"{oidc.issuer}/jwks")
    assert sent < 15 * MAX_BYTES  # of 20: what buffers hold


def test_who_does_not_answer_is_named_with_the_time(oidc: OidcProvider) -> None:
    oidc.answers["jwks"] = slow_head
    with pytest.raises(requests.Timeout, match=r"/jwks has not answered in 0\.25 seconds"):
        ProviderSession().get(f"{oidc.issuer}/jwks")


def test_the_reason_is_in_the_log_and_not_on_the_page(
    oidc: OidcProvider, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_S", LONG_S)
    oidc.answers["token"] = text(b'{"error": "<script>alert(1)</script> client_secret=s"}', 400)
    page = sign_in(Client(), oidc).content.decode()
    assert "nobody was signed in by Example" in caplog.text
    assert "Error retrieving access token" in caplog.text
    assert "alert(1)" not in page
    assert "client_secret" not in page
