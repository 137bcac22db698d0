"""Two servers of one house, on SQLite and on PostgreSQL: each shows what the other took."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from redis import Redis

from databases import Postgresql
from redis_server import redis_running
from serving import ORIGIN, palabre, serving

pytestmark = pytest.mark.process

URL = f"{ORIGIN}/politique/budget"
COMMENTS = "/api/v1/comments"
SHOWN = 1.0  # seconds in which every process must show a change


@dataclass
class House:
    """A folder that ``palabre init`` made, and the environment that names its database."""

    folder: Path
    given: dict[str, str]
    stack: ExitStack
    servers: list[str] = field(default_factory=list)

    def pair(self) -> tuple[str, str]:
        """Serve it by two servers, started when they are first asked for."""
        if not self.servers:
            self.servers += [self.serve(), self.serve()]
        return self.servers[0], self.servers[1]

    def serve(self, **variables: str) -> str:
        return self.stack.enter_context(serving(self.folder, **self.given, **variables))

    def moderator(self) -> str:
        """Make the account or give it a new password; return it."""
        said = palabre(self.folder, "moderator", "add", "claire", "--generate", **self.given)
        return said.split()[-1]


@contextmanager
def made_in(folder: Path, store: str, request: pytest.FixtureRequest) -> Iterator[House]:
    palabre(folder, "init", "--origin", ORIGIN)
    with ExitStack() as stack:
        given = {}
        if store == "postgresql":
            server: Postgresql = request.getfixturevalue("postgresql")
            given["PALABRE_DATABASE_URL"] = server.empty()
            stack.callback(server.drop, given["PALABRE_DATABASE_URL"])
        yield House(folder, given, stack)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def shared_house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house whose two servers several tests use; one of them alone writes comments."""
    with made_in(tmp_path_factory.mktemp("house"), request.param, request) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with made_in(tmp_path, request.param, request) as made:
        yield made


def on_postgresql(test: Any) -> Any:
    return pytest.mark.parametrize("house", ["postgresql"], indirect=True)(test)


class Desk:
    """A moderator's browser: one cookie for all processes, as behind one public address."""

    def __init__(self, house: House, address: str, password: str) -> None:
        self._browser = house.stack.enter_context(httpx.Client(timeout=30))
        door = self._browser.get(f"{address}/desk/sign-in").text
        fields = {"login": "claire", "password": password, "form": token_in(door)}
        answer = self._post(address, "/desk/sign-in", fields)
        assert answer.headers["location"] == "/desk"

    def act(self, address: str, path: str, what: str) -> None:
        page = self._browser.get(f"{address}/desk").text
        answer = self._post(address, path, {"do": what, "form": token_in(page)})
        assert answer.status_code == 303, answer.text

    def sign_out(self, address: str) -> None:
        page = self._browser.get(f"{address}/desk").text
        cookies = dict(self._browser.cookies)
        self._post(address, "/desk/sign-out", {"form": token_in(page)})
        # The store, not the browser, must forget the session.
        for name, value in cookies.items():
            self._browser.cookies.set(name, value, domain="127.0.0.1", path="/desk")

    def is_open(self, address: str) -> bool:
        return self._browser.get(f"{address}/desk").status_code == 200

    def thread(self, address: str) -> str:
        page = self._browser.get(f"{address}/desk", params={"state": "published"}).text
        found = re.search(r'action="(/desk/threads/[^"]+)"', page)
        assert found
        return found[1]

    def _post(self, address: str, path: str, fields: dict[str, str]) -> httpx.Response:
        return self._browser.post(f"{address}{path}", data=fields, headers={"Origin": address})


