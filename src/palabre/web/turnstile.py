"""Turning writers away at the door while the queue is full, before their call costs anything.

Refusing a post where it is handled takes routing, decoding and a log line: nearly as long as taking
it. A flood would then keep the event loop busy with refusals, and readers behind them. What a form
sends is let through all the same: it is answered by a page that gives the reader's words back.
"""

import asyncio
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from litestar import Request
from litestar.enums import ScopeType

from palabre.domain.errors import Code, Refusal
from palabre.web import errors
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.metrics import Metrics
from palabre.web.security import SecurityRim

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

ROUTE = "(turned away)"
BODY_LASTS = 30.0  # seconds that what a client sends may take; the longest text is some 30 kB
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CALLS = "/api/"
_VARIES = (b"origin", b"accept-language")
_MAX_SAID = 200


class Turnstile:
    """The wrapper; who passes finds the application as it is."""

    def __init__(self, app: "ASGIApp", house: House, metrics: Metrics) -> None:
        self._app = app
        self._house = house
        self._metrics = metrics
        self._refusals = {
            code: SecurityRim(partial(self._refuse, code), house)
            for code in (Code.STORE_BUSY, Code.BODY_LATE)
        }
        self._said: dict[tuple[object, ...], list[Message]] = {}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP or scope["method"] not in _WRITES:
            await self._app(scope, receive, send)
            return
        is_call = scope["path"].startswith(_CALLS)
        if is_call and self._house.writers.is_full:
            await self._turn_away(scope, receive, send)
            return
        # Counted once its words are here: else some dozens who begin a call and never end it
        # would keep everybody else from writing. And nobody is waited for without end: a client
        # that has gone in the middle of its words is not always told of.
        try:
            async with asyncio.timeout(BODY_LASTS):
                heard = await _arrived(receive, self._house.config.max_body_bytes)
        except TimeoutError:
            await self._refusals[Code.BODY_LATE](scope, receive, send)
            self._metrics.read(scope["method"], ROUTE, errors.STATUS[Code.BODY_LATE])
            return
        if is_call:
            await self._let_in(scope, heard, send)
        else:
            await self._app(scope, heard, send)

    async def _let_in(self, scope: "HTTPScope", receive: "Receive", send: "Send") -> None:
        if self._house.writers.is_full:
            await self._turn_away(scope, receive, send)
            return
        with self._house.writers.coming():
            await self._app(scope, receive, send)

    async def _turn_away(self, scope: "HTTPScope", receive: "Receive", send: "Send") -> None:
        asked = dict(scope["headers"])
        key = (scope["path"], scope["query_string"], *(asked.get(name) for name in _VARIES))
        said = self._said.get(key)
        if said is None:
            said = []

            async def catch(message: "Message") -> None:
                said.append(message)

            await self._refusals[Code.STORE_BUSY](scope, receive, catch)
            if len(self._said) >= _MAX_SAID:
                self._said.clear()
            self._said[key] = said
        start: Any = said[0]
        number = (b"x-request-id", secrets.token_hex(8).encode())
        started: Any = {**start, "headers": [*start["headers"], number]}
        await send(started)
        await send(said[1])
        self._metrics.read(scope["method"], ROUTE, start["status"])

    async def _refuse(self, code: Code, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer with a refusal as the application would."""
        refusal = Refusal(code)
        words = catalogue_for(Request(scope, receive, send), self._house)
        base = self._house.config.base_url
        problem = errors.problem(refusal, words, scope["path"], base_url=base)
        body = problem.content
        given = {
            **problem.headers,
            "Content-Type": errors.MEDIA_TYPE,
            "Content-Length": str(len(body)),
        }
        headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in given.items()]
        status = errors.STATUS[refusal.code]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


async def _arrived(receive: "Receive", most: int) -> "Receive":
    """Wait for the body, or for more of it than anybody may send; return it to be received."""
    heard = bytearray()
    last: Any = {"type": "http.request", "body": b"", "more_body": True}
    # As one message however many pieces it came in: a body may come byte by byte.
    while last.get("more_body", False) and len(heard) <= most:
        last = await receive()
        heard += last.get("body", b"")
    given = False

    async def again() -> Any:  # noqa: ANN401 -- one of ASGI's messages
        nonlocal given
        if given:
            return await receive()
        given = True
        return last if last["type"] != "http.request" else {**last, "body": bytes(heard)}

    return again
