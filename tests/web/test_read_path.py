"""Answers from memory are the application's own, byte for byte, and not for those who are known."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import ORIGIN
from palabre.application.tokens import new_token
from palabre.web.app import create_app

URL = "https://journal.example/politique/budget"
EMPTY = "https://journal.example/nobody/wrote"
BASE = "https://comments.example"
COMMENTS = "/api/v1/comments"
PLAIN = {"Accept-Encoding": "identity"}

Client = TestClient[Any]


@pytest.fixture
def plain(build: Any, store: Any) -> Iterator[Client]:
    """Return a client of the same house, which keeps nothing in memory."""
    with TestClient(create_app(build(store, memory_bytes=0)), base_url=BASE) as opened:
        yield opened


def figure(client: Client, name: str) -> float:
    for line in client.get("/metrics").text.splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[-1])
    raise LookupError(name)


def made(client: Client) -> float:
    return figure(client, "palabre_answers_made_total")


def told(answer: Any) -> tuple[Any, ...]:
    headers = [(k, v) for k, v in answer.headers.multi_items() if k != "x-request-id"]
    assert "x-request-id" in answer.headers
    return answer.status_code, sorted(headers), answer.content


@pytest.fixture
def thread(say: Any) -> dict[str, Any]:
    for n in range(4):
        root = say(f"Commentaire *{n}* <b>é€😀</b> d'un lecteur.", name=f"Lecteur {n}")
        say(f"Réponse {n}.", parent=root["id"])
    return root


QUERIES = [
    {"url": URL},
    {"url": URL + "?utm_source=a"},
    {"url": URL + "/"},
    {"url": URL.replace("journal", "JOURNAL") + "#c"},
    {"url": EMPTY},
    {"url": "https://gazette.example/x?b=1&a=%C3%A9+%26"},
    {"url": URL, "sort": "newest", "limit": "25"},
    {"url": URL, "sort": "top", "limit": "2"},
    {"url": URL, "sort": "oldest", "limit": "500", "unknown": "x"},
    {"url": URL, "lang": "en"},
    {"url": URL, "lang": "xx", "title": "A « title » & more"},
    {"url": URL, "all": "1", "sort": "nonsense"},
    {"url": URL, "fragment": "1"},
    {"url": URL, "fragment": "form"},
    {"url": URL, "done": "deleted"},
    {"url": URL, "limit": "0"},
    {"url": URL, "after": "nonsense"},
    {"url": "https://elsewhere.example/a"},
    {"url": "nonsense"},
    {},
]
HEADERS: list[dict[str, str]] = [
    {},
    {"Origin": ORIGIN},
    {"Origin": "https://elsewhere.example"},
    {"Accept-Language": "en-GB,en;q=0.9", "Accept": "text/html"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"other"'},
    {"Cookie": "consent=1"},
]


@pytest.mark.parametrize("path", [COMMENTS, "/thread", "/api/v1/counts"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_from_memory_or_not_the_answer_is_the_same(
    client: Client, plain: Client, thread: Any, path: str, method: str
):
    for query in QUERIES:
        for headers in (h | PLAIN for h in HEADERS[: 7 if method == "GET" else 2]):
            asked = {"params": query, "headers": headers}
            expected = told(plain.request(method, path, **asked))
            # The first answer may have to be made; the second is the one at hand.
            assert told(client.request(method, path, **asked)) == expected, asked
            assert told(client.request(method, path, **asked)) == expected, asked


def test_replies_are_the_same_as_well(client: Client, plain: Client, thread: Any):
    path = f"{COMMENTS}/{thread['id']}/replies"
    after = client.get(COMMENTS, params={"url": URL, "limit": 1}).json()["next"]
    for query in ({}, {"limit": "1"}, {"limit": "x"}, {"after": after}):
        for _ in range(2):
            asked = {"params": query, "headers": PLAIN}
            assert told(client.get(path, **asked)) == told(plain.get(path, **asked))
    for wrong in (new_token(), "mine", thread["id"].upper()):
        other = f"{COMMENTS}/{wrong}/replies"
        assert told(client.get(other, headers=PLAIN)) == told(plain.get(other, headers=PLAIN))


@pytest.mark.parametrize("path", [COMMENTS, "/thread"])
def test_compressed_it_is_the_same_answer(client: Client, thread: Any, path: str):
    plain = client.get(path, params={"url": URL}, headers=PLAIN)
    for accepted in ("gzip", "br;q=1.0, GZIP;q=0.8", "*", "x-gzip"):
        with client.stream(
            "GET", path, params={"url": URL}, headers={"Accept-Encoding": accepted}
        ) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-length"] == str(len(raw))
        assert gzip.decompress(raw) == plain.content
        assert "Accept-Encoding" in answer.headers["vary"]
        tag = answer.headers["etag"]
        assert tag == "W/" + plain.headers["etag"].removeprefix("W/")
        known = {"Accept-Encoding": accepted, "If-None-Match": tag}
        unchanged = client.get(path, params={"url": URL}, headers=known)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == tag
        assert not {"content-type", "content-length", "content-encoding"} & set(unchanged.headers)
    for accepted in ("identity", "gzip;q=0", "br", "*;q=0", "gzip;q=nonsense", ""):
        answer = client.get(path, params={"url": URL}, headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in answer.headers


def test_a_reader_who_is_known_gets_their_own_page(client: Client, say: Any):
    posted = say("Un mot.")
    say("Quel patatras !", token=posted["token"])
    anonymous = client.get("/thread", params={"url": URL}).text
    assert "patatras" not in anonymous
    for headers in (
        {"Cookie": f"a=b; palabre_author={posted['token']}"},
        {"Authorization": f"Bearer {posted['token']}"},
    ):
        own = client.get("/thread", params={"url": URL}, headers=headers)
        assert "patatras" in own.text
        assert own.headers["cache-control"] == "private, no-store"
    voter = client.get("/thread", params={"url": URL}, headers={"Palabre-Voter": new_token()})
    assert voter.headers["cache-control"] == "private, no-store"
    assert client.get("/thread", params={"url": URL}).text == anonymous


def test_a_page_whose_language_the_browser_chose_is_kept_for_nobody(
    client: Client, store: Any, say: Any
):
    say("Hej.", url="https://gazette.example/a", title="Titel", lang="sv")
    with store.writing() as unit:
        page = unit.threads.find("https://gazette.example", "/a")
        unit.threads.describe(page.id, title="Titel", lang="sv")
    for lang in ("fr", "en", "fr"):
        answer = client.get(
            "/thread",
            params={"url": "https://gazette.example/a"},
            headers={"Accept-Language": lang},
        )
        assert answer.headers["content-language"] == lang


def test_hits_are_counted_and_logged_only_where_that_is_asked_for(
    build: Any, store: Any, client: Client
):
    for _ in range(5):
        client.get(COMMENTS, params={"url": URL})
    counted = 'palabre_requests_total{method="GET",route="/api/v1/comments",status="200"} 5.0'
    assert counted in client.get("/metrics").text
    assert made(client) == 1
    assert figure(client, "palabre_memory_answers") == 1

    from structlog.testing import capture_logs

    for wanted in (False, True):
        app = create_app(build(store, log_reads=wanted))
        with TestClient(app, base_url=BASE) as opened, capture_logs() as lines:
            ids = [
                opened.get(COMMENTS, params={"url": URL}).headers["x-request-id"] for _ in range(3)
            ]
            logged = [line["request"] for line in lines if line["event"] == "read"]
        assert logged == (ids if wanted else [])
        assert len(set(ids)) == 3


def test_one_question_in_many_spellings_is_made_once(client: Client, say: Any):
    say()
    spellings = [
        f"url={URL}",
        f"url={URL}%3Futm_source=a&limit=25",
        f"sort=newest&url={URL}%23c-1",
        f"url={URL}&after_all=x&fbclid=1",
        f"url={URL.replace('https', 'HTTPS').replace('journal', 'Journal')}",
    ]
    for spelling in spellings:
        assert client.get(f"{COMMENTS}?{spelling}").json()["count"] == 1
    assert made(client) == 1


def test_without_news_of_changes_nothing_is_kept(build: Any, store: Any, say: Any):
    house = replace(build(store), changes=None)
    with TestClient(create_app(house), base_url=BASE) as opened:
        opened.get(COMMENTS, params={"url": URL})
        assert made(opened) == 0
        assert "content-encoding" not in opened.get(COMMENTS, params={"url": URL}).headers
