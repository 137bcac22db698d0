"""Webhooks: the publisher's own systems are told what happened to comments, in order, signed.

What is told are lines of the ledger, in the order of the chain, so none can be lost between a
commit and a queue; how far a system has been told is kept, and replay is to put that back. Each
call is signed as Standard Webhooks has it (https://www.standardwebhooks.com): HMAC-SHA-256 over
identifier, time and body. It holds identifiers, never words: whoever needs them asks the API.
"""

import base64
import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog

from palabre.application.ledger_ports import Place
from palabre.application.ports import Clock, Store
from palabre.domain.ledger import Line, LineKind

_log = structlog.get_logger("palabre.webhooks")
_AT_ONCE = 50
_TIMEOUT = 10.0  # seconds
_RETRY, _LONGEST = timedelta(seconds=10), timedelta(hours=1)
_LEASE = timedelta(minutes=2)
_TAKEN = range(200, 300)
_NAMES: Mapping[tuple[str, str | None], str] = {
    ("publish", None): "comment.published",
    ("publish", "hold"): "comment.published",
    ("publish", "refuse"): "comment.published",
    ("hold", None): "comment.held",
    ("hold", "publish"): "comment.removed",
    ("hold", "refuse"): "comment.held",
    ("refuse", None): "comment.refused",
    ("refuse", "hold"): "comment.refused",
    ("refuse", "publish"): "comment.removed",
}
Send = Callable[[str, bytes, Mapping[str, str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One system: its name among the settings, its address, the secret that signs what it gets.

    ``events`` empty: all of them; ``sites`` empty: all of them.
    """

    name: str
    url: str
    secret: bytes
    events: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()

    def wants(self, event: str, site_id: str) -> bool:
        """Tell whether it is to be told."""
        return (not self.events or event in self.events) and (
            not self.sites or site_id in self.sites
        )


def event_of(line: Line) -> str | None:
    """Return what a line says to a publisher's system; None: nothing."""
    if line.kind is LineKind.REPORT:
        return "comment.reported"
    if line.kind is not LineKind.DECISION:
        return None
    before = line.content.get("before")
    return _NAMES.get((str(line.content["verdict"]), str(before) if before else None))


def body_of(line: Line, event: str) -> bytes:
    """Return the JSON of a call: identifiers and the verdict, no word of anybody's."""
    content: dict[str, Any] = {
        "type": event,
        "timestamp": line.at.isoformat(),
        "data": {"comment": line.comment_id, "site": line.site_id, "number": line.number},
    }
    if line.kind is LineKind.DECISION:
        content["data"] |= {"rules": line.content["rules"], "by": line.content["actor"]}
    else:
        content["data"] |= {"category": line.content["category"]}
    return json.dumps(content, separators=(",", ":")).encode()


def signature(secret: bytes, identifier: str, moment: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``."""
    signed = f"{identifier}.{moment}.".encode() + body
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Tells all systems what is new; any number of workers may call it."""

    store: Store
    clock: Clock
    hooks: tuple[Hook, ...]
    send: Send

    def __call__(self) -> int:
        """Send what is due, and return how many calls were taken."""
        return sum(self._tell(hook) for hook in self.hooks)

    def replay(self, name: str, number: int) -> None:
        """Have a system told again from a line of the ledger on."""
        with self.store.writing() as unit:
            unit.ledger.keep_place(Place(name=name, number=number - 1, due_at=self.clock()))

    def _tell(self, hook: Hook) -> int:
        taken = self._take(hook)
        if taken is None:
            return 0
        place, lines = taken
        sent, status = 0, "200"
        for line in lines:
            event = event_of(line)
            if event is not None and hook.wants(event, line.site_id):
                status = self._call(hook, line, event)
                if status != "200":
                    break
                sent += 1
            place = replace(place, number=line.number, attempts=0)
        now = self.clock()
        if status != "200":
            wait = min(_RETRY * 2 ** min(place.attempts, 12), _LONGEST)
            place = replace(place, attempts=place.attempts + 1, due_at=now + wait, status=status)
            _log.warning("webhook", name=hook.name, status=status, seconds=wait.total_seconds())
        else:
            place = replace(place, due_at=now, status=None)
        with self.store.writing() as unit:
            unit.ledger.keep_place(place)
        return sent

    def _take(self, hook: Hook) -> tuple[Place, Sequence[Line]] | None:
        """Return what a system is to be told, for this worker alone for a while."""
        now = self.clock()
        with self.store.reading() as unit:
            known = unit.ledger.place(hook.name)
            head = unit.ledger.head().length
            if known is not None and (known.due_at > now or known.number >= head):
                return None
        with self.store.writing() as unit:
            place = unit.ledger.place(hook.name)
            if place is None:
                # A system that is new is told of what comes, not of years that are past.
                place = Place(name=hook.name, number=unit.ledger.head().length, due_at=now)
                unit.ledger.keep_place(place)
                return None
            if place.due_at > now:
                return None
            lines = unit.ledger.chain(after=place.number, limit=_AT_ONCE)
            unit.ledger.keep_place(replace(place, due_at=now + _LEASE))
        return place, lines

    def _call(self, hook: Hook, line: Line, event: str) -> str:
        body, moment = body_of(line, event), int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Palabre",
            "webhook-id": line.id,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(hook.secret, line.id, moment, body),
        }
        try:
            status = self.send(hook.url, body, headers)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__[:40]
        return "200" if status in _TAKEN else str(status)


def send(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post a body and return the status; redirections are not followed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(
            host, parts.port, timeout=_TIMEOUT, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT)
    )
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
