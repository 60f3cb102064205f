"""One deadline over a whole exchange: looking up the name, connecting, TLS, headers and body.

The libraries' timeouts are for each wait by itself, so that a server that sends a byte a second
never meets one.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self, TypeVar

import urllib3

Answer = TypeVar("Answer")


class TooSlow(Exception):
    """The time is over."""


class Deadline:
    """Cuts the connections that it guards when its time is over, whatever they wait for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds
        self._guarded: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for guarded in self._guarded:
            guarded.close()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    @property
    def left(self) -> float:
        return max(0.001, self._until - time.monotonic())

    def guard(self, connection: socket.socket) -> None:
        """A second handle: TLS takes the first one away. What comes too late is cut at once."""
        self._guarded.append(socket.socket(fileno=os.dup(connection.fileno())))
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        for guarded in self._guarded:
            with suppress(OSError):
                guarded.shutdown(socket.SHUT_RDWR)

    def within(self, work: Callable[[], Answer]) -> Answer:
        """What `work` returns or raises; for calls that know no timeout.

        Raises: TooSlow: the time is over; the work is left to itself.
        """
        outcome: list[tuple[Answer | None, BaseException | None]] = []

        def run() -> None:
            try:
                outcome.append((work(), None))
            except BaseException as error:  # raised again by who waits
                outcome.append((None, error))

        worker = threading.Thread(target=run, daemon=True)
        worker.start()
        worker.join(self.left)
        if not outcome:
            raise TooSlow
        answer, error = outcome[0]
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]  # None only beside an error

    def pool(self, pool: urllib3.HTTPConnectionPool) -> urllib3.HTTPConnectionPool:
        """Every connection of the pool is guarded from the moment it stands."""
        guard = self.guard

        class Guarded(pool.ConnectionCls):  # type: ignore[name-defined,misc]
            def _new_conn(self) -> Any:
                connection = super()._new_conn()
                guard(connection)
                return connection

        pool.ConnectionCls = Guarded
        return pool
