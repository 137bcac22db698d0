"""Live: which version a thread has, by server-sent events (WHATWG HTML, section 9.2).

A stream says no more than that the thread moved; what there is to see is the same page for
everybody, from memory. So an event can be lost, doubled or late without harm, and a reader who was
away is told the present version and nothing else. The id of an event is that version, which is what
``Last-Event-ID`` brings back after a break, to whichever process answers then.

Per process there is one listener to the store and one look per thread that moved, however many
follow it; each stream holds at most one event that is not yet sent. A reader who takes none for
``SLOW`` seconds is let go, and so is everybody after a while, so that no process keeps them all.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.domain.address import ArticleAddress, canonical
from palabre.domain.errors import Code, Refusal
from palabre.web.house import House
from palabre.web.intake import Query
from palabre.web.security import HEAD_ASKED
from palabre.web.visitors import source_of

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

PATH = "/api/v1/events"
# Seconds: between signs of life (proxies close what is silent for a minute), until a reader counts
# as gone, between two looks at the store, and the shortest and longest life of a stream.
BEAT, SLOW, PAUSE = 20.0, 30.0, 0.25
LIFE = (900, 1800)
_RETRY = (2000, 6000)  # milliseconds that a browser waits: not all at once after a restart
_EACH = 4  # one source may hold this part of all streams
_FEW = 20  # but always so many: an office stands behind one address
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx
)


class Topic:
    """An article that somebody follows, and those who do."""

    def __init__(self, address: ArticleAddress) -> None:
        self.address = address
        self.thread_id: str | None = None
        self.followers: set[Stream] = set()


class Moved(msgspec.Struct, kw_only=True):
    """What an event says."""

    version: int
    count: int


class Streams:
    """All streams of this process. For the event loop only, but for ``changed``."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._topics: dict[ArticleAddress, Topic] = {}
        self._sources: dict[str, int] = {}
        self._number = 0
        self._moved: set[str | None] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_over = asyncio.Event()

    def __len__(self) -> int:
        return self._number

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Follow the store while the block runs; afterwards every stream ends."""
        changes = self._house.changes
        if changes is None or not self._house.config.live_streams:
            yield
            return
        self._loop = asyncio.get_running_loop()
        end = changes.watch(self.changed)
        pump = asyncio.create_task(self._pump())
        try:
            yield
        finally:
            end()
            self._loop = None
            self.is_over.set()
            pump.cancel()

    def changed(self, thread_id: str | None) -> None:
        """Note that a thread (None: any) moved; called from any thread."""
        loop = self._loop
        if loop is not None and self._number:
            loop.call_soon_threadsafe(self._note, thread_id)

    def enter(self, address: ArticleAddress, source: str) -> "Stream":
        """Return a new stream, or refuse it while there are too many."""
        most = self._house.config.live_streams
        each = max(_FEW, most // _EACH)
        mine = self._sources.get(source, 0)
        if self._loop is None or self._number >= most or mine >= each:
            raise Refusal(Code.STORE_BUSY)
        topic = self._topics.setdefault(address, Topic(address))
        stream = Stream(topic, lambda: self._leave(stream, source))
        topic.followers.add(stream)
        self._sources[source] = mine + 1
        self._number += 1
        return stream

    async def look(self, topics: list[Topic]) -> None:
        """Read how threads stand, in one look, and tell those who follow them."""
        found = await asyncio.to_thread(self._house.read.threads, [t.address for t in topics])
        for topic, thread in zip(topics, found, strict=True):
            topic.thread_id = thread.id if thread else None
            told = Moved(
                version=thread.version if thread else 0,
                count=thread.public_count if thread else 0,
            )
            for stream in topic.followers:
                stream.tell(told)

    def _note(self, thread_id: str | None) -> None:
        self._moved.add(thread_id)
        self._wake.set()

    def _leave(self, stream: "Stream", source: str) -> None:
        topic = stream.topic
        topic.followers.discard(stream)
        if not topic.followers and self._topics.get(topic.address) is topic:
            del self._topics[topic.address]
        self._number -= 1
        self._sources[source] -= 1
        if not self._sources[source]:
            del self._sources[source]

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            moved, self._moved = self._moved, set()
            # Nobody can know the id of a thread that is yet to be: any change may be its first.
            topics = [
                topic
                for topic in self._topics.values()
                if None in moved or topic.thread_id is None or topic.thread_id in moved
            ]
            if topics:
                try:
                    await self.look(topics)
                except Refusal:
                    self._moved |= moved  # the store cannot answer now: look again
                    self._wake.set()
            # What moves meanwhile is told together: a flood of posts is four events a second.
            await asyncio.sleep(PAUSE)


class Stream:
    """One reader's stream: at most one event waits in it."""

    def __init__(self, topic: Topic, leave: Callable[[], None]) -> None:
        self.topic = topic
        self.leave = leave
        self.sent: int | None = None
        self._next: Moved | None = None
        self._latest = 0
        self._wake = asyncio.Event()

    def tell(self, moved: Moved) -> None:
        """Put an event in the place of the one that waits."""
        if moved.version < self._latest:
            return  # read before, told after
        self._latest = moved.version
        if moved.version != self.sent:
            self._next = moved
            self._wake.set()

    async def next(self, patience: float) -> bytes:
        """Return the next event as it goes over the wire, or a sign of life."""
        try:
            await asyncio.wait_for(self._wake.wait(), patience)
        except TimeoutError:
            return b": \n\n"
        self._wake.clear()
        moved, self._next = self._next, None
        if moved is None or moved.version == self.sent:
            return b": \n\n"
        self.sent = moved.version
        return b"id: %d\ndata: %b\n\n" % (moved.version, msgspec.json.encode(moved))


