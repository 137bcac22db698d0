"""A reader whose place in "most voted" has expired is led back to the first page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from litestar.testing import TestClient

from palabre.application.ports import EPOCH_LIFE
from palabre.web.app import create_app
from palabre.web.links import first_page

URL = "https://journal.example/politique/budget"
BASE = "https://comments.example"
HTML = {"Accept": "text/html"}
COMMENTS = "/api/v1/comments"


@pytest.fixture
def client(build: Any, store: Any) -> Iterator[Any]:
    with TestClient(create_app(build(store, page_size=2)), base_url=BASE) as opened:
        yield opened


def start_of(page: str) -> str | None:
    found = re.search(r'<main.*?<a href="([^"]+)">', page, flags=re.DOTALL)
    return unescape(found[1]) if found else None


def test_an_expired_page_offers_the_first_one(client: Any, say: Any, clock: Any):
    first, *_ = [say(f"Numéro {n}.")["id"] for n in range(4)]
    asked = {"url": URL, "title": "Le budget", "sort": "top"}
    page = client.get("/thread", params=asked, headers=HTML).text
    more = unescape(re.search(r'href="(/thread\?[^"]*after=[^"]*)"', page)[1])
    assert client.get(more, headers=HTML).status_code == 200

    def vote(times: int) -> None:
        for _ in range(times):
            client.put(f"{COMMENTS}/{first}/vote", json={"value": 1})
            client.cookies.clear()

    clock.forward(seconds=1)
    vote(20)
    clock.forward(seconds=EPOCH_LIFE / timedelta(seconds=1) + 10)
    vote(20)
    answer = client.get(more, headers=HTML)
    assert answer.status_code == 410
    assert "cursor_expired" in answer.text
    start = start_of(answer.text)
    assert start is not None
    assert "after=" not in start
    again = client.get(start, headers=HTML)
    assert again.status_code == 200
    assert again.text.index("Numéro 0.") < again.text.index("Numéro 3.")
    assert "sort=top" in start  # as it was read, under its title
    assert "title=Le+budget" in start
    # Whoever paged in the publisher's frame is shown it there.
    assert "frame-ancestors 'self' https://" in answer.headers["content-security-policy"]


def test_a_place_that_never_was_offers_it_too_and_other_mistakes_do_not(client: Any):
    wrong = client.get("/thread", params={"url": URL, "after": "x", "all": "1"}, headers=HTML)
    assert wrong.status_code == 404
    start = start_of(wrong.text)
    assert start is not None
    assert client.get(start, headers=HTML).status_code == 200
    assert "all=1" in start
    unknown = client.get("/thread", params={"url": "https://else.example/"}, headers=HTML)
    assert (unknown.status_code, start_of(unknown.text)) == (404, None)
    assert "frame-ancestors 'none'" in unknown.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["//evil.example/thread", "/desk", "/thread\n", "/thread:x"])
def test_only_pages_of_ours_are_offered(path: str):
    assert first_page(path, "url=a&after=b") is None


def test_a_page_says_its_charset_once(client: Any, say: Any):
    posted = say()
    for path in (
        f"/thread?url={URL}",
        f"/comments/{posted['id']}",
        "/house-rules",
        "/no/such/page",
        "/desk/sign-in",
    ):
        for _ in range(2):  # made, and from memory
            kind = client.get(path, headers=HTML).headers["content-type"]
            assert kind == "text/html; charset=utf-8", path
