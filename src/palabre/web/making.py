"""Having a public answer made by the application itself, as if the plainest client had asked."""

import asyncio
from typing import TYPE_CHECKING, Any

from palabre.web.access_log import MADE
from palabre.web.basis import KEY, Basis
from palabre.web.kept import Headers, Kept
from palabre.web.languages import BY_BROWSER
from palabre.web.questions import Question

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Message, Send

_OK = 200
_OUR_FAULT = 500
_KEPT_BY_ALL = frozenset({b"host"})  # of a request's headers: all else is one reader's


class Failed:
    """An answer that is no success, and is not kept.

    ``is_ours``: the fault is the house's, and those who waited need not add to its trouble by each
    asking again. Any other refusal is told to each in their own language.
    """

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status = status
        self.is_ours = status >= _OUR_FAULT
        self._headers = headers
        self._body = body

    async def send(self, send: "Send", *, head: bool) -> None:
        """Send it to one of those who waited."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": list(self._headers),
            }
        )
        body = b"" if head else self._body
        await send({"type": "http.response.body", "body": body, "more_body": False})


async def make(app: "ASGIApp", asked: Question, scope: "HTTPScope", moment: int) -> Kept | Failed:
    """Ask the application, in the place of a request with this scope, and pack the answer."""
    state: dict[str, Any] = {MADE: True}
    plain: Any = {
        **scope,
        "method": "GET",
        "path": asked.path,
        "raw_path": asked.path.encode("ascii"),
        "query_string": asked.query,
        "headers": [pair for pair in scope["headers"] if pair[0] in _KEPT_BY_ALL]
        + ([(b"accept", b"text/html")] if asked.is_page else []),
        "state": state,
    }
    status, headers, parts = 0, [], []

    async def catch(message: "Message") -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            parts.append(message["body"])

    await app(plain, _nothing_more, catch)
    body = b"".join(parts)
    basis = state.get(KEY)
    if status != _OK or not isinstance(basis, Basis):
        return Failed(status, headers, body)
    fits_all = BY_BROWSER not in state
    return await asyncio.to_thread(Kept, basis, moment, headers, body if fits_all else None)


def takes_gzip(accept_encoding: bytes) -> bool:
    """Tell whether a client takes gzip (RFC 9110, section 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            weight = 0.0
        weights[coding.strip()] = weight
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


async def _nothing_more() -> Any:  # noqa: ANN401 -- an ASGI message
    return {"type": "http.request", "body": b"", "more_body": False}
