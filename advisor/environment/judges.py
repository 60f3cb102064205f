"""What a value of the environment must be like: what `environment.variables` asks of each."""

import re
from collections.abc import Callable, Iterable, Mapping
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Values = Mapping[str, str]
Judge = Callable[[str, Values], bool]

YES, NO = ("true", "1", "yes"), ("false", "0", "no")
SHORTEST_TOKEN = 24  # characters
SHORTEST_KEY = 32  # characters; scripts/setup makes 67
DATABASES = ("postgres", "postgresql", "sqlite")
BROKERS = ("redis", "rediss", "redis+socket", "unix")
MAILERS = ("smtp", "smtp+tls", "smtp+ssl", "smtps")
MAILERS_HERE = ("consolemail", "filemail", "memorymail", "dummymail")
NAME = re.compile(
    r"(\*\.|\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"
)
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
ARN = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:[\w+=,.@/-]+")
SLUG = re.compile(r"[a-z0-9_-]{1,50}", re.I)
TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
WIDEST = {4: 8, 6: 16}  # a shorter prefix is half the internet


def url(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  # out of range raises
    except ValueError:
        return None
    return parts if value.isprintable() else None


def is_here(host: str | None) -> bool:
    """A name or an address of this machine."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_public(values: Values) -> bool:
    """People reach the product from elsewhere than this machine."""
    parts = url(values.get("ADVISOR_URL", ""))
    return parts is not None and bool(parts.hostname) and not is_here(parts.hostname)


def flag(value: str, _: Values) -> bool:
    return value.lower() in YES + NO


def debug(value: str, values: Values) -> bool:
    is_https = values.get("ADVISOR_URL", "").startswith("https:")
    return value.lower() in NO or not (is_https or is_public(values))


def advisor_url(value: str, _: Values) -> bool:
    parts = url(value)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    return parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)


def is_safe_url(value: str, _: Values | None = None) -> bool:
    """What is read there is believed, so nobody between may change it."""
    parts = url(value)
    if parts is None or not parts.hostname or parts.username:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname))


def key(value: str, values: Values) -> bool:
    return not is_public(values) or (len(value) >= SHORTEST_KEY and len(set(value)) > 4)


def listed(value: str) -> list[str]:
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def is_host(entry: str) -> bool:
    try:
        return bool(ip_address(entry.strip("[]")))
    except ValueError:
        return bool(NAME.fullmatch(entry.lower()))


def allowed_hosts(value: str, _: Values) -> bool:
    return all(is_host(entry) and not entry.startswith("*") for entry in listed(value))


def outbound_hosts(value: str, _: Values) -> bool:
    return all(entry == "*" or network(entry) or is_host(entry) for entry in listed(value))


def network(entry: str) -> bool:
    try:
        return bool(ip_network(entry, strict=False))
    except ValueError:
        return False


def too_wide(entries: Iterable[str]) -> list[str]:
    """Those of OUTBOUND_HOSTS that open nearly everything."""
    return [entry for entry in entries if is_wide(entry.strip())]


def is_wide(entry: str) -> bool:
    if network(entry):
        wide = ip_network(entry, strict=False)
        return wide.prefixlen < WIDEST[wide.version]
    return "*" in entry and entry.strip("*.").count(".") == 0  # `*`, `*.com`


def database(value: str, _: Values) -> bool:
    parts = url(value)
    if parts is None or parts.scheme not in DATABASES:
        return False
    return bool(parts.path.strip("/")) if parts.scheme != "sqlite" else len(parts.path) > 1


def password(_: str, values: Values) -> bool:
    parts = url(values.get("DATABASE_URL", ""))
    return parts is not None and parts.scheme.startswith("postgres") and parts.password is None


def broker(value: str, _: Values) -> bool:
    parts = url(value)
    if parts is None or parts.scheme not in BROKERS:
        return False
    return bool(parts.hostname if parts.scheme in ("redis", "rediss") else parts.path)


def mail(value: str, _: Values) -> bool:
    parts = url(value)
    if parts is None:
        return False
    if parts.scheme == "ses":
        return bool(REGION.fullmatch(parts.hostname or ""))
    return parts.scheme in MAILERS_HERE or (parts.scheme in MAILERS and bool(parts.hostname))


def sender(value: str, _: Values) -> bool:
    address = parseaddr(value)[1]
    return value.isprintable() and "@" in address and "@" not in (address[0], address[-1])


def provider(value: str, values: Values) -> bool:
    return is_safe_url(value) and bool(values.get("OIDC_CLIENT_ID"))


def whole(least: int, most: int) -> Judge:
    """A whole number between two others."""
    return lambda value, _: value.isascii() and value.isdecimal() and least <= int(value) <= most


def matching(pattern: re.Pattern[str]) -> Judge:
    return lambda value, _: pattern.fullmatch(value) is not None


def one_of(words: tuple[str, ...]) -> Judge:
    return lambda value, _: value in words


def token(value: str, _: Values) -> bool:
    """Nobody guesses it, and a header can hold it."""
    return len(value) >= SHORTEST_TOKEN and TOKEN.fullmatch(value) is not None


def event_receiver(value: str, _: Values) -> bool:
    """A DSN of Sentry: https://key@host/project."""
    parts = url(value)
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        return False
    return bool(parts.username) and parts.path.strip("/").rpartition("/")[2].isdecimal()
