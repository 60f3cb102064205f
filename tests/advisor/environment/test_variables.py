"""What each variable may be: good values start, others are refused by name, value and remedy."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from advisor.environment import checks
from advisor.environment.judges import too_wide
from advisor.environment.variables import ANY_TEXT, RULES, drop_blanks, kept_key, refuse
from tests.conftest import ROOT

KEY = "a-secret-that-is-long-enough-0123456789"
HTTPS = {"ADVISOR_URL": "https://advisor.example", "SECRET_KEY": KEY}

GOOD = {
    "ADVISOR_URL": "http://127.0.0.1:8000 https://advisor.example https://[2001:db8::1]:8443/",
    "ALLOWED_HOSTS": "localhost,127.0.0.1 .example.com a_b.example,[::1]",
    "AWS_PRICES_URL": "https://pricing.us-east-1.amazonaws.com http://127.0.0.1:9/x http://localhost",
    "AWS_WORKER_ARN": "arn:aws:iam::111111111111:role/w arn:aws-cn:sts::111111111111:user/w",
    "CALLER_LIMITS": "token_jobs=100 user_mib=0,token_at_once=8",
    "COLLECTED_STATIC": "True no 0",
    "DATABASE_URL": "postgres://u:p@h:5432/name postgresql:///name?host=/run sqlite:////tmp/x.sqlite3",
    "DEBUG": "False True 1",
    "DEFAULT_FROM_EMAIL": "advisor@localhost advisor@example.com",
    "EMAIL_URL": "smtp://h:25 smtp+tls://u:p@h:587 ses://eu-west-1 ses://us-gov-east-1 consolemail://",
    "KEEP_AUDIT_DAYS": "0 400",
    "KEEP_MEASUREMENTS_DAYS": "0 36500",
    "LOG_FORMAT": "text json",
    "LOG_LEVEL": "DEBUG INFO WARNING ERROR CRITICAL",
    "METRICS_TOKEN": "abcdefghijklmnopqrstuvwx A-1._~+/=A-1._~+/=A-1._~+/=",
    "OIDC_TEAM": "engineering a-b_1",
    "OUTBOUND_HOSTS": "hooks.slack.com,*.example.com 10.20.0.0/16,::1 0.0.0.0/0 *",
    "REDIS_URL": "redis://h:6379/0 rediss://u:p@h redis+socket:///run/r.sock unix:///run/r.sock",
    "SECRET_KEY": f"x {KEY}",
    "SENTRY_DSN": "https://key@sentry.example/1 http://key@127.0.0.1:9/prefix/12",
    "TRUSTED_PROXIES": "0 1 10",
}
BAD = {
    "ADVISOR_URL": "advisor.example ftp://h https:///x https://h:99999 https://h/path https://u@h",
    "ALLOWED_HOSTS": "* localhost,* *.example.com https://h h:8000 a/b",
    "AWS_PRICES_URL": "file:///etc/passwd http://mirror.example ftp://h https:// pricing https://u@h",
    "AWS_WORKER_ARN": "role/w arn:aws:iam::1:role/w arn:aws:s3:::bucket",
    "CALLER_LIMITS": "100 jobs=1 token_jobs=-1 token_jobs=many",
    "COLLECTED_STATIC": "perhaps 2 -1",
    "DATABASE_URL": "nonsense mysql://u:hidden@h/x postgres://u:hidden@h postgres://u:hidden@h:99999/x",
    "DEBUG": "perhaps",
    "DEFAULT_FROM_EMAIL": "advisor @example advisor@",
    "EMAIL_URL": "smtp:/// smtp+tlz://u:hidden@h nonsense smtp://u:hidden@h:99999 ses:// ses://europe",
    "KEEP_AUDIT_DAYS": "-1 36501 ever",
    "KEEP_MEASUREMENTS_DAYS": "1.5",
    "LOG_FORMAT": "JSON xml",
    "LOG_LEVEL": "LOUD info 10",
    "METRICS_TOKEN": "hidden hidden-because-of-an-é-inside",
    "OIDC_SERVER_URL": "http://login.example https://login.example nonsense",  # no OIDC_CLIENT_ID
    "OIDC_TEAM": "two/words é",
    "OUTBOUND_HOSTS": "10.0.0.0/99 https://hooks.slack.com host:9090 a/b ex*mple",
    "REDIS_URL": "http://x redis:// memory:// amqp://u:hidden@h",
    "SENTRY_DSN": "https://sentry.example/1 https://hidden@sentry.example/x ftp://hidden@h/1",
    "TRUSTED_PROXIES": "-1 11 1.5 one ²",
}  # values are parted by spaces


def split(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in table.items() for value in values.split(" ")]


@pytest.mark.parametrize(("name", "value"), split(GOOD))
def test_a_value_that_can_be_used_is_taken(name: str, value: str) -> None:
    refuse({name: value})


@pytest.mark.parametrize(("name", "value"), split(BAD))
def test_a_value_that_cannot_be_used_is_refused_with_name_value_and_remedy(
    name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        refuse({name: value})
    text = str(caught.value)
    assert text.startswith(f"{name} is ")
    assert next(rule.remedy for rule in RULES if rule.name == name) in text
    assert repr(value) in text or any(rule.is_secret for rule in RULES if rule.name == name)
    assert "hidden" not in text  # a password


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (HTTPS | {"DEBUG": "True"}, "DEBUG is 'True'; its pages show settings"),
        ({"ADVISOR_URL": "http://advisor.example", "DEBUG": "1"}, "DEBUG is '1'"),
        (HTTPS | {"SECRET_KEY": "short"}, "SECRET_KEY is too simple: 5 characters"),
        (HTTPS | {"SECRET_KEY": "ab" * 40}, "80 characters, 2 different ones"),
        ({"ADVISOR_URL": "http://advisor.example", "SECRET_KEY": "x" * 50}, "1 different"),
    ],
)
def test_what_is_right_on_this_machine_alone_is_refused_elsewhere(
    values: dict[str, str], words: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        refuse(values)


def test_single_sign_on_needs_https_and_a_client() -> None:
    refuse({"OIDC_SERVER_URL": "https://login.example/realms/x", "OIDC_CLIENT_ID": "advisor"})
    refuse({"OIDC_SERVER_URL": "http://127.0.0.1:9", "OIDC_CLIENT_ID": "advisor"})


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        refuse({"LOG_LEVEL": "LOUD", "REDIS_URL": "http://x", "DEBUG": "perhaps"})
    assert [line.split()[0] for line in str(caught.value).splitlines()] == [
        "DEBUG",
        "LOG_LEVEL",
        "REDIS_URL",
    ]


def test_a_blank_variable_has_its_default() -> None:
    environment: Any = {"LOG_LEVEL": "", "REDIS_URL": " ", "DEBUG": "True", "PATH": ""}
    drop_blanks(environment)
    assert environment == {"DEBUG": "True", "PATH": ""}


def test_a_password_goes_with_a_url_that_has_none() -> None:
    refuse({"DATABASE_PASSWORD": "hidden://$%", "DATABASE_URL": "postgres://u@h/name"})
    for url in ("postgres://u:other@h/name", "sqlite:////tmp/x.sqlite3", None):
        values = {"DATABASE_PASSWORD": "hidden://$%"} | ({"DATABASE_URL": url} if url else {})
        with pytest.raises(
            ImproperlyConfigured, match="DATABASE_PASSWORD is set; DATABASE_URL is"
        ) as caught:
            refuse(values)
        assert "hidden" not in str(caught.value)


def test_a_key_that_a_file_keeps_is_judged_too(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.write_text(f"{KEY}\n", encoding="utf-8")
    assert kept_key(HTTPS, path) == KEY
    path.write_text("short", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="too simple"):
        kept_key(HTTPS, path)
    with pytest.raises(ImproperlyConfigured, match="does not exist"):
        kept_key(HTTPS, tmp_path / "nothing")


@pytest.mark.parametrize(
    ("entries", "wide"),
    [
        (["0.0.0.0/0", "::/0", "*"], ["0.0.0.0/0", "::/0", "*"]),
        (["0.0.0.0/1", "2000::/3", "*.com"], ["0.0.0.0/1", "2000::/3", "*.com"]),
        (["10.0.0.0/8", "fd00::/16", "*.example.com", "hooks.slack.com"], []),
    ],
)
def test_a_list_that_opens_nearly_everything_is_warned_of(
    entries: list[str], wide: list[str], settings: Any
) -> None:
    assert too_wide(entries) == wide
    settings.OUTBOUND_HOSTS = entries
    warnings = checks.outbound_hosts()
    assert [warning.id for warning in warnings] == ["advisor.W001"] * len(wide)
    assert all(f"OUTBOUND_HOSTS has {entry!r}" in str(warnings) for entry in wide)


def test_every_variable_has_a_rule_or_may_be_anything() -> None:
    ruled = {rule.name for rule in RULES}
    example = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    known = {line.partition("=")[0] for line in example if line and not line.startswith("#")}
    assert ruled | set(ANY_TEXT) == known
    assert not ruled & set(ANY_TEXT)
    assert {*GOOD, "DATABASE_PASSWORD", "OIDC_SERVER_URL"} == ruled
    assert {*BAD, "DATABASE_PASSWORD", "SECRET_KEY"} == ruled
