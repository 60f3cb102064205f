"""Requests to addresses that a person typed: allow-listed, and never to where secrets are.

The name is resolved here and the connection goes to the very address that was checked, so that a
name cannot mean another one a moment later. Redirects are not followed: they are said.
"""

import socket
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

import urllib3
from django.conf import settings

from costmodel.deadline import Deadline, TooSlow

TIMEOUT_S = 10  # from looking up the name to the last byte of the answer
MAX_BYTES = 16 * 2**20
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
            "255.255.255.255/32",
            "::/128",
        ),
    )
)  # link-local, metadata services, and no address at all: whatever the list says


AT_THE_END = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96"))
)  # NAT64 (RFC 6052, RFC 8215), IPv4-translated (RFC 2765), IPv4-compatible: the last 32 bits
LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # the third quarter of the address; the IPv4 address follows
NO_ADDRESS = ip_network("0.0.0.0/8")


class NotAllowed(Exception):
    """An address that must not be asked. Says why, and what would allow it."""


class WebError(Exception):
    """No answer, or one that says no."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class _WebTarget(NamedTuple):
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
        WebError: no connection, not all of the answer in ten seconds, or more than 16 MiB of it.
    """
    hosts = settings.OUTBOUND_HOSTS if allowed is None else allowed
    with Deadline(TIMEOUT_S) as deadline:
        try:
            target = deadline.within(lambda: checked(url, hosts))
        except TooSlow as error:
            raise WebError(f"no IP address for {url[:100]!r} in {TIMEOUT_S} seconds") from error
        reply, content = _exchange(deadline, target, method, body, headers or {})
    if len(content) > MAX_BYTES:
        raise WebError(f"{target.host} sends more than {MAX_BYTES // 2**20} MiB")
    if 300 <= reply.status < 400:
        where = reply.headers.get("Location", "nowhere")
        raise WebError(f"{target.host} redirects to {where[:200]}; enter the final URL instead")
    return Reply(reply.status, content)


def _exchange(
    deadline: Deadline,
    target: _WebTarget,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> tuple[urllib3.BaseHTTPResponse, bytes]:
    """Raises: WebError: it fails, or takes too long."""
    try:
        with deadline.pool(_pool(target, deadline.left)) as pool:
            reply = pool.urlopen(
                method,
                target.path,
                body=body,
                headers={"Host": _host_header(target), **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                assert_same_host=False,
            )
            return reply, _body(reply, deadline)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        slow = f"its answer was not complete after {TIMEOUT_S} seconds"
        why = slow if deadline.is_over else str(error)
        raise WebError(f"{target.host}:{target.port} does not answer: {why}") from error


def _body(reply: urllib3.BaseHTTPResponse, deadline: Deadline) -> bytes:
    """Raises: urllib3.exceptions.HTTPError: it was cut off."""
    content = b""
    while len(content) <= MAX_BYTES and (part := reply.read1(2**16)):
        content += part
    if deadline.is_over:  # of a body without a length the end looks like its own
        raise urllib3.exceptions.HTTPError("cut off")
    return content


def checked(url: str, allowed: Sequence[str]) -> _WebTarget:
    """The address that a URL means now, if it may be asked.

    Raises:
        NotAllowed: scheme, host, network, or a name that means nothing.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError as error:
        raise NotAllowed(f"{url[:100]!r} is not a valid URL: {error}") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise NotAllowed(f"{url[:100]!r} is not http:// or https:// with a host and no password")
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotAllowed(f"no IP address found for {host!r}") from error
    addresses = [_plain(str(info[4][0])) for info in infos]
    for address in addresses:
        _check(host, address, allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _WebTarget(parts.scheme, host, port, path, str(addresses[0]))


def _check(host: str, address: IPv4Address | IPv6Address, allowed: Sequence[str]) -> None:
    """Raises: NotAllowed: it, or an address that a translator or a tunnel would make of it."""
    meant = _translated(address)
    tunnelled = tuple(_tunnelled(address)) if isinstance(address, IPv6Address) else ()
    for reached in (address, meant, *tunnelled):
        if any(reached in network for network in NEVER) or reached.is_multicast:
            raise NotAllowed(f"{host!r} means {reached}, which is never contacted")
    if not all(_is_listed(host, reached, allowed) for reached in (meant, *tunnelled)):
        raise NotAllowed(
            f"{host!r} ({meant}) is not among the allowed hosts; the operator of this "
            "installation can add it to OUTBOUND_HOSTS"
        )


def _plain(text: str) -> IPv4Address | IPv6Address:
    """An address; of one that is an IPv4 address in IPv6's notation, that one."""
    address = ip_address(text.split("%")[0])
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or address


def _translated(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that a translator makes of it; without one, itself."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in AT_THE_END) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or address


def _tunnelled(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses to which Teredo, ISATAP or a NAT64 of one's own would bring it, too."""
    number = int(address)
    yield from address.teredo or ()
    if number >> 32 & 0xFFFFFFFF in ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
    if address in LOCAL_NAT64:
        for bits in (16, 8, 0):  # RFC 6052, 2.2: behind 48, 56 or 64 bits, around bits 64 to 71
            low = 32 - bits
            upper, lower = number >> 64 & (1 << bits) - 1, number & (1 << 56) - 1
            inside = IPv4Address(upper << low | lower >> 56 - low)
            if inside not in NO_ADDRESS:
                yield inside


def _is_listed(host: str, address: IPv4Address | IPv6Address, allowed: Sequence[str]) -> bool:
    """By network, or by name; a name alone does not open a private network."""
    for entry in allowed:
        try:
            if address in ip_network(entry, strict=False):
                return True
        except ValueError:
            if address.is_global and fnmatch(host.lower(), entry.lower()):
                return True
    return False


def _pool(target: _WebTarget, seconds: float) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(total=seconds)
    if target.scheme == "http":
        return urllib3.HTTPConnectionPool(target.address, target.port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        target.address,
        target.port,
        timeout=timeout,
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _host_header(target: _WebTarget) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_usual = target.port == {"http": 80, "https": 443}[target.scheme]
    return host if is_usual else f"{host}:{target.port}"
