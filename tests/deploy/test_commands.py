"""Each service of docker-compose.yml by its very command, and what they do together."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectivity.reference import REFERENCE
from tests.conftest import ROOT
from tests.deploy import monitoring
from tests.deploy.running import DATABASES, PATH, SECRETS, WAIT_S, Stack
from tests.ports import free_port

PROGRAMS = ("prometheus", "nginx", "redis-server", "redis-cli", "curl", "unshare", "setpriv")
MISSING = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(bool(MISSING) or not DATABASES, reason=f"needs PostgreSQL and {MISSING}"),
]


def as_user(name: str, group: str) -> dict[str, Any]:
    """Root's tests run what must not be root as somebody else."""
    return {"user": name, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}


def start_database(stack: Stack) -> None:
    """A folder as the image of PostgreSQL makes it, and then the command of the file."""
    data = stack.folder / "postgres"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
    given = stack.services["postgres"]["environment"]
    make = ["initdb", "-D", str(data), "-U", given["POSTGRES_USER"], "--no-sync"]
    make += [f"--pwfile={stack.here(given['POSTGRES_PASSWORD_FILE'])}"]
    make += given["POSTGRES_INITDB_ARGS"].split()
    owner = as_user("postgres", "postgres")
    environment = {"PATH": PATH}
    subprocess.run(
        make, env=environment, cwd=stack.folder, check=True, capture_output=True, **owner
    )
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"unix_socket_directories = '{data}'\nfsync = off\n")
    stack.start("postgres", environment={"PGDATA": str(data)}, **owner)
    stack.wait_healthy("postgres")
    create = ["createdb", "--username", given["POSTGRES_USER"], given["POSTGRES_DB"]]
    password = {"PGPASSWORD": SECRETS["database_password"].strip()}
    subprocess.run(create, env=stack.environment("postgres") | password, check=True)


def start_redis(stack: Stack) -> None:
    port = ["--port", str(stack.ports["redis"])]
    stack.start("redis", *port, "--bind", "127.0.0.1", "--dir", str(stack.folder / "redis"))
    stack.wait_healthy("redis", "-p", port[1])


def start_proxy(stack: Stack) -> None:
    shutil.copytree(ROOT / "deploy" / "nginx", stack.folder / "nginx")
    for path in (stack.folder / "nginx").iterdir():
        path.write_text(stack.here(path.read_text(encoding="utf-8")), encoding="utf-8")
    stack.log("proxy").touch()
    if os.geteuid() == 0:
        shutil.chown(stack.folder / "nginx-run", "nobody")
        shutil.chown(stack.log("proxy"), "nobody")
    stack.start("proxy", **as_user("nobody", "nogroup"))


