"""What a Sentry server is told of a failing request and a failing job: ids and places, no data."""

import gzip
import json
import logging
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from unittest.mock import patch

import brotli
import pytest
import sentry_sdk
from django.test import Client

from advisor import tasks
from advisor.jobs import runner
from advisor.models import User
from advisor.observability import error_reports, logs
from advisor.web.topologies import views
from connectivity.reference import REFERENCE
from tests.advisor.jobs.test_runner import started
from tests.doubles.http_server import http_server

SECRET = "hunter2-the-secret"


@pytest.fixture
def bodies() -> Iterator[list[str]]:
    """What a server on loopback received, as text."""
    bodies: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
            bodies.append(unpack[self.headers["Content-Encoding"]](body).decode())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with http_server(Receiver) as port:
        error_reports.start(f"http://key@127.0.0.1:{port}/1", "advisor.example")
        try:
            yield bodies
        finally:
            sentry_sdk.get_client().close()
            sentry_sdk.get_global_scope().set_client(None)


def events(bodies: list[str]) -> list[dict[str, Any]]:
    sentry_sdk.flush(10)
    lines = [json.loads(line) for body in bodies for line in body.splitlines() if line]
    return [line for line in lines if "exception" in line or "logentry" in line]


def fail(*_: object, **__: object) -> None:
    password = SECRET
    raise RuntimeError(f"no connection with {password}")


def test_a_failing_request_is_told_without_what_it_brought(bodies: list[str], user: User) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    client.cookies["other"] = SECRET
    with patch.object(views.actions, "create_topology", side_effect=fail):
        answer = client.post(
            f"/topologies/paste/?key={SECRET}",
            {"text": REFERENCE.read_text(encoding="utf-8").replace("reference-100tb", SECRET)},
            headers={"X-Request-ID": "the-failing-request", "Authorization": f"Basic {SECRET}"},
        )
    assert answer.status_code == 500
    (event,) = events(bodies)
    assert event["tags"]["request_id"] == "the-failing-request"
    assert event["tags"]["team_id"] == str(user.team_id)
    assert event["user"] == {"id": str(user.pk)}
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    frames = event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert any(frame["function"] == "paste" and frame["lineno"] for frame in frames)
    everything = "\n".join(bodies)
    for text in (SECRET, user.username, "sessionid", "testserver", '"vars"', socket.gethostname()):
        assert text not in everything


def test_a_failing_job_is_told_with_its_request(bodies: list[str], user: User) -> None:
    logs.begin(request_id="made-the-job")
    job = started(user)
    with patch.dict(runner.KINDS, {"compare": fail}):
        tasks.run_job.apply((str(job.uid),))
    (event,) = events(bodies)
    assert event["tags"] | {"task_id": ""} == {
        "request_id": "made-the-job", "team_id": str(user.team_id), "task": "run-job",
        "task_id": "", "job": "compare", "job_id": str(job.uid), "attempt": "1",
    }  # fmt: skip
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("RuntimeError", error_reports.IN_THE_LOG)
    assert SECRET not in "\n".join(bodies)


def test_a_logged_error_of_ours_is_told_without_its_values(bodies: list[str]) -> None:
    logging.getLogger("advisor.webhooks").error("%s does not answer", SECRET)
    logging.getLogger("somebody.else").error("key %s", SECRET)
    logging.getLogger("advisor.webhooks").warning("late")
    (event,) = events(bodies)
    assert event["logentry"] == {"message": "%s does not answer"}
    assert SECRET not in "\n".join(bodies)
