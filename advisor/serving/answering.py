"""What is done with a request that has arrived, by a thread or by the loop itself."""

import json
import logging
import time
from functools import partial
from typing import Any

from django.db import close_old_connections
from waitress.task import ErrorTask, Task, WSGITask
from waitress.utilities import (
    BadRequest,
    Error,
    InternalServerError,
    RequestHeaderFieldsTooLarge,
)

from advisor.api.http.refusals import API, FAILED, of_request
from advisor.middleware.bodies import REFUSED
from advisor.middleware.callers import is_known
from advisor.middleware.observed import HEADER
from advisor.observability import logs
from advisor.observability.meters import REFUSED as REFUSED_REQUESTS
from advisor.observability.readiness import watch

access = logging.getLogger("advisor.access")
log = logging.getLogger(__name__)


class Busy(Error):  # type: ignore[misc]
    """More is waiting than can be answered soon."""

    code = 503
    reason = "Service Unavailable"
    headers = (("Retry-After", "5"),)


class Late(Error):  # type: ignore[misc]
    """It did not arrive in time."""

    code = 408
    reason = "Request Timeout"


class Application(WSGITask):  # type: ignore[misc]
    """Django's answer."""

    written = 0  # bytes of it

    def execute(self) -> None:
        began = time.monotonic()
        try:
            super().execute()
        except Exception:
            if not self.wrote_header:
                self.status = "500 Internal Server Error"  # as waitress answers next
            raise
        finally:
            note_access(self, self.written, time.monotonic() - began)

    def write(self, data: bytes) -> None:
        super().write(data)
        self.written += len(data)

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.request.refused_above is not None:
            environ[REFUSED] = self.request.refused_above
        return environ


class Refusal(ErrorTask):  # type: ignore[misc]
    """What the server itself answers: no HTTP, too large a header, too late, too busy."""

    def execute(self) -> None:
        error = self.request.error
        asked = (self.channel.requests or [self.request])[0].asked
        self.status = f"{error.code} {error.reason}"
        kind, body = _worded(error, asked.path)
        self.response_headers += [("Content-Type", kind), (HEADER, logs.request_id())]
        self.response_headers += getattr(error, "headers", ())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if asked.method == "HEAD" else body)
        REFUSED_REQUESTS.labels(self.status[:3]).inc()
        note_access(self, len(body), 0.0)


def _worded(error: Error, path: str) -> tuple[str, bytes]:
    """The type and the body of a refusal: the API's form, or a text for people."""
    problem = str(error.body)
    if isinstance(error, RequestHeaderFieldsTooLarge):
        problem = "has a header of more bytes than are read here"
    elif isinstance(error, BadRequest):
        problem = f"cannot be read as HTTP: {problem}"
    elif isinstance(error, InternalServerError):
        problem = FAILED
    if path.startswith(API):
        return "application/json", json.dumps(of_request(problem)).encode()
    text = (
        f"{error.reason}\r\n\r\nThis request {problem}.\r\n\r\nRequest ID: {logs.request_id()}\r\n"
    )
    return "text/plain; charset=utf-8", text.encode()


def note_access(task: Task, written: int, duration_s: float) -> None:
    """The one line of a request that was answered."""
    asked = task.request.asked
    fields = {
        "client": task.channel.addr[0],
        "method": logs.without_keys(asked.method),
        "path": logs.without_keys(asked.path),
        "status": int(task.status[:3]),
        "bytes": written,
        "duration_s": round(duration_s, 3),
    }
    access.info("%s %s %s %d %d B in %.3f s", *fields.values(), extra={"fields": fields})


class Health(Task):  # type: ignore[misc]
    """The loop answers, so the worker lives; no thread is asked, nor the database."""

    complete = True

    def answer(self) -> dict[str, object]:
        return {"status": "ok"}

    def execute(self) -> None:
        body = json.dumps(self.answer()).encode()
        self.response_headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            (HEADER, logs.request_id()),
        ]
        self.content_length = len(body)
        self.write(b"" if self.request.command == "HEAD" else body)


class Ready(Health):
    """What is known of database, migrations and broker, and that this worker does not end."""

    def answer(self) -> dict[str, object]:
        server = self.channel.server
        server.ready_asked_at = time.monotonic()
        is_ready, parts = watch.state()
        if server.is_leaving or server.is_draining:
            is_ready, parts = False, {**parts, "server": "is told to end"}
        if not is_ready:
            self.status = "503 Service Unavailable"
        return {"status": "ready" if is_ready else "not ready", **parts}


class EarlyLook:
    """A thread's look at who sends a large body, before the rest of it is read."""

    def __init__(self, channel: Any, request: Any) -> None:
        self.channel, self.request = channel, request

    def service(self) -> None:
        headers = self.request.headers
        try:
            close_old_connections()
            known = is_known(headers.get("AUTHORIZATION", ""), headers.get("COOKIE", ""))
        except Exception:
            log.exception("who sends a large body could not be found out")
            known = False
        finally:
            close_old_connections()
        admit = partial(self.channel.admit, self.request, is_known=known)
        self.channel.server.trigger.pull_trigger(admit)  # in the loop

    def cancel(self) -> None:
        """The worker ends; so does the connection."""
