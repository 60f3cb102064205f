"""One rate limit for all workers: a bucket of tokens in Redis for each account and Region."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import redis

PER_SECOND = 20  # AWS's own default is 50 for GetMetricData; others ask there too
BURST = 20
LONGEST_WAIT = 60  # seconds

# Times are Redis's own, so that workers whose clocks differ share one bucket.
TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1e6
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(tonumber(ARGV[2]), (tonumber(held[1]) or tonumber(ARGV[2]))
    + math.max(0, at - (tonumber(held[2]) or at)) * tonumber(ARGV[1])) - 1
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', at)
redis.call('EXPIRE', KEYS[1], 120)
if tokens >= 0 then return '0' end
return tostring(-tokens / tonumber(ARGV[1]))
"""


class Limiter:
    """Waits until a call may be made. Without Redis each process holds to the rate by itself."""

    def __init__(self, url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.url = url
        self.sleep = sleep
        self.own: dict[str, float] = {}  # when the next call may be made, without Redis

    def wait(self, key: str) -> None:
        """Before each call; `key` names account and Region."""
        try:
            answer = _redis(self.url).eval(TAKE, 1, f"calls:{key}", PER_SECOND, BURST)
            pause = float(answer)
        except redis.RedisError:
            pause = self._alone(key)
        if pause > 0:
            self.sleep(min(pause, LONGEST_WAIT))

    def _alone(self, key: str) -> float:
        now = time.monotonic()
        at = max(now, self.own.get(key, now))
        self.own[key] = at + 1 / PER_SECOND
        return at - now


@lru_cache(maxsize=4)
def _redis(url: str) -> Any:
    address = url.replace("redis+socket://", "unix://", 1)
    return redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2)
