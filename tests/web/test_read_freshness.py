"""What was kept is never older than what somebody was told: changes, races, herds, time."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from litestar.testing import TestClient

from builders import ORIGIN
from palabre.application.tokens import new_token
from palabre.domain.errors import Code, Refusal
from palabre.web.app import create_app
from palabre.web.freshness import Freshness

URL = "https://journal.example/politique/budget"
OTHER = "https://journal.example/politique/retraites"
BASE = "https://comments.example"
COMMENTS = "/api/v1/comments"


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[AsyncClient]:
    """Return a client whose requests share one event loop, as those of a server do."""
    transport = ASGITransport(app=app)
    async with app.lifespan(), AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


def figure(text: str, name: str) -> int:
    return next(int(float(x.split()[-1])) for x in text.splitlines() if x.startswith(f"{name} "))


def made(client: Any) -> int:
    return figure(client.get("/metrics").text, "palabre_answers_made_total")


def checked(client: Any) -> int:
    return figure(client.get("/metrics").text, "palabre_answers_checked_total")


def texts(client: Any, url: str = URL) -> list[str]:
    page = client.get(COMMENTS, params={"url": url}).json()
    return [c["text"] for c in page["comments"]]


def test_every_change_shows_at_once(client: Any, say: Any, moderator: Any, house: Any):
    def shown() -> tuple[Any, ...]:
        page = client.get(COMMENTS, params={"url": URL}).json()
        html = client.get("/thread", params={"url": URL}).text
        count = client.get("/api/v1/counts", params={"url": URL}).json()["counts"][URL]
        replies = [
            (c["text"], c["score"], [r["text"] for r in c["replies"]]) for c in page["comments"]
        ]
        assert page["count"] == count
        for text, _, below in replies:
            assert all(t is None or t in html for t in (text, *below))
        return count, replies

    assert shown() == (0, [])
    posted = say("Un.")
    assert shown() == (1, [("Un.", 0, [])])
    mine = {"Authorization": f"Bearer {posted['token']}"}
    address = f"{COMMENTS}/{posted['id']}"
    assert client.get(f"{address}/replies").json()["replies"] == []
    client.patch(address, json={"text": "Deux."}, headers=mine)
    assert shown() == (1, [("Deux.", 0, [])])
    client.put(f"{address}/vote", json={"value": 1})
    assert shown() == (1, [("Deux.", 1, [])])
    say("Réponse.", parent=posted["id"])
    assert shown() == (2, [("Deux.", 1, ["Réponse."])])
    assert [r["text"] for r in client.get(f"{address}/replies").json()["replies"]] == ["Réponse."]
    client.delete(address, headers=mine)
    assert shown() == (1, [(None, 0, ["Réponse."])])


def test_the_first_comment_appears_under_an_article_that_was_kept_empty(client: Any, say: Any):
    assert (texts(client), texts(client)) == ([], [])
    assert made(client) == 1
    say("Le premier.")
    assert texts(client) == ["Le premier."]


def test_a_change_elsewhere_costs_nothing_or_one_look(client: Any, say: Any):
    say("Ici.")
    say("Là.", url=OTHER)
    texts(client)
    texts(client, "https://journal.example/empty")
    before = made(client)
    say("Encore là.", url=OTHER)
    texts(client)
    assert (made(client), checked(client)) == (before, 0)
    # An article without comments has no id by which a change could be told to be another's.
    texts(client, "https://journal.example/empty")
    assert (made(client), checked(client)) == (before, 1)


def test_when_anything_may_have_changed_one_look_at_the_version_decides(
    build: Any, store: Any, monkeypatch: Any
):
    tell: list[Callable[[str | None], None]] = []
    real = store.watch

    def watch(changed: Callable[[str | None], None]) -> Callable[[], None]:
        tell.append(changed)
        return real(changed)

    monkeypatch.setattr(store, "watch", watch)
    with TestClient(create_app(build(store)), base_url=BASE) as client:
        client.post(COMMENTS, json={"url": URL, "text": "Bonjour."}, headers={"Origin": ORIGIN})
        texts(client)
        before = made(client)
        for changed in tell:
            changed(None)
        assert texts(client) == ["Bonjour."]
        assert texts(client) == ["Bonjour."]
        assert (made(client), checked(client)) == (before, 1)


def test_a_change_while_a_page_is_made_is_not_missed(
    client: Any, say: Any, store: Any, monkeypatch: Any
):
    say("Avant.")
    real = store.reading
    reader = threading.local()
    pending = [lambda: say("Pendant.")]

    @contextmanager
    def slow() -> Iterator[Any]:
        with real() as unit:
            yield unit
        # The page has been read and is about to be kept: now somebody writes.
        if pending and not getattr(reader, "busy", False):
            reader.busy = True
            pending.pop()()

    monkeypatch.setattr(store, "reading", slow)
    client.get(COMMENTS, params={"url": URL})
    assert texts(client) == ["Pendant.", "Avant."]


def test_a_herd_is_answered_by_one_making(build: Any, store: Any, monkeypatch: Any):
    async def stampede() -> None:
        async with running(create_app(build(store))) as client:
            body = {"url": URL, "text": "Bonjour."}
            for round_ in range(1, 4):
                assert (await client.post(COMMENTS, json=body)).status_code == 201
                answers = await asyncio.gather(
                    *(client.get(COMMENTS, params={"url": URL}) for _ in range(200))
                )
                assert {a.status_code for a in answers} == {200}
                assert {a.json()["count"] for a in answers} == {round_}
                figures = (await client.get("/metrics")).text
                assert figure(figures, "palabre_answers_made_total") == round_
            reads = 'palabre_requests_total{method="GET",route="/api/v1/comments",status="200"}'
            assert f"{reads} 600.0" in figures

    asyncio.run(stampede())


def test_who_comes_after_a_write_does_not_join_an_older_making(
    build: Any, store: Any, monkeypatch: Any
):
    """A making that began before a post may lack it; the poster's own next read must not."""
    begun, go_on = threading.Event(), threading.Event()
    real = store.reading
    held = [True]

    @contextmanager
    def reading() -> Iterator[Any]:
        with real() as unit:
            yield unit
            wait = held and threading.current_thread().name.startswith("palabre")
            if wait:
                held.pop()
                begun.set()
                assert go_on.wait(10)

    async def race() -> None:
        async with running(create_app(build(store))) as client:
            monkeypatch.setattr(store, "reading", reading)
            early = asyncio.create_task(client.get(COMMENTS, params={"url": URL}))
            assert await asyncio.to_thread(begun.wait, 10)
            body = {"url": URL, "text": "Bonjour."}
            assert (await client.post(COMMENTS, json=body)).status_code == 201
            late = [
                asyncio.create_task(client.get(COMMENTS, params={"url": URL})) for _ in range(5)
            ]
            await asyncio.sleep(0.05)
            go_on.set()
            assert (await early).json()["count"] in {0, 1}
            assert [(await answer).json()["count"] for answer in late] == [1] * 5

    asyncio.run(race())


