"""Secrets from files: read once, kept out of the environment, refused where they are unclear."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from advisor.environment.secret_files import FROM_FILES, MAX_BYTES, with_secrets
from tests.conftest import ROOT

SHOW = """
import os
from django.conf import settings
print(settings.DATABASES["default"]["PASSWORD"], settings.CELERY_BROKER_URL, settings.EMAIL_HOST)
print(any("hidden" in value for value in os.environ.values()))
"""


@pytest.mark.parametrize("name", FROM_FILES)
def test_a_file_holds_a_secret(name: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(" pa$$ word%20\n", encoding="utf-8")
    environment = {f"{name}_FILE": str(path)}
    assert with_secrets(environment) == environment | {name: "pa$$ word%20"}
    path.write_text("\n", encoding="utf-8")
    assert with_secrets(environment) == environment


def test_what_cannot_be_read_is_refused_all_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("nothing", "long", "bytes", "twice")]
    names = ("DATABASE_PASSWORD", "EMAIL_URL", "OIDC_CLIENT_SECRET", "REDIS_URL")
    assert set(names) <= set(FROM_FILES)
    paths[1].write_bytes(b"x" * (MAX_BYTES + 1))
    paths[2].write_bytes(b"\xff")
    paths[3].write_text("hidden", encoding="utf-8")
    named = {f"{name}_FILE": str(path) for name, path in zip(names, paths, strict=True)}
    with pytest.raises(ImproperlyConfigured) as caught:
        with_secrets(named | {names[3]: "hidden too"})
    assert str(caught.value).splitlines() == [
        f"DATABASE_PASSWORD_FILE is {str(paths[0])!r}, which cannot be read "
        "(No such file or directory)",
        f"EMAIL_URL_FILE is {str(paths[1])!r}, which cannot be read (it has more than 65536 bytes)",
        f"OIDC_CLIENT_SECRET_FILE is {str(paths[2])!r}, which cannot be read (it is not UTF-8)",
        "REDIS_URL and REDIS_URL_FILE are both set; keep one of them",
    ]


def test_settings_take_them_and_programs_that_are_started_do_not(tmp_path: Path) -> None:
    secrets = {
        "DATABASE_PASSWORD": "$hidden%20/:@",
        "REDIS_URL": "redis://:hidden@redis:6379/0",
        "EMAIL_URL": "smtp+tls://u:hidden@mail.example:587",
    }
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x", "ADVISOR_VAR": str(tmp_path)}
    for name, secret in secrets.items():
        (tmp_path / name).write_text(secret, encoding="utf-8")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    environment |= {
        "DJANGO_SETTINGS_MODULE": "advisor.settings",
        "DATABASE_URL": "postgres://u@h/n",
    }
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        f"{secrets['DATABASE_PASSWORD']} {secrets['REDIS_URL']} mail.example",
        "False",
    ]
