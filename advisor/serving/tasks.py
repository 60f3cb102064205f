"""What is done with a request that has arrived, by a thread or by the loop itself."""

import json
import logging
import time
from functools import partial
from typing import Any

from django.db import close_old_connections
from waitress.task import ErrorTask, Task, WSGITask
from waitress.utilities import Error

from advisor import logs
from advisor.bodies import REFUSED
from advisor.callers import is_known
from advisor.meters import REFUSED as REFUSED_REQUESTS
from advisor.readiness import watch

access = logging.getLogger("advisor.access")
log = logging.getLogger(__name__)


class Busy(Error):  # type: ignore[misc]
    """More is waiting than can be answered soon."""

    code = 503
    reason = "Service Unavailable"

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        status, headers, body = super().to_response(ident)
        return status, [*headers, ("Retry-After", "5")], body


class Application(WSGITask):  # type: ignore[misc]
    """Django's answer."""

    written = 0  # bytes of it

    def execute(self) -> None:
        logs.begin()
        began = time.monotonic()
        try:
            super().execute()
        except Exception:
            if not self.wrote_header:
                self.status = "500 Internal Server Error"  # as waitress answers next
            raise
        finally:
            note_access(self, self.written, time.monotonic() - began)
            logs.begin()

    def write(self, data: bytes) -> None:
        super().write(data)
        self.written += len(data)

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.request.refused_above is not None:
            environ[REFUSED] = self.request.refused_above
        return environ


class Refusal(ErrorTask):  # type: ignore[misc]
    """What the server itself answers: no HTTP, too large a header, too busy."""

    def execute(self) -> None:
        super().execute()
        REFUSED_REQUESTS.labels(self.status[:3]).inc()
        note_access(self, self.content_length, 0.0)


def note_access(task: Task, written: int, duration_s: float) -> None:
    """The one line of a request that was answered."""
    fields = {
        "client": task.channel.addr[0],
        "method": getattr(task.request, "command", None) or "-",
        "path": logs.without_keys(getattr(task.request, "path", None) or "-"),
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


class Asking:
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
