"""An answer that everybody gets alike, as bytes that only need to be sent.

Made once by the application itself, with every header it gave; plain and compressed lie side by
side, and the few ways in which it is sent (compressed or not, to a page of which site, "you have it
already") are put together once each.
"""

import gzip
import time
from typing import TYPE_CHECKING

from palabre.web.basis import Basis
from palabre.web.security import shared_with

if TYPE_CHECKING:
    from litestar.types import Message

_OVERHEAD = 4_000  # bytes of headers and Python objects around one answer, roughly
_SMALL = 500  # bytes below which compression saves no packet
_LEVEL = 6
_ABOUT_THE_BODY = frozenset({b"content-length", b"content-type", b"content-encoding"})
_PER_REQUEST = frozenset({b"x-request-id"})

Headers = list[tuple[bytes, bytes]]
NOTHING: "Message" = {"type": "http.response.body", "body": b"", "more_body": False}


class Kept:
    """One answer. ``checked`` is the moment (see freshness) at which it was known to hold.

    ``held_at`` is the time on the monotonic clock, in seconds, at which that was.

    Without ``body`` it only tells that this question has no answer that fits everybody.
    """

    __slots__ = (
        "_headers",
        "_packed",
        "_packed_length",
        "_plain",
        "_sent",
        "basis",
        "body",
        "checked",
        "etag",
        "held_at",
        "size",
    )

    def __init__(self, basis: Basis, checked: int, headers: Headers, body: bytes | None) -> None:
        self.basis = basis
        self.checked = checked
        self.held_at = time.monotonic()
        self.body = body
        self._headers = [pair for pair in headers if pair[0] not in _PER_REQUEST]
        self.etag = _opaque(dict(headers).get(b"etag", b""))
        plain = body or b""
        packed = gzip.compress(plain, _LEVEL, mtime=0) if len(plain) > _SMALL else None
        self._plain = _message(plain)
        self._packed = _message(packed) if packed is not None else None
        self._packed_length = str(len(packed or b"")).encode()
        self._sent: dict[tuple[bool, bool, str | None], Headers] = {}
        self.size = _OVERHEAD + len(plain) + len(packed or b"")

    def answer(
        self, *, packed: bool, known: bytes | None, origin: str | None
    ) -> "tuple[int, Headers, Message]":
        """Return status, headers and body for one request; none of them may be changed."""
        unchanged = known is not None and self._is_among(known)
        body = self._packed if packed else None
        packed = body is not None
        key = (packed, unchanged, origin)
        headers = self._sent.get(key)
        if headers is None:
            headers = self._made(packed=packed, unchanged=unchanged) + shared_with(origin)
            self._sent[key] = headers
        if unchanged:
            return 304, headers, NOTHING
        return 200, headers, body or self._plain

    def _is_among(self, known: bytes) -> bool:
        tags = [_opaque(tag.strip()) for tag in known.split(b",")]
        return self.etag in tags or b"*" in tags

    def _made(self, *, packed: bool, unchanged: bool) -> Headers:
        made: Headers = []
        for name, value in self._headers:
            if unchanged and name in _ABOUT_THE_BODY:
                continue
            # Other bytes cannot have the same strong tag (RFC 9110, section 8.8.3.3).
            if name == b"etag" and packed:
                made.append((name, b"W/" + self.etag))
            elif name == b"content-length" and packed:
                made.append((name, self._packed_length))
                made.append((b"content-encoding", b"gzip"))
            else:
                made.append((name, value))
        return made


def _message(body: bytes) -> "Message":
    return {"type": "http.response.body", "body": body, "more_body": False}


def _opaque(tag: bytes) -> bytes:
    return tag.removeprefix(b"W/")
