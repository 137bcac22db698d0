"""What every answer carries, and what no request gets past: headers, origins, forged calls.

This is the rim around the whole application, errors and unknown paths included: a header that a
single handler could forget is a header that some page does not have.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler

from palabre.domain.errors import Code, Refusal
from palabre.web.forms import is_own_origin
from palabre.web.house import House

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

Connection = ASGIConnection[Any, Any, Any, Any]

CSP = "content-security-policy"

_SOURCES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    # Forms need their Origin: "no-referrer" would make browsers send "null".
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        (
            b"accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
            b"gyroscope=(), microphone=(), payment=(), usb=()"
        ),
    ),
)
_FRAMES = (b"x-frame-options", b"DENY")
_CSP = CSP.encode()
_UNFRAMED = f"{_SOURCES}; frame-ancestors 'none'".encode()  # ``policy()``

# Names of software are an invitation; nobody needs them.
_NEVER = (b"server", b"x-powered-by")

_SHARED = ("/api/v1/", "/thread", "/palabre.js", "/static/")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CORS_METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE"
_CORS_HEADERS = "Content-Type, Authorization, Palabre-Voter, Palabre-Member, Idempotency-Key"
_CORS_EXPOSED = "ETag, Location, Retry-After, X-Request-Id"
_CORS_MAX_AGE = "600"
_UNCHANGED = 304
# Noted on a request for the headers alone: an answer without an end must not begin.
HEAD_ASKED = "palabre_head"


def policy(frame_ancestors: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a page that these origins may frame."""
    ancestors = " ".join(origin for origin in frame_ancestors if _is_origin(origin))
    return f"{_SOURCES}; frame-ancestors " + (ancestors or "'none'")


def framed_by(response: Response[Any], origins: Iterable[str]) -> None:
    """Let pages of these origins, and this server's own, show the response in a frame."""
    response.headers[CSP] = policy(("'self'", *origins))


class SecurityRim:
    """The ASGI wrapper that does it.

    CORS lets registered origins call the public API without credentials: tokens travel in headers,
    so that a cookie on this host never acts for another site.
    """

    def __init__(self, app: "ASGIApp", house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        path = scope["path"]
        shared = path.startswith(_SHARED)
        origin = request.headers.get("origin")
        believed = shared and origin is not None and is_registered(origin, self._house)

        async def dressed(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders(message)
                _dress(headers)
                if message["status"] == _UNCHANGED:
                    _disembody(headers)
                if shared:
                    _share(headers, origin if believed else None)
            await send(message)

        if scope["method"] == "OPTIONS" and shared and _is_preflight(request):
            await _answer_preflight(dressed)
            return
        if scope["method"] == "HEAD":
            await self._app(_as_get(scope), receive, _without_body(dressed))
            return
        await self._app(scope, receive, dressed)


def is_registered(origin: str, house: House) -> bool:
    """Tell whether an origin belongs to a registered site."""
    return any(origin in site.origins for site in house.sites())


def registered_origins(house: House) -> frozenset[str]:
    """Return all origins whose pages may call the public API."""
    return frozenset(origin for site in house.sites() for origin in site.origins)


def shared_with(origin: str | None) -> list[tuple[bytes, bytes]]:
    """Return the headers that let a page of a registered origin read an answer."""
    if origin is None:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", _CORS_EXPOSED.encode()),
    ]


def foreign_callers_stay_out(
    house: House,
) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """Return the guard that refuses state-changing API calls from pages of unknown origins.

    Programs send no Origin and are judged by their token; a browser always sends it.
    """

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        origin = connection.headers.get("origin")
        changes = connection.scope.get("method") not in _SAFE_METHODS
        if origin is None or not changes or not connection.scope["path"].startswith("/api/"):
            return
        if not is_registered(origin, house) and not is_own_origin(origin, connection, house):
            raise Refusal(Code.FORGED_REQUEST)

    return guard


def _dress(headers: MutableScopeHeaders) -> None:
    # Bytes, looked through once: Litestar's setdefault decodes all that is there for each name.
    carried = {name.lower(): value for name, value in headers.headers}
    for name in _NEVER:
        if name in carried:
            del headers[name.decode()]
    headers.headers.extend(pair for pair in _ALWAYS if pair[0] not in carried)
    told = carried.get(_CSP)
    if told is None:
        headers.headers.append((_CSP, _UNFRAMED))
    if (told or _UNFRAMED).endswith(b"frame-ancestors 'none'") and _FRAMES[0] not in carried:
        headers.headers.append(_FRAMES)


def _disembody(headers: MutableScopeHeaders) -> None:
    # A 304 has no content to be long or of a type; what it said would replace what a cache keeps.
    for name in ("content-length", "content-type"):
        if name in headers:
            del headers[name]


def _share(headers: MutableScopeHeaders, origin: str | None) -> None:
    headers.extend_header_value("vary", "Origin")
    headers["cross-origin-resource-policy"] = "cross-origin"
    headers.headers.extend(shared_with(origin))


def _is_preflight(request: Request[Any, Any, Any]) -> bool:
    return "access-control-request-method" in request.headers


async def _answer_preflight(send: "Send") -> None:
    allowed = [
        (b"access-control-allow-methods", _CORS_METHODS.encode()),
        (b"access-control-allow-headers", _CORS_HEADERS.encode()),
        (b"access-control-max-age", _CORS_MAX_AGE.encode()),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": allowed})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _as_get(scope: "HTTPScope") -> "HTTPScope":
    scope["method"] = "GET"
    scope["state"][HEAD_ASKED] = True
    return scope


def _without_body(send: "Send") -> "Send":
    """Answer HEAD as GET with its body left out: same headers, Content-Length included."""

    async def headless(message: "Message") -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return headless


def _is_origin(text: str) -> bool:
    if text == "'self'":
        return True
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    unfit = any(c in text for c in " ;,'\"")
    return not unfit and parts.scheme in {"http", "https"} and bool(parts.netloc)
