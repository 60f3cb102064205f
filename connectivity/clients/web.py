"""Requests to addresses that a person typed: allow-listed, and never to where secrets are.

The name is resolved here and the connection goes to the very address that was checked, so that a
name cannot mean another one a moment later. Redirects are not followed: they are said.
"""

import socket
import time
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

import urllib3
from django.conf import settings

TIMEOUT_S = 10
MOST_BYTES = 16 * 2**20
NEVER = tuple(
    map(
        ip_network,
        (
            "169.254.0.0/16",
            "fe80::/10",
            "fd00:ec2::/32",
            "fd20:ce::254/128",
            "100.100.100.200/32",
            "168.63.129.16/32",
            "192.0.0.192/32",
            "0.0.0.0/8",
            "::/128",
        ),
    )
)  # link-local, metadata services, and no address at all: whatever the list says


NAT64 = ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48")
COMPATIBLE = ip_network("::/96")


class NotAllowed(Exception):
    """An address that must not be asked. Says why, and what would allow it."""


class WebError(Exception):
    """No answer, or one that says no."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class _Target(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str
    address: str


def ask(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    allowed: Sequence[str] | None = None,
) -> Reply:
    """One request to one address; no redirect is followed.

    Args:
        allowed: hosts by name (`*.example.com`) and networks; those of the settings without.

    Raises:
        NotAllowed: before anything is sent.
        WebError: no connection, no answer in ten seconds, or more than 16 MiB of it.
    """
    target = checked(url, settings.OUTBOUND_HOSTS if allowed is None else allowed)
    try:
        with _pool(target) as pool:
            reply = pool.urlopen(
                method,
                target.path,
                body=body,
                headers={"Host": _host_header(target), **(headers or {})},
                redirect=False,
                retries=False,
                preload_content=False,
                assert_same_host=False,
            )
            content = _body(reply, time.monotonic() + TIMEOUT_S)
    except urllib3.exceptions.HTTPError as error:
        raise WebError(f"{target.host}:{target.port} does not answer: {error}") from error
    if len(content) > MOST_BYTES:
        raise WebError(f"{target.host} sends more than {MOST_BYTES // 2**20} MiB")
    if 300 <= reply.status < 400:
        where = reply.headers.get("Location", "nowhere")
        raise WebError(f"{target.host} redirects to {where[:200]}; state the final address instead")
    return Reply(reply.status, content)


def _body(reply: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """Raises: urllib3.exceptions.ReadTimeoutError: it comes too slowly."""
    content = b""
    while len(content) <= MOST_BYTES and (part := reply.read1(2**16)):
        content += part
        if time.monotonic() > until:
            raise urllib3.exceptions.HTTPError(f"not all of it came in {TIMEOUT_S} seconds")
    return content


def checked(url: str, allowed: Sequence[str]) -> _Target:
    """The address that a URL means now, if it may be asked.

    Raises:
        NotAllowed: scheme, host, network, or a name that means nothing.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError as error:
        raise NotAllowed(f"{url[:100]!r} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise NotAllowed(f"{url[:100]!r} is not http:// or https:// with a host and no password")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotAllowed(f"no address is known of {host!r}") from error
    addresses = [_plain(str(one[4][0])) for one in found]
    for address in addresses:
        if any(address in network for network in NEVER) or address.is_multicast:
            raise NotAllowed(f"{host!r} means {address}, which is never asked")
        if not _is_listed(host, address, allowed):
            raise NotAllowed(
                f"{host!r} ({address}) is not among the hosts that may be asked; whoever runs this "
                "installation adds it to OUTBOUND_HOSTS"
            )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.scheme, host, port, path, str(addresses[0]))


def _plain(text: str) -> IPv4Address | IPv6Address:
    """An address; of one that only wraps an IPv4 address, that one."""
    address = ip_address(text.split("%")[0])
    if isinstance(address, IPv4Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour
    is_prefixed = any(address in one for one in (*NAT64, COMPATIBLE)) and int(address) > 1
    return IPv4Address(int(address) & 0xFFFFFFFF) if is_prefixed else wrapped or address


def _is_listed(host: str, address: IPv4Address | IPv6Address, allowed: Sequence[str]) -> bool:
    """By network, or by name; a name alone does not open a private network."""
    for one in allowed:
        try:
            if address in ip_network(one, strict=False):
                return True
        except ValueError:
            if address.is_global and fnmatch(host.lower(), one.lower()):
                return True
    return False


def _pool(target: _Target) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(total=TIMEOUT_S)
    if target.scheme == "http":
        return urllib3.HTTPConnectionPool(target.address, target.port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        target.address,
        target.port,
        timeout=timeout,
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _host_header(target: _Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_usual = target.port == {"http": 80, "https": 443}[target.scheme]
    return host if is_usual else f"{host}:{target.port}"
