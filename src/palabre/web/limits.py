"""How often one address may write: counted per kind of act, never by plain address.

Counted in the memory of this process, or where several processes count together (shared_counts).

The notation of rates ("6/minute;60/hour") is that of the library `limits`. Its moving window in
memory is not used: it starts a thread at each hit and keeps an empty list for every key it has ever
seen, which under a flood from many addresses is a leak (limits 5.8, measured by reading it).
"""

import math
import threading
import time
from collections import deque
from typing import Any, Literal, cast

from limits import RateLimitItem, parse_many
from litestar import Request

from palabre.domain.errors import Code, Refusal
from palabre.web.house import House
from palabre.web.visitors import source_of

Kind = Literal["post", "proof", "edit", "vote", "sign_in", "subscribe", "report"]

_STATE_KEY = "palabre_counts"
_SWEEP_EVERY = 1024


class Counts:
    """The moments at which each key acted, for as long as its window."""

    def __init__(self) -> None:
        self._acts: dict[str, deque[float]] = {}
        self._ends: dict[str, float] = {}
        self._calls = 0
        self._lock = threading.Lock()

    def take(self, who: str, rates: tuple[RateLimitItem, ...]) -> int:
        """Count one act under every rate and return 0, or return the seconds to wait.

        Nothing is counted when one rate refuses, so that knocking on a closed door does not keep it
        closed.
        """
        now = time.monotonic()
        with self._lock:
            self._sweep(now)
            windows = [(rate, self._window(rate.key_for(who), rate, now)) for rate in rates]
            waits = [
                acts[0] + rate.get_expiry() - now for rate, acts in windows if _full(rate, acts)
            ]
            if waits:
                return max(1, math.ceil(max(waits)))
            for rate, acts in windows:
                acts.append(now)
                self._ends[rate.key_for(who)] = now + rate.get_expiry()
        return 0

    def _window(self, key: str, rate: RateLimitItem, now: float) -> deque[float]:
        acts = self._acts.setdefault(key, deque())
        self._ends.setdefault(key, now)
        while acts and acts[0] <= now - rate.get_expiry():
            acts.popleft()
        return acts

    def _sweep(self, now: float) -> None:
        self._calls += 1
        if self._calls % _SWEEP_EVERY == 0:
            for key in [k for k, end in self._ends.items() if end <= now]:
                del self._acts[key], self._ends[key]


class Limiter:
    """The rates of a house. Refuses with ``too_many_requests``, which says when to come back.

    The counts live with the application, so that every ``Limiter`` of one application shares them.
    """

    def __init__(self, house: House) -> None:
        rates = house.config.rates
        self._house = house
        self._rates: dict[Kind, tuple[RateLimitItem, ...]] = {
            "post": tuple(parse_many(rates.post)),
            "proof": tuple(parse_many(rates.post)),
            "edit": tuple(parse_many(rates.edit)),
            "vote": tuple(parse_many(rates.vote)),
            "sign_in": tuple(parse_many(rates.sign_in)),
            "subscribe": tuple(parse_many(rates.subscribe)),
            "report": tuple(parse_many(rates.report)),
        }

    async def hit(self, kind: Kind, request: Request[Any, Any, Any]) -> None:
        """Count one act of this kind for the request's address, or refuse it.

        Addresses that cannot be told apart (a socket without a trusted proxy) share one count.
        """
        if not self._house.config.limits_enabled:
            return
        source = source_of(request, self._house) or "unknown"
        seconds = await self._taken(f"{kind}/{source}", self._rates[kind], _counts(request))
        if seconds:
            raise Refusal(Code.TOO_MANY_REQUESTS, retry_after=seconds)

    async def _taken(self, who: str, rates: tuple[RateLimitItem, ...], own: Counts) -> int:
        shared = self._house.shared_counts
        if shared is not None:
            seconds = await shared.take(who, rates)
            if seconds is not None:
                return seconds
        return own.take(who, rates)


def _full(rate: RateLimitItem, acts: deque[float]) -> bool:
    return len(acts) >= rate.amount


def _counts(request: Request[Any, Any, Any]) -> Counts:
    state = request.app.state
    if _STATE_KEY not in state:
        state[_STATE_KEY] = Counts()
    return cast("Counts", state[_STATE_KEY])
