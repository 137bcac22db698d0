"""Writers wait apart from readers, not many of them, and who is too many is told at once."""

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar

from builders import ORIGIN
from databases import sqlite_database
from palabre.domain.errors import Code, Refusal
from palabre.storage.memory import MemoryStore
from palabre.storage.store import SqlStore
from palabre.web import turnstile
from palabre.web.app import create_app
from palabre.web.writers import Writers

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
BASE = "https://comments.example"
A_SECOND = 1.0


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[AsyncClient]:
    async with (
        app.lifespan(),
        AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as client,
    ):
        yield client


def test_readers_are_answered_while_the_store_is_locked(tmp_path: Path, build: Any, settle: Any):
    path = tmp_path / "palabre.db"
    sqlite_database(path)
    store = SqlStore(f"sqlite:///{path}", durability="process", patience=30)
    settle(store)
    house = replace(build(store), writers=Writers(threads=4, waiting=10))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    async def flood() -> None:
        async with running(create_app(house)) as client:

            def post(n: int) -> Any:
                body = {"url": URL, "text": f"Bonjour {n}."}
                return asyncio.create_task(client.post(COMMENTS, json=body))

            assert (await post(0)).status_code == 201
            other.execute("BEGIN IMMEDIATE")
            waiting = [post(n) for n in range(1, 11)]
            await asyncio.sleep(0.2)
            late = [await post(n) for n in range(30)]
            for answer in late:
                assert (answer.status_code, answer.json()["code"]) == (503, "store_busy")
                assert int(answer.headers["retry-after"]) >= 1
                assert "x-request-id" in answer.headers
                assert "content-security-policy" in answer.headers
            # From memory, and from the store: neither stands behind those who write.
            for url in (URL, URL, *(f"https://journal.example/{n}" for n in range(20))):
                assert (await client.get(COMMENTS, params={"url": url})).status_code == 200
            assert not any(task.done() for task in waiting)
            other.execute("ROLLBACK")
            assert [(await task).status_code for task in waiting] == [201] * 10
            end = time.monotonic() + A_SECOND  # by which a page may lag after a flood
            while (await client.get(COMMENTS, params={"url": URL})).json()["count"] != 11:
                assert time.monotonic() < end
                await asyncio.sleep(0.01)

    asyncio.run(flood())
    other.close()
    store.close()


@pytest.mark.parametrize("path", [COMMENTS, "/thread"])
def test_nobody_is_waited_for_without_end(build: Any, monkeypatch: pytest.MonkeyPatch, path: str):
    monkeypatch.setattr(turnstile, "BODY_LASTS", 0.2)
    app = create_app(build(MemoryStore()))
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [(b"content-type", b"application/json")],
        "scheme": "https", "http_version": "1.1", "root_path": "", "server": ("c.example", 443),
        "client": ("203.0.113.9", 5000),
    }  # fmt: skip
    said: list[dict[str, Any]] = []

    async def begin() -> None:
        pieces = [b'{"url": ', b'"https:']

        async def receive() -> Any:
            if not pieces:
                await asyncio.Event().wait()  # the client is gone, and nobody says so
            return {"type": "http.request", "body": pieces.pop(0), "more_body": True}

        async def send(message: Any) -> None:
            said.append(message)

        async with app.lifespan():
            await asyncio.wait_for(app(scope, receive, send), 10)

    asyncio.run(begin())
    assert said[0]["status"] == 408
    assert json.loads(said[1]["body"])["code"] == Code.BODY_LATE


def test_a_body_in_pieces_is_one_body(build: Any, settle: Any):
    store = MemoryStore()
    settle(store)
    app = create_app(build(store))
    whole = json.dumps({"url": URL, "text": "Bonjour à tous."}).encode()

    async def post() -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for n in range(len(whole)):
                yield whole[n : n + 1]

        async with running(app) as client:
            headers = {"Content-Type": "application/json"}
            answer = await client.post(COMMENTS, content=pieces(), headers=headers)
            assert answer.status_code == 201, answer.text
            assert answer.json()["comment"]["text"] == "Bonjour à tous."

    asyncio.run(post())


def test_the_queue_is_free_again_after_failures():
    writers = Writers(threads=1, waiting=2)

    def fail() -> None:
        raise LookupError

    async def use() -> None:
        for _ in range(5):
            with pytest.raises(LookupError):
                await writers(fail)
        assert await writers(lambda a, *, b: a + b, 1, b=2) == 3
        writers.close()
        assert await writers(int, "7") == 7  # an application can be started again

    asyncio.run(use())
    writers.close()


def test_who_is_one_too_many_is_refused_before_anything_runs():
    writers = Writers(threads=1, waiting=0)

    async def use() -> None:
        with pytest.raises(Refusal) as refused:
            await writers(pytest.fail, "was run")
        assert refused.value.code is Code.STORE_BUSY

    asyncio.run(use())


def test_the_queue_ends_sooner_while_it_is_full_and_the_loop_is_late(monkeypatch: Any):
    monkeypatch.setattr("palabre.web.writers._LATE", -1.0)  # late, whatever the machine does
    writers = Writers(threads=8, waiting=8)
    go_on = threading.Event()

    async def use() -> None:
        watch = asyncio.create_task(writers.watch_the_loop())
        under_way = [asyncio.create_task(writers(go_on.wait, 30)) for _ in range(8)]
        await asyncio.sleep(0)
        while writers._end > 1:
            assert writers.is_full
            await asyncio.sleep(0.01)
        monkeypatch.setattr("palabre.web.writers._LATE", 1000.0)  # in time again
        while writers._end < 8:
            assert writers.is_full
            await asyncio.sleep(0.01)
        go_on.set()
        assert all(await asyncio.gather(*under_way))
        assert not writers.is_full
        watch.cancel()

    asyncio.run(use())
    writers.close()


def test_who_is_turned_away_is_told_in_their_language(build: Any, store: Any):
    house = replace(build(store), writers=Writers(waiting=0))

    async def knock() -> None:
        async with running(create_app(house)) as client:
            for _ in range(2):
                for lang in ("fr", "en"):
                    answer = await client.post(
                        COMMENTS,
                        json={"url": URL, "text": "Bonjour."},
                        headers={"Accept-Language": lang, "Origin": ORIGIN},
                    )
                    assert answer.headers["content-language"] == lang
                    assert answer.headers["access-control-allow-origin"] == ORIGIN
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert answer.json()["instance"] == COMMENTS
            # What a form sent comes back in it, with the reason.
            page = await client.get("/thread", params={"url": URL})
            token = page.text.partition('name="form" value="')[2].partition('"')[0]
            form = {"form": token, "text": "Rien de ceci ne se perd."}
            back = await client.post(
                "/thread", params={"url": URL}, data=form, headers={"Origin": BASE}
            )
            assert back.status_code == 503
            assert "Rien de ceci ne se perd." in back.text
            figures = (await client.get("/metrics")).text
            assert 'route="(turned away)",status="503"} 4.0' in figures

    asyncio.run(knock())
