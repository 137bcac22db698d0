"""Several processes on one SQLite file: all show what any of them took, and share sign-ins."""

import asyncio
import re
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving import ORIGIN, palabre, serving

URL = f"{ORIGIN}/politique/budget"
COMMENTS = "/api/v1/comments"

pytestmark = pytest.mark.process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    palabre(tmp_path, "init", "--origin", ORIGIN)
    return tmp_path


def post(address: str, text: str, url: str = URL) -> None:
    answer = httpx.post(address + COMMENTS, json={"url": url, "text": text}, timeout=30)
    assert answer.status_code == 201, answer.text


def read(address: str, url: str = URL) -> httpx.Response:
    return httpx.get(address + COMMENTS, params={"url": url}, timeout=30)


def texts(answer: httpx.Response) -> list[str]:
    return [comment["text"] for comment in answer.json()["comments"]]


def test_what_one_process_took_all_show_a_second_later(folder: Path):
    with ExitStack() as running:
        addresses = [running.enter_context(serving(folder)) for _ in range(3)]
        for address in (*addresses, *addresses):
            assert texts(read(address)) == []  # kept by each as an article without comments
        written: list[str] = []
        for n, address in enumerate((*addresses, *addresses)):
            post(address, f"Commentaire {n}.")
            written.insert(0, f"Commentaire {n}.")
            assert texts(read(address)) == written  # at once, where it was taken
            time.sleep(1)
            for other in addresses:
                assert texts(read(other)) == written
                page = httpx.get(f"{other}/thread", params={"url": URL}, timeout=30).text
                assert f"Commentaire {n}." in page


def test_all_workers_of_one_server_show_it_too(folder: Path):
    with serving(folder, workers=3) as address:

        def by_worker() -> dict[str, list[str]]:
            """Ask by new connections until each of the three has answered."""
            found: dict[str, list[str]] = {}
            for _ in range(500):
                answer = read(address)
                # The first half of a request's number is its process's own.
                found[answer.headers["x-request-id"][:12]] = texts(answer)
                if len(found) == 3:
                    return found
            raise AssertionError(found)

        before = by_worker()
        post(address, "Pour tous.")
        time.sleep(1)
        after = by_worker()
        assert set(before) == set(after)
        assert list(after.values()) == [["Pour tous."]] * 3


def test_a_moderator_signs_in_once_for_all_processes(folder: Path):
    said = palabre(folder, "moderator", "add", "claire", "--generate")
    password = said.split()[-1]
    with serving(folder) as one, serving(folder) as other, httpx.Client(timeout=30) as browser:
        door = browser.get(f"{one}/desk/sign-in").text
        token = re.search(r'name="form" value="([^"]+)"', door)
        assert token
        form = {"form": token[1], "login": "claire", "password": password}
        # Both stand behind one public address: what one signed, the other believes.
        answer = browser.post(f"{one}/desk/sign-in", data=form, headers={"Origin": one})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        desk = browser.get(f"{other}/desk")
        assert desk.status_code == 200
        assert "claire" in desk.text.lower()


def test_a_flood_of_writers_is_turned_away_and_readers_are_not(folder: Path):
    """The store stands still; who waits is bounded, readers do not notice, nothing is lost."""
    with serving(folder, PALABRE_LIMITS_WAITING_WRITES="8") as address:
        post(address, "Le premier.")
        lock = sqlite3.connect(folder / "palabre.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")

        async def flood() -> tuple[list[Any], list[Any]]:
            limits = httpx.Limits(max_connections=200)
            async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:

                async def send(n: int) -> httpx.Response:
                    body = {"url": URL, "text": f"Foule {n}."}
                    return await client.post(COMMENTS, json=body)

                posts = [asyncio.create_task(send(n)) for n in range(100)]
                refused = 0
                while refused < 92:  # all but those who wait are told at once
                    await asyncio.sleep(0.02)
                    refused = sum(task.done() for task in posts)
                reads = [
                    await client.get(COMMENTS, params={"url": f"{ORIGIN}/{n % 5}"})
                    for n in range(50)
                ]
                reads += [await client.get(COMMENTS, params={"url": URL}) for _ in range(50)]
                lock.execute("ROLLBACK")
                return [await task for task in posts], reads

        answers, reads = asyncio.run(flood())
        lock.close()
        assert {answer.status_code for answer in reads} == {200}
        taken = [a.json() for a in answers if a.status_code == 201]
        refused = [a for a in answers if a.status_code != 201]
        assert len(taken) <= 8  # fewer where the machine was so slow that a wait became too long
        assert {(a.status_code, a.json()["code"]) for a in refused} == {(503, "store_busy")}
        assert all(int(a.headers["retry-after"]) >= 1 for a in refused)
        answer = httpx.get(address + COMMENTS, params={"url": URL, "limit": 100}, timeout=30)
        assert {c["id"] for c in answer.json()["comments"]} >= {c["id"] for c in taken}
        assert answer.json()["count"] == 1 + len(taken)