def token_in(page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found, page
    return found[1]


def post(address: str, text: str, **fields: str) -> dict[str, Any]:
    body = {"url": URL, "text": text} | fields
    answer = httpx.post(address + COMMENTS, json=body, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()


@dataclass(frozen=True)
class Shown:
    """What one process tells the public of the thread, by every way."""

    count: int
    is_open: bool
    comments: dict[str, int]  # words -> score


def shown(address: str) -> Shown:
    with httpx.Client(base_url=address, timeout=30) as client:
        asked = {"params": {"url": URL}}
        page = client.get(COMMENTS, **asked).json()
        html = client.get("/thread", **asked).text
        counts = client.get("/api/v1/counts", **asked).json()["counts"]
    said = [c for root in page["comments"] for c in (root, *root["replies"])]
    words = {c["text"]: c["score"] for c in said if c["text"]}
    found = Shown(page["count"], page["open"], words)
    assert counts[URL] == found.count
    assert [text for text in found.comments if text not in html] == []
    assert ("<textarea" in html) is found.is_open
    return found


class Everywhere:
    """Processes that are asked before and after each change, so that none may show an old page."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self._turn = 0

    def after(self, act: Callable[[str], Any]) -> tuple[Any, Shown]:
        """Let one process, the next each time, do something; return what all then show."""
        for address in self.addresses:
            shown(address)
        through = self.addresses[self._turn % len(self.addresses)]
        self._turn += 1
        result = act(through)
        here = shown(through)  # at once, where it was done
        time.sleep(SHOWN)
        for address in self.addresses:
            assert shown(address) == here
        return result, here


def test_each_change_shows_in_both_a_second_later(shared_house: House):
    password = shared_house.moderator()
    both = Everywhere(*shared_house.pair())
    desk = Desk(shared_house, both.addresses[0], password)
    first, now = both.after(lambda door: post(door, "Un."))
    assert now == Shown(1, is_open=True, comments={"Un.": 0})
    _, now = both.after(lambda door: post(door, "Réponse.", parent=first["id"]))
    assert now.comments == {"Un.": 0, "Réponse.": 0}
    own = f"{COMMENTS}/{first['id']}"
    _, now = both.after(lambda door: httpx.put(f"{door}{own}/vote", json={"value": 1}))
    assert now.comments["Un."] == 1
    mine = {"Authorization": f"Bearer {first['token']}"}
    _, now = both.after(lambda door: httpx.patch(door + own, json={"text": "Deux."}, headers=mine))
    assert set(now.comments) == {"Deux.", "Réponse."}
    decided = f"/desk/comments/{first['id']}"
    _, now = both.after(lambda door: desk.act(door, decided, "refuse:insult"))
    assert "Deux." not in now.comments
    _, now = both.after(lambda door: desk.act(door, decided, "approve"))
    assert now.comments["Deux."] == 1
    thread = desk.thread(both.addresses[1])
    _, now = both.after(lambda door: desk.act(door, thread, "close"))
    assert not now.is_open
    _, now = both.after(lambda door: desk.act(door, thread, "open"))
    assert now.is_open
    _, now = both.after(lambda door: httpx.delete(door + own, headers=mine))
    assert (now.count, "Deux." in now.comments) == (1, False)


@on_postgresql
def test_a_process_whose_ear_was_cut_off_shows_it_too(house: House, postgresql: Postgresql):
    one, other = house.pair()
    name = sa.make_url(house.given["PALABRE_DATABASE_URL"]).database
    listening = f"FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = '{name}'"

    def in_both(text: str) -> None:
        time.sleep(SHOWN)
        assert text in shown(one).comments
        assert shown(one) == shown(other)

    for n in range(2):
        here, there = (one, other)[n], (other, one)[n]
        post(here, f"Avant {n}.")
        post(there, f"De même {n}.")
        in_both(f"De même {n}.")
        # Nobody new comes in: who listens cannot come back, while connections at hand still write.
        postgresql.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cut = postgresql.run(f"SELECT pid, pg_terminate_backend(pid) {listening}")
        assert len(cut) == 2
        post(here, f"Pendant {n}.")
        assert f"Pendant {n}." in shown(here).comments
        assert f"Pendant {n}." not in shown(there).comments  # nobody could tell it
        postgresql.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        in_both(f"Pendant {n}.")
        back = postgresql.run(f"SELECT pid {listening}")
        assert len(back) == 2
        post(there, f"Après {n}.")
        in_both(f"Après {n}.")


def test_a_session_opens_and_ends_on_both(shared_house: House):
    password = shared_house.moderator()
    one, other = shared_house.pair()
    desk = Desk(shared_house, one, password)
    assert desk.is_open(one)
    assert desk.is_open(other)
    desk.sign_out(other)
    assert not desk.is_open(one)
    assert not desk.is_open(other)
    again = Desk(shared_house, other, password)
    assert again.is_open(one)
    new = shared_house.moderator()  # a new password, from a third process
    assert not again.is_open(one)
    assert not again.is_open(other)
    assert Desk(shared_house, one, new).is_open(other)


def test_with_redis_a_rate_is_counted_once_for_both(house: House, tmp_path: Path):
    with redis_running(tmp_path) as (url, _), Redis.from_url(url) as kept:
        limits = {
            "PALABRE_LIMITS_ENABLED": "true",
            "PALABRE_LIMITS_POST": "3/minute",
            "PALABRE_LIMITS_REDIS_URL": url,
        }
        doors = [house.serve(**limits) for _ in range(2)]

        def status(n: int) -> int:
            body = {"url": URL, "text": f"Le commentaire {n}."}
            return httpx.post(doors[n % 2] + COMMENTS, json=body, timeout=30).status_code

        def gave_up() -> int:
            logs = house.folder.glob("*.log")
            return sum(log.read_text().count("shared_limits_unreachable") for log in logs)

        for _ in range(5):
            kept.flushall()
            before = gave_up()
            found = [status(n) for n in range(6)]
            if gave_up() == before:
                break
            time.sleep(6)  # Redis was not given its quarter of a second here: nothing is shown
        assert found == [201, 201, 201, 429, 429, 429]
        assert len(kept.keys("*")) == 1
