"""Whose turn it is: how much each caller takes at once and in a minute, over all web processes.

Counts are in Redis where there is one, else in the database. A turn is a short lease that is
renewed while the request is computed, so that a process that is killed keeps nobody out.
"""

import logging
import math
import time
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import redis
from django.conf import settings
from django.db import transaction

from advisor.models import CallerCount, Job, User
from connectivity.pulse import Pulse

logger = logging.getLogger(__name__)

LEASE_S = 30.0
RENEW_S = 10.0
AGAIN_S = 5.0  # after it did not answer Redis is asked again
MINUTE = 60.0
JOBS_AGAIN_S = 30  # after which whoever has too many open jobs may try again

# Times are Redis's own. Nothing is taken unless all callers have room.
TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1e6
local tats = {}
for i = 1, #KEYS, 2 do
    local at_once, per_minute = tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', at)
    if at_once > 0 and redis.call('ZCARD', KEYS[i]) >= at_once then return {i, 'at_once', '1'} end
    tats[i] = math.max(tonumber(redis.call('GET', KEYS[i + 1])) or at, at)
    if per_minute > 0 and tats[i] - at + 60 / per_minute > 60.000001 then
        return {i, 'per_minute', tostring(tats[i] - at + 60 / per_minute - 60)}
    end
end
for i = 1, #KEYS, 2 do
    redis.call('ZADD', KEYS[i], at + ARGV[2], ARGV[1])
    redis.call('EXPIRE', KEYS[i], 60)
    local per_minute = tonumber(ARGV[i + 3])
    if per_minute > 0 then
        redis.call('SET', KEYS[i + 1], string.format('%.6f', tats[i] + 60 / per_minute), 'EX', 120)
    end
end
return {}
"""
RENEW = """
local now = redis.call('TIME')
for _, key in ipairs(KEYS) do
    redis.call('ZADD', key, 'XX', now[1] + now[2] / 1e6 + ARGV[2], ARGV[1])
    redis.call('EXPIRE', key, 60)
