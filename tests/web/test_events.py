"""Live streams: what they say, how many there are, and that none is forgotten."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from builders import ORIGIN
from palabre.application.post_comment import NewComment
from palabre.domain.person import ANYBODY
from palabre.web import events
from palabre.web.app import create_app
from palabre.web.house import House

URL = "https://journal.example/politique/budget"
PATH = events.PATH
Build = Callable[..., House]


class Reader:
    """A client of the application itself: what it is sent, as it comes."""

    def __init__(self, app: Any, *, url: str = URL, method: str = "GET", **headers: str) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.takes = asyncio.Event()
        self.takes.set()
        self._gone = asyncio.Event()
        self._asked = False
        query = httpx.QueryParams({"url": url})
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": str(query).encode(),
            "root_path": "",
            "headers": [(b"host", b"comments.example")]
            + [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
            "client": ("192.0.2.7", 1234),
            "server": ("comments.example", 443),
            "state": {},
            "litestar_app": app,
        }
        self.task = asyncio.ensure_future(app.asgi_handler(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self.takes.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
        else:
            await self.heard.put(message["body"])

    async def event(self) -> tuple[str, dict[str, int]]:
        """Return the id and the data of the next event."""
        while True:
            lines = (await asyncio.wait_for(self.heard.get(), 5)).decode().splitlines()
            found = dict(line.split(": ", 1) for line in lines if not line.startswith(":") and line)
            if "data" in found:
                return found["id"], json.loads(found["data"])

    async def leave(self) -> None:
        self._gone.set()
        await asyncio.wait_for(self.task, 5)


def test_a_stream_from_its_beginning_to_its_end(
    build: Build, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAUSE", 0.01)
    house = build(store)

    def write(text: str, **more: str) -> str:
        return house.post(NewComment(url=URL, text=text, **more)).stored.comment.id

    async def story(app: Any) -> None:
        early = Reader(app)
        assert await early.event() == ("0", {"version": 0, "count": 0})
        assert early.status == 200
        assert early.headers["content-type"].startswith("text/event-stream")
        assert early.headers["x-accel-buffering"] == "no"
        assert early.headers["cache-control"] == "no-store"
        assert "set-cookie" not in early.headers
        root = await asyncio.to_thread(write, "Le premier.")
        version, told = await early.event()
        assert told == {"version": int(version), "count": 1}
        # After a break: nothing when nothing moved, at once when something did.
        same = Reader(app, last_event_id=version)
        behind = Reader(app, last_event_id="0")
        assert await behind.event() == (version, told)
        await asyncio.to_thread(house.vote, root, 1, voter=None, viewer=ANYBODY)
        later, again = await same.event()
        assert int(later) > int(version)
        assert again["count"] == 1
        # Another article's readers hear nothing of it.
        for reader in (early, same, behind):
            await reader.leave()

    _inside(house, story)


def _inside(house: House, story: Callable[[Any], Awaitable[None]]) -> None:
    async def run() -> None:
        app = create_app(house)
        async with app.lifespan():
            await story(app)

    asyncio.run(run())


def test_there_are_so_many_and_no_more(build: Build, store: Any) -> None:
    house = build(store, live_streams=2)

    async def story(app: Any) -> None:
        one, two = Reader(app), Reader(app)
        await one.event()
        await two.event()
        refused = Reader(app)
        await asyncio.wait_for(refused.task, 5)
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) > 0
        await one.leave()
        instead = Reader(app)
        await instead.event()
        await two.leave()
        await instead.leave()

    _inside(house, story)


def test_without_streams_readers_are_told_to_ask(build: Build, store: Any) -> None:
    async def story(app: Any) -> None:
        reader = Reader(app)
        await asyncio.wait_for(reader.task, 5)
        assert reader.status == 503

    _inside(build(store, live_streams=0), story)


def test_who_takes_nothing_is_let_go(
    build: Build, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SLOW", 0.2)
    monkeypatch.setattr(events, "BEAT", 0.05)

    async def story(app: Any) -> None:
        reader = Reader(app)
        await reader.event()
        reader.takes.clear()
        await asyncio.wait_for(reader.task, 5)

    _inside(build(store), story)


def test_a_silent_stream_gives_signs_of_life_and_ends_in_time(
    build: Build, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "BEAT", 0.02)
    monkeypatch.setattr(events, "LIFE", (1, 2))

    async def story(app: Any) -> None:
        reader = Reader(app)
        await reader.event()
        assert await asyncio.wait_for(reader.heard.get(), 5) == b": \n\n"
        await asyncio.wait_for(reader.task, 5)

    _inside(build(store), story)


def test_streams_end_when_the_house_closes(build: Build, store: Any) -> None:
    readers: list[Reader] = []

    async def story(app: Any) -> None:
        readers.append(Reader(app))
        await readers[0].event()

    async def run() -> None:
        app = create_app(build(store))
        async with app.lifespan():
            await story(app)
        await asyncio.wait_for(readers[0].task, 5)

    asyncio.run(run())


def test_the_headers_alone_and_what_is_refused(client: Any) -> None:
    assert client.head(PATH, params={"url": URL}).status_code == 200
    assert client.get(PATH).json()["code"] == "bad_field"
    elsewhere = {"url": "https://elsewhere.example/x"}
    answer = client.get(PATH, params=elsewhere, headers={"Origin": ORIGIN})
    assert answer.json()["code"] == "unknown_site"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
