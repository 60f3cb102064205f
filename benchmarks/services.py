"""PostgreSQL and Redis of one's own on loopback, for as long as they are needed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from product import free_port


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Both: DATABASE_URL and REDIS_URL."""
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        folder.chmod(0o755)  # the database's own user works below it
        yield from _both(folder)


def _both(folder: Path) -> Iterator[dict[str, str]]:
    with postgres(folder) as database, redis(folder) as broker:
        yield {"DATABASE_URL": database, "REDIS_URL": broker}


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    data, port = folder / "postgres", free_port()
    data.mkdir()
    as_owner = []
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
    make = [*as_owner, str(programs / "initdb"), "-D", str(data / "db"), "-A", "trust"]
    make += ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(make, check=True, capture_output=True, cwd="/")
    control = [*as_owner, str(programs / "pg_ctl"), "-D", str(data / "db"), "-w"]
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1"
    start = [*control, "-l", str(data / "log"), "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        stop = [*control, "-m", "fast", "stop"]
        subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "yes"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)
