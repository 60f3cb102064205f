"""One deadline over a whole call of AWS's APIs: every attempt, each pause, headers and body.

botocore's timeouts are for each wait by itself, so that a server that sends a byte a second never
meets one, and each of its attempts begins anew.
"""

import time
from typing import Any
from weakref import WeakSet

from connectivity.clients.aws_errors import Overdue
from costmodel.deadline import Deadline

ATTEMPT_S = 10  # for connecting, and for each wait for bytes
CALL_S = 15  # for all of a call; no attempt begins in its last third


class CallDeadline:
    """Ends each call of one client when its time is over, whatever it waits for."""

    def __init__(self, client: Any) -> None:
        self._began = 0.0
        self._deadline: Deadline | None = None
        self._connections: WeakSet[Any] = WeakSet()
        events = client.meta.events
        events.register_first("before-call", self._begin)
        events.register_first("before-send", self._check)
        events.register_first("before-parse", self._check_whole)
        for end in ("after-call", "after-call-error"):
            events.register(end, self._end)
        self._guard_pools(client)

    def _begin(self, **_: Any) -> None:
        self._end()
        self._began = time.monotonic()
        self._deadline = Deadline(CALL_S)
        self._deadline.__enter__()
        for connection in tuple(self._connections):
            if connection.sock is not None and connection.sock.fileno() >= 0:
                self._deadline.guard(connection.sock)

    def _check(self, **_: Any) -> None:
        """Raises: Overdue: another attempt would take too long."""
        if time.monotonic() - self._began > ATTEMPT_S:
            raise Overdue(seconds=ATTEMPT_S)

    def _check_whole(self, **_: Any) -> None:
        """Raises: Overdue: the answer was cut off."""
        if self._deadline is not None and self._deadline.is_over:
            raise Overdue(seconds=CALL_S)

    def _end(self, **_: Any) -> None:
        if self._deadline is not None:
            self._deadline.__exit__()
            self._deadline = None

    def _guard_pools(self, client: Any) -> None:
        """Every connection is known from the moment it stands: botocore has no public way."""
        session = client._endpoint.http_session
        for scheme, pool in tuple(session._pool_classes_by_scheme.items()):
            connection_class = self._guarded(pool.ConnectionCls)
            guarded = type(pool.__name__, (pool,), {"ConnectionCls": connection_class})
            session._pool_classes_by_scheme[scheme] = guarded

    def _guarded(self, connection_class: Any) -> Any:
        deadlines = self

        class GuardedConnection(connection_class):  # type: ignore[misc]
            def _new_conn(self) -> Any:
                connection = super()._new_conn()
                deadlines._connections.add(self)
                if deadlines._deadline is not None:
                    deadlines._deadline.guard(connection)
                return connection

        return GuardedConnection
