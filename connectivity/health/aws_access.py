"""What every part of the collection works with: how clients are made, the rate, the time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from connectivity.clients.rate import Limiter
from connectivity.clients.sessions import AccountAccess, client
from connectivity.models import AwsAccount


@lru_cache(maxsize=1)
def _limiter() -> Limiter:
    """One for the process, which holds to the rate by itself where Redis is away."""
    return Limiter(settings.CELERY_BROKER_URL)


@dataclass(frozen=True)
class Asking:
    """The way out, and the clock. Tests put their own in."""

    client: Callable[[AccountAccess, str, str], Any] = client
    limiter: Limiter = field(default_factory=_limiter)
    clock: Callable[[], float] = field(default=lambda: timezone.now().timestamp())

    @property
    def now(self) -> int:
        return int(self.clock())


@dataclass
class Outcome:
    """What one try came to."""

    calls: int = 0
    metrics: int = 0
    points: int = 0
    problem: str = ""
    refused: list[str] = field(default_factory=list)  # permissions
    notes: list[str] = field(default_factory=list)


def access_to(account: AwsAccount) -> AccountAccess:
    return AccountAccess(account.account, account.role_arn, account.external_id, account.is_demo)
