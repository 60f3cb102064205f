"""What every part of the collection works with: how clients are made, the rate, the time."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from connectivity.clients import AwsError
from connectivity.clients.rate import Limiter
from connectivity.clients.sessions import AccountAccess, Clients
from connectivity.core.health.troubles import Note, Trouble
from connectivity.models import AwsAccount


@lru_cache(maxsize=1)
def _limiter() -> Limiter:
    """One for the process, which holds to the rate by itself where Redis is away."""
    return Limiter(settings.CELERY_BROKER_URL)


TOO_SLOW = "what was read is kept, the rest follows"
LINE_S = 180  # of one account, Region and rhythm; at 20 requests a second


@dataclass
class Asking:
    """The way out of one round, and the clock. Tests put their own in."""

    client: Callable[[AccountAccess, str, str], Any] = field(default_factory=Clients)
    limiter: Limiter = field(default_factory=_limiter)
    clock: Callable[[], float] = field(default=lambda: timezone.now().timestamp())
    until: float = math.inf  # on the clock that only goes forward

    @property
    def now(self) -> int:
        return int(self.clock())

    def begin_line(self) -> None:
        """From now on the time of one line runs."""
        self.until = time.monotonic() + LINE_S

    def wait(self, account: str, region: str) -> None:
        """Before each request: for its turn, as long as there is time.

        Raises: AwsError: the line's time is over.
        """
        self.limiter.wait(f"{account}/{region}")
        if time.monotonic() >= self.until:
            text = f"account {account}, {region}: not done after {LINE_S} s; {TOO_SLOW}"
            raise AwsError(text, Trouble.TIMEOUT)

    @contextmanager
    def round(self) -> Iterator["Asking"]:
        """Of one account: its clients are closed with it."""
        try:
            yield self
        finally:
            self.close()

    def close(self) -> None:
        """The connections of the round."""
        if isinstance(self.client, Clients):
            self.client.close()


@dataclass
class Outcome:
    """What one try came to."""

    calls: int = 0
    metrics: int = 0
    points: int = 0
    problem: str = ""
    refused: list[str] = field(default_factory=list)  # permissions
    notes: list[str] = field(default_factory=list)
    troubles: list[Note] = field(default_factory=list)  # of the account, the Region, or an action
    again_before: int | None = None  # series that are not yet so far are asked again soon

    def fail(self, error: AwsError) -> None:
        """Nothing more is worth asking in this try."""
        self.problem = str(error)
        self.note(error)

    def note(self, error: AwsError, action: str = "") -> None:
        self.troubles.append(Note(error.trouble, action, str(error)))

    @property
    def trouble(self) -> Trouble | None:
        """Why it was broken off; None: it was not, or not because of AWS."""
        causes = (note.trouble for note in self.troubles if note.text == self.problem)
        return next(causes, None)


def access_to(account: AwsAccount) -> AccountAccess:
    return AccountAccess(account.account, account.role_arn, account.external_id, account.is_demo)
