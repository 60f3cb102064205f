"""A PostgreSQL of a test's own."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from tests.ports import free_port


class Postgres:
    """A cluster of its own, which may be restarted as often as one likes."""

    def __init__(self, folder: Path) -> None:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not installed:
            pytest.skip("PostgreSQL's server is not installed")
        self.bin, self.data, self.port = installed[-1], folder / "pg", free_port()
        self.data.mkdir()
        if os.geteuid() == 0:
            os.chown(self.data, pwd.getpwnam("postgres").pw_uid, -1)
            for parent in folder.parents:
                if parent.stat().st_mode & 0o777 == 0o700:
                    parent.chmod(0o711)  # pytest's own folders
            folder.chmod(0o711)
        self.run("initdb", "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), "-D", str(self.data), *arguments]
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_postgres, *command], check=True, timeout=60, stdout=subprocess.DEVNULL, cwd="/"
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1"
        self.run("pg_ctl", "-w", "-l", str(self.data / "log"), "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")  # as if it had crashed
