"""Turning writers away at the door while the queue is full, before their call costs anything.

Refusing a post where it is handled takes routing, decoding and a log line: nearly as long as taking
it. A flood would then keep the event loop busy with refusals, and readers behind them. What a form
sends is let through all the same: it is answered by a page that gives the reader's words back.
"""

import secrets
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
        self._refusal = SecurityRim(self._refuse, house)
        self._said: dict[tuple[object, ...], list[Message]] = {}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if (
            scope["type"] != ScopeType.HTTP
            or scope["method"] not in _WRITES
            or not scope["path"].startswith(_CALLS)
        ):
            await self._app(scope, receive, send)
        elif self._house.writers.is_full:
            await self._turn_away(scope, receive, send)
        else:
            # Counted once its words are here: else some dozens who begin a call and never end it
            # would keep everybody else from writing.
            heard = await _arrived(receive, self._house.config.max_body_bytes)
            await self._let_in(scope, heard, send)

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

            await self._refusal(scope, receive, catch)
            if len(self._said) >= _MAX_SAID:
                self._said.clear()
            self._said[key] = said
        start: Any = said[0]
        number = (b"x-request-id", secrets.token_hex(8).encode())
        started: Any = {**start, "headers": [*start["headers"], number]}
        await send(started)
        await send(said[1])
        self._metrics.read(scope["method"], ROUTE, start["status"])

    async def _refuse(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Make the refusal as the application would, and keep it for the next of the flood."""
        refusal = Refusal(Code.STORE_BUSY)
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
    messages: list[Any] = []
    size = 0
    while size <= most:
        message: Any = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            break
    messages.reverse()

    async def again() -> Any:  # noqa: ANN401 -- one of ASGI's messages
        return messages.pop() if messages else await receive()

    return again
