"""The whole product on this machine: it starts, answers, recovers, and leaves no orphan."""

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectivity.reference import REFERENCE
from tests import fresh_database
from tests.ports import free_port

pytestmark = pytest.mark.local
ROOT = Path(__file__).parents[3]
WAIT_S = 120


@dataclass
class Local:
    """A running product, its address, its folder and what it printed."""

    process: subprocess.Popen[str]
    url: str
    var: Path
    environment: dict[str, str]

    @property
    def said(self) -> str:
        return (self.var / "said").read_text(encoding="utf-8")

    def pids(self) -> list[int]:
        """The supervisor and all that descends from it."""
        pids = [self.process.pid]
        for pid in pids:
            pids += [child for child, parent in _parents().items() if parent == pid]
        return pids


def _parents() -> dict[int, int]:
    parents = {}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(process.name)] = int(parent)
    return parents


def alive(pids: list[int]) -> list[int]:
    return sorted(set(pids) & set(_parents()))


def until(true: Callable[[], object], condition: str) -> None:
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, f"not within {WAIT_S} s: {condition}"
        time.sleep(0.1)


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(environment: dict[str, str], var: Path) -> subprocess.Popen[str]:
    with (var / "said").open("w") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "runlocal"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            text=True,
        )


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    var = tmp_path / "var"
    var.mkdir()
    url = f"http://127.0.0.1:{free_port()}"
    own = {"ADVISOR_VAR": str(var), "ADVISOR_URL": url, "SECRET_KEY": "local-test"}
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    environment = kept | own
    fresh_database.put(var / fresh_database.NAME)
    product = Local(start(environment, var), url, var, environment)
    try:
        until(
            lambda: "answers on" in product.said or product.process.poll() is not None, "an answer"
        )
        assert "answers on" in product.said, product.said
        yield product
    finally:
        left = product.pids()
        product.process.terminate()
        product.process.wait(WAIT_S)
        for pid in alive(left):
            os.kill(pid, signal.SIGKILL)


class Browser:
    """A person's session over plain HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> str:
        return str(self.opener.open(self.url + path, timeout=20).read().decode())

    def sign_in(self, password: str) -> str:
        page = self.get("/account/login/")
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"login": "admin", "password": password, "csrfmiddlewaretoken": token[1]}
        data = urllib.parse.urlencode(form).encode()
        return str(self.opener.open(f"{self.url}/account/login/", data, timeout=20).read().decode())


def call(local: Local, key: str, path: str, body: object = None) -> dict[str, object]:
    headers = {"Authorization": f"Token {key}", "Content-Type": "application/json"}
    if body is not None:
        headers["Prefer"] = "respond-async"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(local.url + path, data, headers)
    return dict(json.load(urllib.request.urlopen(request, timeout=20)))


def test_it_answers_works_and_stops(local: Local) -> None:
    password = re.search(r"password (\S+) \(shown only now\)", local.said)
    assert password
    assert "reference-100tb" in Browser(local.url).sign_in(password[1])

    key = manage(local.environment, "create_token", "admin", "test", "--scope", "write").strip()
    document = json.loads(json.dumps(_reference()))
    job = call(local, key, "/api/v1/comparisons/", {"topology": document})
    until(lambda: _state(local, key, job) == "done", "the worker does a job")

    for name in ("worker", "beat", "broker"):
        _kill(local, name)
    job = call(local, key, "/api/v1/comparisons/", {"topology": document})
    until(lambda: _state(local, key, job) == "done", "killed processes come back")
    assert "it starts again" in local.said

    again = start(local.environment | {"ADVISOR_URL": "http://127.0.0.1:1"}, _other(local))
    assert again.wait(WAIT_S) == 2
    output = (_other(local) / "said").read_text()
    assert (
        f"it runs already from this folder (process {local.process.pid}, on {local.url})" in output
    )

    everything = local.pids()
    local.process.terminate()
    assert local.process.wait(WAIT_S) == 0
    assert alive(everything) == []


def test_a_killed_supervisor_leaves_no_orphan(local: Local) -> None:
    everything = local.pids()
    assert (
        len(everything) > 6
    )  # supervisor, broker, worker and its pool, clock, web and its workers
    local.process.kill()
    local.process.wait()
    until(lambda: not alive(everything), f"every process ends of {_commands(everything)}")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        own = {
            "ADVISOR_VAR": str(tmp_path),
            "SECRET_KEY": "local-test",
            "ADVISOR_URL": f"http://127.0.0.1:{port}",
        }
        done = subprocess.run(
            [sys.executable, "manage.py", "runlocal"],
            cwd=ROOT,
            env=os.environ | own,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in done.stderr
    assert f"ADVISOR_URL=http://127.0.0.1:{port + 1} scripts/run" in done.stderr


def _commands(pids: list[int]) -> dict[int, str]:
    files = {pid: Path(f"/proc/{pid}/cmdline") for pid in pids}
    return {
        pid: file.read_text().replace("\0", " ") for pid, file in files.items() if file.exists()
    }


def _reference() -> object:
    from connectivity.core.document.parser import read

    return read(REFERENCE.read_bytes())


def _state(local: Local, key: str, job: dict[str, object]) -> object:
    return call(local, key, f"/api/v1/jobs/{job['id']}/")["state"]


def _kill(local: Local, name: str) -> None:
    """The first process of a program, without a warning."""
    word = {"worker": b"\0advisor.workers\0", "beat": b"\0beat\0", "broker": b"broker.sock"}[name]
    for pid in sorted(local.pids()):
        try:
            if word in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
                return
        except FileNotFoundError:  # a process of its own that has ended meanwhile
            continue
    raise AssertionError(f"no {name} among {local.pids()}")


def _other(local: Local) -> Path:
    folder = local.var.parent / "other"
    folder.mkdir(exist_ok=True)
    return folder
