"""Health, readiness, figures, the log, and what happens when the store cannot answer."""

import base64
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from structlog.testing import capture_logs

from builders import ORIGIN
from databases import sqlite_database
from palabre.domain.errors import Code, Refusal
from palabre.storage.store import SqlStore
from palabre.web.app import create_app

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
BASE = "https://comments.example"


def test_the_process_lives_and_can_answer(client: Any):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert client.get("/readyz").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("code", [Code.STORE_BUSY, Code.STORE_FULL, Code.STORE_FAILED])
def test_a_store_that_cannot_answer_is_not_ready(
    client: Any, house: Any, monkeypatch: Any, code: Code
):
    def refuse(_: object) -> None:
        raise Refusal(code)

    monkeypatch.setattr(type(house.read.store), "reading", refuse)
    monkeypatch.setattr(type(house.read.store), "check", refuse)
    answer = client.get(COMMENTS, params={"url": URL})
    assert (answer.status_code, answer.json()["code"]) == (503, code.value)
    assert int(answer.headers["retry-after"]) >= 1
    assert client.get("/healthz").status_code == 200


def test_what_the_house_checks_decides_readiness(build: Any, store: Any):
    def refuse() -> None:
        raise Refusal(Code.STORE_FAILED)

    with TestClient(create_app(replace(build(store), check=refuse)), base_url=BASE) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "store_failed")


@pytest.fixture
def file(tmp_path: Path, settle: Any) -> Path:
    path = tmp_path / "palabre.db"
    sqlite_database(path)
    store = SqlStore(f"sqlite:///{path}", durability="process")
    settle(store)
    store.close()
    return path


@pytest.fixture
def on_sqlite(build: Any, file: Path) -> Iterator[TestClient[Any]]:
    store = SqlStore(f"sqlite:///{file}", durability="process", patience=0.2)
    with TestClient(create_app(build(store)), base_url=BASE) as opened:
        yield opened
    store.close()


def test_the_same_on_sqlite(on_sqlite: Any):
    posted = on_sqlite.post(
        COMMENTS, json={"url": URL, "text": "Bonjour.", "title": "B"}, headers={"Origin": ORIGIN}
    ).json()
    reply = on_sqlite.post(
        COMMENTS, json={"url": URL, "text": "Quel patatras !", "parent": posted["id"]}
    ).json()
    assert (posted["status"], reply["status"]) == ("published", "held")
    vote = on_sqlite.put(f"{COMMENTS}/{posted['id']}/vote", json={"value": 1}).json()
    assert vote["score"] == 1
    page = on_sqlite.get(COMMENTS, params={"url": URL, "sort": "top"}).json()
    assert (page["title"], page["count"], page["comments"][0]["score"]) == ("B", 1, 1)
    assert on_sqlite.get("/readyz").status_code == 200


def test_a_locked_database_is_busy_and_keeps_nothing_half(on_sqlite: Any, file: Path):
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        answer = on_sqlite.post(COMMENTS, json={"url": URL, "text": "Bonjour."})
        assert (answer.status_code, answer.json()["code"]) == (503, "store_busy")
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["content-type"] == "application/problem+json"
        assert on_sqlite.get(COMMENTS, params={"url": URL}).json()["count"] == 0
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert on_sqlite.get(COMMENTS, params={"url": URL}).json()["comments"] == []
    assert on_sqlite.post(COMMENTS, json={"url": URL, "text": "Bonjour."}).status_code == 201
    assert on_sqlite.get(COMMENTS, params={"url": URL}).json()["count"] == 1


def test_cursors_cannot_break_the_database(on_sqlite: Any):
    for n in range(2):
        on_sqlite.post(COMMENTS, json={"url": URL, "text": f"Numéro {n}."})
    for score in ("9" * 18, "-" + "9" * 18, "1_0", " 7", "9" * 5000):
        plain = f"top|{score}|018f3a2b-0000-7000-8000-000000000000".encode()
        after = base64.urlsafe_b64encode(plain).decode().rstrip("=")
        answer = on_sqlite.get(COMMENTS, params={"url": URL, "sort": "top", "after": after})
        assert answer.status_code in {200, 404}, (score, answer.text)


