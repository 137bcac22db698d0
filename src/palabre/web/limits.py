"""How often one address may write: counted per kind of act, in memory, never by plain address.

The counts live with the application, so that every ``Limiter`` of one application shares them.
"""

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Literal, cast

from limits import RateLimitItem, parse_many
from limits.strategies import MovingWindowRateLimiter
from litestar import Request

from palabre.domain.errors import Code, Refusal
from palabre.web.house import House
from palabre.web.visitors import source_of

if TYPE_CHECKING:
    from limits.storage import StorageTypes

Kind = Literal["post", "edit", "vote", "sign_in"]

_STATE_KEY = "palabre_rates"
_SWEEP_EVERY = 1024


class Counts:
    """A moving window per key, for the strategy of `limits`.

    The library's own MemoryStorage starts a thread at each hit and keeps an empty list for every
    key it has ever seen; under a flood from many addresses that is a leak.
    """

    def __init__(self) -> None:
        self._hits: dict[str, deque[float]] = {}
        self._expiries: dict[str, float] = {}
        self._calls = 0
        self._lock = threading.Lock()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` hits unless that would be more than ``limit`` in ``expiry`` seconds."""
        now = time.time()
        with self._lock:
            self._sweep(now)
            hits = self._hits.setdefault(key, deque())
            self._forget(hits, now - expiry)
            self._expiries[key] = now + expiry
            if len(hits) + amount > limit:
                return False
            hits.extend([now] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the window of a key began and how many hits it holds."""
        del limit
        now = time.time()
        with self._lock:
            hits = self._hits.get(key, deque())
            self._forget(hits, now - expiry)
            return (hits[0] if hits else now), len(hits)

    def _forget(self, hits: deque[float], before: float) -> None:
        while hits and hits[0] <= before:
            hits.popleft()

    def _sweep(self, now: float) -> None:
        self._calls += 1
        if self._calls % _SWEEP_EVERY:
            return
        for key in [k for k, until in self._expiries.items() if until <= now]:
            del self._hits[key], self._expiries[key]


class Limiter:
    """The rates of a house. Refuses with ``too_many_requests``, which says when to come back."""

    def __init__(self, house: House) -> None:
        rates = house.config.rates
        self._house = house
        self._rates: dict[Kind, tuple[RateLimitItem, ...]] = {
            "post": tuple(parse_many(rates.post)),
            "edit": tuple(parse_many(rates.edit)),
            "vote": tuple(parse_many(rates.vote)),
            "sign_in": tuple(parse_many(rates.sign_in)),
        }

    def hit(self, kind: Kind, request: Request[Any, Any, Any]) -> None:
        """Count one act of this kind for the request's address, or refuse it.

        Nothing is counted against one rate when another refuses, so that knocking on a closed door
        does not keep it closed. Addresses that cannot be told apart share one count.
        """
        if not self._house.config.limits_enabled:
            return
        window = _window(request)
        source = source_of(request, self._house) or "unknown"
        for rate in self._rates[kind]:
            if not window.test(rate, kind, source):
                reset = window.get_window_stats(rate, kind, source).reset_time
                seconds = max(1, math.ceil(reset - time.time()))
                raise Refusal(Code.TOO_MANY_REQUESTS, retry_after=seconds)
        for rate in self._rates[kind]:
            window.hit(rate, kind, source)


def _window(request: Request[Any, Any, Any]) -> MovingWindowRateLimiter:
    state = request.app.state
    if _STATE_KEY not in state:
        # Counts offers the two methods that the strategy uses, not the library's whole interface.
        state[_STATE_KEY] = MovingWindowRateLimiter(cast("StorageTypes", Counts()))
    return cast("MovingWindowRateLimiter", state[_STATE_KEY])
