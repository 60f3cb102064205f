"""scripts/setup says in one sentence what is missing, and how to get it."""

import shutil
import subprocess
from pathlib import Path

import pytest

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
