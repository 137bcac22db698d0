"""Live over several processes: what one stores, the streams of the others tell; then all end."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from databases import Postgresql
from serving import ORIGIN, palabre, serving

pytestmark = pytest.mark.process

URL = f"{ORIGIN}/politique/budget"


def events_of(answer: httpx.Response) -> Iterator[dict[str, int]]:
    return (json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))


def post(address: str) -> None:
    body = {"url": URL, "text": "Bonjour à tous."}
    answer = httpx.post(f"{address}/api/v1/comments", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text


def follow(there: str, here: str) -> None:
    """Follow one process while another stores, and come back after a break."""
    path = f"{there}/api/v1/events"
    with httpx.Client(timeout=20, params={"url": URL}) as client:
        with client.stream("GET", path) as answer:
            events = events_of(answer)
            before = next(events)
            post(here)
            after = next(events)
            assert after["count"] == before["count"] + 1
            assert after["version"] > before["version"]
        post(here)
        known = {"Last-Event-ID": str(after["version"])}
        with client.stream("GET", path, headers=known) as answer:
            assert next(events_of(answer))["count"] == after["count"] + 1


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_processes_share_the_stream(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    palabre(tmp_path, "init", "--origin", ORIGIN)
    with ExitStack() as stack:
        given = {}
        if store == "postgresql":
            server: Postgresql = request.getfixturevalue("postgresql")
            given["PALABRE_DATABASE_URL"] = server.empty()
            stack.callback(server.drop, given["PALABRE_DATABASE_URL"])
            one, two = (stack.enter_context(serving(tmp_path, **given)) for _ in range(2))
            follow(one, two)
        else:
            both = stack.enter_context(serving(tmp_path, workers=2))
            for _ in range(4):  # whichever worker answers
                follow(both, both)
