"""scripts/setup and scripts/check say in one sentence what is missing, and how to get it."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TOOLS = ("bash", "env", "dirname", "cmp", "mkdir", "cp")


def setup_with(folder: Path, python: str | None) -> subprocess.CompletedProcess[str]:
    """scripts/setup in a folder of its own, where `python3` is a made-up one."""
    tools = folder / "bin"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    if python is not None:
        fake = tools / "python3"
        fake.write_text(f"#!/usr/bin/env bash\n{python}\n", encoding="utf-8")
        fake.chmod(0o755)
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", folder / "scripts" / "setup")
    return subprocess.run(
        [folder / "scripts" / "setup"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        (None, "setup: Python 3.11 or newer is needed"),
        ('[[ "$2" != *version_info* ]]', "setup: Python 3.11 or newer is needed"),
        ('[[ "$2" != *ensurepip* ]]', "setup: the venv module of python3 is missing"),
    ],
    ids=["no python", "an old python", "no venv module"],
)
def test_a_missing_prerequisite_is_one_sentence(
    tmp_path: Path, python: str | None, sentence: str
) -> None:
    done = setup_with(tmp_path, python)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(sentence)
    assert not (tmp_path / ".venv").exists()


CHECKED = ("ruff format", "ruff check", "lint-imports", "mypy", "python -m pytest")


def check_with(folder: Path, failing: str = "") -> subprocess.CompletedProcess[str]:
    """scripts/check in a folder whose tools only say how they were called; one of them fails."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("ruff", "lint-imports", "mypy", "python", "pytest"):
        tool = programs / name
        tool.write_text(
            f'#!/bin/sh\necho "{name} $*"\n'
            f'case "{name} $*" in "{failing or "none"}"*) exit 3; esac\n',
            encoding="utf-8",
        )
        tool.chmod(0o755)
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "check", folder / "scripts" / "check")
    return subprocess.run([folder / "scripts" / "check"], capture_output=True, text=True)


def test_a_check_runs_every_tool(tmp_path: Path) -> None:
    done = check_with(tmp_path)
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if not line.startswith("--")]
    assert len(lines) == len(CHECKED) + 1
    assert all(line.startswith(call) for line, call in zip(lines, CHECKED, strict=False))
    assert " -p no:django " in lines[4]
    assert lines[-1].startswith("check: all passed in ")


@pytest.mark.parametrize(
    ("failing", "name"),
    list(zip(CHECKED, ("format", "lint", "contracts", "types", "cores"), strict=True)),
)
def test_a_check_that_fails_is_named_after_all_have_run(
    tmp_path: Path, failing: str, name: str
) -> None:
    done = check_with(tmp_path, failing)
    assert done.returncode == 1
    assert done.stderr == f"check: failed: {name}\n"
    assert "-- cores: " in done.stdout


def test_a_check_without_the_tools_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "check", tmp_path / "scripts" / "check")
    done = subprocess.run([tmp_path / "scripts" / "check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "check: run scripts/setup --dev first\n")


def test_hooks_before_a_commit_call_tools_that_are_there() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (local,) = yaml.safe_load(text)["repos"]
    assert local["repo"] == "local"
    programs = [hook["entry"].split()[0] for hook in local["hooks"]]
    assert programs == [
        *[f".venv/bin/{tool}" for tool in ("ruff", "ruff", "lint-imports", "mypy")],
        "scripts/check",
    ]
    assert all(shutil.which(ROOT / program) for program in programs)


def suite_with(folder: Path, output: str, status: int) -> subprocess.CompletedProcess[str]:
    """.ci/whole in a folder whose suite prints so much and ends so; tried again, it passes."""
    for place, text in (
        ("scripts/test", f"cat <<'END'\n{output}\nEND\nexit {status}"),
        (".venv/bin/python", 'echo "again: $*"'),
    ):
        program = folder / place
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
        program.chmod(0o755)
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "whole", folder / ".ci" / "whole")
    return subprocess.run([folder / ".ci" / "whole", "-k", "x"], capture_output=True, text=True)


FAILED = "FAILED tests/test_a.py::test_b - assert 1 == 2"


@pytest.mark.parametrize(
    ("output", "status", "passes", "again"),
    [
        ("9 passed in 1.0s", 0, True, False),
        ("8 passed, 1 skipped in 1.0s", 0, False, False),
        (f"{FAILED}\n1 failed, 8 passed in 1.0s", 1, True, True),
        (f"{FAILED}\n1 failed, 8 passed, 1 skipped in 1.0s", 1, False, False),
        ("\n".join([FAILED] * 4) + "\n4 failed in 1.0s", 1, False, False),
        ("INTERNALERROR", 3, False, False),
        ("1 failed in 1.0s", 1, False, False),
    ],
)
def test_ci_tries_few_failed_tests_once_more(
    tmp_path: Path, output: str, status: int, passes: bool, again: bool
) -> None:
    ended = suite_with(tmp_path, output, status)
    assert (ended.returncode == 0) == passes
    assert ("again: -m pytest -q" in ended.stdout) == again
    assert ("tests/test_a.py::test_b" in ended.stdout.partition("CI: ")[2]) == again
