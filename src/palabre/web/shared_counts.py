"""Rates counted by all processes together, in Redis or Valkey.

Without it each process counts for itself, so that an address may do as much as the rates say in
each of them. The counting is one script on the server: to look and to count in two steps would let
two processes both take the last place. Keys hold the keyed hash of an address and live as long as
the longest window.

A server that is slow or gone stops nobody: for a while this process counts for itself.
"""

import secrets
import time
from typing import Any, Protocol

import structlog
from limits import RateLimitItem

_PREFIX = "palabre:limits:"
PATIENCE = 0.25  # seconds that a post may wait for a count
_PAUSE = 5.0  # seconds before a server that failed is asked again
_logger = structlog.get_logger("palabre.web")

# KEYS: one set of moments per rate. ARGV: a name for this act, then amount and window (in
# microseconds) per rate. Returns 0 when counted, else the microseconds to wait.
_TAKE = """
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local wait = 0
for i, key in ipairs(KEYS) do
  local amount, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  redis.call("ZREMRANGEBYSCORE", key, "-inf", now - window)
  if redis.call("ZCARD", key) >= amount then
    local first = redis.call("ZRANGE", key, 0, 0, "WITHSCORES")
    wait = math.max(wait, first[2] + window - now)
  end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call("ZADD", key, now, ARGV[1])
  redis.call("PEXPIRE", key, math.ceil(tonumber(ARGV[2 * i + 1]) / 1000))
end
return 0
"""


class SharedCounts(Protocol):
    """Counts that several processes keep together."""

    async def take(self, who: str, rates: tuple[RateLimitItem, ...]) -> int | None:
        """Count one act and return 0, or the seconds to wait; None when nobody can tell."""

    async def close(self) -> None:
        """Give back connections."""


class RedisCounts:
    """Counts in the server at ``url`` (``redis://``, ``rediss://``, ``unix://``)."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        # An extra: only who counts together needs it.
        from redis.asyncio import Redis  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.exceptions import RedisError  # noqa: PLC0415

        self._failures = (RedisError, OSError, TimeoutError)
        self._server: Any = Redis.from_url(
            url,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),
        )
        self._take = self._server.register_script(_TAKE)
        self._again = 0.0

    async def take(self, who: str, rates: tuple[RateLimitItem, ...]) -> int | None:
        """Count one act and return 0, or the seconds to wait; None when nobody can tell."""
        if time.monotonic() < self._again:
            return None
        keys = [_PREFIX + rate.key_for(who) for rate in rates]
        sizes = [n for rate in rates for n in (rate.amount, rate.get_expiry() * 1_000_000)]
        try:
            wait = int(await self._take(keys=keys, args=[secrets.token_hex(8), *sizes]))
        except self._failures as error:
            self._again = time.monotonic() + _PAUSE
            _logger.warning("shared_limits_unreachable", error=type(error).__name__)
            return None
        return -(-wait // 1_000_000)

    async def close(self) -> None:
        """Give back connections."""
        await self._server.aclose()
