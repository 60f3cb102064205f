"""What each variable of the environment may be: the one table of it.

The settings are refused before anything starts, all problems at once, each with the variable, its
value and what it should be. A blank variable counts as not set, as compose files pass it on.
"""

from collections.abc import MutableMapping
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from advisor.environment import allowances, judges
from advisor.environment.secret_files import FROM_FILES
from advisor.observability.logs import FORMATS

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class VariableRule(NamedTuple):
    """A variable, which values are good, and what to write instead of another one."""

    name: str
    is_good: judges.Judge
    remedy: str
    is_secret: bool = False


MAX_PROXIES = 10
KEPT = "it is a whole number of days, up to 36500; 0 is for ever"
RULES = (
    VariableRule(
        "ADVISOR_URL", judges.advisor_url, "it is http:// or https:// with a host, and no more"
    ),
    VariableRule(
        "ALLOWED_HOSTS",
        judges.allowed_hosts,
        "it lists hosts by name, without ports and without *: whatever a caller states as Host "
        "would stand in links and mails",
    ),
    VariableRule("AWS_PRICES_URL", judges.is_safe_url, "it begins with https://"),
    VariableRule(
        "AWS_WORKER_ARN",
        judges.matching(judges.ARN),
        "it is like arn:aws:iam::111111111111:role/name",
    ),
    VariableRule(
        "CALLER_LIMITS",
        lambda value, _: allowances.is_readable(value),
        f"it is like token_jobs=100,user_mib=0, of {', '.join(allowances.ALLOWANCES)}",
    ),
    VariableRule("COLLECTED_STATIC", judges.flag, "it is True or False"),
    VariableRule(
        "DATABASE_PASSWORD",
        judges.password,
        "DATABASE_URL is postgres:// and has none",
        is_secret=True,
    ),
    VariableRule(
        "DATABASE_URL",
        judges.database,
        "it is like postgres://user:password@host:5432/name or sqlite:////path",
        is_secret=True,
    ),
    VariableRule("DEBUG", judges.flag, "it is True or False"),
    VariableRule(
        "DEBUG",
        judges.debug,
        "its pages show settings and data to whoever meets an error: unset it where ADVISOR_URL "
        "leads here from other machines",
    ),
    VariableRule("DEFAULT_FROM_EMAIL", judges.sender, "it is like advisor@example.com"),
    VariableRule(
        "EMAIL_URL",
        judges.mail,
        "it is like smtp+tls://user:password@host:587 or ses://eu-west-1",
        is_secret=True,
    ),
    VariableRule("KEEP_AUDIT_DAYS", judges.whole(0, 36_500), KEPT),
    VariableRule("KEEP_MEASUREMENTS_DAYS", judges.whole(0, 36_500), KEPT),
    VariableRule("LOG_FORMAT", judges.one_of(FORMATS), f"it is {' or '.join(FORMATS)}"),
    VariableRule("LOG_LEVEL", judges.one_of(LOG_LEVELS), f"it is one of {', '.join(LOG_LEVELS)}"),
    VariableRule(
        "METRICS_TOKEN",
        judges.token,
        f"it has {judges.SHORTEST_TOKEN} characters or more: letters, digits and ._~+/=-",
        is_secret=True,
    ),
    VariableRule(
        "OIDC_SERVER_URL",
        judges.provider,
        "it begins with https://, and OIDC_CLIENT_ID is set, too",
    ),
    VariableRule(
        "OIDC_TEAM", judges.matching(judges.SLUG), "it is a team's slug: letters, digits, - and _"
    ),
    VariableRule(
        "OUTBOUND_HOSTS",
        judges.outbound_hosts,
        "it lists names (*.example.com) and networks (10.20.0.0/16), without schemes and ports",
    ),
    VariableRule(
        "REDIS_URL",
        judges.broker,
        "it is like redis://host:6379/0 or rediss://user:password@host:6379/0",
        is_secret=True,
    ),
    VariableRule(
        "SECRET_KEY",
        judges.key,
        f"it has {judges.SHORTEST_KEY} characters or more: python3 -c 'import secrets; "
        "print(secrets.token_urlsafe(50))' makes one",
        is_secret=True,
    ),
    VariableRule(
        "SENTRY_DSN",
        judges.event_receiver,
        "it is like https://key@sentry.example/1",
        is_secret=True,
    ),
    VariableRule(
        "TRUSTED_PROXIES",
        judges.whole(0, MAX_PROXIES),
        f"it is a whole number up to {MAX_PROXIES}: how many proxies of yours a request passes",
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


def refuse(values: judges.Values) -> None:
    """Raises: ImproperlyConfigured: with every value that cannot be used, a line each."""
    problems = [
        f"{rule.name} is {_shown(rule, values[rule.name])}; {rule.remedy}"
        for rule in RULES
        if rule.name in values and not rule.is_good(values[rule.name], values)
    ]
    if problems:
        raise ImproperlyConfigured("\n".join(problems))


def _shown(rule: VariableRule, value: str) -> str:
    """A value as a message may show it: never a secret."""
    if not rule.is_secret:
        return repr(value[:200])
    if rule.name in ("DATABASE_PASSWORD", "METRICS_TOKEN"):
        return "set"
    if rule.name == "SECRET_KEY":
        return f"too simple: {len(value)} characters, {len(set(value))} different ones"
    scheme, separator, rest = value.partition("://")
    return repr(f"{scheme}{separator}{rest.rpartition('@')[2]}"[:200] if separator else "no URL")


def kept_key(values: judges.Values, path: Path) -> str:
    """The secret key that a file keeps.

    Raises:
        ImproperlyConfigured: there is no such file, or its key is too simple.
    """
    key = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    if not key:
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set and {path} does not exist: run scripts/setup, or set it"
        )
    refuse({**values, "SECRET_KEY": key})
    return key
