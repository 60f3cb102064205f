"""Says again and again that somebody is at work, for as long as the process lives that is.

A lease that ends by itself is renewed by a thread, so that it may be short however long the work
takes between two steps; a process that is killed takes its thread with it.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType

from django.db import DatabaseError, InterfaceError, connection

logger = logging.getLogger(__name__)

EVERY_S = 4.0
LEASE = timedelta(seconds=20)  # five beats: without one for so long a worker is lost


class Pulse:
    """While it is entered, `beat` is called every few seconds, until it answers False.

    A database that is away is asked again at the next beat: whoever reads the lease decides.
    """

    def __init__(self, beat: Callable[[], bool], every_s: float = EVERY_S) -> None:
        self._beat = beat
        self._every_s = every_s
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="pulse")

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._is_over.wait(self._every_s) and self._is_wanted():
                pass
        finally:
            connection.close()  # this thread's own

    def _is_wanted(self) -> bool:
        try:
            return self._beat()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("a lease could not be renewed: %s", error)
            connection.close()
            return True
