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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from palabre.application.ledger_ports import Place
from palabre.application.ports import Clock, Store
from palabre.domain.ledger import Line, LineKind
from palabre.notify.in_order import TAKEN, call, tell_in_order

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
        return sum(
            tell_in_order(self.store, self.clock, hook.name, partial(self._deliver, hook))
            for hook in self.hooks
        )

    def replay(self, name: str, number: int) -> None:
        """Have a system told again from a line of the ledger on."""
        with self.store.writing() as unit:
            unit.ledger.keep_place(Place(name=name, number=number - 1, due_at=self.clock()))

    def _deliver(self, hook: Hook, line: Line) -> str | None:
        event = event_of(line)
        if event is None or not hook.wants(event, line.site_id):
            return None
        return self._call(hook, line, event)

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
        return TAKEN if status in _TAKEN else str(status)


def send(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post a body and return the status; redirections are not followed."""
    return call("POST", url, body, headers)
