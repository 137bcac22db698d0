"""Sessions at the desk are listed and ended: one's own, and those of the accounts one manages."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import StillClock, a_moderator
from databases import sqlite_database
from palabre.application.ports import Store
from palabre.domain.person import Duty, Moderator, Role
from palabre.storage.store import SqlStore
from palabre.web.app import create_app
from palabre.web.desk_door import COOKIE
from palabre.web.device import device
from palabre.web.house import House
from web.conftest import BASE, PlainHasher

PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


class Desk:
    """One browser at the desk of one process: several share its client, not their cookies."""

    def __init__(self, client: TestClient[Any], agent: str = FIREFOX) -> None:
        self._client, self._cookie = client, ""
        self._headers = {"User-Agent": agent, "Accept": "text/html", "Origin": BASE}

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> Any:
        self._client.cookies.clear()
        if self._cookie:
            self._client.cookies.set(COOKIE, self._cookie, path="/desk")
        answer = self._client.request(
            method, path, data=data, headers=self._headers, follow_redirects=False
        )
        self._cookie = answer.cookies.get(COOKIE, self._cookie)
        return answer

    def read(self, path: str) -> Any:
        return self.ask("GET", path)

    def send(self, path: str, page: str | None = None, **fields: str) -> Any:
        form = re.search(r'name="form" value="([^"]+)"', self.read(page or path).text)
        return self.ask("POST", path, {"form": form[1] if form else "", **fields})

    def enter(self, login: str, password: str = PASSWORD) -> "Desk":
        answer = self.send("/desk/sign-in", login=login, password=password)
        assert answer.status_code == 303, answer.text
        return self

    @property
    def is_in(self) -> bool:
        return bool(self.read("/desk").status_code == 200)

    def handles(self, path: str = "/desk/account") -> list[str]:
        return re.findall(r'value="end:([0-9a-f]{32})"', self.read(path).text)


@pytest.fixture
def open_desk(client: TestClient[Any]) -> Callable[..., Desk]:
    def open_one(agent: str = FIREFOX, at: TestClient[Any] | None = None) -> Desk:
        return Desk(at or client, agent)

    return open_one


def account(store: Store, role: Role, login: str, site: str | None = None) -> Moderator:
    made = a_moderator(
        login,
        name=login.title(),
        role=role,
        duties=(Duty(role=role, site_id=site),),
        password_hash=PlainHasher().hash(PASSWORD),
    )
    with store.writing() as unit:
        unit.moderators.add(made)
    return made


def test_a_browser_and_a_system_in_two_words():
    assert device(FIREFOX) == "Firefox, Windows"
    assert device(IPHONE) == "Safari, iPhone"
    assert device("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36") == "Chrome, Linux"
    assert device("") == device("<script>") == ""


def test_a_moderator_sees_their_sessions_and_ends_one(
    open_desk: Callable[..., Desk], clock: StillClock
):
    laptop = open_desk().enter("claire")
    clock.forward(minutes=1)
    phone = open_desk(IPHONE).enter("claire")
    clock.forward(minutes=20)
    page = laptop.read("/desk/account").text
    assert page.index("Safari, iPhone") < page.index("Firefox, Windows")
    assert page.count("cette session") == 1
    assert "il y a 20 minutes" in page
    newest, mine = laptop.handles()
    assert "Firefox, Windows" in page[page.index(f"s-{mine}") :]
    done = laptop.send("/desk/account", do=f"end:{newest}")
    assert done.headers["location"] == "/desk/account?done=ended"
    assert not phone.is_in
    assert laptop.is_in
    assert laptop.handles() == [mine]
    assert laptop.send("/desk/account", do=f"end:{newest}").status_code == 303
    assert laptop.send("/desk/account", do="nonsense").status_code == 422


def test_all_others_end_together(open_desk: Callable[..., Desk]):
    first, second, third = (open_desk().enter("claire") for _ in range(3))
    first.send("/desk/account", do="others")
    assert [d.is_in for d in (first, second, third)] == [True, False, False]


def test_nobody_ends_a_session_of_somebody_else_as_their_own(
    open_desk: Callable[..., Desk], store: Store
):
    account(store, Role.MODERATOR, "paul")
    claire, paul = open_desk().enter("claire"), open_desk().enter("paul")
    (hers,) = claire.handles()
    paul.send("/desk/account", do=f"end:{hers}")
    assert claire.is_in
    assert paul.read("/desk/sessions").status_code == 403
    assert paul.send("/desk/sessions", "/desk/account", do=f"end:{hers}").status_code == 403
    with store.reading() as unit:
        assert [r.path for r in unit.work.refusals(limit=9)] == ["/desk/sessions"] * 2


def test_an_administrator_ends_the_sessions_of_those_they_manage_and_of_nobody_else(
    open_desk: Callable[..., Desk], store: Store
):
    account(store, Role.ADMINISTRATOR, "chef")
    account(store, Role.ADMINISTRATOR, "chef-gazette", "la-gazette")
    account(store, Role.MODERATOR, "paul", "la-gazette")
    claire, paul = open_desk().enter("claire"), open_desk().enter("paul")
    chef, small = open_desk().enter("chef"), open_desk().enter("chef-gazette")
    listed = small.read("/desk/sessions").text
    assert ">paul<" in listed
    assert ">claire<" not in listed
    assert ">chef<" not in listed
    (hers,) = claire.handles()
    assert small.send("/desk/sessions", do=f"end:{hers}").status_code == 403
    assert claire.is_in
    assert len(chef.handles("/desk/sessions")) == 4
    assert chef.send("/desk/sessions", do=f"end:{hers}").status_code == 303
    assert not claire.is_in
    (his,) = paul.handles()
    assert small.send("/desk/sessions", do=f"end:{his}").status_code == 303
    assert not paul.is_in


def test_a_new_password_is_taken_at_the_desk_and_ends_the_other_sessions(
    open_desk: Callable[..., Desk],
):
    here, there = open_desk().enter("claire"), open_desk().enter("claire")
    new = "une autre phrase longue"
    wrong = here.send("/desk/account", do="password", old="faux", password=new)
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    short = here.send("/desk/account", do="password", old=PASSWORD, password="court")
    assert short.status_code == 422
    assert there.is_in
    done = here.send("/desk/account", do="password", old=PASSWORD, password=new)
    assert done.headers["location"] == "/desk/account?done=password"
    assert here.is_in
    assert not there.is_in
    there.enter("claire", new)


def test_what_ends_in_one_process_has_ended_in_the_others(
    build: Callable[..., House],
    settle: Callable[[Store], None],
    open_desk: Callable[..., Desk],
    clock: StillClock,
    tmp_path: Path,
):
    """Two stores and two applications over one file share nothing but the file."""
    url = sqlite_database(tmp_path / "palabre.db")
    one, two = SqlStore(url), SqlStore(url)
    settle(one)
    first, second = build(one), build(two)
    with (
        TestClient(create_app(first), base_url=BASE) as served_here,
        TestClient(create_app(second), base_url=BASE) as served_there,
    ):
        here = open_desk(at=served_here).enter("claire")
        clock.forward(seconds=1)
        there = open_desk(at=served_there).enter("claire")
        assert (here.is_in, there.is_in) == (True, True)
        here.send("/desk/account", do=f"end:{here.handles()[0]}")
        assert (here.is_in, there.is_in) == (True, False)
        there.enter("claire")
        # As `palabre moderator add` does it, in a third process.
        first.sign_in.add_moderator(
            login="claire", name="", password="une phrase nouvelle", role=Role.MODERATOR
        )
        assert (here.is_in, there.is_in) == (False, False)
    for store in (one, two):
        store.close()
