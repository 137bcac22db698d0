"""One line per request: what was asked for and how it went, without anything about a person.

The line names the route's template, never the path or the query with their texts, and no name,
address or token; an error is told by its type and place, since its message may quote a reader.
"""

import secrets
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType

from palabre.web.house import House
from palabre.web.metrics import Metrics

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

UNMATCHED = "(unmatched)"
_REQUEST_ID = "palabre_request_id"
# Noted on a request that no reader sent: the read path has an answer made for all who wait.
MADE = "palabre_made"
_NOBODY_LISTENED = 499  # what nginx logs when the client went away before the answer
_logger = structlog.get_logger("palabre.web")


def configure_when_nobody_did() -> None:
    """Write JSON lines to standard error unless the process has chosen its own logging."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


class AccessLog:
    """The outermost ASGI wrapper: names, times, counts and logs each request."""

    def __init__(self, app: "ASGIApp", house: House, metrics: Metrics) -> None:
        self._app = app
        self._house = house
        self._metrics = metrics

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope["state"][_REQUEST_ID] = request_id
        method = scope["method"]
        status = _NOBODY_LISTENED
        begin = time.perf_counter()

        async def noting(message: "Message") -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableScopeHeaders(message)["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            seconds = time.perf_counter() - begin
            route = str(scope.get("path_template") or UNMATCHED)
            if MADE in scope["state"]:
                self._metrics.timed(route, seconds)  # those who get it are counted one by one
            else:
                self._metrics.answered(method, route, status, seconds)
            _logger.info(
                "request",
                method=method,
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 2),
                request=request_id,
            )


def log_read(method: str, route: str, status: int, request_id: str) -> None:
    """Write the line of an answer from memory; it took no time worth telling."""
    _logger.info("read", method=method, route=route, status=status, request=request_id)


def log_failure(error: Exception, scope: "Scope") -> None:
    """Log what nobody foresaw by the error's type and where it came up."""
    frames = traceback.extract_tb(error.__traceback__)
    cause: dict[str, Any] = {}
    if error.__cause__ is not None:
        cause["cause"] = type(error.__cause__).__name__
    _logger.error(
        "failure",
        error=type(error).__name__,
        where=[f"{frame.name}:{frame.lineno}" for frame in frames[-6:]],
        route=str(scope.get("path_template") or UNMATCHED),
        request=scope.get("state", {}).get(_REQUEST_ID),
        **cause,
    )
