"""Addresses that somebody typed: only those that are listed, and never where secrets are."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
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
        "http://[::ffff:0:169.254.169.254]/",  # IPv4-translated
        "http://[64:ff9b:1:a9fe:a9:fe00::]/",  # RFC 6052 behind 48 bits
        "http://[64:ff9b:1:a9:fe:a9fe::]/",  # behind 56
        "http://[64:ff9b:1:0:a9:fea9:fe00:0]/",  # behind 64
        "http://[2001:0:a9fe:a9fe::1]/",  # Teredo's server
        "http://[2001:0:102:304::5601:5601]/",  # Teredo's client, written upside down
        "http://[2606:4700::5efe:169.254.169.254]/",  # ISATAP
        "http://[2606:4700::200:5efe:169.254.169.254]/",
        "http://255.255.255.255/",
    ],
)
def test_where_secrets_are_is_never_asked_whatever_the_list_says(url: str) -> None:
    with pytest.raises(NotAllowed, match=r"never contacted|no IP address found"):
        checked(url, ANYTHING)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/", "not http"),
        ("http://user:secret@example.com/", "no password"),
        ("http:///path", "not http"),
        ("http://example.com:99999/", "is not a valid URL"),
        ("http://[x", "is not a valid URL"),
        ("http://no-such-host.invalid/", "no IP address found"),
        ("http://127.0.0.1:9090/", "OUTBOUND_HOSTS"),
    ],
)
def test_what_is_no_address_or_not_listed_is_refused(url: str, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        checked(url, ["hooks.slack.com"])


@pytest.mark.parametrize(
    "address",
    ["64:ff9b::10.0.0.5", "::ffff:0:10.0.0.5", "2002:a00:5::1", "2606:4700::5efe:10.0.0.5"],
)
def test_a_private_address_inside_an_ipv6_one_is_opened_by_its_network_alone(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves(monkeypatch, address)
    with pytest.raises(NotAllowed, match="OUTBOUND_HOSTS"):
        checked("http://prometheus.example/", ["*", "2000::/3"])
    listed = checked("http://prometheus.example/", ["10.0.0.0/24", "2606:4700::/32"])
    assert listed.address == str(ip_address(address))  # what was checked is what is asked


def test_a_name_that_means_a_private_address_is_not_opened_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolves(monkeypatch, "10.0.0.5")
    with pytest.raises(NotAllowed, match=r"10\.0\.0\.5"):
        checked("http://prometheus.example/", ["prometheus.example"])
    assert checked("http://prometheus.example/", ["10.0.0.0/24"]).address == "10.0.0.5"


def test_every_address_of_a_name_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves(monkeypatch, "93.184.216.34", "169.254.169.254")
    with pytest.raises(NotAllowed, match="never contacted"):
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


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.fixture
def dripping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], str]]:
    """Servers that send a text at once and then a byte each tenth of a second."""
    monkeypatch.setattr(web, "TIMEOUT_S", 1)
    with contextlib.ExitStack() as stack:

        def start(first: bytes) -> str:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def drip() -> None:
                with contextlib.suppress(OSError), server.accept()[0] as peer:
                    peer.sendall(first)
                    for _ in range(60):
                        peer.sendall(b"x")
                        time.sleep(0.1)

            thread = threading.Thread(target=drip)
            thread.start()
            stack.callback(thread.join)
            return f"127.0.0.1:{server.getsockname()[1]}"

        yield start


@pytest.mark.parametrize(
    ("scheme", "first"),
    [
        ("http", b""),  # a status line that does not end
        ("http", b"HTTP/1.1 200 OK\r\nA: "),  # a header that does not end
        ("http", b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + b"HTTP/1.1 200 OK\r\n"),
        ("http", HEAD),  # a body of known length
        ("http", PLAIN),  # a body that ends with the connection
        ("https", b""),  # no TLS at all
        ("https", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"),  # a TLS record that does not end
    ],
)
def test_one_deadline_holds_for_all_of_an_exchange(
    scheme: str, first: bytes, dripping: Callable[[bytes], str]
) -> None:
    """The timeouts of libraries are for each wait by itself, and a byte ends a wait."""
    url = f"{scheme}://{dripping(first)}/"
    begin = time.monotonic()
    with pytest.raises(WebError, match="does not answer"):
        ask("GET", url, allowed=["127.0.0.0/8"])
    assert time.monotonic() - begin < 2


def test_the_deadline_holds_for_the_look_up_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TIMEOUT_S", 0.3)
    asked = threading.Event()

    def slow(*_: object, **__: object) -> list[Any]:
        asked.set()
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    begin = time.monotonic()
    with pytest.raises(WebError, match=r"no IP address for 'http://slow\.example/' in"):
        ask("GET", "http://slow.example/", allowed=["*"])
    assert asked.is_set()
    assert time.monotonic() - begin < 0.9


def test_no_thread_or_socket_is_left_behind(receiver: Receiver) -> None:
    before = threading.active_count()
    for _ in range(5):
        assert ask("GET", receiver.url, allowed=["127.0.0.0/8"]).body == b"ok"
    deadline = time.monotonic() + 2
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_silence_is_said(receiver: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WebError, match="does not answer"):
        ask("GET", f"http://127.0.0.1:{port}/", allowed=["127.0.0.0/8"])
