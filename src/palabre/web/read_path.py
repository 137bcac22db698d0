"""The read path: what everybody sees alike is answered from memory, before any other work.

The outermost wrapper of the application. A request for a public answer that is at hand costs a few
look-ups and two sends. What is not at hand is made by the application itself, once for all who wait
for it, and kept for as long as the store does not tell of a change; then one small read says
whether it still holds.

An answer that was begun before a request arrived may lack what was written in between, perhaps by
that very reader: whoever waits takes only what was found to hold after they came.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from litestar.enums import ScopeType

from palabre.domain.errors import Refusal
from palabre.domain.mode import Mode
from palabre.web import making
from palabre.web.freshness import Changes, Freshness
from palabre.web.house import House
from palabre.web.kept import NOTHING, Kept
from palabre.web.metrics import Metrics
from palabre.web.questions import Question, Questions
from palabre.web.security import registered_origins
from palabre.web.shelf import Shelf

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

_READS = frozenset({"GET", "HEAD"})
_PERSONAL = (b"authorization", b"palabre-voter", b"palabre-member")
_OURS = b"palabre_"
_TRIES = 3
_MAX_ENCODINGS = 200
# Seconds that an answer may be old in a flood, and after which a new one is begun meanwhile. What
# another process stored is known 0.3 s later, and both together are less than a second.
_GRACE, _RENEWED = 0.5, 0.2

Heard = Callable[[str, str, int, str], None]


class ReadPath:
    """The wrapper. ``log`` is told of each answer from memory: method, route, status, request id.

    Until ``open`` is entered, and where the house knows of no changes, it stands aside.
    """

    def __init__(self, house: House, metrics: Metrics, log: Heard | None = None) -> None:
        self._app: ASGIApp = _nobody
        self._house = house
        self._metrics = metrics
        self._log = log
        self._questions = Questions(house)
        self._freshness = Freshness()
        self._shelf: Shelf[Question, Kept] = Shelf(house.config.memory_bytes)
        self._making: dict[Question, asyncio.Task[Kept | making.Failed]] = {}
        self._changes: Changes | None = None
        self._origins: dict[bytes, str] = {}
        self._packing: dict[bytes, bool] = {}
        self._prefix = secrets.token_hex(6).encode()
        self._numbers = count()

    def around(self, app: "ASGIApp") -> "ReadPath":
        """Stand before this application, and return the whole."""
        self._app = app
        return self

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer from memory while the block runs."""
        changes = self._house.changes
        if changes is None or not self._house.config.memory_bytes:
            yield
            return
        with self._freshness.watching(changes):
            self._origins = {o.encode(): o for o in registered_origins(self._house)}
            self._changes = changes
            try:
                yield
            finally:
                self._changes = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if (
            scope["type"] == ScopeType.HTTP
            and scope["method"] in _READS
            and self._changes is not None
        ):
            asked = self._questions.asked(scope["path"], scope["query_string"])
            if asked is not None:
                headers = _by_name(scope["headers"])
                if not (asked.is_page and _is_personal(headers)):
                    await self._answer(asked, headers, scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _answer(
        self,
        asked: Question,
        headers: dict[bytes, bytes],
        scope: "HTTPScope",
        receive: "Receive",
        send: "Send",
    ) -> None:
        kept = self._shelf.get(asked)
        if kept is None or not (self._holds(kept) or self._does_in_a_flood(asked, kept, scope)):
            arrived = self._freshness.now
            found = await self._found(asked, kept, arrived, scope)
            if isinstance(found, making.Failed) and found.is_ours:
                await found.send(send, head=scope["method"] == "HEAD")
                self._metrics.read(scope["method"], asked.route, found.status)
                return
            kept = found if isinstance(found, Kept) else None
        if kept is None or kept.body is None:
            await self._app(scope, receive, send)
            return
        encoding = headers.get(b"accept-encoding")
        status, given, body = kept.answer(
            packed=encoding is not None and self._packs(encoding),
            known=headers.get(b"if-none-match"),
            origin=self._origins.get(headers.get(b"origin", b"")),
        )
        number = b"%b%08x" % (self._prefix, next(self._numbers) & 0xFFFFFFFF)
        started = [*given, (b"x-request-id", number)]
        await send({"type": "http.response.start", "status": status, "headers": started})
        method = scope["method"]
        await send(NOTHING if method == "HEAD" else body)
        self._metrics.read(method, asked.route, status)
        if self._log is not None:
            self._log(method, asked.route, status, number.decode())

    def _holds(self, kept: Kept) -> bool:
        basis = kept.basis
        return (
            kept.checked >= self._freshness.since(basis.thread_id)
            and self._house.clock() < basis.until
        )

    async def _found(
        self, asked: Question, kept: Kept | None, arrived: int, scope: "HTTPScope"
    ) -> Kept | making.Failed | None:
        """Return an answer that holds for a request that came at the moment ``arrived``.

        None: there is none that fits everybody, or changes came too fast to wait for.
        """
        for _ in range(_TRIES):
            task = self._being_made(asked, kept, scope)
            # One who goes away must not take the answer from the others.
            made = await asyncio.shield(task)
            if isinstance(made, making.Failed):
                return made
            latest = self._freshness.since(made.basis.thread_id)
            if made.checked >= min(latest, arrived):
                return made
            kept = made
        return None

    def _being_made(
        self, asked: Question, kept: Kept | None, scope: "HTTPScope"
    ) -> "asyncio.Task[Kept | making.Failed]":
        task = self._making.get(asked)
        if task is None:
            task = asyncio.create_task(self._make(asked, kept, dict(scope)))
            self._making[asked] = task
            task.add_done_callback(lambda _: self._making.pop(asked, None))
        return task

    def _does_in_a_flood(self, asked: Question, kept: Kept, scope: "HTTPScope") -> bool:
        """Tell whether an answer that may have changed will do, because writers flood the house.

        Each post of a flood makes the pages of its thread old, and readers would wait for one new
        page after the other, each made beside the flood. A page shows each comment within a second
        all the same.
        """
        if not self._house.writers.are_flooded or self._house.clock() >= kept.basis.until:
            return False
        age = time.monotonic() - kept.held_at
        if _RENEWED < age < _GRACE:
            self._being_made(asked, kept, scope)
        return age < _GRACE

    async def _make(
        self, asked: Question, kept: Kept | None, scope: dict[str, Any]
    ) -> Kept | making.Failed:
        """Find that a kept answer still holds, or have a new one made and keep it."""
        moment, now = self._freshness.now, time.monotonic()
        if kept is not None and await self._still_holds(kept):
            kept.checked, kept.held_at = moment, now
            self._metrics.checked()
            return kept
        made = await making.make(self._app, asked, cast("HTTPScope", scope), moment)
        self._metrics.made()
        if isinstance(made, Kept):
            made.held_at = now
            self._shelf.put(asked, made)
            self._metrics.remembered(self._shelf.size, len(self._shelf))
        else:
            self._shelf.drop(asked)
        return made

    async def _still_holds(self, kept: Kept) -> bool:
        basis, changes = kept.basis, self._changes
        if basis.address is None or changes is None or self._house.clock() >= basis.until:
            return False
        if self._freshness.surely_since(basis.thread_id, kept.checked):
            return False  # no need to ask
        try:
            seen, modes = await asyncio.to_thread(self._seen, changes, basis.address)
        except Refusal:
            return False  # the store's trouble is told by whoever reads the page from it
        return seen == basis.seen and modes == basis.modes

    def _seen(
        self, changes: Changes, address: tuple[str, str]
    ) -> tuple[tuple[str, int] | None, tuple[Mode, ...]]:
        known = self._house.modes
        return changes.version(*address), known.all() if known else ()

    def _packs(self, encoding: bytes) -> bool:
        try:
            return self._packing[encoding]
        except KeyError:
            if len(self._packing) >= _MAX_ENCODINGS:
                self._packing.clear()
            return self._packing.setdefault(encoding, making.takes_gzip(encoding))


async def _nobody(scope: "Scope", receive: "Receive", send: "Send") -> None:
    raise NotImplementedError("around() says for whom")


def _by_name(given: "Iterable[tuple[bytes, bytes]]") -> dict[bytes, bytes]:
    """Return headers by name; those that came in parts, as HTTP allows, are joined."""
    pairs = list(given)
    headers = dict(pairs)
    if len(headers) != len(pairs):
        headers = {}
        for name, value in pairs:
            headers[name] = headers[name] + b"," + value if name in headers else value
    return headers


def _is_personal(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a page for this request may differ from everybody's."""
    return any(name in headers for name in _PERSONAL) or _OURS in headers.get(b"cookie", b"")
