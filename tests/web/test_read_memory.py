"""The memory of the read path has an end, and no visitor can push out what others read."""

import uuid
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient

from palabre.domain.address import canonical
from palabre.domain.errors import Refusal
from palabre.web import questions
from palabre.web.app import create_app
from palabre.web.questions import COMMENTS, Questions
from palabre.web.shelf import Shelf

URL = "https://journal.example/politique/budget"
BASE = "https://comments.example"


@dataclass
class Thing:
    size: int


def test_what_came_once_goes_first():
    shelf: Shelf[int, Thing] = Shelf(1000)
    for n in range(5):
        shelf.put(n, Thing(100))
        shelf.get(n)
    for n in range(100, 200):
        shelf.put(n, Thing(100))
    assert all(shelf.get(n) for n in range(5))
    assert shelf.get(100) is None
    assert shelf.get(199) is not None
    assert shelf.size <= 1000


def test_what_is_larger_than_a_quarter_is_not_kept():
    shelf: Shelf[int, Thing] = Shelf(1000)
    shelf.put(1, Thing(10))
    shelf.put(1, Thing(251))
    assert shelf.get(1) is None
    assert (shelf.size, len(shelf)) == (0, 0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "get", "drop"]), st.integers(0, 12), st.integers(1, 300)),
        max_size=80,
    )
)
def test_the_shelf_holds_what_it_says_and_no_more(steps: list[tuple[str, int, int]]):
    shelf: Shelf[int, Thing] = Shelf(1000)
    latest: dict[int, Thing] = {}
    for act, key, size in steps:
        if act == "put":
            latest[key] = Thing(size)
            shelf.put(key, latest[key])
        elif act == "get":
            found = shelf.get(key)
            assert found is None or found is latest[key]
        else:
            shelf.drop(key)
            assert shelf.get(key) is None
        kept = [*shelf._new.values(), *shelf._proven.values()]
        assert shelf.size == sum(t.size for t in kept) <= 1000
        assert shelf._proven_size == sum(t.size for t in shelf._proven.values())


def test_a_flood_of_addresses_fills_neither_memory(build: Any, store: Any, monkeypatch: Any):
    monkeypatch.setattr(questions, "_MAX_REMEMBERED", 50_000)
    app = create_app(build(store, memory_bytes=100_000))
    reads: Any = app.asgi_handler
    with TestClient(app, base_url=BASE) as client:
        for _ in range(2):
            client.get(COMMENTS, params={"url": URL})
        for n in range(300):
            client.get(COMMENTS, params={"url": f"https://journal.example/{n}", "x": str(n)})
            client.get(COMMENTS, params={"url": URL, str(uuid.uuid4()): "1"})
            client.get(COMMENTS, params={"url": URL, "title": "é" * 300, "n": str(n)})
            assert reads._shelf.size <= 100_000
            assert reads._questions._size <= 50_000
        assert sum(len(q) + len(p) for p, q in reads._questions._known) <= 50_000
        figures = client.get("/metrics").text
        before = next(x for x in figures.splitlines() if x.startswith("palabre_answers_made_total"))
        client.get(COMMENTS, params={"url": URL})
        assert before in client.get("/metrics").text
    assert not reads._making


def test_only_articles_of_registered_sites_are_kept(build: Any, store: Any):
    house = build(store)
    asked = Questions(house).asked
    assert asked(COMMENTS, f"url={URL}".encode())
    for query in (
        b"",
        b"url=https://elsewhere.example/",
        b"url=nonsense",
        b"url=https://journal.example/&url=https://journal.example/",
        b"url=%FF",
        b"url=https://journal.example/&limit=0",
        b"url=https://journal.example/&x=" + b"y" * 5000,
    ):
        assert asked(COMMENTS, query) is None
    assert asked("/healthz", b"") is None
    assert asked("/api/v1/comments/mine", f"url={URL}".encode()) is None


addresses = st.builds(
    "{}journal.example{}{}{}{}".format,
    st.sampled_from(["https://", "HTTPS://", "https://Journal.example/../", "http://"]),
    st.sampled_from(["", ":443", ":80", ":8080"]),
    st.text("/aé;=.%2f ~\\", max_size=12),
    st.sampled_from(["", "?"]),
    st.text("ab=&;+%20utm_é/?", max_size=20),
)


@given(addresses)
def test_the_one_spelling_leads_to_the_same_thread(url: str):
    try:
        address = canonical(url)
    except Refusal:
        return
    assert canonical(address.url) == address