@pytest.fixture
def stack() -> Iterator[Stack]:
    """All of them, in the order of the file's conditions."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as path:
        Path(path).chmod(0o755)  # others work below it
        stack = Stack(Path(path))
        try:
            start_database(stack)
            start_redis(stack)
            stack.start_ours("setup")
            assert stack.processes["setup"].wait(WAIT_S) == 0, stack.said("setup")
            for name in ("beat", "worker", "background", "web"):
                stack.start_ours(name)
            stack.wait_healthy("web")
            start_proxy(stack)
            yield stack
        finally:
            stack.stop()


REQUEST = "a-request-of-the-tests"
SCRAPE = """
import os, urllib.request
token = open(os.environ["METRICS_TOKEN_FILE"]).read().strip()
url = "http://127.0.0.1:{port}/metrics"
ask = urllib.request.Request(url, headers={{"Authorization": f"Bearer {{token}}"}})
print(urllib.request.urlopen(ask).read().decode())
"""


def ask(stack: Stack, path: str, token: str, document: object = None) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{stack.ports['proxy']}{path}",
        json.dumps(document).encode() if document is not None else None,
        {
            "Authorization": f"Token {token}",
            "Content-Type": "application/json",
            "Prefer": "respond-async",
            "X-Request-ID": REQUEST,
        },
    )
    with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
        assert answer.headers["X-Request-ID"] == REQUEST
        return answer.status, json.load(answer)


def every_service_is_healthy_by_its_own_check(stack: Stack) -> None:
    for name in ("proxy", "web", "beat", "worker", "background", "postgres"):
        stack.wait_healthy(name)
    stack.wait_healthy("redis", "-p", str(stack.ports["redis"]))
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports['proxy']}/healthz") as answer:
        assert json.load(answer) == {"status": "ok"}


def the_root_is_closed(stack: Stack) -> None:
    """What the services run in is what the file promises."""
    stack.run("web", "sh", "-c", "touch $ADVISOR_VAR/here /tmp/here")
    for tried in (
        "touch ./here",
        "touch /usr/here",
        "grep -q 'CapEff:.*[1-9a-f]' /proc/self/status",
    ):
        stack.run("web", "sh", "-c", f"! {tried}")


def a_job_goes_through_proxy_web_broker_and_worker(stack: Stack) -> None:
    make = "from advisor.models import User; User.objects.create_superuser('admin')"
    stack.run("setup", "python", "manage.py", "shell", "-c", make)
    command = ["python", "manage.py", "create_token", "admin", "test", "--scope", "write"]
    created = stack.run("setup", *command)
    token = created.split()[-1]
    document = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    status, job = ask(stack, "/api/v1/comparisons/", token, {"topology": document})
    assert status == 202
    until = time.monotonic() + WAIT_S
    while job["state"] not in ("done", "failed"):
        assert time.monotonic() < until, stack.said("worker")
        time.sleep(0.2)
        _, job = ask(stack, f"/api/v1/jobs/{job['id']}/", token)
    assert job["state"] == "done", job
    (done,) = (
        each for each in lines(stack, "worker")
        if each.get("task") == "run-job" and "succeeded" in each["message"]
    )  # fmt: skip
    assert (done["request_id"], done["job_id"], done["attempt"]) == (REQUEST, job["id"], 1)
    accesses = [each for each in lines(stack, "web") if each["logger"] == "advisor.access"]
    (began,) = (each for each in accesses if each.get("route") == "api-comparisons")
    assert (began["request_id"], began["status"]) == (REQUEST, 202)
    assert began["user_id"] == done["user_id"]
    assert f"request {REQUEST}" in stack.log("proxy").read_text(encoding="utf-8")


def lines(stack: Stack, name: str) -> list[dict[str, Any]]:
    """What a service logged: an object a line, and nothing else."""
    return [json.loads(line) for line in stack.log(name).read_text(encoding="utf-8").splitlines()]


def prometheus_gets_what_alerts_and_panels_ask_for(stack: Stack) -> None:
    """The example's configuration, the very rules, and each query of the dashboard."""
    config, port = stack.folder / "prometheus", free_port()
    config.mkdir()
    shutil.copy(monitoring.ALERTS, config)
    text = stack.here(monitoring.EXAMPLE.read_text(encoding="utf-8"))
    config.joinpath("prometheus.yml").write_text(
        text.replace(": 15s", ": 1s").replace(": 10s", ": 1s")
    )
    stack.start(
        "prometheus",
        command=["prometheus", f"--config.file={config}/prometheus.yml",
                 f"--storage.tsdb.path={config}/data", f"--web.listen-address=127.0.0.1:{port}"],
    )  # fmt: skip

    def asked(query: str) -> list[Any]:
        path = urllib.parse.urlencode({"query": query})
        url = f"http://127.0.0.1:{port}/api/v1/query?{path}"
        with urllib.request.urlopen(url, timeout=WAIT_S) as answer:
            return list(json.load(answer)["data"]["result"])

    until = time.monotonic() + WAIT_S
    while True:
        with contextlib.suppress(OSError):
            if asked('count_over_time(up{job="advisor"}[1m]) > 4 and up == 1'):
                break
        assert time.monotonic() < until, stack.said("prometheus")
        time.sleep(0.3)
    scraped = stack.run("web", "python", "-c", SCRAPE.format(port=stack.ports["web"]))
    known = monitoring.families(scraped)
    for query in (*monitoring.panel_queries(), *(rule["expr"] for rule in monitoring.rules())):
        asked(query)
        assert monitoring.names_in(query) <= known
    assert asked(monitoring.panel_queries()[0])
    (memory,) = [query for query in monitoring.panel_queries() if "memory" in query]
    assert len(asked(memory)) == 2
    counted = 'sum(advisor_http_requests_total{route="api-comparisons",status="202"})'
    assert [each["value"][1] for each in asked(counted)] == ["1"]
    assert [each for each in asked("ALERTS") if each["metric"]["alertstate"] == "firing"] == []


def the_clock_ticks_and_workers_hear_it(stack: Stack) -> None:
    until = time.monotonic() + WAIT_S
    for name, text in (("beat", "Sending due task"), ("background", "Task put-back-jobs")):
        while text not in stack.log(name).read_text(encoding="utf-8"):
            assert time.monotonic() < until, stack.said("beat") + stack.said("background")
            time.sleep(0.5)
    assert lines(stack, "beat")


def a_clock_that_stands_still_is_not_healthy(stack: Stack) -> None:
    files = list((stack.folder / "var").glob("beat-schedule*"))
    assert files
    then = time.time() - 500
    for path in files:
        os.utime(path, (then, then))
    assert not stack.is_healthy("beat")
    for path in files:
        path.touch()
    assert stack.is_healthy("beat")


def all_end_when_they_are_told(stack: Stack) -> None:
    codes = stack.stop()
    assert codes == dict.fromkeys(codes, 0), codes
    stack.processes.clear()


def test_the_services_do_together_what_they_are_for(stack: Stack) -> None:
    """One test, so that a suite on many processors starts them once."""
    every_service_is_healthy_by_its_own_check(stack)
    the_root_is_closed(stack)
    a_job_goes_through_proxy_web_broker_and_worker(stack)
    the_clock_ticks_and_workers_hear_it(stack)
    prometheus_gets_what_alerts_and_panels_ask_for(stack)
    a_clock_that_stands_still_is_not_healthy(stack)
    all_end_when_they_are_told(stack)