def test_figures(client: Any, say: Any):
    say()
    say("Quel zorglub !")
    client.get("/no/such/page/" + "x" * 50)
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    figures = answer.text
    assert 'palabre_decisions_total{verdict="publish"} 1.0' in figures
    assert 'palabre_rules_total{rule="insult",verdict="refuse"} 1.0' in figures
    assert (
        'palabre_requests_total{method="POST",route="/api/v1/comments",status="201"} 2.0' in figures
    )
    assert 'route="(unmatched)"' in figures
    assert "xxxxx" not in figures
    assert "palabre_request_seconds_bucket" in figures


def test_two_applications_count_apart(build: Any, store: Any):
    with TestClient(create_app(build(store)), base_url=BASE) as first:
        first.post(COMMENTS, json={"url": URL, "text": "Bonjour."})
    with TestClient(create_app(build(store)), base_url=BASE) as second:
        assert "palabre_decisions_total{" not in second.get("/metrics").text


def test_the_log_tells_of_requests_and_never_of_people(client: Any, say: Any, caplog: Any):
    with capture_logs() as lines:
        posted = say("SECRETTEXT patatras", name="SECRETNAME", email="secret@mail.example")
        client.get(
            f"{COMMENTS}/{posted['id']}", headers={"Authorization": f"Bearer {posted['token']}"}
        )
        client.get(COMMENTS, params={"url": URL + "?q=SECRETQUERY"})
        client.get("/SECRETPATH?SECRETQUERY")
        client.put(f"{COMMENTS}/{posted['id']}/vote", json={"value": 1})
        client.post(COMMENTS, content=b"SECRETTEXT", headers={"Content-Type": "application/json"})
    assert len(lines) == 6
    assert lines[0]["event"] == "request"
    assert (lines[0]["method"], lines[0]["route"], lines[0]["status"]) == ("POST", COMMENTS, 201)
    assert lines[0]["milliseconds"] > 0
    assert lines[3]["route"] == "(unmatched)"
    assert len({line["request"] for line in lines}) == 6
    # The test's own client logs what it asks for; nothing of the house may.
    written = str(lines) + str([r.getMessage() for r in caplog.records if r.name != "httpx"])
    for secret in ("SECRET", "secret", posted["token"], posted["id"], "testclient", "127.0.0.1"):
        assert secret not in written


def test_a_failure_is_logged_without_its_message(client: Any, house: Any, monkeypatch: Any):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("SECRETTEXT of a reader")

    monkeypatch.setattr(type(house.read), "counts", fail)
    with capture_logs() as lines:
        answer = client.get("/api/v1/counts", params={"url": URL})
    assert answer.json()["code"] == "internal"
    failure = next(line for line in lines if line["event"] == "failure")
    assert failure["error"] == "RuntimeError"
    assert failure["where"][-1].startswith("fail:")
    assert failure["request"] == answer.headers["x-request-id"]
    assert "SECRETTEXT" not in str(lines)


def test_problems_are_listed_where_their_type_points(client: Any):
    lines = client.get("/problems").text.splitlines()
    assert [line.split()[0] for line in lines] == [code.value for code in Code]


def test_the_judge_that_is_counted_is_the_one_that_decides(client: Any, say: Any):
    posted = say()
    mine = {"Authorization": f"Bearer {posted['token']}"}
    client.patch(f"{COMMENTS}/{posted['id']}", json={"text": "Zorglub."}, headers=mine)
    assert 'palabre_decisions_total{verdict="refuse"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("score", ["9" * 30, "-" + "9" * 30])
def test_cursors_with_impossible_scores(on_sqlite: Any, score: str):
    plain = f"top|{score}|018f3a2b-0000-7000-8000-000000000000".encode()
    after = base64.urlsafe_b64encode(plain).decode().rstrip("=")
    on_sqlite.post(COMMENTS, json={"url": URL, "text": "Bonjour."})
    answer = on_sqlite.get(COMMENTS, params={"url": URL, "sort": "top", "after": after})
    assert (answer.status_code, answer.json()["code"]) == (404, "bad_cursor")
