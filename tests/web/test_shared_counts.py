"""Rates counted by several processes together, in a real Redis; and what happens without it."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from limits import parse_many
from litestar.testing import TestClient
from redis import Redis
from structlog.testing import capture_logs

from palabre.web.app import create_app
from palabre.web.house import Rates
from palabre.web.shared_counts import RedisCounts
from redis_server import redis_running

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
BASE = "https://comments.example"

pytestmark = pytest.mark.process


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with redis_running(tmp_path) as running:
        yield running


def limited(build: Any, store: Any, url: str) -> TestClient[Any]:
    rates = Rates(post="3/minute;5/hour")
    house = build(store, limits_enabled=True, rates=rates)
    counts = RedisCounts(url, patience=10)
    return TestClient(create_app(replace(house, shared_counts=counts)), base_url=BASE)


def post(client: TestClient[Any]) -> Any:
    return client.post(COMMENTS, json={"url": URL, "text": "Bonjour."})


def test_two_processes_count_together(server: Any, build: Any, store: Any):
    url, _ = server
    with limited(build, store, url) as one, limited(build, store, url) as other:
        statuses = [post(client).status_code for client in (one, other, one, other, one)]
        refused = post(other)
    assert statuses == [201, 201, 201, 429, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    kept = Redis.from_url(url)
    keys = kept.keys("*")
    assert len(keys) == 2
    assert all(b"127.0.0.1" not in key and b"testclient" not in key for key in keys)
    assert all(0 < kept.ttl(key) <= 3600 for key in keys)
    assert {kept.zcard(key) for key in keys} == {3}  # what was refused is not counted
    kept.close()


def test_nobody_gets_more_than_the_rate_however_many_knock_at_once(server: Any):
    url, _ = server

    async def knock() -> list[int | None]:
        doors = [RedisCounts(url, patience=10) for _ in range(4)]
        rates = tuple(parse_many("7/minute"))
        taken = await asyncio.gather(*(d.take("post/x", rates) for d in doors for _ in range(20)))
        for door in doors:
            await door.close()
        return taken

    taken = asyncio.run(knock())
    assert taken.count(0) == 7
    assert all(wait is not None and 0 <= wait <= 60 for wait in taken)


def test_without_the_server_each_process_counts_for_itself(server: Any, build: Any, store: Any):
    url, process = server
    with limited(build, store, url) as client:
        assert post(client).status_code == 201
        process.kill()
        process.wait()
        with capture_logs() as lines:
            assert [post(client).status_code for _ in range(4)] == [201, 201, 201, 429]
        told = [line for line in lines if line["event"] == "shared_limits_unreachable"]
        assert len(told) == 1
