"""One connection: bytes in and out without a thread, and a deadline on each part of it."""

import socket
import struct
import time
from contextlib import suppress
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel

from advisor.middleware.observed import identity_of
from advisor.observability import logs
from advisor.observability.meters import DROPPED
from advisor.serving.answering import Application, Busy, EarlyLook, Health, Late, Ready, Refusal
from advisor.serving.deadlines import Phase, allowed_s
from advisor.serving.requests import READY, Request

MAX_LARGE_BODIES = 16  # that arrive at once in one worker: these bound what lies on the disk
RESET = struct.pack("ii", 1, 0)
LATE = "did not arrive in time"
REQUEST_ID = "X_REQUEST_ID"  # as the parser names it


class Channel(HTTPChannel):  # type: ignore[misc]
    """What it waits for, since when, and what of it is answered by the loop."""

    parser_class = Request
    error_task_class = Refusal
    is_quick = False  # the request at hand is answered by the loop
    is_refused = False  # what still comes of its body is thrown away
    is_lingering = False
    served = 0
    sent = 0

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.mark = (Phase.HEADER, 0)
        self.since = time.monotonic()
        self.moved_before = 0

    @property
    def phase(self) -> Phase:
        if self.is_lingering:
            return Phase.LINGER
        if self.requests:
            return Phase.WORKING
        if self.total_outbufs_len:
            return Phase.ANSWER
        if self.request is not None:
            return Phase(self.request.phase)
        return Phase.IDLE if self.served else Phase.HEADER

    def look(self, now: float) -> None:
        """Close it if what it waits for takes too long. Called once a second."""
        mark = (self.phase, self.served)
        body = self.request.body_bytes_received if mark[0] is Phase.BODY and self.request else 0
        moved = self.sent + body
        if mark != self.mark:
            self.mark, self.since, self.moved_before = mark, now, moved
        if now - self.since <= allowed_s(mark[0], moved - self.moved_before):
            return
        if mark[0] is Phase.WORKING:
            self.server.overdue(self.requests[0].path)
        else:
            DROPPED.labels(mark[0].name.lower()).inc()
            if mark[0] in (Phase.HEADER, Phase.BODY):
                self._say_late()
            self.drop()

    def _say_late(self) -> None:
        """The last words of a connection, as far as it takes them at once."""
        request = self.request or self.parser_class(self.adj)
        request.error = Late(LATE)
        self._begin(request)
        with suppress(ClientDisconnected):
            Refusal(self, request).service()
        logs.begin()

    def drop(self) -> None:
        """Close it now."""
        if self.connected and self.total_outbufs_len:  # nor does the kernel keep what nobody reads
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.is_lingering = True  # it does not begin to
        self.handle_close()

    def readable(self) -> bool:
        if self.is_lingering:
            return True
        asks = self.request is not None and self.request.is_asking
        return not asks and bool(super().readable())

    def writable(self) -> bool:
        return not self.is_lingering and bool(super().writable())

    def handle_read(self) -> None:
        if self.is_lingering:
            self.recv(self.adj.recv_bytes)  # closes it at the end
            return
        super().handle_read()
        self._answer_quick()

    def _answer_quick(self) -> None:
        while self.is_quick:
            self.is_quick = False
            self.service()

    def received(self, data: bytes) -> bool:
        if self.is_refused:
            return True
        taken = bool(super().received(data))
        self.is_refused = any(request.refused_above is not None for request in self.requests)
        if self.request is not None and self.request.is_asking:
            self.server.task_dispatcher.add_task(EarlyLook(self, self.request))
        return taken

    def admit(self, request: Request, *, is_known: bool) -> None:
        """Go on reading a large body, or answer that it is not read. In the loop."""
        with self.requests_lock:
            if not self.connected:
                return
            if is_known and self.server.large_bodies() >= MAX_LARGE_BODIES:
                request.error = Busy("comes while other large uploads arrive; try again")
                request.completed, request.is_asking = True, False
            else:
                request.answered(is_known=is_known)
            if request.completed:
                self.is_refused = True
                self.requests.append(request)
                self.request = None
                if len(self.requests) == 1:
                    self.server.add_task(self)
            elif request.expect_continue and not self.requests and not self.sent_continue:
                self.send_continue()
        self._answer_quick()

    def task_class(self, channel: "Channel", request: Request) -> Any:
        """Who answers."""
        if self.server.is_draining:
            request.headers["CONNECTION"] = "close"
        if not request.is_probe:
            return Application(channel, request)
        return Ready(channel, request) if request.path == READY else Health(channel, request)

    def service(self) -> None:
        if self._is_abandoned():
            self.connected = False  # then nothing is computed
        self._begin(self.requests[0])
        super().service()
        logs.begin()
        self.served += 1
        self.server.served += 1

    @staticmethod
    def _begin(request: Request) -> None:
        """Its id is known from here on, whoever answers it."""
        identity = identity_of(request.headers.get(REQUEST_ID, ""))
        request.headers[REQUEST_ID] = identity
        logs.begin(request_id=identity)

    def _is_abandoned(self) -> bool:
        """Whether the client went away while its request waited for a thread."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK) == b"")
        except BlockingIOError:
            return False
        except OSError:
            return True

    def send(self, data: bytes, do_close: bool = True) -> int:
        count = int(super().send(data, do_close))
        self.sent += count
        return count

    def handle_close(self) -> None:
        """After a refusal the rest of the body is read and thrown away for a moment.

        A connection that is closed with bytes unread is reset, and the refusal may never be seen.
        """
        if self.is_refused and not self.is_lingering and self.connected:
            self.is_lingering, self.will_close, self.close_when_flushed = True, False, False
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                super().handle_close()
            return
        super().handle_close()