def routes(house: House, streams: Streams) -> list[HTTPRouteHandler]:
    """Return the handler of the streams."""

    @get(PATH)
    async def events(request: Request[Any, Any, Any]) -> Response[Any]:
        url = Query(request.scope["query_string"]).required("url")
        await asyncio.to_thread(house.read.site_of, url)
        if request.scope["state"].get(HEAD_ASKED):
            return Response(b"", media_type="text/event-stream")
        stream = streams.enter(canonical(url), source_of(request, house) or "")
        last = request.headers.get("last-event-id", "")
        stream.sent = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else None  # noqa: PLR2004 -- of 64 bits
        return _Following(stream, streams)

    return [events]


class _Following(Response[Any]):
    """The answer that goes on."""

    def __init__(self, stream: Stream, streams: Streams) -> None:
        super().__init__(None, media_type="text/event-stream")
        self._stream = stream
        self._streams = streams

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401 -- Litestar's own shape
        return self._answer

    async def _answer(self, _: "Scope", receive: "Receive", send: "Send") -> None:
        tasks = [
            asyncio.create_task(self._write(send)),
            asyncio.create_task(_gone(receive)),
            asyncio.create_task(self._streams.is_over.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=_between(*LIFE))
        finally:
            self._stream.leave()
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
        if not isinstance(done[0], Exception) and not tasks[1].done():
            await _sent(send, {"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, send: "Send") -> None:
        start = {"type": "http.response.start", "status": 200, "headers": list(_HEADERS)}
        await _sent(send, start)
        await _sent(send, _piece(b"retry: %d\n\n" % _between(*_RETRY)))
        await self._streams.look([self._stream.topic])
        while True:
            await _sent(send, _piece(await self._stream.next(BEAT)))


def _between(least: int, most: int) -> int:
    return least + secrets.randbelow(most - least)


async def _gone(receive: "Receive") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent(send: "Send", message: Any) -> None:  # noqa: ANN401 -- an ASGI message
    await asyncio.wait_for(send(message), SLOW)


def _piece(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}
