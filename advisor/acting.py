"""Who acts at the moment, from where and through which door. Whatever is written notes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest

MAX_AGENT = 200  # characters


class By(NamedTuple):
    """The author of what is written now."""

    user_id: int | None = None
    door: str = "command line"
    address: str | None = None
    agent: str = ""


by: ContextVar[By] = ContextVar("by", default=By())  # noqa: B039  a tuple of constants


@contextmanager
def acting(who: By) -> Iterator[None]:
    """Whatever is written inside was written by them."""
    before = by.set(who)
    try:
        yield
    finally:
        by.reset(before)


class Origin(NamedTuple):
    """An address, None where there is none (a socket of this machine), and a user agent."""

    address: str | None
    agent: str


def origin_of(request: HttpRequest) -> Origin:
    """Where a request comes from, as our own proxies tell.

    Of `X-Forwarded-For` only what our own proxies added counts: the rest anybody may write.
    """
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
