"""Answers of the public API: encoded once, and cacheable exactly as far as they are public."""

import hashlib
from typing import Any

import msgspec
from litestar import Request, Response

from palabre.web.assets import not_modified

PUBLIC = "public, max-age=0, must-revalidate"
PRIVATE = "private, no-store"

_JSON = "application/json"


def public(
    request: Request[Any, Any, Any], content: msgspec.Struct, *, vary: str = ""
) -> Response[bytes]:
    """Answer what everybody sees alike: a cache may keep it and ask whether it still holds.

    The tag is a hash of the very bytes, so that nothing that changes them can be forgotten in it.
    """
    body = msgspec.json.encode(content)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": PUBLIC}
    if vary:
        headers["Vary"] = vary
    if not_modified(request, etag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=_JSON, headers=headers)


def private(
    content: msgspec.Struct, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """Answer what concerns one reader: no cache may keep it."""
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type=_JSON,
        headers={"Cache-Control": PRIVATE, **(headers or {})},
    )


def nothing() -> Response[bytes]:
    """Answer that it is done and there is nothing to say."""
    return Response(b"", status_code=204, headers={"Cache-Control": PRIVATE})
