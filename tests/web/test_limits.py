"""Rates per address: refused in words, counted without keeping an address."""

from collections.abc import Iterator
from typing import Any

import pytest
from limits import parse_many
from litestar.testing import TestClient

from palabre.web.app import create_app
from palabre.web.house import Rates
from palabre.web.limits import Counts, Limiter

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
BASE = "https://comments.example"
RATES = Rates(post="2/minute;3/hour", edit="1/minute", vote="2/minute")


@pytest.fixture
def limited(build: Any, store: Any) -> Iterator[TestClient[Any]]:
    house = build(store, limits_enabled=True, rates=RATES)
    with TestClient(create_app(house), base_url=BASE) as opened:
        yield opened


def send(client: Any, text: str = "Bonjour.") -> Any:
    return client.post(COMMENTS, json={"url": URL, "text": text})


def test_too_many_posts_are_told_when_to_come_back(limited: Any, store: Any):
    assert [send(limited).status_code for _ in range(3)] == [201, 201, 429]
    answer = send(limited)
    problem = answer.json()
    assert problem["code"] == "too_many_requests"
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) == problem["retry_after"] <= 60
    assert limited.get(COMMENTS, params={"url": URL}).json()["count"] == 2


def test_reading_is_not_limited(limited: Any):
    for _ in range(10):
        assert limited.get(COMMENTS, params={"url": URL}).status_code == 200


def test_each_kind_of_act_has_its_own_rate(limited: Any):
    posted = send(limited).json()
    address = f"{COMMENTS}/{posted['id']}"
    mine = {"Authorization": f"Bearer {posted['token']}"}
    edits = [
        limited.patch(address, json={"text": "Bonsoir."}, headers=mine).status_code
        for _ in range(2)
    ]
    assert edits == [200, 429]
    votes = [limited.put(f"{address}/vote", json={"value": 1}).status_code for _ in range(3)]
    assert votes == [200, 200, 429]
    assert limited.delete(address, headers=mine).status_code == 429


def test_what_is_unreadable_does_not_count(limited: Any):
    for _ in range(5):
        limited.post(COMMENTS, json={"url": URL})
    assert send(limited).status_code == 201


def test_switched_off(build: Any, store: Any):
    house = build(store, limits_enabled=False, rates=RATES)
    with TestClient(create_app(house), base_url=BASE) as client:
        assert {send(client).status_code for _ in range(5)} == {201}


def test_addresses_are_counted_apart_and_ipv6_by_household(build: Any, store: Any):
    house = build(store, limits_enabled=True, rates=RATES, trusted_proxies=("10.0.0.0/8",))
    app = create_app(house)

    def send_from(address: str) -> int:
        headers = {"X-Forwarded-For": f"203.0.113.77, {address}"}
        answer = TestClient(behind_proxy(app), base_url=BASE).post(
            COMMENTS, json={"url": URL, "text": "Bonjour."}, headers=headers
        )
        return int(answer.status_code)

    assert [send_from("198.51.100.1") for _ in range(3)] == [201, 201, 429]
    assert send_from("198.51.100.2") == 201
    household = [send_from(f"2001:db8:0:7::{n}") for n in (1, 2, 3)]
    assert household == [201, 201, 429]
    assert send_from("2001:db8:0:8::1") == 201


def behind_proxy(app: Any) -> Any:
    """Let requests come from a proxy's address."""

    async def proxied(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["client"] = ("10.0.0.1", 1)
        await app(scope, receive, send)

    return proxied


def test_limiters_of_one_application_share_their_counts(build: Any, store: Any):
    house = build(store, limits_enabled=True, rates=RATES)
    app = create_app(house)
    with TestClient(app, base_url=BASE) as client:
        assert [send(client).status_code for _ in range(2)] == [201, 201]
        assert Limiter(house) is not Limiter(house)
        assert send(client).status_code == 429
    with TestClient(create_app(house), base_url=BASE) as client:
        assert send(client).status_code == 201


def test_no_address_is_kept(limited: Any):
    send(limited)
    kept = vars(limited.app.state["palabre_counts"])
    assert kept["_acts"]
    assert "testclient" not in str(kept)


def test_a_window_moves_and_what_is_over_is_forgotten(monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr("palabre.web.limits.time.monotonic", lambda: now)
    counts, rates = Counts(), tuple(parse_many("2/minute;3/hour"))
    assert counts.take("a", rates) == 0
    now += 30
    assert counts.take("a", rates) == 0
    now += 10
    assert counts.take("a", rates) == 20
    assert counts.take("b", rates) == 0
    now += 20
    assert counts.take("a", rates) == 0
    now += 60
    assert counts.take("a", rates) == 3600 - 120
    now += 7200
    for n in range(3000):
        counts.take(str(n % 7), rates)
    assert len(counts._acts) == 7 * 2


def test_waiting_is_enough(monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr("palabre.web.limits.time.monotonic", lambda: now)
    counts, rates = Counts(), tuple(parse_many("1/second;2/minute"))
    for _ in range(10):
        wait = counts.take("a", rates)
        now += wait
        if wait:
            assert counts.take("a", rates) == 0
