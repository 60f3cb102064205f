"""What is done with a request that has arrived, by a thread or by the loop itself."""

import logging
import re
import time
from functools import partial
from typing import Any

from django.db import close_old_connections
from waitress.task import Task, WSGITask
from waitress.utilities import Error

from advisor.bodies import REFUSED
from advisor.callers import is_known

access = logging.getLogger("advisor.access")
log = logging.getLogger(__name__)

KEYS = re.compile(
    r"(/(?:shared|invitations|reports/confirm|reports/unsubscribe|account/password/reset/key)/).+"
)
"""Addresses that open to whoever has them: no log holds the rest."""

MOST_LOGGED = 300  # characters


def logged(path: str) -> str:
    """What of an address a log may hold: no keys, no line breaks, no end of it."""
    return ascii(KEYS.sub(r"\1…", path)[:MOST_LOGGED])[1:-1]


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
        began = time.monotonic()
        super().execute()
        request = self.request
        access.info(
            "%s %s %s %s %d B in %.3f s",
            *(self.channel.addr[0], request.command, logged(request.path), self.status[:3]),
            *(self.written, time.monotonic() - began),
        )

    def write(self, data: bytes) -> None:
        super().write(data)
        self.written += len(data)

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.request.refused_above is not None:
            environ[REFUSED] = self.request.refused_above
        return environ


class Health(Task):  # type: ignore[misc]
    """The loop answers, so the worker lives; no thread is asked, nor the database."""

    complete = True
    body = b'{"status": "ok"}'

    def execute(self) -> None:
        self.response_headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
        ]
        self.content_length = len(self.body)
        self.write(b"" if self.request.command == "HEAD" else self.body)


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
