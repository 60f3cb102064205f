"""Where a request comes from: its address and its program, as our own proxies tell them."""

from ipaddress import ip_address
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest

MAX_AGENT = 200  # characters


class Origin(NamedTuple):
    """An address, None where there is none (a socket of this machine), and a user agent."""

    address: str | None
    agent: str


def origin_of(request: HttpRequest) -> Origin:
    """Of `X-Forwarded-For` only what our own proxies added counts: the rest anybody may write."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = _address(seen[-trusted]) if 0 < trusted <= len(seen) else None
    agent = "".join(filter(str.isprintable, request.META.get("HTTP_USER_AGENT", "")))
    return Origin(told or _address(request.META.get("REMOTE_ADDR", "")), agent[:MAX_AGENT])


def _address(text: str) -> str | None:
    """An address without the port that some proxies add; an IPv4 address as such."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
