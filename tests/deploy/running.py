"""The services of docker-compose.yml without an engine: their very commands, on loopback.

What a container would give them is made here: the tree of the image, its environment, secrets as
files, a root that cannot be written to, no capabilities. Of the file's commands only addresses and
folders are changed. PostgreSQL, Redis and nginx are Debian's.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.deploy import compose
from tests.deploy.test_dockerfile import copied
from tests.ports import free_port

WAIT_S = 120  # for each step, on a machine that is busy
DATABASES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PATH = os.pathsep.join(
    [str(Path(sys.executable).parent), *map(str, DATABASES[-1:]), "/usr/sbin:/usr/bin:/sbin:/bin"]
)
CLOSED = """
set -e
mount --bind "$WRITABLE" "$WRITABLE"
mount --bind "$PROGRAMS" "$KEPT"
mount -o remount,ro,bind /
mount -t tmpfs -o size=512m,mode=1777 tmpfs /tmp
case "$PROGRAMS" in /tmp/*) mkdir -p "$PROGRAMS"; mount --bind "$KEPT" "$PROGRAMS";; esac
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
"""  # read_only, tmpfs, cap_drop and no-new-privileges, as an engine does them; a checkout may lie
# below /tmp, whose programs must still be there
SECRETS = {
    "secret_key": "a-key-that-only-this-test-knows-0123456789\n",
    "database_password": "pa$$:/@%20word\n",
    "email_url": "",
    "oidc_client_secret": "",
    "metrics_token": "the-token-of-the-tests-0123456789\n",
}


@dataclass
class Stack:
    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {name: free_port() for name in ("proxy", "web", "postgres", "redis")}
        self.services: dict[str, Any] = compose.read()["services"]
        for name in ("var", "redis", "nginx-run", "programs"):
            (self.folder / name).mkdir()
        (self.folder / "secrets").mkdir()
        for name, text in SECRETS.items():
            (self.folder / "secrets" / name).write_text(text, encoding="utf-8")
        self._image()

    def _image(self) -> None:
        """What the Dockerfile copies; .ci/run collects the static files, which takes a minute."""
        app = self.folder / "app"
        app.mkdir()
        ignored = shutil.ignore_patterns("__pycache__")
        for name in copied():
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, app / name, ignore=ignored)
            else:
                shutil.copy(ROOT / name, app)

    def here(self, text: str) -> str:
        """Something of the file with the addresses and folders of this run."""
        ports, folder = self.ports, self.folder
        for there, place in {
            r"0\.0\.0\.0:8000|127\.0\.0\.1:8000|web:8000": f"127.0.0.1:{ports['web']}",
            r"127\.0\.0\.1:8080": f"127.0.0.1:{ports['proxy']}",
            r"listen 8080": f"listen 127.0.0.1:{ports['proxy']}",
            r"postgres:5432": f"127.0.0.1:{ports['postgres']}",
            r"redis:6379": f"127.0.0.1:{ports['redis']}",
            r"/run/secrets": f"{folder}/secrets",
            r"/var/lib/advisor": f"{folder}/var",
            r"/var/lib/nginx": f"{folder}/nginx-run",
            r"/etc/advisor": f"{folder}/nginx",
        }.items():
            text = re.sub(there, place, text)
        return text

    def environment(self, name: str) -> dict[str, str]:
        given = self.services.get(name, {}).get("environment", {})
        own = {key: self.here(str(value)) for key, value in given.items()}
        postgres = {"PGHOST": "127.0.0.1", "PGPORT": str(self.ports["postgres"])}
        if own:
            own["COLLECTED_STATIC"] = "False"
        others = {"PATH": PATH, "HOSTNAME": socket.gethostname(), "LANG": "C.UTF-8"}
        return own | others | (postgres if name == "postgres" else {})

    def closed(self, command: list[str]) -> list[str]:
        unshare = ["unshare", "--mount"]
        if os.geteuid() != 0:
            unshare.append("--map-root-user")
        places = {
            "$WRITABLE": self.folder / "var",
            "$PROGRAMS": sys.prefix,
            "$KEPT": self.folder / "programs",
        }
        script = CLOSED
        for name, place in places.items():
            script = script.replace(name, str(place))
        return [*unshare, "/bin/sh", "-c", script, "sh", *command]

    def start(self, name: str, *more: str, command: list[str] | None = None, **named: Any) -> None:
        given = command or [self.here(part) for part in self.services[name]["command"]]
        with self.log(name).open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [*given, *more], cwd=named.pop("cwd", self.folder), stdout=log, stderr=log,
                env=self.environment(name) | named.pop("environment", {}), **named,
            )  # fmt: skip

    def start_ours(self, name: str) -> None:
        """One of the image's services."""
        command = [self.here(part) for part in self.services[name]["command"]]
        self.start(name, command=self.closed(command), cwd=self.folder / "app")

    def run(self, name: str, *command: str) -> str:
        """Another command in the container of a service."""
        done = subprocess.run(
            self.closed(list(command)), cwd=self.folder / "app", env=self.environment(name),
            capture_output=True, text=True, timeout=WAIT_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_healthy(self, name: str, *more: str) -> bool:
        """What the file's own health check says."""
        first, *rest = compose.check_of(self.services[name])
        command = [first, *more, *map(self.here, rest)]
        done = subprocess.run(
            command, cwd=self.folder / "app", env=self.environment(name), capture_output=True,
            timeout=WAIT_S,
        )  # fmt: skip
        return done.returncode == 0

    def wait_healthy(self, name: str, *more: str) -> None:
        until = time.monotonic() + WAIT_S
        while not self.is_healthy(name, *more):
            assert self.processes[name].poll() is None, self.said(name)
            assert time.monotonic() < until, self.said(name)
            time.sleep(1)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def said(self, name: str) -> str:
        return f"{name} said:\n{self.log(name).read_text(errors='replace')[-4000:]}"

    def stop(self) -> dict[str, int]:
        """As an engine does, the last first: how each ended."""
        codes = {}
        for name, process in reversed(self.processes.items()):
            process.terminate()
            try:
                codes[name] = process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                codes[name] = process.wait()
        return codes