def test_who_goes_away_does_not_take_the_answer_from_the_others(
    build: Any, store: Any, monkeypatch: Any
):
    go_on = threading.Event()
    real = store.reading

    @contextmanager
    def reading() -> Iterator[Any]:
        assert go_on.wait(10)
        with real() as unit:
            yield unit

    async def leave() -> None:
        async with running(create_app(build(store))) as client:
            monkeypatch.setattr(store, "reading", reading)
            first, second = (
                asyncio.create_task(client.get(COMMENTS, params={"url": URL})) for _ in range(2)
            )
            await asyncio.sleep(0.05)
            first.cancel()
            go_on.set()
            assert (await second).status_code == 200

    asyncio.run(leave())


def test_a_thread_closes_and_a_page_ages_without_any_change(
    client: Any, say: Any, store: Any, clock: Any
):
    say("Bonjour.")
    with store.writing() as unit:
        thread = unit.threads.find("https://journal.example", "/politique/budget")
        unit.threads.close(thread.id, clock() + timedelta(seconds=20))
    page = {"params": {"url": URL}}
    assert client.get(COMMENTS, **page).json()["open"] is True
    first = client.get("/thread", **page).text
    clock.forward(seconds=19)
    assert client.get(COMMENTS, **page).json()["open"] is True
    assert client.get("/thread", **page).text == first
    clock.forward(seconds=1)
    assert client.get(COMMENTS, **page).json()["open"] is False
    assert client.get("/thread", **page).text != first
    before = made(client)
    clock.forward(seconds=31)  # "30 seconds ago" is no longer true
    assert client.get("/thread", **page).status_code == 200
    client.get(COMMENTS, **page)
    assert made(client) == before + 1


def test_refusals_and_failures_are_not_kept(client: Any, say: Any, house: Any, monkeypatch: Any):
    missing = f"{COMMENTS}/{new_token()}/replies"
    for _ in range(2):
        assert client.get(missing).status_code == 404
        assert client.get(COMMENTS, params={"url": URL, "after": "x"}).status_code == 404

    def refuse(_: object) -> None:
        raise Refusal(Code.STORE_BUSY)

    with monkeypatch.context() as broken:
        broken.setattr(type(house.read.store), "reading", refuse)
        for path in (COMMENTS, "/thread", "/api/v1/counts"):
            answer = client.get(path, params={"url": URL})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            head = client.head(path, params={"url": URL})
            assert (head.status_code, head.content) == (503, b"")
    assert texts(client) == []


def test_a_kept_page_is_answered_while_the_store_is_in_trouble_only_if_nothing_changed(
    client: Any, say: Any, house: Any, monkeypatch: Any
):
    say("Bonjour.")
    texts(client)

    def refuse(_: object) -> None:
        raise Refusal(Code.STORE_FAILED)

    monkeypatch.setattr(type(house.read.store), "reading", refuse)
    assert texts(client) == ["Bonjour."]


@pytest.mark.parametrize("known", [None, "t1"])
def test_moments_of_change(known: str | None):
    moments = Freshness()
    assert moments.since(known) == 0
    moments.changed("t2")
    assert moments.since(known) == (1 if known is None else 0)
    moments.changed(None)
    assert moments.since(known) == 2
    moments.changed("t1")
    assert moments.since(known) == 3
    for n in range(10_001):  # what is forgotten is taken to have changed
        moments.changed(f"u{n}")
    assert moments.since(known) > 3
