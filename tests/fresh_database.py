"""The SQLite file of a new installation: made once a process, as each takes seconds, and copied."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
NAME = "advisor.sqlite3"


def put(path: Path) -> None:
    """Migrated, and with the shipped data."""
    path.write_bytes(_new())


@cache
def _new() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        own = {"ADVISOR_VAR": folder, "SECRET_KEY": "test", "DATABASE_URL": f"sqlite:///{path}"}
        for command in ("migrate", "load_data"):
            subprocess.run(
                [sys.executable, "manage.py", command, "--verbosity", "0"],
                cwd=ROOT, env=os.environ | own, check=True, timeout=120, capture_output=True,
            )  # fmt: skip
        return path.read_bytes()
