"""Addresses that somebody typed: only those that are listed, and never where secrets are."""

import contextlib
import socket
import threading
import time
from typing import Any

import pytest

from connectivity.clients import web
from connectivity.clients.web import NotAllowed, WebError, ask, checked
from tests.doubles.receiver import Receiver, receiver

__all__ = ["receiver"]
ANYTHING = ["0.0.0.0/0", "::/0", "*"]


def resolves(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(host: str, port: int, *_: object, **__: object) -> list[Any]:
        kind = socket.AF_INET, socket.SOCK_STREAM, 6
        return [(*kind, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0:9090/",
        "http://2852039166/",  # 169.254.169.254 as one number
        "http://224.0.0.1/",
        "http://168.63.129.16/",
        "http://192.0.0.192/",
        "http://[fd20:ce::254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[64:ff9b:1::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://[::169.254.169.254]/",
    ],
)
def test_where_secrets_are_is_never_asked_whatever_the_list_says(url: str) -> None:
    with pytest.raises(NotAllowed, match=r"never asked|no address is known"):
        checked(url, ANYTHING)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/", "not http"),
        ("http://user:secret@example.com/", "no password"),
        ("http:///path", "not http"),
        ("http://example.com:99999/", "is no address"),
        ("http://[x", "is no address"),
        ("http://no-such-host.invalid/", "no address is known"),
        ("http://127.0.0.1:9090/", "OUTBOUND_HOSTS"),
    ],
)
def test_what_is_no_address_or_not_listed_is_refused(url: str, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        checked(url, ["hooks.slack.com"])


def test_a_name_that_means_a_private_address_is_not_opened_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolves(monkeypatch, "10.0.0.5")
    with pytest.raises(NotAllowed, match=r"10\.0\.0\.5"):
        checked("http://prometheus.example/", ["prometheus.example"])
    assert checked("http://prometheus.example/", ["10.0.0.0/24"]).address == "10.0.0.5"


def test_every_address_of_a_name_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves(monkeypatch, "93.184.216.34", "169.254.169.254")
    with pytest.raises(NotAllowed, match="never asked"):
        checked("http://example.com/", ["example.com"])


def test_the_connection_goes_to_the_address_that_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves(monkeypatch, "127.0.0.1")
    url = f"http://rebinding.example:{receiver.port}/x?y=1"
    reply = ask("GET", url, allowed=["127.0.0.0/8"])
    assert (reply.status, receiver.requests[0].path) == (200, "/x?y=1")
    assert receiver.requests[0].headers["Host"] == f"rebinding.example:{receiver.port}"


def test_a_redirect_is_said_and_not_followed(receiver: Receiver) -> None:
    receiver.answers = [(302, {"Location": "http://169.254.169.254/"}, b"")]
    with pytest.raises(WebError, match=r"redirects to http://169\.254\.169\.254/"):
        ask("GET", receiver.url, allowed=["127.0.0.0/8"])
    assert len(receiver.requests) == 1


def test_a_name_in_other_letters_is_the_name_that_it_means(receiver: Receiver) -> None:
    wide = receiver.url.replace("127.0.0.1", "１２７.0.0.1")
    assert ask("GET", wide, allowed=["127.0.0.0/8"]).status == 200
    assert receiver.requests[0].headers["Host"].startswith("127.0.0.1")
    with pytest.raises(NotAllowed):
        checked(f"http://{'a' * 70}.example/", ["*"])


def test_a_body_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TIMEOUT_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with server.accept()[0] as one, contextlib.suppress(OSError):
                one.recv(1_000)
                one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
                for _ in range(40):
                    one.sendall(b"x")
                    time.sleep(0.2)

        thread = threading.Thread(target=drip)
        thread.start()
        begin = time.monotonic()
        with pytest.raises(WebError, match="does not answer"):
            ask("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", allowed=["127.0.0.0/8"])
        assert time.monotonic() - begin < 4
        thread.join()


def test_silence_is_said(receiver: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WebError, match="does not answer"):
        ask("GET", f"http://127.0.0.1:{port}/", allowed=["127.0.0.0/8"])
