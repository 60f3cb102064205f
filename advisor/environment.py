"""What each variable of the environment may be: the one table of it.

The settings are refused before anything starts, all problems at once, each with the variable, its
value and what it should be. A blank variable counts as not set, as compose files pass it on.
"""

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

from advisor.logs import FORMATS
from advisor.secret_files import FROM_FILES

Values = Mapping[str, str]
Judge = Callable[[str, Values], bool]

YES, NO = ("true", "1", "yes"), ("false", "0", "no")
SHORTEST_KEY = 32  # characters; scripts/setup makes 67
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
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
WIDEST = {4: 8, 6: 16}  # a shorter prefix is half the internet


class Rule(NamedTuple):
    """A variable, which values are good, and what to write instead of another one."""

    name: str
    is_good: Judge
    remedy: str
    is_secret: bool = False


def _url(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  # out of range raises
    except ValueError:
        return None
    return parts if value.isprintable() else None


def _is_here(host: str | None) -> bool:
    """A name or an address of this machine."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_public(values: Values) -> bool:
    """People reach the product from elsewhere than this machine."""
    parts = _url(values.get("ADVISOR_URL", ""))
    return parts is not None and bool(parts.hostname) and not _is_here(parts.hostname)


def _flag(value: str, _: Values) -> bool:
    return value.lower() in YES + NO


def _debug(value: str, values: Values) -> bool:
    is_https = values.get("ADVISOR_URL", "").startswith("https:")
    return value.lower() in NO or not (is_https or is_public(values))


def _advisor_url(value: str, _: Values) -> bool:
    parts = _url(value)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    return parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)


def is_safe_url(value: str, _: Values | None = None) -> bool:
    """What is read there is believed, so nobody between may change it."""
    parts = _url(value)
    if parts is None or not parts.hostname or parts.username:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))


def _key(value: str, values: Values) -> bool:
    return not is_public(values) or (len(value) >= SHORTEST_KEY and len(set(value)) > 4)


def _listed(value: str) -> list[str]:
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _is_host(entry: str) -> bool:
    try:
        return bool(ip_address(entry.strip("[]")))
    except ValueError:
        return bool(NAME.fullmatch(entry.lower()))


def _allowed_hosts(value: str, _: Values) -> bool:
    return all(_is_host(entry) and not entry.startswith("*") for entry in _listed(value))


def _outbound_hosts(value: str, _: Values) -> bool:
    return all(entry == "*" or _network(entry) or _is_host(entry) for entry in _listed(value))


def _network(entry: str) -> bool:
    try:
        return bool(ip_network(entry, strict=False))
    except ValueError:
        return False


def too_wide(entries: Iterable[str]) -> list[str]:
    """Those of OUTBOUND_HOSTS that open nearly everything."""
    return [entry for entry in entries if _is_wide(entry.strip())]


def _is_wide(entry: str) -> bool:
    if _network(entry):
        network = ip_network(entry, strict=False)
        return network.prefixlen < WIDEST[network.version]
    return "*" in entry and entry.strip("*.").count(".") == 0  # `*`, `*.com`


def _database(value: str, _: Values) -> bool:
    parts = _url(value)
    if parts is None or parts.scheme not in DATABASES:
        return False
    return bool(parts.path.strip("/")) if parts.scheme != "sqlite" else len(parts.path) > 1


def _password(_: str, values: Values) -> bool:
    parts = _url(values.get("DATABASE_URL", ""))
    return parts is not None and parts.scheme.startswith("postgres") and parts.password is None


def _broker(value: str, _: Values) -> bool:
    parts = _url(value)
    if parts is None or parts.scheme not in BROKERS:
        return False
    return bool(parts.hostname if parts.scheme in ("redis", "rediss") else parts.path)


def _mail(value: str, _: Values) -> bool:
    parts = _url(value)
    if parts is None:
        return False
    if parts.scheme == "ses":
        return bool(REGION.fullmatch(parts.hostname or ""))
    return parts.scheme in MAILERS_HERE or (parts.scheme in MAILERS and bool(parts.hostname))


def _sender(value: str, _: Values) -> bool:
    address = parseaddr(value)[1]
    return value.isprintable() and "@" in address and "@" not in (address[0], address[-1])


def _provider(value: str, values: Values) -> bool:
    return is_safe_url(value) and bool(values.get("OIDC_CLIENT_ID"))


def whole(least: int, most: int) -> Judge:
    """A whole number between two others."""
    return lambda value, _: value.isascii() and value.isdecimal() and least <= int(value) <= most


def matching(pattern: re.Pattern[str]) -> Judge:
    return lambda value, _: pattern.fullmatch(value) is not None


def one_of(words: tuple[str, ...]) -> Judge:
    return lambda value, _: value in words


MOST_PROXIES = 10
KEPT = "it is a whole number of days, up to 36500; 0 is for ever"
RULES = (
    Rule("ADVISOR_URL", _advisor_url, "it is http:// or https:// with a host, and no more"),
    Rule(
        "ALLOWED_HOSTS",
        _allowed_hosts,
        "it lists hosts by name, without ports and without *: whatever a caller states as Host "
        "would stand in links and mails",
    ),
    Rule("AWS_PRICES_URL", is_safe_url, "it begins with https://"),
    Rule("AWS_WORKER_ARN", matching(ARN), "it is like arn:aws:iam::111111111111:role/name"),
    Rule("COLLECTED_STATIC", _flag, "it is True or False"),
    Rule(
        "DATABASE_PASSWORD", _password, "DATABASE_URL is postgres:// and has none", is_secret=True
    ),
    Rule(
        "DATABASE_URL",
        _database,
        "it is like postgres://user:password@host:5432/name or sqlite:////path",
        is_secret=True,
    ),
    Rule("DEBUG", _flag, "it is True or False"),
    Rule(
        "DEBUG",
        _debug,
        "its pages show settings and data to whoever meets an error: unset it where ADVISOR_URL "
        "leads here from other machines",
    ),
    Rule("DEFAULT_FROM_EMAIL", _sender, "it is like advisor@example.com"),
    Rule(
        "EMAIL_URL",
        _mail,
        "it is like smtp+tls://user:password@host:587 or ses://eu-west-1",
        is_secret=True,
    ),
    Rule("KEEP_AUDIT_DAYS", whole(0, 36_500), KEPT),
    Rule("KEEP_MEASUREMENTS_DAYS", whole(0, 36_500), KEPT),
    Rule("LOG_FORMAT", one_of(FORMATS), f"it is {' or '.join(FORMATS)}"),
    Rule("LOG_LEVEL", one_of(LOG_LEVELS), f"it is one of {', '.join(LOG_LEVELS)}"),
    Rule("OIDC_SERVER_URL", _provider, "it begins with https://, and OIDC_CLIENT_ID is set, too"),
    Rule("OIDC_TEAM", matching(SLUG), "it is a team's slug: letters, digits, - and _"),
    Rule(
        "OUTBOUND_HOSTS",
        _outbound_hosts,
        "it lists names (*.example.com) and networks (10.20.0.0/16), without schemes and ports",
    ),
    Rule(
        "REDIS_URL",
        _broker,
        "it is like redis://host:6379/0 or rediss://user:password@host:6379/0",
        is_secret=True,
    ),
    Rule(
        "SECRET_KEY",
        _key,
        f"it has {SHORTEST_KEY} characters or more: python3 -c 'import secrets; "
        "print(secrets.token_urlsafe(50))' makes one",
        is_secret=True,
    ),
    Rule(
        "TRUSTED_PROXIES",
        whole(0, MOST_PROXIES),
        f"it is a whole number up to {MOST_PROXIES}: how many proxies of yours a request passes",
    ),
)
"""In the order of their names."""

_ANY = ("ADVISOR_VAR", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "SECRET_KEY_FILE")
ANY_TEXT = (*_ANY, *(f"{name}_FILE" for name in FROM_FILES))
"""Variables that may be anything."""


def drop_blanks(environment: MutableMapping[str, str]) -> None:
    """A variable of ours that is set to nothing means its default."""
    for name in (*ANY_TEXT, *(rule.name for rule in RULES)):
        if not environment.get(name, "-").strip():
            del environment[name]


def refuse(values: Values) -> None:
    """Raises: ImproperlyConfigured: with every value that cannot be used, a line each."""
    problems = [
        f"{rule.name} is {_shown(rule, values[rule.name])}; {rule.remedy}"
        for rule in RULES
        if rule.name in values and not rule.is_good(values[rule.name], values)
    ]
    if problems:
        raise ImproperlyConfigured("\n".join(problems))


def _shown(rule: Rule, value: str) -> str:
    """A value as a message may show it: never a secret."""
    if not rule.is_secret:
        return repr(value[:200])
    if rule.name == "DATABASE_PASSWORD":
        return "set"
    if rule.name == "SECRET_KEY":
        return f"too simple: {len(value)} characters, {len(set(value))} different ones"
    scheme, separator, rest = value.partition("://")
    return repr(f"{scheme}{separator}{rest.rpartition('@')[2]}"[:200] if separator else "no URL")


def kept_key(values: Values, path: Path) -> str:
    """The secret key that a file keeps. Raises: ImproperlyConfigured: none, or too simple."""
    key = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    if not key:
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set and {path} does not exist: run scripts/setup, or set it"
        )
    refuse({**values, "SECRET_KEY": key})
    return key
