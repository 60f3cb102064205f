"""PostgreSQL, Redis, workers and the clock as processes that may be killed and come back."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.ports import free_port  # noqa: E402

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
WAIT_S = 90
STOP_S = 20


@dataclass
class Part:
    """A process in a session of its own, with all that it starts."""

    command: list[str]
    folder: Path
    log: Path
    environment: dict[str, str]
    owner: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        named = {"user": self.owner, "group": self.owner, "extra_groups": []} if self.owner else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environment, stdout=log, stderr=log,
                start_new_session=True, **named,
            )  # fmt: skip

    def family(self) -> list[int]:
        """The process and all that descends from it, the oldest first."""
        if self.process is None or self.process.poll() is not None:
            return []
        pids = [self.process.pid]
        for pid in pids:
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                pids += map(int, children)
        return pids

    def kill(self) -> None:
        """All of it at once, without a warning."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(WAIT_S)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)  # the database does not wait for its clients
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Installation:
    """What jobs need: by its name each part of it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def add(self, name: str, command: list[str], owner: str = "", where: Path = ROOT) -> Part:
        part = Part(command, where, self.folder / f"{name}.log", self.environment, owner)
        self.parts[name] = part
        part.log.touch()
        if owner:
            shutil.chown(part.log, owner)
        return part

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def ask(self, query: str, *values: object) -> list[tuple]:
        """Rows of the database; raises psycopg.OperationalError while it is away."""
        url = self.environment["DATABASE_URL"]
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def wait_for_database(self) -> None:
        until = time.monotonic() + WAIT_S
        while True:
            try:
                self.ask("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                if not self.parts["postgres"].family():  # what it left behind was not gone yet
                    self.parts["postgres"].start()
                time.sleep(0.2)
            else:
                return

    def mend(self) -> list[str]:
        """Start again what was killed, as a container's engine does."""
        dead = [name for name, part in self.parts.items() if not part.family()]
        for name in dead:
            self.parts[name].start()
        return dead


SET_UP = """
from advisor.celery import app
app.loader.import_default_modules()
"""
WORKERS = """
from advisor import workers
workers.main({queues!r})
"""
CLOCK = """
app.start(["--quiet", "beat", "--pidfile", ""])
"""


@contextmanager
def installation(
    folder: Path, queues: list[list[str]], changes: str = ""
) -> Iterator[Installation]:
    """Everything is set up and runs, but for workers and the clock, which are only added.

    `queues` are those of each process of workers; `changes`: Python that each of ours runs first.
    """
    folder.chmod(0o755)  # the database's own user works below it
    here = Installation(folder)
    ports = free_port(), free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "REDIS_"))}
    here.environment |= kept | {
        "ADVISOR_VAR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{ports[0]}/postgres",
        "REDIS_URL": f"redis://127.0.0.1:{ports[1]}/0",
        "LOG_LEVEL": "WARNING",
    }
    try:
        _postgres(here, ports[0])
        redis = ["redis-server", "--bind", "127.0.0.1", "--port", str(ports[1]), "--save", ""]
        here.add("redis", [*redis, "--appendonly", "yes", "--dir", str(folder)]).start()
        here.manage("migrate", "--verbosity", "0")
        here.manage("load_data", "--verbosity", "0")
        for number, names in enumerate(queues):
            script = SET_UP + changes + WORKERS.format(queues=names)
            here.add(f"worker-{number}", [sys.executable, "-c", script])
        here.add("beat", [sys.executable, "-c", SET_UP + changes + CLOCK])
        yield here
    finally:
        for part in reversed(here.parts.values()):
            part.kill()


def _postgres(here: Installation, port: int) -> None:
    owner = "postgres" if os.geteuid() == 0 else ""
    data = here.folder / "postgres"
    data.mkdir(mode=0o700)
    if owner:
        shutil.chown(data, owner)
    make = [str(PROGRAMS[-1] / "initdb"), "-D", str(data / "db"), "-A", "trust", "-U", "postgres"]
    initdb = here.add("initdb", [*make, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], owner, data)
    initdb.start()
    if initdb.process is None or initdb.process.wait(WAIT_S):
        raise RuntimeError(initdb.log.read_text())
    del here.parts["initdb"]
    command = [str(PROGRAMS[-1] / "postgres"), "-D", str(data / "db"), "-p", str(port)]
    # Processes are killed, not the machine: what was written is there without fsync.
    command += ["-k", str(data), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    here.add("postgres", command, owner, data).start()
    here.wait_for_database()
