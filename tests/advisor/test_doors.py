"""What holds at every door; who may go through which one is in test_access.py."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import ROOT
from tests.doors import ALL

UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"  # set for the browser tests only


def test_every_door_has_a_name() -> None:
    assert "None" not in ALL


@pytest.mark.django_db
def test_headers_that_protect_a_reader(client: Client) -> None:
    headers = client.get(reverse("account_login")).headers
    assert "script-src" not in headers["Content-Security-Policy"]  # default-src 'self' holds
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")


@pytest.mark.django_db
def test_forms_need_a_csrf_token(user: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.login(username="alice", password="correct horse battery")
    assert client.post(reverse("new")).status_code == 403
    body = {"content_type": "application/json"}
    assert client.post(reverse("api-topologies"), "{}", **body).status_code == 403


def started_with(**environment: str) -> subprocess.CompletedProcess[str]:
    """A check of the product in a process of its own, with these variables."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != UNSAFE} | environment,
        capture_output=True,
        text=True,
    )


def test_a_production_start_is_clean() -> None:
    key = "a-secret-that-is-long-enough-and-has-many-different-characters-0123456789"
    done = started_with(ADVISOR_URL="https://advisor.example", SECRET_KEY=key)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY is not set and /nowhere"),
        ({"DEBUG": "perhaps", "LOG_LEVEL": "LOUD"}, "DEBUG is 'perhaps'; it is True or False\nLOG"),
        ({"OUTBOUND_HOSTS": "::/0"}, "(advisor.W001) OUTBOUND_HOSTS has '::/0'"),
    ],
)
def test_a_bad_setting_stops_the_start_and_is_named(
    environment: dict[str, str], words: str
) -> None:
    done = started_with(**environment)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_the_health_check_is_not_redirected(client: Client, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert client.get("/healthz").status_code == 200
    assert client.get("/account/login/").status_code == 301
