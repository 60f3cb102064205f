"""The product for a load: as `scripts/run` starts it, or behind nginx as in production."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests import fresh_database  # noqa: E402

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
WAIT_S = 90
UNLIMITED = {  # a load comes from few callers
    "CALLER_LIMITS": "token_at_once=0,user_at_once=0,token_per_minute=0,user_per_minute=0"
}
MAKE = """
from datetime import timedelta
from django.contrib.sessions.backends.db import SessionStore
from advisor.models import ApiToken, User
for number in range({count}):
    user = User.objects.create_user(f"load-{{number}}")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    named = {{"name": "load", "scope": "write", "team_id": user.team_id}}
    _, key = ApiToken.objects.create(user=user, expiry=timedelta(days=1), **named)
    print(f"sessionid={{session.session_key}} {{key}}")
"""


@dataclass
class Product:
    """Where it answers, and how its commands are run."""

    port: int
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]]
    web: int = 0  # the port of web itself, where a proxy is in front

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, check=True
        )
        return done.stdout.decode()

    def people(self, count: int) -> tuple[list[str], list[str]]:
        """So many who have signed in: their cookies, and a token of each."""
        output = self.manage("shell", "--verbosity", "0", "-c", MAKE.format(count=count))
        rows = [line.split() for line in output.splitlines() if line.startswith("sessionid=")]
        return [row[0] for row in rows], [row[1] for row in rows]

    def resident(self, word: str) -> dict[int, int]:
        """Bytes of memory of each process below ours whose command line has a word, by its id."""
        pids = [process.pid for process in self.processes]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            with contextlib.suppress(OSError):
                pids += [int(child) for child in children.read_text().split()]
        sizes = {}
        for pid in pids:
            with contextlib.suppress(OSError):
                if word in Path(f"/proc/{pid}/cmdline").read_text():
                    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                    sizes[pid] = pages * os.sysconf("SC_PAGE_SIZE")
        return sizes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str = "/healthz") -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
            return
        time.sleep(0.2)
    raise TimeoutError(f"port {port} does not answer")


def _environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    return (
        kept
        | {"ADVISOR_VAR": str(folder), "SECRET_KEY": secrets.token_urlsafe(50)}
        | UNLIMITED
        | more
    )


def _data(product: Product) -> None:
    if "DATABASE_URL" not in product.environment:
        fresh_database.put(Path(product.environment["ADVISOR_VAR"]) / fresh_database.NAME)
        return
    product.manage("migrate", "--verbosity", "0")
    product.manage("load_data", "--verbosity", "0")


@contextmanager
def _running(
    product: Product, commands: list[list[str]], folder: Path, cwd: Path
) -> Iterator[None]:
    try:
        for number, command in enumerate(commands):
            with (folder / f"process-{number}.log").open("wb") as log:
                process = subprocess.Popen(
                    command, cwd=cwd, env=product.environment, stdout=log, stderr=log
                )
            product.processes.append(process)
        yield
    finally:
        for process in reversed(product.processes):
            process.send_signal(signal.SIGTERM)
        for process in product.processes:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def local(folder: Path, command: list[str] | None = None) -> Iterator[Product]:
    """What `scripts/run` starts, on a port and in a folder of its own."""
    port = free_port()
    environment = _environment(folder, ADVISOR_URL=f"http://127.0.0.1:{port}")
    product = Product(port, environment, [])
    _data(product)
    run = command or [sys.executable, "manage.py", "runlocal"]
    with _running(product, [[part.format(port=port) for part in run]], folder, ROOT):
        wait_for(port)
        yield product


@contextmanager
def proxied(folder: Path, **services: str) -> Iterator[Product]:
    """Web with production's settings behind nginx with the repository's configuration.

    `services` are DATABASE_URL and REDIS_URL; with the latter there is a worker, too.
    """
    port, web = free_port(), free_port()
    environment = _environment(folder, ADVISOR_URL="https://advisor.example", **services)
    product = Product(port, environment, [], web)
    _data(product)
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:advisor.server"]
    commands = [[*gunicorn, "--bind", f"127.0.0.1:{web}"], nginx(folder, port, web)]
    if "REDIS_URL" in services:
        commands.append([sys.executable, "-m", "advisor.workers"])
    with _running(product, commands, folder, ROOT):
        wait_for(port)
        yield product


def nginx(folder: Path, port: int, web: int) -> list[str]:
    """The command that runs the repository's configuration on a port of loopback."""
    if NGINX is None:
        raise FileNotFoundError("nginx is not installed")
    conf, run = folder / "nginx", folder / "nginx-run"
    shutil.copytree(ROOT / "deploy" / "nginx", conf)
    run.mkdir()
    (conf / "listen.conf").write_text(
        f"listen 127.0.0.1:{port} backlog=1024;\nset $seen_scheme https;\n"
    )
    (conf / "upstream.conf").write_text(f"server 127.0.0.1:{web} max_fails=0;\n")
    directives = "daemon off;" + ("user root;" if os.geteuid() == 0 else "")
    return [NGINX, "-p", str(run), "-c", str(conf / "nginx.conf"), "-g", directives]