end
"""


NAMES = {
    "token": "This token",
    "user": "This user, by all tokens and browsers,",
    "link": "Everybody who has this link together",
}


class Caller(NamedTuple):
    """Somebody who is counted: a token, a person by all tokens and browsers, a shared link."""

    kind: str  # token, user or link
    id: str

    @property
    def at_once(self) -> int:
        return int(settings.CALLER_LIMITS[f"{self.kind}_at_once"])

    @property
    def per_minute(self) -> int:
        return int(settings.CALLER_LIMITS[f"{self.kind}_per_minute"])

    @property
    def key(self) -> str:
        return f"caller:{self.kind}:{self.id}"

    @property
    def name(self) -> str:
        return NAMES[self.kind]


class TooMany(Exception):
    """A caller has no room now, and will have in so many seconds."""

    def __init__(self, problem: str, retry_after: int) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class Turn:
    """From `take` to `leave` a request counts."""

    def __init__(self, callers: list[Caller]) -> None:
        self.callers = [caller for caller in callers if caller.at_once or caller.per_minute]
        self.id = uuid4().hex
        self.store: RedisCounts | DatabaseCounts = database
        self.pulse = Pulse(self._renew, RENEW_S)

    def take(self) -> None:
        """Raises: TooMany: nothing is counted then."""
        if not self.callers:
            return
        self.store = _store()
        try:
            refusal = self.store.take(self.id, self.callers)
        except redis.RedisError as error:
            _away(error)
            self.store = database
            refusal = self.store.take(self.id, self.callers)
        if refusal is not None:
            raise _too_many(*refusal)
        self.pulse.__enter__()

    def leave(self) -> None:
        if not self.callers:
            return
        self.pulse.__exit__(None, None, None)
        try:
            self.store.leave(self.id, self.callers)
        except redis.RedisError as error:  # the lease ends by itself
            _away(error)

    def _renew(self) -> bool:
        try:
            self.store.renew(self.id, self.callers)
        except redis.RedisError as error:
            _away(error)
        return True


Refusal = tuple[Caller, str, float]


def _too_many(caller: Caller, limit: str, seconds: float) -> TooMany:
    most = caller.at_once if limit == "at_once" else caller.per_minute
    taken = "requests at once" if limit == "at_once" else "requests a minute"
    wait = max(1, math.ceil(seconds))
    return TooMany(
        f"{caller.name} may make {most:,} {taken}; the next is answered in {wait} s. Whoever runs "
        f"this installation can change that: {caller.kind}_{limit} in CALLER_LIMITS.",
        wait,
    )


def check_jobs(user_id: int, token: UUID | None) -> None:
    """One at a time for each user, so that none slips in between.

    Raises: TooMany: as many jobs are open as may be.
    """
    User.objects.select_for_update().get(pk=user_id)
    unfinished = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    for kind, jobs in (
        ("user", unfinished.filter(user_id=user_id)),
        ("token", unfinished.filter(token=token) if token else unfinished.none()),
    ):
        most = settings.CALLER_LIMITS[f"{kind}_jobs"]
        if most and jobs.count() >= most:
            raise TooMany(
                f"{most:,} jobs of this {kind} are not finished, as many as may be: wait for them, "
                "or cancel some (DELETE /api/v1/jobs/ID/, or on the page of the job). Whoever runs "
                f"this installation can change that: {kind}_jobs in CALLER_LIMITS.",
                JOBS_AGAIN_S,
            )


class RedisCounts:
    """The counts in Redis: one question and one answer for a turn."""

    def __init__(self, url: str) -> None:
        address = url.replace("redis+socket://", "unix://", 1)
        self.client: Any = redis.Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1)
        self._take = self.client.register_script(TAKE)
        self._renew = self.client.register_script(RENEW)

    def take(self, lease: str, callers: list[Caller]) -> Refusal | None:
        keys = [f"{caller.key}:{part}" for caller in callers for part in ("leases", "rate")]
        limits = [number for caller in callers for number in (caller.at_once, caller.per_minute)]
        answer = self._take(keys=keys, args=[lease, LEASE_S, *limits])
        if not answer:
            return None
        return callers[(int(answer[0]) - 1) // 2], answer[1].decode(), float(answer[2])

    def renew(self, lease: str, callers: list[Caller]) -> None:
        self._renew(keys=[f"{caller.key}:leases" for caller in callers], args=[lease, LEASE_S])

    def leave(self, lease: str, callers: list[Caller]) -> None:
        with self.client.pipeline(transaction=False) as pipeline:
            for caller in callers:
                pipeline.zrem(f"{caller.key}:leases", lease)
            pipeline.execute()


class DatabaseCounts:
    """The counts in rows, which are locked in the order of their keys."""

    def take(self, lease: str, callers: list[Caller]) -> Refusal | None:
        now = time.time()
        with transaction.atomic():
            rows = [(caller, _row(caller)) for caller in sorted(callers)]
            for caller, row in rows:
                row.leases = {key: until for key, until in row.leases.items() if until > now}
                row.rate_at = max(row.rate_at, now)
                if caller.at_once and len(row.leases) >= caller.at_once:
                    return caller, "at_once", 1.0
                wait = row.rate_at - now + _step(caller) - MINUTE
                if caller.per_minute and wait > 1e-6:
                    return caller, "per_minute", wait
            for caller, row in rows:
                row.leases[lease] = now + LEASE_S
                row.rate_at += _step(caller)
                row.save()
        return None

    def renew(self, lease: str, callers: list[Caller]) -> None:
        with transaction.atomic():
            for caller in sorted(callers):
                row = _row(caller)
                row.leases[lease] = time.time() + LEASE_S
                row.save()

    def leave(self, lease: str, callers: list[Caller]) -> None:
        with transaction.atomic():
            for caller in sorted(callers):
                row = _row(caller)
                row.leases.pop(lease, None)
                row.save()


def _row(caller: Caller) -> CallerCount:
    CallerCount.objects.get_or_create(key=caller.key)
    return CallerCount.objects.select_for_update().get(key=caller.key)


def _step(caller: Caller) -> float:
    return MINUTE / caller.per_minute if caller.per_minute else 0.0


database = DatabaseCounts()
_asked_again_at = 0.0


@lru_cache(maxsize=2)
def _redis(url: str) -> RedisCounts:
    return RedisCounts(url)


def _store() -> RedisCounts | DatabaseCounts:
    return _redis(settings.CELERY_BROKER_URL) if time.monotonic() >= _asked_again_at else database


def _away(error: redis.RedisError) -> None:
    """Count in the database for a while, so that no request waits for it in vain."""
    global _asked_again_at
    _asked_again_at = time.monotonic() + AGAIN_S
    logger.warning("callers are counted in the database: Redis does not answer (%s)", error)
