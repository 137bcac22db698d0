"""How a provider of sign-on is asked: over TLS, briefly, and without following it elsewhere."""

import http.client
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from palabre.domain.errors import Code, Refusal

_TIMEOUT: Final = 5.0  # seconds for each step: a reader waits
_LONGEST: Final = 512 * 1024  # bytes
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

# (address, form or None for GET, headers) → status and JSON object; refuses with
# ``sign_on_unavailable`` when nothing usable comes.
Fetch = Callable[[str, Mapping[str, str] | None, Mapping[str, str]], tuple[int, Mapping[str, Any]]]


def is_safe(url: str) -> bool:
    """Tell whether an address may be asked: https, or a server on this very machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if any(character <= " " for character in url) or "@" in parts.netloc or port == 0:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def fetch_json(
    url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, Any]]:
    """Ask once; a redirect is an answer like another, and is not followed."""
    if not is_safe(url):
        raise Refusal(Code.SIGN_ON_UNAVAILABLE)
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept": "application/json", "User-Agent": "palabre", **headers}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        body = urlencode(form) if form is not None else None
        line.request("GET" if form is None else "POST", target, body=body, headers=sent)
        answer = line.getresponse()
        said = answer.read(_LONGEST + 1)
        status = answer.status
    except (OSError, http.client.HTTPException, UnicodeError):
        raise Refusal(Code.SIGN_ON_UNAVAILABLE) from None
    finally:
        line.close()
    if len(said) > _LONGEST:
        raise Refusal(Code.SIGN_ON_UNAVAILABLE)
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        # An error page in HTML still says its status.
        if status == 200:  # noqa: PLR2004
            raise Refusal(Code.SIGN_ON_UNAVAILABLE)
        found = {}
    return status, found
