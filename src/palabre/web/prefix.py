"""Palabre under a path of somebody else's host: https://example.org/palabre.

The proxy takes the prefix off before it asks, so that nothing here knows of it; on the way out it
is put before whatever leads back: links, forms and scripts of pages, redirects, and the paths of
cookies, which must not be sent to the rest of that host. It happens where an answer is made, once,
and not where it is answered from memory.

Only what Palabre itself wrote begins with a slash inside of a tag: in comments, relative addresses
are no links (``rendering/markdown.py``), and no reader's ``<`` is left as it is.
"""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar.enums import ScopeType

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Receive, Scope, Send

_LINK = re.compile(rb'(<[a-z][^<>]*?[ \n](?:href|src|action)=")(?=/(?!/))')
_PATH = re.compile(rb"(;\s*path=)/([^;]*)", re.IGNORECASE)


def prefix_of(base_url: str) -> str:
    """Return the path under which readers reach this server; empty at the root of its host."""
    return urlsplit(base_url).path.rstrip("/")


def under(prefix: str, app: "ASGIApp") -> "ASGIApp":
    """Return an application whose answers lead back under ``prefix``."""
    if not prefix:
        return app
    begin = prefix.encode("ascii")

    async def prefixed(scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == ScopeType.HTTP:
            await _answer(app, scope, receive, send, begin)
        else:
            await app(scope, receive, send)

    return prefixed


async def _answer(
    app: "ASGIApp", scope: "Scope", receive: "Receive", send: "Send", begin: bytes
) -> None:
    start: Any = None
    parts: list[bytes] = []

    async def changed(message: Any) -> None:  # noqa: ANN401 -- an ASGI message
        nonlocal start
        if message["type"] == "http.response.start":
            message["headers"] = [_header(name, value, begin) for name, value in message["headers"]]
            if not _is_page(message["headers"]):
                await send(message)
                return
            start = message
        elif start is None or message["type"] != "http.response.body":
            await send(message)
        else:
            # The length stands in the first message: a page is sent when all of it is there.
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                body = _LINK.sub(rb"\g<1>" + begin, b"".join(parts))
                length = str(len(body)).encode("ascii")
                start["headers"] = [
                    (name, length if name.lower() == b"content-length" and body else value)
                    for name, value in start["headers"]
                ]
                await send(start)
                await send({"type": "http.response.body", "body": body, "more_body": False})

    await app(scope, receive, changed)


def _header(name: bytes, value: bytes, begin: bytes) -> tuple[bytes, bytes]:
    lower = name.lower()
    if lower == b"location" and value.startswith(b"/") and not value.startswith(b"//"):
        return name, begin + value
    if lower == b"set-cookie":
        return name, _PATH.sub(lambda found: found[1] + _joined(begin, found[2]), value)
    return name, value


def _joined(begin: bytes, path: bytes) -> bytes:
    return begin + b"/" + path if path else begin


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )
