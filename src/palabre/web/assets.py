"""Files that browsers keep: scripts, styles, pictures; read once, answered from memory.

A page links to ``/static/<name>?v=<hash>``: the address changes with the content, so a browser may
keep it for a year. The same file without its hash, and ``/palabre.js`` which publishers link to by
that name for good, are asked for anew after a few minutes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.domain.errors import Code, Refusal

ELEMENT = "palabre.js"

# Litestar adds the charset to what begins with text/.
_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "map": "application/json",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "txt": "text/plain",
}
_LONG = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file with the type and the hash of its content."""

    content: bytes
    media_type: str
    version: str


def asset_url(name: str) -> str:
    """Return the address under which a page links to a static file."""
    found = _assets().get(name)
    return f"/static/{name}?v={found.version}" if found else f"/static/{name}"


@get("/static/{name:path}")
async def static_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer a static file."""
    return _answer(request, str(request.path_params["name"]).lstrip("/"))


@get("/palabre.js")
async def element(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer the script that publishers embed."""
    return _answer(request, ELEMENT)


def routes() -> list[HTTPRouteHandler]:
    """Return the handlers for static files."""
    return [static_file, element]


def not_modified(request: Request[Any, Any, Any], etag: str) -> bool:
    """Tell whether the client has this very answer already (RFC 9110, section 13.1.2)."""
    known = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
    return "*" in tags or etag.removeprefix("W/") in tags


def _answer(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    asset = _assets().get(name)
    if asset is None:
        raise Refusal(Code.NOT_FOUND)
    etag = f'"{asset.version}"'
    lasting = request.scope["query_string"] == f"v={asset.version}".encode()
    headers = {"ETag": etag, "Cache-Control": _LONG if lasting else _SHORT}
    if not_modified(request, etag):
        return Response(b"", status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


@cache
def _assets() -> Mapping[str, Asset]:
    return MappingProxyType(dict(_walk(resources.files("palabre.web") / "static", "")))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    if not folder.is_dir():
        return found
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif (kind := _TYPES.get(entry.name.rpartition(".")[2])) is not None:
            content = entry.read_bytes()
            version = hashlib.sha256(content).hexdigest()[:16]
            found.append((f"{prefix}{entry.name}", Asset(content, kind, version)))
    return found
