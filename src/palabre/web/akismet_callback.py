"""A later verdict: what was read in parts is read whole afterwards, and its page told of it.

Only an address on an origin of the key's own site is ever called (``callback`` comes from whoever
has a key), no redirect is followed, and a call that fails is not repeated: WordPress asks again by
itself. What waits here waits in memory and is lost with the process.
"""

import http.client
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

import msgspec

from palabre.application.check_comment import Answer, CheckComment, Submission
from palabre.domain.client import ApiKey
from palabre.domain.site import Site

_TIMEOUT: Final = 5.0
_WAITING: Final = 32
_PORTS: Final = {"http": 80, "https": 443}
Send = Callable[[str, bytes], None]


def allowed(callback: str, site: Site | None) -> bool:
    """Tell whether an address lies on one of the site's origins, exactly."""
    if site is None or any(c <= " " or c in '\\"' for c in callback):
        return False
    try:
        parts = urlsplit(callback)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return False
    shown = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{parts.hostname}{shown}" in site.origins


def post(url: str, body: bytes) -> None:
    """Send JSON to an address; raise ``OSError`` or ``HTTPException`` when that fails."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json", "X-Akismet-Webhook": "1"}
        line.request("POST", path, body=body, headers=headers)
        line.getresponse().read(1024)
    finally:
        line.close()


class LaterVerdicts:
    """Reads whole what was read in parts, one comment after the other."""

    def __init__(self, check: CheckComment, *, send: Send = post) -> None:
        self._check = check
        self._send = send
        self._pool: ThreadPoolExecutor | None = None
        self._free = threading.Semaphore(_WAITING)
        self._lock = threading.Lock()

    def after(
        self, answer: Answer, asked: Submission, key: ApiKey, shown: str, guid: str, callback: str
    ) -> None:
        """Look again where the answer may change; when too many wait, the first answer stands."""
        if not answer.in_part or not allowed(callback, self._check.site(key.site_id)):
            return
        if not self._free.acquire(blocking=False):
            return
        with self._lock:
            self._pool = self._pool or ThreadPoolExecutor(1, "palabre-later")
            self._pool.submit(self._look, answer, asked, key, shown, guid, callback)

    def close(self) -> None:
        """Finish what is under way, and forget the rest."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _look(
        self, answer: Answer, asked: Submission, key: ApiKey, shown: str, guid: str, callback: str
    ) -> None:
        try:
            second = self._check.again(key, asked)
            if second.spam == answer.spam:
                return
            result = "true" if second.spam else "false"
            comments = [{"guid": guid, "result": result}]
            told = {"key": shown, "endpoint": "comment-check", "comments": comments}
            self._send(callback, msgspec.json.encode(told))
        except (OSError, http.client.HTTPException):
            return
        finally:
            self._free.release()
